/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_WATCH_H
#define KTSTR_SELFTESTS_UNIT_FAKE_WATCH_H

/*
 * Watchpoints of an architecture that is a fake: it notes what it is told to
 * program, and decodes to what the test says.
 */
#include <errno.h>
#include <linux/bits.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "host/arch/arch.h"
#include "host/vmm/watch.h"
#include "lib/log.h"
#include "lib/util.h"

#define KVA  0xffffffff81001000ULL
#define NONE (~0ULL)

static struct {
	int ret; /* of arch_debug_set() */
	unsigned int calls;
	u64 kva[WATCH_SLOTS];
	u32 skip;
	bool step;
	u32 slots; /* of arch_debug_decode() */
	u32 step_mask;
	bool guests; /* of arch_debug_guest() */
	unsigned int injected;
	u64 injected_kva0;
} arch;

int arch_debug_set(int fd, const u64 *kva, u32 skip, bool step)
{
	arch.calls++;
	if (arch.ret)
		return arch.ret;
	memcpy(arch.kva, kva, sizeof(arch.kva));
	arch.skip = skip;
	arch.step = step;
	return 0;
}

u32 arch_debug_decode(const struct kvm_debug_exit_arch *dbg, const u64 *armed, u32 *step_mask)
{
	*step_mask = arch.step_mask;
	return arch.slots;
}

bool arch_debug_guest(const struct kvm_debug_exit_arch *dbg)
{
	return arch.guests;
}

int arch_debug_inject(int fd, const u64 *kva, const struct kvm_debug_exit_arch *dbg)
{
	arch.injected++;
	arch.injected_kva0 = kva[0];
	return arch.ret;
}

static unsigned int errors;

static void count_errors(enum log_level level, const char *fmt, va_list ap)
{
	errors += level == LOG_LEVEL_ERR;
}

FIXTURE(watch)
{
	struct watchpoint_arm w;
	struct watch_state st;
	u32 kind;
};

FIXTURE_SETUP(watch)
{
	memset(&self->st, 0, sizeof(self->st));
	self->kind = 0;
	ASSERT_EQ(0, watch_init(&self->w));
	log_set_sink(count_errors);
}

FIXTURE_TEARDOWN(watch)
{
	watch_destroy(&self->w);
	EXPECT_EQ(-1, self->w.hit_evt);
}

/* Edges since the last call; NONE for EAGAIN. */
static inline u64 edges_of(int evt)
{
	u64 n;

	if (read(evt, &n, sizeof(n)) == sizeof(n))
		return n;
	return errno == EAGAIN ? NONE : 0;
}

static inline u64 edges(struct watchpoint_arm *w)
{
	return edges_of(w->hit_evt);
}

static inline void publish0(struct watchpoint_arm *w, u64 kva, const u32 *kind)
{
	atomic_store_explicit(&w->kind_host_ptr, kind, memory_order_release);
	atomic_store_explicit(&w->request_kva, kva, memory_order_release);
	atomic_fetch_add(&w->gen, 1);
	watch_mark_armed(w);
}

static inline void withdraw0(struct watchpoint_arm *w)
{
	atomic_store_explicit(&w->request_kva, 0, memory_order_release);
	atomic_store_explicit(&w->kind_host_ptr, NULL, memory_order_release);
	atomic_fetch_add(&w->gen, 1);
}

static inline void publish(struct watchpoint_arm *w, unsigned int idx, u64 kva, const char *tag,
			   const void *value, u32 len)
{
	struct watch_user *u = &w->user[idx];

	snprintf(u->tag, sizeof(u->tag), "%s", tag);
	u->value_len = len;
	atomic_store_explicit(&u->value_host_ptr, value, memory_order_release);
	atomic_store(&u->writes, 0);
	atomic_store(&u->muted, false);
	atomic_store_explicit(&u->request_kva, kva, memory_order_release);
	atomic_fetch_add(&w->gen, 1);
	watch_mark_armed(w);
}

static inline void release(struct watchpoint_arm *w, unsigned int idx)
{
	struct watch_user *u = &w->user[idx];

	atomic_store_explicit(&u->request_kva, 0, memory_order_release);
	atomic_store_explicit(&u->value_host_ptr, NULL, memory_order_release);
	atomic_store_explicit(&u->hit, false, memory_order_release);
	atomic_fetch_add(&w->gen, 1);
}

#define ARM() watch_self_arm(&self->w, &self->st, -1, 0)

static inline bool trap(FIXTURE_DATA(watch) * self, u32 slots)
{
	struct kvm_debug_exit_arch dbg = { 0 };

	arch.slots = slots;
	return watch_dispatch(&self->w, &self->st, &dbg, 3);
}

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_WATCH_H */
