/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_OPS_H
#define KTSTR_LIB_WIRE_OPS_H

/*
 * Payloads of variable length: kernel operations (WIRE_KORQ, WIRE_KORP) and
 * payload metrics (WIRE_PMET). Each is a fixed head followed by its parts in
 * the order given, without padding between them, little-endian, strings without
 * NUL. A reader takes no version but its own and nothing left over.
 */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/sizes.h>
#include <linux/types.h>

#define WIRE_OPS_VERSION    1
#define WIRE_KOP_TAG_MAX    256
#define WIRE_KOP_REASON_MAX 256
/* A whole WIRE_KORP payload. */
#define WIRE_KORP_MAX SZ_1M

/**
 * enum wire_kop_mode - does the guest stand still meanwhile
 * @WIRE_KOP_HOT: it runs on; the caller synchronises
 * @WIRE_KOP_COLD: inside a freeze
 */
enum wire_kop_mode {
	WIRE_KOP_HOT = 1,
	WIRE_KOP_COLD = 2,
};

/**
 * enum wire_kop_direction - of all entries of a request
 * @WIRE_KOP_READ: values come back in the reply
 * @WIRE_KOP_WRITE: values are in the request
 */
enum wire_kop_direction {
	WIRE_KOP_READ = 1,
	WIRE_KOP_WRITE = 2,
};

/**
 * enum wire_kop_target - what an entry is about; the target's bytes follow
 * @WIRE_KOP_SYMBOL: name
 * @WIRE_KOP_DIRECT: __le64 address in the direct map
 * @WIRE_KOP_KVA: __le64 kernel address, reached by a page walk
 * @WIRE_KOP_PERCPU_FIELD: __le32 CPU, then symbol "." field
 * @WIRE_KOP_TASK_FIELD: __le32 pid, __le64 start time in ns, then dotted field
 */
enum wire_kop_target {
	WIRE_KOP_SYMBOL = 1,
	WIRE_KOP_DIRECT = 2,
	WIRE_KOP_KVA = 3,
	WIRE_KOP_PERCPU_FIELD = 4,
	WIRE_KOP_TASK_FIELD = 5,
};

/**
 * enum wire_kop_value - type of a value; its bytes follow
 * @WIRE_KOP_U32: 4 bytes
 * @WIRE_KOP_U64: 8 bytes
 * @WIRE_KOP_BYTES: any number
 * @WIRE_KOP_OR_U32: 4 bytes to OR in; writes only
 */
enum wire_kop_value {
	WIRE_KOP_U32 = 1,
	WIRE_KOP_U64 = 2,
	WIRE_KOP_BYTES = 3,
	WIRE_KOP_OR_U32 = 4,
};

/**
 * struct wire_korq - WIRE_KORQ: followed by the tag, then the entries
 * @version: WIRE_OPS_VERSION
 * @id: chosen by the guest, not 0
 * @mode: enum wire_kop_mode
 * @direction: enum wire_kop_direction
 * @tag_len: bytes of the tag, at most WIRE_KOP_TAG_MAX
 * @nr_entries: struct wire_kop_entry that follow
 */
struct wire_korq {
	__le32 version;
	__le32 id;
	u8 mode;
	u8 direction;
	__le16 tag_len;
	__le32 nr_entries;
} __packed;
static_assert(sizeof(struct wire_korq) == 16);

/**
 * struct wire_kop_entry - one operation: followed by target and value
 * @target: enum wire_kop_target
 * @value: enum wire_kop_value
 * @target_len: bytes of the target
 * @value_len: bytes of the value; reading: how many are wanted, none follow
 */
struct wire_kop_entry {
	u8 target;
	u8 value;
	__le16 target_len;
	__le32 value_len;
} __packed;
static_assert(sizeof(struct wire_kop_entry) == 8);

/**
 * struct wire_korp - WIRE_KORP: followed by the reason, then the values read
 * @version: WIRE_OPS_VERSION
 * @id: of the request
 * @success: 1 when every entry was carried out; the first failure ends the batch
 * @reason_len: bytes of the reason, at most WIRE_KOP_REASON_MAX
 * @nr_values: struct wire_kop_result that follow, in the order of the entries
 */
struct wire_korp {
	__le32 version;
	__le32 id;
	__le16 success;
	__le16 reason_len;
	__le32 nr_values;
} __packed;
static_assert(sizeof(struct wire_korp) == 16);

/**
 * struct wire_kop_result - one value read: followed by its bytes
 * @value: enum wire_kop_value
 * @pad: 0
 * @value_len: bytes of the value
 */
struct wire_kop_result {
	u8 value;
	u8 pad[3];
	__le32 value_len;
} __packed;
static_assert(sizeof(struct wire_kop_result) == 8);

/**
 * struct wire_pmet - WIRE_PMET: followed by the payload's name, then the metrics
 * @version: WIRE_OPS_VERSION
 * @exit_code: of the payload, as of struct wire_code
 * @name_len: bytes of the name
 * @pad: 0
 * @nr_metrics: struct wire_metric that follow
 */
struct wire_pmet {
	__le32 version;
	__le32 exit_code;
	__le16 name_len;
	__le16 pad;
	__le32 nr_metrics;
} __packed;
static_assert(sizeof(struct wire_pmet) == 16);

/**
 * struct wire_metric - one number of a payload: followed by its dotted name
 * @value: an IEEE 754 double, as its bits
 * @name_len: bytes of the name
 * @pad: 0
 */
struct wire_metric {
	__le64 value;
	__le16 name_len;
	u8 pad[6];
} __packed;
static_assert(sizeof(struct wire_metric) == 16);

#endif /* KTSTR_LIB_WIRE_OPS_H */
