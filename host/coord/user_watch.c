// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "lib/text.h"
#include "lib/util.h"
#include "user_watch.h"

static bool occupied(const struct watch_user *u)
{
	return atomic_load_explicit(&u->request_kva, memory_order_acquire) != 0;
}

static int free_slot(const struct watchpoint_arm *w)
{
	int i;

	for (i = 0; i < WATCH_USER_SLOTS; i++) {
		if (!occupied(&w->user[i]))
			return i;
	}
	return -ENOSPC;
}

int user_watch_find(const struct watchpoint_arm *w, const char *symbol)
{
	int i;

	for (i = 0; i < WATCH_USER_SLOTS; i++) {
		if (occupied(&w->user[i]) && !strcmp(w->user[i].tag, symbol))
			return i;
	}
	return -ENOENT;
}

/* True the first time; false too when it cannot be remembered. */
static bool warn_first(struct user_watch_warned *seen, const char *symbol, u64 kva)
{
	u32 i;

	if (!seen)
		return false;
	for (i = 0; i < seen->nr; i++) {
		if (seen->seen[i].kva == kva && !strcmp(seen->seen[i].symbol, symbol))
			return false;
	}
	if (i == USER_WATCH_WARNED_MAX)
		return false;
	seen->seen[i].kva = kva;
	snprintf(seen->seen[i].symbol, sizeof(seen->seen[i].symbol), "%s", symbol);
	seen->nr++;
	return true;
}

/*
 * The slot would be armed at the link address, which a kernel that was moved
 * never writes: a watch that looks good and never fires.
 */
static int refuse_unknown_slide(const struct user_watch_env *env, const char *symbol,
				const char *shown, u64 link_kva, struct ktstr_err *err)
{
	if (warn_first(env->warned, symbol, link_kva))
		pr_warn("watch of '%s' refused: link address %#" PRIx64
			" is in the kernel half and the KASLR slide is not known (boot with no_kaslr if the kernel is not to move)",
			shown, link_kva);
	return ktstr_err_set(err, -EAGAIN,
			     "symbol '%s': link address %#" PRIx64
			     " is in the kernel half (from %#llx) and the KASLR slide is not known: a watch there would never fire; ask again when the observer is ready, or boot with no_kaslr",
			     shown, link_kva, USER_WATCH_KERNEL_HALF);
}

/* From the symbol to an address that the hardware can watch. */
static int resolve(const struct user_watch_env *env, const char *symbol, const char *shown,
		   u64 *kva, struct ktstr_err *err)
{
	u64 link_kva;

	*kva = 0;
	if (!env->symbol(env->ctx, symbol, &link_kva))
		return ktstr_err_set(err, -ENOENT,
				     "symbol '%s' not found in the kernel's symbol table: it has to be written as in /proc/kallsyms",
				     shown);
	*kva = link_kva;
	if (!env->runtime_addresses) {
		if (!env->slide_known && link_kva >= USER_WATCH_KERNEL_HALF)
			return refuse_unknown_slide(env, symbol, shown, link_kva, err);
		if (env->slide_known && __builtin_add_overflow(link_kva, env->slide, kva))
			return ktstr_err_set(err, -EFAULT,
					     "symbol '%s': link address %#" PRIx64
					     " and KASLR slide %#" PRIx64
					     " lead beyond the end of the address space",
					     shown, link_kva, env->slide);
	}
	if (!*kva)
		return ktstr_err_set(err, -EFAULT,
				     "symbol '%s' is at address 0, which stands for a free slot: it cannot be watched",
				     shown);
	if (*kva % WATCH_LEN)
		return ktstr_err_set(err, -EDOM,
				     "symbol '%s' at %#" PRIx64
				     " is not 4-byte aligned: debug registers watch 4 bytes at a multiple of 4",
				     shown, *kva);
	return 0;
}

static const void *value_ptr(const struct user_watch_env *env, const char *symbol, u64 kva,
			     u32 *len)
{
	const void *p;

	*len = sizeof(u64);
	if (kva % sizeof(u64) == 0 && env->wide && env->wide(env->ctx, symbol, kva)) {
		p = env->hva(env->ctx, kva, *len);
		if (p)
			return p;
	}
	*len = sizeof(u32);
	return env->hva(env->ctx, kva, *len);
}

static void publish(struct watchpoint_arm *w, unsigned int idx, const char *symbol, u64 kva,
		    const void *value, u32 len)
{
	struct watch_user *u = &w->user[idx];

	/*
	 * A vCPU may have trapped for the former owner after the slot was freed,
	 * or be at it now.
	 */
	pthread_mutex_lock(&w->latch_lock);
	atomic_store_explicit(&u->hit, false, memory_order_release);
	atomic_store_explicit(&u->muted, false, memory_order_release);
	atomic_store_explicit(&u->writes, 0, memory_order_relaxed);
	snprintf(u->tag, sizeof(u->tag), "%s", symbol);
	u->value_len = len;
	atomic_store_explicit(&u->value_host_ptr, value, memory_order_release);
	pthread_mutex_unlock(&w->latch_lock);
	atomic_store_explicit(&u->request_kva, kva, memory_order_release);
	watch_mark_armed(w);
	atomic_fetch_add_explicit(&w->gen, 1, memory_order_release);
}

int user_watch_arm(struct watchpoint_arm *w, const struct user_watch_env *env, const char *symbol,
		   struct user_watch_armed *out, struct ktstr_err *err)
{
	char shown[TEXT_ESCAPED_MAX(WIRE_SNAP_TAG_MAX)];
	size_t name_len = strnlen(symbol, WIRE_SNAP_TAG_MAX + 1);
	int idx = free_slot(w), ret;
	const void *value;
	u32 len;
	u64 kva;

	if (idx < 0)
		return ktstr_err_set(err, idx,
				     "no free user watchpoint slot: slots 1..%d are all taken by earlier watches (cap = %d); give one back, or wait for its hit",
				     WATCH_USER_SLOTS, WATCH_USER_SLOTS);
	if (!name_len || name_len > WIRE_SNAP_TAG_MAX)
		return ktstr_err_set(err, -EINVAL, "a symbol to watch has 1..%d characters, not %s",
				     WIRE_SNAP_TAG_MAX, name_len ? "more" : "none");
	text_escape_line(shown, sizeof(shown), symbol, name_len);
	ret = user_watch_find(w, symbol);
	if (ret >= 0)
		return ktstr_err_set(err, -EEXIST,
				     "symbol '%s' is being watched already, in slot %d", shown,
				     ret + 1);
	ret = resolve(env, symbol, shown, &kva, err);
	if (ret)
		return ret;
	value = value_ptr(env, symbol, kva, &len);
	if (!value)
		return ktstr_err_set(err, -ENXIO,
				     "symbol '%s' at %#" PRIx64
				     ": no guest memory there (a per-CPU symbol has no address of its own)",
				     shown, kva);
	*out = (struct user_watch_armed){ .idx = idx,
					  .kva = kva,
					  .old_value = watch_read_value(value, len) };
	publish(w, idx, symbol, kva, value, len);
	/* A vCPU in the guest does not look at the slots before its next exit. */
	env->kick(env->ctx);
	return 0;
}

static void take_record(const struct watch_user *u, struct user_watch_end *end)
{
	*end = (struct user_watch_end){
		.kva = atomic_load_explicit(&u->request_kva, memory_order_relaxed),
		.hit = atomic_load_explicit(&u->hit, memory_order_acquire),
		.muted = atomic_load_explicit(&u->muted, memory_order_relaxed),
		.writes = atomic_load_explicit(&u->writes, memory_order_relaxed),
	};
	memcpy(end->tag, u->tag, sizeof(end->tag));
	if (end->hit) {
		end->hit_ns = u->hit_ns;
		end->hit_value = u->hit_value;
		end->hit_vcpu = u->hit_vcpu;
	}
}

int user_watch_free(struct watchpoint_arm *w, unsigned int idx, struct user_watch_end *end)
{
	struct watch_user *u;

	if (idx >= WATCH_USER_SLOTS || !occupied(&w->user[idx]))
		return -ENOENT;
	u = &w->user[idx];
	/* So that a trap meanwhile is in the record as a whole, or not at all. */
	pthread_mutex_lock(&w->latch_lock);
	if (end)
		take_record(u, end);
	atomic_store_explicit(&u->request_kva, 0, memory_order_release);
	atomic_store_explicit(&u->value_host_ptr, NULL, memory_order_release);
	atomic_store_explicit(&u->hit, false, memory_order_release);
	atomic_store_explicit(&u->muted, false, memory_order_release);
	atomic_store_explicit(&u->writes, 0, memory_order_relaxed);
	pthread_mutex_unlock(&w->latch_lock);
	atomic_fetch_add_explicit(&w->gen, 1, memory_order_release);
	return 0;
}

const char *user_watch_end_text(const struct user_watch_end *end, enum user_watch_why why,
				u64 armed_ns, char *buf, size_t room)
{
	static const char *const because[] = {
		[USER_WATCH_HANDLED] = "snapshot taken",
		[USER_WATCH_REQUESTED] = "given back by request",
		[USER_WATCH_RUN_END] = "the run ended",
	};
	const char *reason = why < ARRAY_SIZE(because) ? because[why] : "unknown";
	char rate[64] = "";

	if (armed_ns && end->writes)
		snprintf(rate, sizeof(rate), " in %" PRIu64 ".%03" PRIu64 " ms",
			 armed_ns / NSEC_PER_MSEC, armed_ns % NSEC_PER_MSEC / 1000);
	if (end->muted)
		snprintf(buf, room,
			 "disarmed: written too often, %" PRIu64
			 " writes%s, the limit is %d before the first is handled; %s",
			 end->writes, rate, WATCH_MUTE_HITS, reason);
	else
		snprintf(buf, room, "%s: %" PRIu64 " write%s%s", reason, end->writes,
			 end->writes == 1 ? "" : "s", rate);
	return buf;
}
