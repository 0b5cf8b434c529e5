/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_X86_ACPI_TABLE_H
#define KTSTR_HOST_ARCH_X86_ACPI_TABLE_H

/*
 * How a table is written, for the files that write one each. Structures and
 * flags are the kernel's own (include/acpi/actbl*.h).
 */
#include <stdbool.h>
#include <linux/types.h>
#include <acpi/acpi.h>

#include "acpi.h"

/* An xAPIC id of 0xff is the broadcast; ids from here up need x2APIC entries */
#define XAPIC_ID_LIMIT 0xff

/**
 * struct table_area - the buffer while it fills
 * @buf: its start
 * @len: room
 * @used: bytes taken
 * @base: gpa of @buf
 * @full: something did not fit; nothing was written for it
 */
struct table_area {
	u8 *buf;
	size_t len;
	size_t used;
	u64 base;
	bool full;
};

/**
 * acpi_take() - room right behind what was taken last
 * @a: the area
 * @size: bytes
 *
 * So a table grows in one piece. Return: zeroed memory, or NULL and @a->full.
 */
void *acpi_take(struct table_area *a, size_t size);

/**
 * acpi_start() - room for the fixed part of a table, aligned
 * @a: the area
 * @size: bytes
 *
 * Return: zeroed memory, or NULL and @a->full.
 */
void *acpi_start(struct table_area *a, size_t size);

/**
 * acpi_entry() - one entry of a MADT or SRAT
 * @a: the area
 * @type: of the entry
 * @size: bytes, its head included
 *
 * Return: zeroed memory with type and length filled in, or NULL and @a->full.
 */
void *acpi_entry(struct table_area *a, u8 type, size_t size);

/**
 * acpi_finish() - fill in the head of a table
 * @a: the area; everything from @h to its end is the table
 * @h: from acpi_start()
 * @signature: four characters
 * @revision: of the table
 *
 * Does nothing when the area is full. Return: gpa of the table.
 */
u64 acpi_finish(struct table_area *a, struct acpi_table_header *h, const char *signature,
		u8 revision);

/**
 * acpi_build_madt() - interrupt controllers: MADT
 * @a: the area
 * @p: what the machine is
 *
 * Local APIC entries (type 0) for ids below 255, x2APIC entries (type 9) from
 * there on.
 *
 * Return: gpa; 0 when the area is full.
 */
u64 acpi_build_madt(struct table_area *a, const struct acpi_params *p);

/**
 * acpi_build_srat() - which CPU and which memory belongs to which node: SRAT
 * @a: the area
 * @p: what the machine is
 *
 * Return: gpa; 0 when the area is full.
 */
u64 acpi_build_srat(struct table_area *a, const struct acpi_params *p);

/**
 * acpi_build_slit() - distances between nodes: SLIT
 * @a: the area
 * @p: what the machine is
 *
 * Return: gpa; 0 when the area is full.
 */
u64 acpi_build_slit(struct table_area *a, const struct acpi_params *p);

/**
 * acpi_build_hmat() - latency, bandwidth and caches of memory: HMAT
 * @a: the area
 * @p: what the machine is
 *
 * A node's latency and bandwidth are those its nearest CPUs see. From further
 * away latency grows and bandwidth falls with the distance. Units are 100 ns
 * and 10240 MB/s, or smaller ones if these cannot say all values exactly.
 *
 * Return: gpa; 0 when the area is full.
 */
u64 acpi_build_hmat(struct table_area *a, const struct acpi_params *p);

#endif /* KTSTR_HOST_ARCH_X86_ACPI_TABLE_H */
