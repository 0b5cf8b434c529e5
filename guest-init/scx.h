/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_SCX_H
#define KTSTR_GUEST_SCX_H

#define SCX_SYSFS_DIR "/sys/kernel/sched_ext"
#define SCX_OPS_MAX   64

/**
 * enum scx_state - what the kernel says about the BPF scheduler
 * @SCX_STATE_ABSENT: no sched_ext in this kernel, or the file cannot be read
 * @SCX_STATE_DISABLED: none attached
 * @SCX_STATE_ENABLING: one is being attached
 * @SCX_STATE_ENABLED: one is attached
 * @SCX_STATE_DISABLING: one is being thrown out
 * @SCX_STATE_UNKNOWN: a word this program does not know
 */
enum scx_state {
	SCX_STATE_ABSENT,
	SCX_STATE_DISABLED,
	SCX_STATE_ENABLING,
	SCX_STATE_ENABLED,
	SCX_STATE_DISABLING,
	SCX_STATE_UNKNOWN,
};

/**
 * struct scx_status - one look at sched_ext
 * @state: see above
 * @ops: name of the scheduler's ops, NUL-terminated; empty without one. It is
 *       there from SCX_STATE_ENABLING on, so alone it proves nothing
 */
struct scx_status {
	enum scx_state state;
	char ops[SCX_OPS_MAX];
};

/**
 * scx_state_parse() - read the text of the "state" file
 * @text: NUL-terminated, with or without its newline
 *
 * The words are those of scx_enable_state_str in the kernel.
 */
enum scx_state scx_state_parse(const char *text);

/**
 * scx_state_name() - a state as one word
 * @state: any of enum scx_state
 */
const char *scx_state_name(enum scx_state state);

/**
 * scx_read() - look at the kernel
 * @dir: SCX_SYSFS_DIR, or a directory of the same shape
 * @st: filled in
 */
void scx_read(const char *dir, struct scx_status *st);

#endif /* KTSTR_GUEST_SCX_H */
