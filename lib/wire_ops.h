/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_OPS_H
#define KTSTR_LIB_WIRE_OPS_H

/*
 * Payloads of variable length: kernel operations (WIRE_KORQ, WIRE_KORP) and
 * payload metrics (WIRE_PMET). Each is a fixed head followed by its parts in
 * the order given, without padding between them, little-endian, strings without
 * NUL. A reader takes no version but its own and nothing left over.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/sizes.h>
#include <linux/types.h>

#define WIRE_OPS_VERSION     1
#define WIRE_KOP_TAG_MAX     256
#define WIRE_KOP_REASON_MAX  256
#define WIRE_KOP_ENTRIES_MAX 4096
/* A symbol of the kernel is shorter than 512 bytes, a dotted path of fields too. */
#define WIRE_KOP_TARGET_MAX 1024
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
 * @WIRE_KOP_BYTES: 1 or more
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
 * @nr_entries: struct wire_kop_entry that follow, 1 to WIRE_KOP_ENTRIES_MAX
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
 * struct kop_entry_view - one entry of a request, decoded
 * @target: enum wire_kop_target
 * @value: enum wire_kop_value
 * @target_len: bytes of the target, at most WIRE_KOP_TARGET_MAX
 * @value_len: bytes of the value, right for its type
 * @target_data: the target; unaligned
 * @value_data: the value to write, unaligned; NULL when reading
 */
struct kop_entry_view {
	u8 target;
	u8 value;
	u16 target_len;
	u32 value_len;
	const void *target_data;
	const void *value_data;
};

/**
 * struct korq_view - a WIRE_KORQ payload, decoded
 * @id: of the request, not 0
 * @mode: enum wire_kop_mode
 * @direction: enum wire_kop_direction
 * @tag_len: bytes of the tag
 * @nr_entries: entries, for korq_next()
 * @tag: not NUL-terminated, without NUL; may be empty
 * @entries: private to korq_next()
 * @entries_len: likewise
 */
struct korq_view {
	u32 id;
	u8 mode;
	u8 direction;
	u16 tag_len;
	u32 nr_entries;
	const char *tag;
	const void *entries;
	size_t entries_len;
};

/**
 * korq_decode() - check a whole WIRE_KORQ payload
 * @payload: the bytes; must not change while @v is in use
 * @len: how many
 * @v: filled in; points into @payload. After a failure only @v->id means
 *     something: the id, to answer with, or 0 when there was none to read
 *
 * Mode, direction, targets, values and every length are checked, so that a
 * reader of the entries need not: an address is 8 bytes, a name is there and
 * has no NUL, a number has its size, an OR is a write, and what the reply to a
 * read needs fits into WIRE_KORP_MAX.
 *
 * Return: 0, -EPROTO for an unknown version, -E2BIG for more entries or bytes
 * than the limits above, or -EBADMSG.
 */
int korq_decode(const void *payload, size_t len, struct korq_view *v);

/**
 * korq_next() - walk the entries of a decoded request
 * @v: from korq_decode()
 * @pos: 0 before the first call; advanced
 * @e: filled in; points into the payload
 *
 * Return: false when there is none left.
 */
bool korq_next(const struct korq_view *v, size_t *pos, struct kop_entry_view *e);

/**
 * korq_encode() - to the wire
 * @v: the request; @v->entries and @v->entries_len are not looked at, @v->tag
 *     may be NULL when @v->tag_len is 0
 * @entries: @v->nr_entries of them; when reading, value_data is not looked at
 * @buf: set to the payload; the caller frees it
 * @len: set to its size
 *
 * Return: 0, -ENOMEM, or what korq_decode() says about the result.
 */
int korq_encode(const struct korq_view *v, const struct kop_entry_view *entries, void **buf,
		size_t *len);

/**
 * korq_set_id() - give an encoded request its number
 * @payload: at least a struct wire_korq
 * @id: not 0
 */
void korq_set_id(void *payload, u32 id);

/**
 * struct kop_value_view - one value of a reply
 * @value: enum wire_kop_value, never WIRE_KOP_OR_U32
 * @len: bytes of it, right for its type
 * @data: the value; unaligned
 */
struct kop_value_view {
	u8 value;
	u32 len;
	const void *data;
};

/**
 * struct korp_view - a WIRE_KORP payload, decoded
 * @id: of the request
 * @success: every entry was carried out
 * @reason_len: bytes of the reason
 * @nr_values: values, for korp_next()
 * @reason: not NUL-terminated, without NUL; empty on success
 * @values: private to korp_next()
 * @values_len: likewise
 */
struct korp_view {
	u32 id;
	bool success;
	u16 reason_len;
	u32 nr_values;
	const char *reason;
	const void *values;
	size_t values_len;
};

/**
 * korp_decode() - check a whole WIRE_KORP payload
 * @payload: the bytes; must not change while @v is in use
 * @len: how many
 * @v: filled in on success; points into @payload
 *
 * Return: 0, -EPROTO for an unknown version, -E2BIG for more values or bytes
 * than the limits above, or -EBADMSG.
 */
int korp_decode(const void *payload, size_t len, struct korp_view *v);

/**
 * korp_next() - walk the values of a decoded reply
 * @v: from korp_decode()
 * @pos: 0 before the first call; advanced
 * @value: filled in; points into the payload
 *
 * Return: false when there is none left.
 */
bool korp_next(const struct korp_view *v, size_t *pos, struct kop_value_view *value);

/**
 * korp_encode() - to the wire
 * @id: of the request, not 0
 * @success: every entry was carried out
 * @reason: NUL-terminated, cut to WIRE_KOP_REASON_MAX bytes at a character's
 *          boundary; NULL for none
 * @values: what was read, may be NULL when @nr_values is 0
 * @nr_values: how many
 * @buf: set to the payload; the caller frees it
 * @len: set to its size
 *
 * Return: 0, -ENOMEM, or what korp_decode() says about the result.
 */
int korp_encode(u32 id, bool success, const char *reason, const struct kop_value_view *values,
		u32 nr_values, void **buf, size_t *len);

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
