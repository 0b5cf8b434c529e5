/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_REQUEST_H
#define KTSTR_LIB_WIRE_REQUEST_H

/*
 * What a guest asks of the host on the bulk port, and what it is answered: the
 * payloads of WIRE_SNRQ, WIRE_SNRP, WIRE_OBSQ and WIRE_VMCI. Kernel operations
 * are in lib/wire_ops.h.
 */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define WIRE_SNAP_TAG_MAX 64

/**
 * enum wire_snap_kind - what a snapshot request asks for
 * @WIRE_SNAP_NONE: illegal on the wire
 * @WIRE_SNAP_CAPTURE: freeze and capture now
 * @WIRE_SNAP_WATCH: capture when the symbol named by the tag is written
 * @WIRE_SNAP_UNWATCH: give the slot of the symbol named by the tag back
 * @WIRE_SNAP_MEMORY: freeze and save all memory, if the run is to
 * @WIRE_SNAP_HOLD: answer only when the host has looked long enough
 */
enum wire_snap_kind {
	WIRE_SNAP_NONE = 0,
	WIRE_SNAP_CAPTURE = 1,
	WIRE_SNAP_WATCH = 2,
	WIRE_SNAP_UNWATCH = 3,
	WIRE_SNAP_MEMORY = 4,
	WIRE_SNAP_HOLD = 5,
};

/**
 * struct wire_snrq - WIRE_SNRQ, exactly 72 bytes
 * @id: chosen by the guest, not 0
 * @kind: enum wire_snap_kind
 * @tag: NUL-padded name; all 64 bytes may be used
 */
struct wire_snrq {
	__le32 id;
	__le32 kind;
	char tag[WIRE_SNAP_TAG_MAX];
} __packed;
static_assert(sizeof(struct wire_snrq) == 72);

/**
 * enum wire_snap_status - answer to a snapshot request
 * @WIRE_SNAP_OK: done
 * @WIRE_SNAP_ERR: refused or failed; the reason says why
 */
enum wire_snap_status {
	WIRE_SNAP_OK = 1,
	WIRE_SNAP_ERR = 2,
};

/**
 * struct wire_snrp - WIRE_SNRP, exactly 520 bytes
 * @id: of the request
 * @status: enum wire_snap_status
 * @reason: NUL-terminated
 */
struct wire_snrp {
	__le32 id;
	__le32 status;
	char reason[512];
} __packed;
static_assert(sizeof(struct wire_snrp) == 520);

/**
 * enum wire_obs_kind - what an observer request asks for
 * @WIRE_OBS_AWAIT: answer when the host can read the kernel's symbols and
 *                  types, or never will (an error that says why)
 * @WIRE_OBS_CANARY_ARM: watch the guest's own word at addr on every vCPU
 * @WIRE_OBS_CANARY_DONE: the word was written once on each of count CPUs: say
 *                        whether every vCPU trapped, and stop watching it
 */
enum wire_obs_kind {
	WIRE_OBS_AWAIT = 1,
	WIRE_OBS_CANARY_ARM = 2,
	WIRE_OBS_CANARY_DONE = 3,
};

/**
 * struct wire_obsq - WIRE_OBSQ, exactly 24 bytes
 * @id: chosen by the guest, not 0, from the same numbers as of WIRE_SNRQ
 * @kind: enum wire_obs_kind
 * @addr: a guest virtual address, 4-byte aligned
 * @count: number of CPUs
 * @pad: 0
 */
struct wire_obsq {
	__le32 id;
	__le32 kind;
	__le64 addr;
	__le32 count;
	__le32 pad;
} __packed;
static_assert(sizeof(struct wire_obsq) == 24);

/**
 * struct wire_vmci - WIRE_VMCI, exactly 16 bytes
 * @gpa: guest physical address of the note, from /sys/kernel/vmcoreinfo
 * @size: bytes of it
 */
struct wire_vmci {
	__le64 gpa;
	__le64 size;
} __packed;
static_assert(sizeof(struct wire_vmci) == 16);

#endif /* KTSTR_LIB_WIRE_REQUEST_H */
