// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/util.h"
#include "result_snapshot.h"
#include "scx_error.h"
#include "verdict_judge.h"

void judge_failure_dump(struct judge *j)
{
	const struct ktstr_snapshot *s = result_failure_dump(j->res);
	char msg[300];

	if (!s || scx_error_wanted(j->in->test))
		return;
	judge_text(msg, sizeof(msg), s->v.exit_msg);
	judge_fail(j, SCHED_EJECTED, "a scheduler error was seen: exit kind %u (%s)%s%s",
		   s->v.exit_kind, result_exit_kind(s->v.exit_kind), msg[0] ? ": " : "", msg);
}

/* The first record of a refusal, else of a success, else NULL. */
static const struct op_view *canary_record(const struct judge *j)
{
	const struct op_view *found = NULL;
	size_t i;

	for (i = 0; i < j->in->nr_ops; i++) {
		const struct op_view *v = &j->in->ops[i];

		if (v->op != WIRE_OP_CANARY)
			continue;
		if (v->status != WIRE_SNAP_OK)
			return v;
		found = v;
	}
	return found;
}

void judge_canary(struct judge *j)
{
	const struct op_view *v = canary_record(j);
	char why[400];

	/* without a view of the kernel nothing is watched, and the guest does not ask */
	if (!j->in->observed || (!v && j->res->observer_seen && !j->res->observer_ok))
		judge_proved(j, PROOF_CANARY);
	else if (!v)
		judge_infra(j, WATCH_UNSUPPORTED,
			    "the watchpoints' canary never reported: what they missed is unknown");
	else if (v->status != WIRE_SNAP_OK)
		judge_infra(j, WATCH_UNSUPPORTED, "watchpoints do not work here: %s",
			    v->reason[0] ? judge_text(why, sizeof(why), v->reason) :
					   "their canary failed");
	else
		judge_proved(j, PROOF_CANARY);
}

/* Of the scenario's own requests; the observer's two have an id as well. */
static bool request_refused(const struct judge *j)
{
	size_t i;

	for (i = 0; i < j->in->nr_ops; i++) {
		const struct op_view *v = &j->in->ops[i];

		if (v->op == WIRE_OP_CANARY || v->op == WIRE_OP_OBSERVER)
			continue;
		if (v->id && v->status != WIRE_SNAP_OK)
			return true;
	}
	return false;
}

/* Which vCPU it was stands in the dump only: a degraded one says so near its beginning. */
static const char *who_ran(const struct dump_view *v, char *dst, size_t room)
{
	static const char key[] = "\"degraded_reason\": \"";
	const char *at = NULL, *end = NULL;

	if (v->json)
		at = memmem(v->json, min_t(size_t, v->json_len, 4096), key, sizeof(key) - 1);
	if (at) {
		at += sizeof(key) - 1;
		end = memchr(at, '"', v->json + v->json_len - at);
	}
	if (!end)
		return "vCPUs did not stand still";
	text_escape_line(dst, room, at, end - at);
	return dst;
}

/* The first one in which a vCPU still ran, or NULL. */
static const struct dump_view *degraded_dump(const struct judge *j)
{
	size_t i;

	for (i = 0; i < j->in->nr_dumps; i++) {
		const struct dump_view *v = &j->in->dumps[i];

		if (!v->vcpus || v->frozen != v->vcpus)
			return v;
	}
	return NULL;
}

void judge_frozen(struct judge *j)
{
	const struct dump_view *v = degraded_dump(j);
	char tag[80], who[120];

	if (!v)
		judge_proved(j, PROOF_FROZEN);
	else
		judge_infra(j, NOT_FROZEN, "%s for the %s snapshot%s%s: frozen=%u/%u",
			    who_ran(v, who, sizeof(who)), wire_dump_kind_name(v->kind),
			    v->tag[0] ? " " : "", judge_text(tag, sizeof(tag), v->tag), v->frozen,
			    v->vcpus);
}

bool judge_refused(struct judge *j)
{
	const struct ktstr_result *res = j->res;
	const struct op_view *v = canary_record(j);
	bool blind = res->observer_seen && !res->observer_ok;
	bool deaf = v && v->status != WIRE_SNAP_OK;
	bool loose = degraded_dump(j);
	char why[300];

	/* guest-init says -EOPNOTSUPP when the host said no */
	if (!j->ev.results || j->ev.result.error != -EOPNOTSUPP || !request_refused(j))
		return false;
	judge_text(why, sizeof(why), j->ev.result.reason);
	if (blind)
		judge_infra(j, OBSERVER_BLIND, "the host cannot observe this kernel: %s; so %s",
			    res->observer_text, why);
	else if (deaf)
		judge_canary(j);
	else if (loose)
		judge_frozen(j);
	return blind || deaf || loose;
}

void judge_map_writes(struct judge *j)
{
	size_t done = 0, i;

	for (i = 0; i < j->in->nr_ops; i++) {
		const struct op_view *v = &j->in->ops[i];
		char tag[80], why[400];

		if (v->op != WIRE_OP_MAP_WRITE)
			continue;
		if (v->status != WIRE_SNAP_OK) {
			judge_infra(j, MAP_NOT_WRITTEN,
				    "variable \"%s\" of a BPF map was not written: %s",
				    judge_text(tag, sizeof(tag), v->tag),
				    judge_text(why, sizeof(why), v->reason));
			return;
		}
		done++;
	}
	if (done != j->in->map_writes)
		judge_infra(j, MAP_NOT_WRITTEN, "%zu of %zu writes into BPF maps took place", done,
			    j->in->map_writes);
	else
		judge_proved(j, PROOF_MAP_WRITES);
}

void judge_periodic(struct judge *j)
{
	const struct ktstr_result *res = j->res;
	u32 wanted = j->in->periodic;
	/* one that is not kept was taken */
	u64 taken = j->in->dumps_evicted;
	size_t i;

	for (i = 0; i < j->in->nr_dumps; i++)
		taken += j->in->dumps[i].kind == WIRE_DUMP_PERIODIC;
	if (taken >= wanted)
		judge_proved(j, PROOF_PERIODIC);
	else if (res->observer_seen && !res->observer_ok)
		judge_infra(j, OBSERVER_BLIND,
			    "the host cannot observe this kernel: %s; so %llu of %u periodic snapshots were taken",
			    res->observer_text, (unsigned long long)taken, wanted);
	else
		judge_infra(j, SNAPSHOTS_MISSING, "%llu of %u periodic snapshots were taken",
			    (unsigned long long)taken, wanted);
}

void judge_append_stop(struct judge *j)
{
	const struct ktstr_snapshot *s = result_failure_dump(j->res);
	char *text = j->res->reason_text;
	size_t used = strlen(text), need;
	char where[200], msg[300];
	bool told;

	if (!s || j->res->verdict != KTSTR_FAIL || !s->v.ip_symbol[0])
		return;
	judge_text(where, sizeof(where), s->v.ip_symbol);
	judge_text(msg, sizeof(msg), s->v.exit_msg);
	told = !msg[0] || strstr(text, msg);
	need = strlen(", stopped at ") + strlen(where) + (told ? 0 : strlen(": ") + strlen(msg));
	/* half a message says less than none */
	if (need >= sizeof(j->res->reason_text) - used)
		return;
	snprintf(text + used, sizeof(j->res->reason_text) - used, ", stopped at %s%s%s", where,
		 told ? "" : ": ", told ? "" : msg);
}
