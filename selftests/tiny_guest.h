/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_TINY_GUEST_H
#define SELFTESTS_TINY_GUEST_H

/*
 * Guests of a few instructions, as a vmlinux in a memfd: what a kernel does that
 * is broken from its first instruction on. They are entered as the 64-bit boot
 * protocol says: long mode, identity map, interrupts off, an empty IDT.
 */
#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/util.h"

/* Where a bzImage goes as well: the first memory that is free for a kernel. */
#define TINY_GUEST_ADDR 0x100000

/**
 * struct tiny_guest - a kernel file of our own
 * @fd: the memfd
 * @path: names it as long as this process runs
 */
struct tiny_guest {
	int fd;
	char path[32];
};

/* Any file as a kernel: what a careless KTSTR_KERNEL= ends in. */
static inline int tiny_guest_file(struct tiny_guest *g, const void *data, size_t len)
{
	g->fd = memfd_create("tiny-guest", MFD_CLOEXEC);
	if (g->fd < 0)
		return -errno;
	snprintf(g->path, sizeof(g->path), "/proc/self/fd/%d", g->fd);
	return write_full(g->fd, data, len);
}

/**
 * struct tiny_code - what such a guest consists of
 * @start: position-independent instructions
 * @end: behind the last one
 */
struct tiny_code {
	const u8 *start;
	const u8 *end;
};

static inline int tiny_guest_open(struct tiny_guest *g, const struct tiny_code *code)
{
	struct {
		Elf64_Ehdr eh;
		Elf64_Phdr ph;
	} head = {
		.eh = {
			.e_ident = {
				ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				ELFCLASS64, ELFDATA2LSB, EV_CURRENT,
			},
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_entry = TINY_GUEST_ADDR,
			.e_phoff = sizeof(head.eh),
			.e_ehsize = sizeof(head.eh),
			.e_phentsize = sizeof(head.ph),
			.e_phnum = 1,
		},
		.ph = {
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_W | PF_X,
			.p_offset = sizeof(head),
			.p_vaddr = TINY_GUEST_ADDR,
			.p_paddr = TINY_GUEST_ADDR,
			.p_filesz = code->end - code->start,
			.p_memsz = code->end - code->start,
			.p_align = 1,
		},
	};
	int ret = tiny_guest_file(g, &head, sizeof(head));

	return ret ? ret : write_full(g->fd, code->start, code->end - code->start);
}

/* Assembled into this program, never run by it. */
#define TINY_CODE(name, code)                                                                   \
	asm(".pushsection .rodata\n" #name "_start:\n" code "\n" #name "_end:\n.popsection\n"); \
	extern const u8 name##_start[] __attribute__((visibility("hidden")));                   \
	extern const u8 name##_end[] __attribute__((visibility("hidden")));                     \
	static const struct tiny_code name = { name##_start, name##_end }

#ifdef __x86_64__
TINY_CODE(tiny_hang, "cli\n"
		     "1: jmp 1b\n");

TINY_CODE(tiny_halt, "cli\n"
		     "hlt\n");

TINY_CODE(tiny_triple_fault, "lidt 1f(%rip)\n"
			     "ud2\n"
			     "1: .word 0\n"
			     ".quad 0\n");

/* The i8042's reset line, as Linux pulls it for reboot=k. */
TINY_CODE(tiny_reset, "1: mov $0xfe, %al\n"
		      "out %al, $0x64\n"
		      "jmp 1b\n");

/* All that a pass looks like to a reader of the console, and no result. */
TINY_CODE(tiny_liar, "cld\n"
		     "lea 2f(%rip), %rsi\n"
		     "mov $(3f - 2f), %ecx\n"
		     "mov $0x3f8, %edx\n"
		     "rep outsb\n"
		     "1: mov $0xfe, %al\n"
		     "out %al, $0x64\n"
		     "jmp 1b\n"
		     "2: .ascii \"TAP version 13\\n1..1\\nok 1 run\\n\"\n"
		     ".ascii \"PASS: 1 workers made progress\\n\"\n"
		     ".ascii \"verdict: PASS\\n\"\n"
		     "3:\n");
#endif

#endif /* SELFTESTS_TINY_GUEST_H */
