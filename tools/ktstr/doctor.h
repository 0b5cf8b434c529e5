/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_DOCTOR_H
#define KTSTR_TOOLS_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/compiler.h>

/**
 * enum check_status - what became of a check
 * @CHECK_OK: it is there and good
 * @CHECK_UNKNOWN: nothing here says
 * @CHECK_MISSING: it is nowhere
 * @CHECK_BROKEN: it is there, and of no use
 */
enum check_status {
	CHECK_OK,
	CHECK_UNKNOWN,
	CHECK_MISSING,
	CHECK_BROKEN,
};

/**
 * struct check - one thing that was looked at
 * @key: its name in JSON
 * @label: its name for people
 * @status: what became of it
 * @detail: what was found, or what is wrong
 * @blocks: what cannot be done without it; "" when all is well
 * @fix: the line that helps; "" when all is well
 */
struct check {
	const char *key;
	const char *label;
	enum check_status status;
	char detail[400];
	char blocks[160];
	char fix[240];
};

#define DOCTOR_CHECKS_MAX 16

/**
 * struct doctor - the state of a machine
 * @checks: in the order they are reported
 * @nr: how many
 * @kvm: KVM is usable
 * @emulated: the emulated host can start
 * @kernel: there is a kernel to test
 * @guest_init: there is a PID 1 for guests
 */
struct doctor {
	struct check checks[DOCTOR_CHECKS_MAX];
	unsigned int nr;
	bool kvm;
	bool emulated;
	bool kernel;
	bool guest_init;
};

/**
 * doctor_check() - begin a check; it is good until something else is said
 * @d: the doctor
 * @key: a literal
 * @label: a literal
 *
 * Return: the check, in @d.
 */
struct check *doctor_check(struct doctor *d, const char *key, const char *label);

/**
 * check_detail() - say what was found
 * @c: the check
 * @fmt: printf format
 */
void __printf(2, 3) check_detail(struct check *c, const char *fmt, ...);

/**
 * check_bad() - say that a check did not end well
 * @c: the check; its detail is left alone
 * @status: how it ended
 * @blocks: what cannot be done
 * @fix: the line that helps
 */
void check_bad(struct check *c, enum check_status status, const char *blocks, const char *fix);

/**
 * check_status_name() - a status as one lower-case word
 * @status: the status
 */
const char *check_status_name(enum check_status status);

/**
 * doctor_host() - look at KVM and the emulated host
 * @d: the doctor
 */
void doctor_host(struct doctor *d);

/**
 * doctor_guest() - look at what guests are made of
 * @d: the doctor
 */
void doctor_guest(struct doctor *d);

/**
 * doctor_build() - look at what builds ktstr and the schedulers
 * @d: the doctor
 */
void doctor_build(struct doctor *d);

/**
 * doctor_where() - where runs take place as things are
 * @d: after doctor_host()
 *
 * $KTSTR_HOST has its say, as in ktstr_host_enter().
 *
 * Return: "kvm", "emulated" or "none".
 */
const char *doctor_where(const struct doctor *d);

/**
 * doctor_ready() - can a test be run?
 * @d: after all checks
 */
bool doctor_ready(const struct doctor *d);

/**
 * doctor_print() - the report for people
 * @d: after all checks
 * @out: where to
 * @colour: with terminal colours
 */
void doctor_print(const struct doctor *d, FILE *out, bool colour);

/**
 * doctor_json() - the same for programs
 * @d: after all checks
 * @out: where to
 *
 * Members: format, ready, host (doctor_where()), checks[] of {key, status,
 * detail, blocks, fix}.
 *
 * Return: 0, -ENOMEM, or -EIO when @out does not take it.
 */
int doctor_json(const struct doctor *d, FILE *out);

#endif /* KTSTR_TOOLS_DOCTOR_H */
