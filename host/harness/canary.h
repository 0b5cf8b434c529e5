/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_CANARY_H
#define KTSTR_HOST_CANARY_H

#include <linux/types.h>

/* How long the canary may take before KVM counts as unusable. */
#define CANARY_TIMEOUT_MS 2000

/**
 * enum canary_result - is KVM usable?
 * @CANARY_OK: a guest ran and its watched store was reported
 * @CANARY_NO_DEVICE: /dev/kvm does not exist, or has no driver behind it
 * @CANARY_NO_PERMISSION: /dev/kvm may not be opened
 * @CANARY_OPEN_FAILED: it could not be opened for another reason
 * @CANARY_CREATE_FAILED: a request failed before the guest ran
 * @CANARY_RUN_FAILED: the guest could not be run, or ended in another way
 * @CANARY_NO_DEBUG_EXIT: the guest ran on across the watched store
 * @CANARY_WRONG_STATUS: a debug exit came, but not for the watched store
 * @CANARY_TIMEOUT: no answer within CANARY_TIMEOUT_MS
 * @CANARY_INTERNAL: the canary itself could not be started
 */
enum canary_result {
	CANARY_OK,
	CANARY_NO_DEVICE,
	CANARY_NO_PERMISSION,
	CANARY_OPEN_FAILED,
	CANARY_CREATE_FAILED,
	CANARY_RUN_FAILED,
	CANARY_NO_DEBUG_EXIT,
	CANARY_WRONG_STATUS,
	CANARY_TIMEOUT,
	CANARY_INTERNAL,
};

/**
 * struct canary_report - what the canary saw
 * @result: the answer
 * @error: negative errno of what failed, or 0
 * @exit_reason: KVM_EXIT_* of the last exit; KVM_EXIT_UNKNOWN (0) before one
 * @status: x86: DR6 of the debug exit; 0 without one
 * @elapsed_ns: how long it took
 * @reason: one clause, lower case, without a full stop: what is wrong
 * @way_out: one clause: what would help; "" for CANARY_OK
 */
struct canary_report {
	enum canary_result result;
	int error;
	u32 exit_reason;
	u64 status;
	u64 elapsed_ns;
	char reason[192];
	char way_out[192];
};

/**
 * canary_probe() - find out whether KVM is usable, by using it
 * @rep: filled in, or NULL
 *
 * A KVM that opens, and even runs guests, may still be of no use: emulations
 * and hypervisors exist that accept a watchpoint and never report it. So a
 * guest of a few instructions stores to a watched word, and only the debug exit
 * for that store counts.
 *
 * Everything happens in a forked child, which is killed when it does not
 * answer in time. Any thread; takes a millisecond or so on real hardware.
 *
 * Return: @rep->result.
 */
enum canary_result canary_probe(struct canary_report *rep);

/**
 * canary_result_name() - the enumerator as lower-case words
 * @result: any value
 */
const char *canary_result_name(enum canary_result result);

#endif /* KTSTR_HOST_CANARY_H */
