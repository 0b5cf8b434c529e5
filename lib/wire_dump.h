/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_DUMP_H
#define KTSTR_LIB_WIRE_DUMP_H

/*
 * What the VMM process tells its supervisor about snapshots and requests. The
 * supervisor writes the files: the process that parses guest data creates none.
 */
#include <stddef.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/wire.h"

#define WIRE_DUMP_VERSION 2
#define WIRE_DUMP_NO_VCPU 0xffffffffU
/* The JSON text of one snapshot; it is cut down to fit, see host/inspect/dump.h */
#define WIRE_DUMP_JSON_MAX (8U << 20)

/**
 * enum wire_dump_kind - what made a snapshot
 * @WIRE_DUMP_FAILURE: the scheduler's exit kind became an error (slot 0)
 * @WIRE_DUMP_FALLBACK: the same, seen in the scheduler's own .bss flag or by
 *                      the scan, not by the watchpoint
 * @WIRE_DUMP_CAPTURE: the guest asked
 * @WIRE_DUMP_WATCH: a watched symbol was written
 * @WIRE_DUMP_EARLY: a runnable task waited longer than half the watchdog
 * @WIRE_DUMP_PERIODIC: a boundary of the run passed
 * @WIRE_DUMP_NR: one more than the last
 */
enum wire_dump_kind {
	WIRE_DUMP_FAILURE = 1,
	WIRE_DUMP_FALLBACK,
	WIRE_DUMP_CAPTURE,
	WIRE_DUMP_WATCH,
	WIRE_DUMP_EARLY,
	WIRE_DUMP_PERIODIC,
	WIRE_DUMP_NR,
};

/**
 * wire_dump_kind_name() - a kind as one lower-case word
 * @kind: any value; an unknown one gives "unknown"
 */
const char *wire_dump_kind_name(u32 kind);

/**
 * struct dump_view - a WIRE_DUMP frame, decoded
 * @kind: enum wire_dump_kind
 * @frozen: vCPUs that stood still ...
 * @vcpus: ... of how many
 * @slots: bitmask of the watchpoint slots that had fired
 * @vcpu: whose store it was, or WIRE_DUMP_NO_VCPU
 * @exit_kind: the scheduler's exit kind, 0 = none
 * @kva: watched address, 0 = none
 * @old_value: of the watched word when it was armed
 * @new_value: after the store
 * @writes: traps counted on the slot until the standstill
 * @ip: of @vcpu, or of vCPU 0 when there is none
 * @t_ns: when the freeze began, since the start of the run
 * @latch_to_frozen_ns: trap to all parked
 * @frozen_to_captured_ns: all parked to everything copied out of the guest
 * @frozen_ns: whole standstill
 * @elapsed_ns: @t_ns since scenario start, without pauses and earlier freezes; 0
 *              before it
 * @boundary_ns: when it was meant to be taken, likewise; periodic ones only
 * @tag: NUL-terminated; "" for the failure dump
 * @schema: NUL-terminated: "single", "dual" or "degraded"
 * @ip_symbol: NUL-terminated: @ip as symbol+0xoffset, or ""
 * @exit_msg: NUL-terminated: message of the scheduler's exit, or ""
 * @json: the dump's text, not NUL-terminated
 * @json_len: bytes of it
 */
struct dump_view {
	u32 kind;
	u32 frozen;
	u32 vcpus;
	u32 slots;
	u32 vcpu;
	u32 exit_kind;
	u64 kva;
	u64 old_value;
	u64 new_value;
	u64 writes;
	u64 ip;
	u64 t_ns;
	u64 latch_to_frozen_ns;
	u64 frozen_to_captured_ns;
	u64 frozen_ns;
	u64 elapsed_ns;
	u64 boundary_ns;
	char tag[72];
	char schema[16];
	char ip_symbol[136];
	char exit_msg[256];
	const char *json;
	size_t json_len;
};

#define WIRE_DUMP_U32S 6
#define WIRE_DUMP_U64S 11

/**
 * struct wire_dump - WIRE_DUMP: the JSON text follows
 * @version: WIRE_DUMP_VERSION
 * @json_len: bytes of it
 * @u32s: kind .. exit_kind, in the order of struct dump_view
 * @u64s: kva .. boundary_ns, in that order
 * @tag: as there
 * @schema: as there
 * @ip_symbol: as there
 * @exit_msg: as there
 */
struct wire_dump {
	__le32 version;
	__le32 json_len;
	__le32 u32s[WIRE_DUMP_U32S];
	__le64 u64s[WIRE_DUMP_U64S];
	char tag[72];
	char schema[16];
	char ip_symbol[136];
	char exit_msg[256];
} __packed;
static_assert(sizeof(struct wire_dump) == 600);

/**
 * wire_dump_encode() - to the wire
 * @v: the snapshot
 * @buf: set to the payload; the caller frees it
 * @len: set to its size
 *
 * Return: 0, -E2BIG for a text above WIRE_DUMP_JSON_MAX, or -ENOMEM.
 */
int wire_dump_encode(const struct dump_view *v, void **buf, size_t *len);

/**
 * wire_dump_decode() - check a WIRE_DUMP payload and read it
 * @payload: the bytes
 * @len: how many
 * @v: filled in on success; @v->json points into @payload
 *
 * Return: 0, -EPROTO for an unknown version, or -EBADMSG when the length does
 * not fit, a kind does not exist, or a text has no NUL.
 */
int wire_dump_decode(const void *payload, size_t len, struct dump_view *v);

/**
 * enum wire_op - what a request was about
 * @WIRE_OP_CAPTURE: snapshot now
 * @WIRE_OP_WATCH: watch a symbol
 * @WIRE_OP_UNWATCH: stop watching it
 * @WIRE_OP_WATCH_END: a watch ended; the reason says how, @writes how often
 *                     the symbol was written while it was watched
 * @WIRE_OP_KERNEL: kernel operation; a struct wire_korp follows
 * @WIRE_OP_MAP_WRITE: the host wrote a variable of a BPF map
 * @WIRE_OP_CANARY: arm-time canary of the watchpoints
 * @WIRE_OP_OBSERVER: the host's view of the kernel is ready, or cannot be
 * @WIRE_OP_MEMORY: all memory was saved; the reason says how much
 * @WIRE_OP_HOLD: the guest was held; the reason says how that ended
 * @WIRE_OP_NR: one more than the last
 */
enum wire_op {
	WIRE_OP_CAPTURE = 1,
	WIRE_OP_WATCH,
	WIRE_OP_UNWATCH,
	WIRE_OP_WATCH_END,
	WIRE_OP_KERNEL,
	WIRE_OP_MAP_WRITE,
	WIRE_OP_CANARY,
	WIRE_OP_OBSERVER,
	WIRE_OP_MEMORY,
	WIRE_OP_HOLD,
	WIRE_OP_NR,
};

/**
 * struct wire_oprs - WIRE_OPRS: the data of the operation follows
 * @version: WIRE_DUMP_VERSION
 * @op: enum wire_op
 * @id: of the guest's request, 0 = the host's own
 * @status: enum wire_snap_status
 * @writes: WIRE_OP_WATCH_END: traps counted
 * @t_ns: when, since the start of the run
 * @tag: NUL-terminated: tag, symbol or map
 * @reason: NUL-terminated: of an error or an end
 */
struct wire_oprs {
	__le32 version;
	__le32 op;
	__le32 id;
	__le32 status;
	__le64 writes;
	__le64 t_ns;
	char tag[72];
	char reason[512];
} __packed;
static_assert(sizeof(struct wire_oprs) == 616);

/**
 * struct op_view - a WIRE_OPRS frame, decoded
 * @op: enum wire_op
 * @id: of the request
 * @status: enum wire_snap_status
 * @writes: traps counted
 * @t_ns: when
 * @tag: NUL-terminated
 * @reason: NUL-terminated
 * @data: what follows, a struct wire_korp payload for WIRE_OP_KERNEL
 * @data_len: bytes of it
 */
struct op_view {
	u32 op;
	u32 id;
	u32 status;
	u64 writes;
	u64 t_ns;
	char tag[72];
	char reason[512];
	const void *data;
	size_t data_len;
};

/**
 * wire_oprs_encode() - to the wire
 * @v: the outcome
 * @buf: set to the payload; the caller frees it
 * @len: set to its size
 *
 * Return: 0 or -ENOMEM.
 */
int wire_oprs_encode(const struct op_view *v, void **buf, size_t *len);

/**
 * wire_oprs_decode() - check a WIRE_OPRS payload and read it
 * @payload: the bytes
 * @len: how many
 * @v: filled in on success; @v->data points into @payload
 *
 * Return: 0, -EPROTO for an unknown version, or -EBADMSG.
 */
int wire_oprs_decode(const void *payload, size_t len, struct op_view *v);

#endif /* KTSTR_LIB_WIRE_DUMP_H */
