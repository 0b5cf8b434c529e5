// SPDX-License-Identifier: GPL-2.0-only
/* What snapshots and records of the observer make of a run. */
#include "fake_vm.h"

#define MSG "scx_bpf_error: from enqueue"

static struct dump_view failure_dump(void)
{
	struct dump_view v = {
		.kind = WIRE_DUMP_FAILURE,
		.frozen = 4,
		.vcpus = 4,
		.vcpu = 2,
		.exit_kind = 1025,
		.tag = "",
		.schema = "single",
		.ip_symbol = "scx_claim_exit+0x2f",
		.exit_msg = MSG,
		.json = "{}",
		.json_len = 2,
	};

	return v;
}

static struct op_view record(enum wire_op op, enum wire_snap_status status, const char *reason)
{
	struct op_view v = { .op = op, .status = status, .data = "" };

	snprintf(v.reason, sizeof(v.reason), "%s", reason);
	return v;
}

TEST(pass_with_a_canary_that_fired)
{
	struct op_view ops[] = {
		record(WIRE_OP_OBSERVER, WIRE_SNAP_OK, "210000 symbols"),
		record(WIRE_OP_CANARY, WIRE_SNAP_OK, ""),
	};
	struct fake *v = fake_new(true);

	v->in.observed = true;
	v->in.ops = ops;
	v->in.nr_ops = ARRAY_SIZE(ops);
	eval(v);
	EXPECT_TRUE(v->res.observer_seen);
	EXPECT_TRUE(v->res.observer_ok);
	EXPECT_STREQ(v->res.observer_text, "210000 symbols");
	EXPECT_EQ(v->res.nr_op_results, 2);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
}

TEST(the_digest_of_all_symbols_is_behind_the_observers_word)
{
	struct op_view op = record(WIRE_OP_OBSERVER, WIRE_SNAP_OK, "2 symbols");
	struct sym_digest d = { 0 }, back;
	struct fake *v = fake_new(true);
	struct wire_symd w;

	sym_digest_add(&d, "_text", 5, 0x1000);
	sym_digest_add(&d, "_end", 4, 0x2000);
	wire_symd_encode(&d, &w);
	v->in.observed = true;
	v->in.ops = &op;
	v->in.nr_ops = 1;
	eval(v);
	EXPECT_EQ(-ENODATA, ktstr_symbol_digest(&v->res, &back));
	op.data = &w;
	op.data_len = sizeof(w);
	eval(v);
	EXPECT_EQ(0, ktstr_symbol_digest(&v->res, &back));
	EXPECT_EQ(2, back.nr);
	EXPECT_EQ(0, memcmp(&d, &back, sizeof(d)));
	w.nr = cpu_to_le32(3);
	eval(v);
	EXPECT_EQ(-EBADMSG, ktstr_symbol_digest(&v->res, &back));
	ktstr_result_free(&v->res);
	memset(&v->res, 0, sizeof(v->res));
	EXPECT_EQ(-ENODATA, ktstr_symbol_digest(&v->res, &back));
}

TEST(F5_canary_that_did_not_fire)
{
	struct op_view ops[] = {
		record(WIRE_OP_OBSERVER, WIRE_SNAP_OK, ""),
		record(WIRE_OP_CANARY, WIRE_SNAP_ERR, "vCPU 1 of 4 did not trap"),
	};
	struct fake *v = fake_new(true);

	v->in.observed = true;
	v->in.ops = ops;
	v->in.nr_ops = ARRAY_SIZE(ops);
	eval(v);
	EXPECT_TRUE(v->res.infra);
	EXPECT_EQ(ktstr_exit_code(&v->res), 3);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_WATCH_UNSUPPORTED,
		      "watchpoints do not work here: vCPU 1 of 4 did not trap");
}

TEST(F5_canary_that_never_reported)
{
	struct op_view ops[] = { record(WIRE_OP_OBSERVER, WIRE_SNAP_OK, "") };
	struct fake *v = fake_new(true);

	v->in.observed = true;
	v->in.ops = ops;
	v->in.nr_ops = 1;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_WATCH_UNSUPPORTED, "never reported");
}

TEST(F5_silence_of_the_whole_observer)
{
	struct fake *v = fake_new(false);

	v->in.observed = true;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_WATCH_UNSUPPORTED, "never reported");
}

TEST(failed_canary_does_not_hide_a_fail)
{
	struct op_view ops[] = { record(WIRE_OP_CANARY, WIRE_SNAP_ERR, "deaf") };
	struct fake *v = fake_new(true);

	v->in.observed = true;
	v->in.ops = ops;
	v->in.nr_ops = 1;
	v->workers[1].work_units = 0;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_NO_PROGRESS, "made no progress");
}

TEST(canary_of_a_run_without_observation)
{
	struct op_view ops[] = { record(WIRE_OP_CANARY, WIRE_SNAP_ERR, "deaf") };
	struct fake *v = fake_new(true);

	v->in.ops = ops;
	v->in.nr_ops = 1;
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST(blind_observer_alone_is_only_reported)
{
	struct op_view ops[] = { record(WIRE_OP_OBSERVER, WIRE_SNAP_ERR, "no \x1b[1mVMCOREINFO") };
	struct fake *v = fake_new(true);

	v->in.observed = true;
	v->in.ops = ops;
	v->in.nr_ops = 1;
	eval(v);
	EXPECT_TRUE(v->res.observer_seen);
	EXPECT_FALSE(v->res.observer_ok);
	EXPECT_EQ(strchr(v->res.observer_text, '\x1b'), NULL);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

/* guest-init gave up because the host said no. */
static void refuse(struct fake *v, struct op_view *ops, size_t nr)
{
	__le32 one = cpu_to_le32(1);

	v->in.observed = true;
	v->in.ops = ops;
	v->in.nr_ops = nr;
	v->result.error = -EOPNOTSUPP;
	v->result.flags &= ~WIRE_RESULT_ATTACHED_END;
	snprintf(v->result.reason, sizeof(v->result.reason), "watch 'jiffies_64' refused");
	memcpy(v->payloads[v->exit], &one, sizeof(one));
}

TEST(blind_observer_that_refused_a_request)
{
	struct op_view ops[] = {
		record(WIRE_OP_OBSERVER, WIRE_SNAP_ERR, "no VMCOREINFO"),
		record(WIRE_OP_WATCH, WIRE_SNAP_ERR, "not ready"),
	};
	struct fake *v = fake_new(true);

	ops[1].id = 7;
	refuse(v, ops, ARRAY_SIZE(ops));
	eval(v);
	EXPECT_TRUE(v->res.infra);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_OBSERVER_BLIND,
		      "cannot observe this kernel: no VMCOREINFO; so watch 'jiffies_64' refused");
}

TEST(deaf_watchpoints_that_refused_a_request)
{
	struct op_view ops[] = {
		record(WIRE_OP_OBSERVER, WIRE_SNAP_OK, ""),
		record(WIRE_OP_CANARY, WIRE_SNAP_ERR, "no trap"),
		record(WIRE_OP_WATCH, WIRE_SNAP_ERR, "deaf"),
	};
	struct fake *v = fake_new(true);

	ops[2].id = 7;
	refuse(v, ops, ARRAY_SIZE(ops));
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_WATCH_UNSUPPORTED, "no trap");
}

TEST(records_of_the_observer_are_no_refused_request)
{
	struct op_view ops[] = { record(WIRE_OP_OBSERVER, WIRE_SNAP_ERR, "no VMCOREINFO") };
	struct fake *v = fake_new(true);

	ops[0].id = 1;
	refuse(v, ops, ARRAY_SIZE(ops));
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED, "guest failed");
}

TEST(request_refused_by_a_host_that_can_observe)
{
	struct op_view ops[] = {
		record(WIRE_OP_OBSERVER, WIRE_SNAP_OK, ""),
		record(WIRE_OP_CANARY, WIRE_SNAP_OK, ""),
		record(WIRE_OP_WATCH, WIRE_SNAP_ERR, "no such symbol"),
	};
	struct fake *v = fake_new(true);

	ops[2].id = 7;
	refuse(v, ops, ARRAY_SIZE(ops));
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED, "watch 'jiffies_64' refused");
}

TEST(blind_observer_does_not_hide_a_dead_scheduler)
{
	struct op_view ops[] = {
		record(WIRE_OP_OBSERVER, WIRE_SNAP_ERR, "blind"),
		record(WIRE_OP_WATCH, WIRE_SNAP_ERR, "not ready"),
	};
	struct fake *v = fake_new(true);

	ops[1].id = 7;
	refuse(v, ops, ARRAY_SIZE(ops));
	v->result.flags &= ~WIRE_RESULT_SCHED_ALIVE;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_DIED, "died");
}

TEST(F1_snapshot_with_a_vcpu_running)
{
	struct dump_view dumps[2] = { failure_dump(), failure_dump() };
	struct fake *v = fake_new(true);

	dumps[0].kind = WIRE_DUMP_CAPTURE;
	dumps[1].kind = WIRE_DUMP_WATCH;
	dumps[1].frozen = 3;
	snprintf(dumps[1].tag, sizeof(dumps[1].tag), "jiff\nies");
	v->in.dumps = dumps;
	v->in.nr_dumps = ARRAY_SIZE(dumps);
	eval(v);
	EXPECT_TRUE(v->res.infra);
	EXPECT_EQ(v->res.nr_snapshots, 2);
	EXPECT_EQ(strchr(v->res.reason_text, '\n'), NULL);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NOT_FROZEN, "frozen=3/4");
}

TEST(F1_request_refused_because_of_a_vcpu_that_ran)
{
	struct op_view ops[] = {
		record(WIRE_OP_OBSERVER, WIRE_SNAP_OK, ""),
		record(WIRE_OP_CAPTURE, WIRE_SNAP_ERR, "frozen=3/4: vCPU 3 did not stand still"),
	};
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);

	ops[1].id = 7;
	refuse(v, ops, ARRAY_SIZE(ops));
	d.kind = WIRE_DUMP_CAPTURE;
	d.frozen = 3;
	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	eval(v);
	EXPECT_TRUE(v->res.infra);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NOT_FROZEN, "frozen=3/4");
}

TEST(F1_the_vcpu_that_ran_is_named)
{
	static const char json[] =
		"{\n    \"degraded_reason\": \"1 of 4 vCPUs did not park, vCPU 3 first\",\n}";
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);
	size_t cut;

	d.kind = WIRE_DUMP_CAPTURE;
	d.frozen = 3;
	d.json = json;
	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	for (cut = 0; cut < sizeof(json); cut++) {
		d.json_len = cut;
		eval(v);
		EXPECT_NE(strstr(v->res.reason_text, "frozen=3/4"), NULL);
	}
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NOT_FROZEN,
		      "1 of 4 vCPUs did not park, vCPU 3 first for the capture snapshot: frozen=3/4");
}

TEST(F1_snapshot_of_no_vcpu_at_all)
{
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);

	d.kind = WIRE_DUMP_CAPTURE;
	d.frozen = 0;
	d.vcpus = 0;
	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NOT_FROZEN, "frozen=0/0");
}

TEST(failure_dump_of_a_run_that_passed_otherwise)
{
	static const u32 kinds[] = { WIRE_DUMP_FAILURE, WIRE_DUMP_FALLBACK };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct dump_view d = failure_dump();
		struct fake *v = fake_new(true);

		d.kind = kinds[i];
		v->in.dumps = &d;
		v->in.nr_dumps = 1;
		EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_EJECTED,
			      "error was seen: exit kind 1025 (SCX_EXIT_ERROR_BPF): " MSG
			      ", stopped at scx_claim_exit+0x2f");
	}
}

TEST(other_snapshots_of_a_run_that_passed)
{
	static const u32 kinds[] = { WIRE_DUMP_CAPTURE, WIRE_DUMP_WATCH, WIRE_DUMP_EARLY,
				     WIRE_DUMP_PERIODIC };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct dump_view d = failure_dump();
		struct fake *v = fake_new(true);

		d.kind = kinds[i];
		v->in.dumps = &d;
		v->in.nr_dumps = 1;
		EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "made progress");
	}
}

TEST(ejection_says_where_it_was_stopped)
{
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);

	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	v->result.flags &= ~WIRE_RESULT_ATTACHED_END;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_EJECTED,
		      "no longer at the end, stopped at scx_claim_exit+0x2f: " MSG);
}

TEST(crash_with_a_failure_dump_stays_a_crash)
{
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);

	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	v->report.exit_reason = VMM_EXIT_TRIPLE_FAULT;
	v->report.console_kind = CONSCAN_PANIC;
	snprintf(v->report.console_line, sizeof(v->report.console_line), "Kernel panic");
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_CRASHED,
		      "stopped at scx_claim_exit+0x2f: " MSG);
}

TEST(stop_is_not_appended_in_pieces)
{
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);

	memset(d.exit_msg, 'x', sizeof(d.exit_msg) - 1);
	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	v->in.com2 = d.exit_msg;
	v->in.com2_len = 200;
	eval(v);
	/* whole or not at all, and always NUL-terminated */
	EXPECT_LT(strlen(v->res.reason_text), sizeof(v->res.reason_text));
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_GUEST_FAILED, "guest crashed: xxx");
}

TEST(failure_dump_outranks_missing_evidence)
{
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);

	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	v->in.observed = true;
	d.frozen = 3;
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_EJECTED, "a scheduler error was seen");
}

TEST(hostile_message_in_a_failure_dump)
{
	struct dump_view d = failure_dump();
	struct fake *v = fake_new(true);

	snprintf(d.exit_msg, sizeof(d.exit_msg), "\x1b[2J\nok 1 %%s%%n");
	snprintf(d.ip_symbol, sizeof(d.ip_symbol), "a\nb");
	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	eval(v);
	EXPECT_EQ(strpbrk(v->res.reason_text, "\n\x1b"), NULL);
	EXPECT_RESULT(KTSTR_FAIL, KTSTR_REASON_SCHED_EJECTED, "%s%n");
}

TEST(map_writes_that_took_place)
{
	struct op_view ops[] = {
		record(WIRE_OP_MAP_WRITE, WIRE_SNAP_OK, ""),
		record(WIRE_OP_MAP_WRITE, WIRE_SNAP_OK, ""),
	};
	struct fake *v = fake_new(true);

	v->in.map_writes = 2;
	v->in.ops = ops;
	v->in.nr_ops = ARRAY_SIZE(ops);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST(map_write_that_was_refused)
{
	struct op_view op = record(WIRE_OP_MAP_WRITE, WIRE_SNAP_ERR, "no map ends in .bss");
	struct fake *v = fake_new(true);

	snprintf(op.tag, sizeof(op.tag), "crash");
	v->in.map_writes = 1;
	v->in.ops = &op;
	v->in.nr_ops = 1;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_MAP_NOT_WRITTEN,
		      "variable \"crash\" of a BPF map was not written: no map ends in .bss");
}

TEST(map_write_that_never_took_place)
{
	struct op_view op = record(WIRE_OP_MAP_WRITE, WIRE_SNAP_OK, "");
	struct fake *v = fake_new(true);

	v->in.map_writes = 2;
	v->in.ops = &op;
	v->in.nr_ops = 1;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_MAP_NOT_WRITTEN, "1 of 2 writes");
}

static struct dump_view periodic_dump(u32 i)
{
	struct dump_view v = failure_dump();

	v.kind = WIRE_DUMP_PERIODIC;
	v.exit_kind = 0;
	snprintf(v.tag, sizeof(v.tag), "periodic_%03u", i);
	return v;
}

TEST(periodic_snapshots_that_were_taken)
{
	struct dump_view dumps[] = { periodic_dump(0), periodic_dump(1) };
	struct fake *v = fake_new(true);

	v->in.periodic = 2;
	v->in.dumps = dumps;
	v->in.nr_dumps = ARRAY_SIZE(dumps);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST(periodic_snapshot_that_is_missing)
{
	struct dump_view dumps[] = { periodic_dump(0), failure_dump() };
	struct fake *v = fake_new(true);

	dumps[1].kind = WIRE_DUMP_CAPTURE;
	v->in.periodic = 2;
	v->in.dumps = dumps;
	v->in.nr_dumps = ARRAY_SIZE(dumps);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_SNAPSHOTS_MISSING,
		      "1 of 2 periodic snapshots");
}

TEST(periodic_snapshot_that_had_to_go)
{
	struct dump_view d = periodic_dump(1);
	struct fake *v = fake_new(true);

	v->in.periodic = 2;
	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	v->in.dumps_evicted = 1;
	eval(v);
	EXPECT_EQ(v->res.snapshots_evicted, 1);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "");
}

TEST(periodic_snapshots_of_a_kernel_that_cannot_be_read)
{
	struct op_view op = record(WIRE_OP_OBSERVER, WIRE_SNAP_ERR, "no VMCOREINFO");
	struct fake *v = fake_new(true);

	v->in.observed = true;
	v->in.periodic = 2;
	v->in.ops = &op;
	v->in.nr_ops = 1;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_OBSERVER_BLIND, "no VMCOREINFO; so 0 of 2");
}

TEST(snapshots_and_records_are_copies)
{
	struct dump_view d = failure_dump();
	struct op_view op = record(WIRE_OP_CAPTURE, WIRE_SNAP_OK, "");
	struct fake *v = fake_new(true);
	char json[] = "{\"a\": 1}", data[] = "xyz";

	d.kind = WIRE_DUMP_CAPTURE;
	d.json = json;
	d.json_len = strlen(json);
	snprintf(d.tag, sizeof(d.tag), "mid");
	op.data = data;
	op.data_len = 3;
	snprintf(op.tag, sizeof(op.tag), "mid");
	v->in.dumps = &d;
	v->in.nr_dumps = 1;
	v->in.ops = &op;
	v->in.nr_ops = 1;
	eval(v);
	memset(json, 0, sizeof(json));
	memset(data, 0, sizeof(data));
	ASSERT_NE(ktstr_snapshot_find(&v->res, "mid"), NULL);
	EXPECT_STREQ(ktstr_snapshot_find(&v->res, "mid")->json, "{\"a\": 1}");
	EXPECT_EQ(ktstr_snapshot_find(&v->res, "mi"), NULL);
	EXPECT_EQ(ktstr_snapshot_find(&v->res, ""), NULL);
	ASSERT_NE(ktstr_op_find(&v->res, WIRE_OP_CAPTURE, "mid"), NULL);
	EXPECT_EQ(memcmp(ktstr_op_find(&v->res, WIRE_OP_CAPTURE, NULL)->data, "xyz", 3), 0);
	EXPECT_EQ(ktstr_op_find(&v->res, WIRE_OP_CAPTURE, "other"), NULL);
	EXPECT_EQ(ktstr_op_find(&v->res, WIRE_OP_WATCH, NULL), NULL);
	fake_free(v);
}

TEST(values_of_a_kernel_operation)
{
	const struct kop_value_view values[] = {
		{ WIRE_KOP_U32, 4, "\x01\x02\x03\x04" },
		{ WIRE_KOP_U64, 8, "\x08\0\0\0\0\0\0\x80" },
		{ WIRE_KOP_BYTES, 9, "123456789" },
	};
	struct op_view op = record(WIRE_OP_KERNEL, WIRE_SNAP_OK, "");
	void *buf;
	u64 v;

	ASSERT_EQ(korp_encode(1, true, NULL, values, 3, &buf, &op.data_len), 0);
	op.data = buf;
	EXPECT_EQ(ktstr_op_value(&op, 0, &v), 0);
	EXPECT_EQ(v, 0x04030201);
	EXPECT_EQ(ktstr_op_value(&op, 1, &v), 0);
	EXPECT_EQ(v, 0x8000000000000008ull);
	EXPECT_EQ(ktstr_op_value(&op, 2, &v), -ERANGE);
	EXPECT_EQ(ktstr_op_value(&op, 3, &v), -ENOENT);
	op.data_len--;
	EXPECT_EQ(ktstr_op_value(&op, 0, &v), -EBADMSG);
	op.op = WIRE_OP_CAPTURE;
	EXPECT_EQ(ktstr_op_value(&op, 0, &v), -EBADMSG);
	free(buf);
}

TEST(timecheck_of_the_guest)
{
	struct wire_timc raw = {
		.samples = cpu_to_le64(1000),
		.backwards = cpu_to_le64(2),
		.max_drift_ns = cpu_to_le64(77),
	};
	struct fake *v = fake_new(true);

	add(v, WIRE_TIMC, &raw, sizeof(raw));
	swap_frames(v, v->in.nr_frames - 1, v->test);
	swap_frames(v, v->in.nr_frames - 1, v->exit);
	eval(v);
	EXPECT_TRUE(v->res.timecheck_seen);
	EXPECT_EQ(v->res.timecheck.samples, 1000);
	EXPECT_EQ(v->res.timecheck.backwards, 2);
	EXPECT_EQ(v->res.timecheck.max_drift_ns, 77);
	fake_free(v);
}

TEST(timecheck_of_a_wrong_size)
{
	struct fake *v = fake_new(true);

	add(v, WIRE_TIMC, "short", 5);
	eval(v);
	EXPECT_FALSE(v->res.timecheck_seen);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED, "1 malformed");
}

TEST_HARNESS_MAIN
