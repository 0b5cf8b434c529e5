/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_RENDEZVOUS_H
#define KTSTR_HOST_COORD_RENDEZVOUS_H

/*
 * The coordinator's half of a freeze: stop every vCPU, look, go on, and let
 * the guest not notice.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/vmm/vm.h"

/* A vCPU that does not park within this time is reported missing. */
#define RENDEZVOUS_TIMEOUT_NS 30000000000ULL

/**
 * struct rendezvous - one freeze
 * @begin_ns: mono_ns() when it was asked for
 * @frozen_ns: when the last vCPU parked, or the deadline passed
 * @frozen: vCPUs that stood still
 * @vcpus: that should have
 * @missing: index of the first one that did not, valid when @frozen < @vcpus
 * @kicks: how often they were kicked; more than 1 when one took longer than
 *         FREEZE_BACKSTOP_MS
 * @killed: the machine ended meanwhile: nothing may be concluded
 * @clock_valid: @clock_ns was saved and has to be restored
 * @clock_ns: KVM clock of the guest
 * @ticks: arch_clock_now() of the same moment
 */
struct rendezvous {
	u64 begin_ns;
	u64 frozen_ns;
	u32 frozen;
	u32 vcpus;
	u32 missing;
	u32 kicks;
	bool killed;
	bool clock_valid;
	u64 clock_ns;
	u64 ticks;
};

/**
 * freeze_begin() - stop every vCPU
 * @vm: running
 * @r: filled in
 * @timeout_ns: RENDEZVOUS_TIMEOUT_NS, or less
 *
 * Coordinator thread. Sets the request, kicks in two passes, waits on
 * parked_evt until every live vCPU has parked; kill_evt ends the wait. A vCPU
 * whose thread has ended counts as missing. Then saves the guest's clock.
 *
 * When some vCPUs do not park, the clock is left alone: it cannot be set back
 * for those that went on.
 *
 * Return: 0 when all stand still; -ETIMEDOUT when some do not (the others do),
 * because of @timeout_ns or because their threads have ended; -EBUSY when a
 * vCPU did not even leave the freeze before, and none was asked for this time;
 * -ECANCELED when the machine was killed. In every case the caller calls
 * freeze_end().
 */
int freeze_begin(struct vm *vm, struct rendezvous *r, u64 timeout_ns);

/**
 * freeze_end() - restore the clock, let every vCPU go on, wait until they do
 * @vm: the machine
 * @r: from freeze_begin()
 *
 * Coordinator thread. The post-thaw barrier: returns when no vCPU is parked
 * any more, so that the next freeze cannot meet a vCPU of this one; bounded,
 * and cut short by a kill.
 *
 * Return: nanoseconds from the request to the thaw.
 */
u64 freeze_end(struct vm *vm, struct rendezvous *r);

#endif /* KTSTR_HOST_COORD_RENDEZVOUS_H */
