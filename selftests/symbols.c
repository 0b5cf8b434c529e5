// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host makes of a kernel's symbols, out of guest memory, and what the
 * kernel itself says in /proc/kallsyms: all of them, and no other.
 */
#include "ktstr_harness.h"
#include "lib/util.h"
#include "oracle_parse.h"

#define RUN_TIMEOUT_S 300
/* A distribution's kernel has 200,000. */
#define FEW	   10000
#define BANNER_LEN 64
/* Of what differs. */
#define SHOWN_MAX 20

static const struct ktstr_kop read_banner[] = {
	{ .target = WIRE_KOP_SYMBOL,
	  .symbol = "linux_banner",
	  .type = WIRE_KOP_BYTES,
	  .len = BANNER_LEN },
};

static const struct ktstr_op ops[] = {
	{ .kind = KTSTR_OP_RUN,
	  .argv = { "ktstr_oracle", "file=/proc/version", "kallsyms" },
	  .tag = "oracle" },
	{ .kind = KTSTR_OP_KERNEL,
	  .tag = "banner",
	  .mode = WIRE_KOP_HOT,
	  .direction = WIRE_KOP_READ,
	  .entries = read_banner,
	  .nr_entries = ARRAY_SIZE(read_banner) },
};

FIXTURE(symbols)
{
	struct ktstr_result res;
	struct sym_digest host;
	struct sym_digest guest;
};

FIXTURE_VARIANT(symbols)
{
	bool no_kaslr;
};

FIXTURE_VARIANT_ADD(symbols, kaslr) {};

FIXTURE_VARIANT_ADD(symbols, no_kaslr) {
	.no_kaslr = true,
};

FIXTURE_SETUP(symbols)
{
	const struct ktstr_test test = {
		.name = "symbols",
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
		.no_kaslr = variant->no_kaslr,
		.symbol_digest = true,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(symbols)
{
	test_end(_metadata, &self->res);
}

/* Those of the image: what has a module's name behind it is somebody else's. */
static void digest_oracle(const struct ktstr_output *o, struct sym_digest *d)
{
	struct oracle_iter it = oracle_begin(o->text, o->len);
	struct oracle_rec rec;
	struct oracle_sym sym;

	while (oracle_next_kind(&it, "sym", &rec))
		if (oracle_sym(&rec, &sym) && !sym.module_len)
			sym_digest_add(d, sym.name, sym.name_len, sym.addr);
}

static bool bucket_differs(const struct sym_digest *host, const struct sym_digest *guest, u32 i)
{
	return host->sum[i] != guest->sum[i] || host->count[i] != guest->count[i];
}

/* The symbol that the host lacks, if it is the only one of its bucket. */
static bool is_missing(const struct sym_digest *host, const struct sym_digest *guest,
		       const struct oracle_sym *sym)
{
	u32 i = sym_digest_bucket(sym->name, sym->name_len);
	u64 hash = sym_digest_hash(sym->name, sym->name_len, sym->addr);

	return bucket_differs(host, guest, i) && guest->sum[i] - host->sum[i] == hash;
}

static void show_missing(const struct ktstr_output *o, const struct sym_digest *host,
			 const struct sym_digest *guest)
{
	struct oracle_iter it = oracle_begin(o->text, o->len);
	struct oracle_rec rec;
	struct oracle_sym sym;
	u32 shown = 0;

	while (shown < SHOWN_MAX && oracle_next_kind(&it, "sym", &rec)) {
		if (!oracle_sym(&rec, &sym) || sym.module_len || !is_missing(host, guest, &sym))
			continue;
		ksft_print_msg("the host does not know: %.*s\n", (int)rec.len, rec.line);
		shown++;
	}
}

static u32 compare(const struct ktstr_output *o, const struct sym_digest *host,
		   const struct sym_digest *guest)
{
	u32 i, wrong = 0;

	for (i = 0; i < SYM_DIGEST_BUCKETS; i++) {
		if (!bucket_differs(host, guest, i))
			continue;
		if (wrong++ < SHOWN_MAX)
			ksft_print_msg("bucket %u: %u symbols by the host, %u by the guest\n", i,
				       host->count[i], guest->count[i]);
	}
	if (wrong)
		show_missing(o, host, guest);
	return wrong;
}

/* That an address is right shows in what lies there. */
static bool leads_to(const struct ktstr_result *res, const char *tag, const struct oracle_rec *text)
{
	const struct op_view *op = ktstr_op_find(res, WIRE_OP_KERNEL, tag);
	struct kop_value_view value;
	struct korp_view reply;
	size_t pos = 0;

	return op && !korp_decode(op->data, op->data_len, &reply) &&
	       korp_next(&reply, &pos, &value) && value.len <= text->len &&
	       !memcmp(value.data, text->line, value.len);
}

/* One test: each boots a kernel of its own. */
TEST_F_TIMEOUT(symbols, are_those_of_proc_kallsyms, RUN_TIMEOUT_S)
{
	const struct ktstr_output *o = ktstr_output_find(&self->res, "oracle");
	struct oracle_iter it;
	struct oracle_rec rec;

	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	ASSERT_TRUE(ktstr_output_ok(o));
	ASSERT_TRUE(oracle_whole(o->text, o->len));
	ASSERT_EQ(ktstr_symbol_digest(&self->res, &self->host), 0);
	digest_oracle(o, &self->guest);
	ksft_print_msg("host: %llu symbols, guest: %llu, _text at %#llx; %s\n",
		       (unsigned long long)self->host.nr, (unsigned long long)self->guest.nr,
		       (unsigned long long)oracle_sym_addr(o->text, o->len, "_text"),
		       self->res.observer_text);
	EXPECT_GT(self->guest.nr, FEW);
	EXPECT_EQ(self->host.nr, self->guest.nr);
	EXPECT_EQ(compare(o, &self->host, &self->guest), 0);
	ASSERT_TRUE(oracle_file(o->text, o->len, "/proc/version", &it));
	ASSERT_TRUE(oracle_file_line(&it, &rec));
	EXPECT_TRUE(leads_to(&self->res, "banner", &rec));
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
