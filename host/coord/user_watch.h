/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_USER_WATCH_H
#define KTSTR_HOST_COORD_USER_WATCH_H

/*
 * Slots 1..3: symbols a test wants to see written. A slot is taken by
 * user_watch_arm(), makes one snapshot, and is given back by user_watch_free()
 * when the hit was handled or the test asks for it. Slot order and store
 * order: host/vmm/watch.h. All functions: coordinator thread; arm and free hold
 * latch_lock for a few stores, and nothing else while they do.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/vmm/watch.h"
#include "lib/err.h"

/* Lowest kernel address of x86_64 with 4-level paging (x86_64/mm.rst). */
#define USER_WATCH_KERNEL_HALF 0xffff800000000000ULL

#define USER_WATCH_WARNED_MAX 16

/**
 * struct user_watch_warned - symbols that were already warned about
 * @nr: how many; when there is no room, further ones are not warned about
 * @seen: symbol and link address
 *
 * The owner zeroes it once a run.
 */
struct user_watch_warned {
	u32 nr;
	struct {
		u64 kva;
		char symbol[WIRE_SNAP_TAG_MAX + 1];
	} seen[USER_WATCH_WARNED_MAX];
};

/**
 * struct user_watch_env - what arming needs to know of the kernel
 * @symbol: sets @kva to the symbol's address; false when there is none. O(1)
 * @hva: the @len bytes at @kva in host memory, or NULL
 * @wide: do the 8 bytes at @kva, a multiple of 8, all belong to @symbol? NULL
 *        stands for no. Only decides how much of the value is recorded
 * @kick: bring every vCPU out of the guest, as vm_kick_all() does
 * @ctx: passed to all of them
 * @runtime_addresses: @symbol gives addresses as the guest has them (a table
 *                     read from guest memory); @slide does not matter then
 * @slide_known: @slide is known, be it 0 (no KASLR)
 * @slide: what to add to the addresses of @symbol
 * @warned: remembers warnings, or NULL for none at all
 */
struct user_watch_env {
	bool (*symbol)(void *ctx, const char *symbol, u64 *kva);
	const void *(*hva)(void *ctx, u64 kva, u64 len);
	bool (*wide)(void *ctx, const char *symbol, u64 kva);
	void (*kick)(void *ctx);
	void *ctx;
	bool runtime_addresses;
	bool slide_known;
	u64 slide;
	struct user_watch_warned *warned;
};

/**
 * struct user_watch_armed - a watch that was armed
 * @idx: 0..2 for slots 1..3: the lowest that was free
 * @kva: what is watched
 * @old_value: watch_read_value() right before
 */
struct user_watch_armed {
	unsigned int idx;
	u64 kva;
	u64 old_value;
};

/**
 * user_watch_arm() - watch a symbol
 * @w: the watchpoints
 * @env: the kernel
 * @symbol: NUL-terminated, the guest's bytes; at most WIRE_SNAP_TAG_MAX
 * @out: filled in on success
 * @err: says what was refused and what to do about it, or NULL
 *
 * Nothing changes when it fails.
 *
 * Return: 0, or, in the order of the checks:
 * -ENOSPC all slots are taken; -EINVAL empty or overlong name; -EEXIST the
 * symbol is being watched; -ENOENT no such symbol; -EAGAIN an address of the
 * kernel half, and the slide is not known; -EFAULT address 0 or beyond the end
 * of the address space; -EDOM not a multiple of 4; -ENXIO no guest memory
 * behind it.
 */
int user_watch_arm(struct watchpoint_arm *w, const struct user_watch_env *env, const char *symbol,
		   struct user_watch_armed *out, struct ktstr_err *err);

/**
 * user_watch_find() - slot of a symbol
 * @w: the watchpoints
 * @symbol: NUL-terminated
 *
 * Return: 0..2, or -ENOENT.
 */
int user_watch_find(const struct watchpoint_arm *w, const char *symbol);

/**
 * enum user_watch_why - why a watch ends
 * @USER_WATCH_HANDLED: its snapshot was taken
 * @USER_WATCH_REQUESTED: the guest gave the slot back
 * @USER_WATCH_RUN_END: the run is over
 */
enum user_watch_why {
	USER_WATCH_HANDLED,
	USER_WATCH_REQUESTED,
	USER_WATCH_RUN_END,
};

/**
 * struct user_watch_end - what there is to say about a watch that ended
 * @tag: the symbol
 * @kva: where it was
 * @hit: it was written at least once
 * @muted: it was written so often that the vCPUs stopped watching it
 * @writes: traps counted
 * @hit_ns: of the first, valid with @hit
 * @hit_value: value after it, valid with @hit
 * @hit_vcpu: whose store it was, valid with @hit
 */
struct user_watch_end {
	char tag[WIRE_SNAP_TAG_MAX + 1];
	u64 kva;
	bool hit;
	bool muted;
	u64 writes;
	u64 hit_ns;
	u64 hit_value;
	u32 hit_vcpu;
};

/**
 * user_watch_free() - give a slot back
 * @w: the watchpoints
 * @idx: 0..2; anything else, or a free slot, gives -ENOENT
 * @end: filled in on success, or NULL
 *
 * The caller kicks the vCPUs unless they stand still. A vCPU that has not come
 * round yet may still trap; the slot's next owner starts from zero.
 *
 * Return: 0 or -ENOENT.
 */
int user_watch_free(struct watchpoint_arm *w, unsigned int idx, struct user_watch_end *end);

/* Room that always suffices for user_watch_end_text(). */
#define USER_WATCH_END_TEXT 256

/**
 * user_watch_end_text() - why a watch ended, and how often the symbol was written
 * @end: from user_watch_free()
 * @why: what the caller did it for
 * @armed_ns: how long it was armed, 0 = not known; for the rate
 * @buf: filled in
 * @room: of @buf
 *
 * Return: @buf.
 */
const char *user_watch_end_text(const struct user_watch_end *end, enum user_watch_why why,
				u64 armed_ns, char *buf, size_t room);

#endif /* KTSTR_HOST_COORD_USER_WATCH_H */
