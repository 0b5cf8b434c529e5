// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: dump-bench IMAGE [PYTHON SCRIPT TYPES]
 *        dump-bench --check IMAGE
 *
 * What it takes to look at a guest that stands still, natively, on a saved one:
 * scripts/bench makes IMAGE, a guest of 8 CPUs with 1,000 workers under scx_sdt.
 * PYTHON SCRIPT are drgn's half (drgn_dump.py), TYPES is the kernel's types for it.
 * With --check only say whether the image will do.
 *
 * Prints lines for scripts/bench.awk, see figure.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/dump.h"
#include "bench/figure.h"
#include "host/inspect/dump.h"
#include "host/inspect/guest_state.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/vmcore.h"
#include "host/vmm/vcpu.h"
#include "lib/util.h"

#define EXIT_USAGE 5
/* What the figures are about; an image with less is no measure. */
#define TASKS_MIN 1000
#define CPUS	  8

int dump_once(const struct dump_bench *b, struct capture *c, double *cpu_ms)
{
	const struct image_guest *g = b->g;
	struct capture_src src = {
		.kind = WIRE_DUMP_CAPTURE,
		.tag = "bench",
		.vcpus = b->vcpus,
		.nr_vcpus = g->core->nr_cpus,
		.vcpu = WIRE_DUMP_NO_VCPU,
		.gk = g->gk,
		.scx = g->has_scx ? &g->scx : NULL,
		.jiffies_kva = b->jiffies_kva,
		.state = g->state,
	};
	double start = figure_cpu_ms();
	int ret = capture_take(c, &src);

	if (cpu_ms)
		*cpu_ms = figure_cpu_ms() - start;
	return ret;
}

int dump_write_json(const struct dump_bench *b, const struct capture *c, const char *path,
		    double *cpu_ms, struct ktstr_err *err)
{
	const struct dump_extra x = { .gk = b->g->gk, .btf = b->g->btf };
	double start = figure_cpu_ms();
	char *json = NULL;
	size_t len;
	FILE *f;
	int ret;

	ret = dump_json(c, &x, &json, &len, err);
	if (cpu_ms)
		*cpu_ms = figure_cpu_ms() - start;
	if (ret || !path)
		goto out;
	f = fopen(path, "we");
	if (!f || fwrite(json, 1, len, f) != len)
		ret = ktstr_err_set(err, -EIO, "%s: cannot be written", path);
	if (f && fclose(f))
		ret = ktstr_err_set(err, -EIO, "%s: cannot be written", path);
out:
	free(json);
	return ret;
}

static u64 count_of(const struct capture *c, const char *path)
{
	const struct value *v = value_get(vtree_root(c->state), path, NULL);

	return v ? value_count(v) : 0;
}

/* Half a dump is quickly made. */
static int check_whole(const struct dump_bench *b, const struct capture *c, struct ktstr_err *err)
{
	const struct value *root = vtree_root(c->state), *section;
	u64 tasks = count_of(c, "task_enrichments.tasks"), rqs = count_of(c, "rq_scx_states");
	u64 objects = count_of(c, "sdt_allocations[0].entries");

	for (section = value_first(root); section; section = value_next(section))
		if (strstr(value_name(section), "_unavailable") ||
		    strstr(value_name(section), "truncated"))
			return ktstr_err_set(err, -ENODATA, "the dump has %s", value_name(section));
	if (vtree_full(c->state) || c->frozen != b->g->core->nr_cpus)
		return ktstr_err_set(err, -ENODATA, "the dump is not whole");
	if (tasks < TASKS_MIN || objects < TASKS_MIN || rqs != CPUS)
		return ktstr_err_set(err, -ENODATA,
				     "the image has %llu tasks, %llu objects in its arena and %llu CPUs, not %u, %u and %u",
				     (unsigned long long)tasks, (unsigned long long)objects,
				     (unsigned long long)rqs, TASKS_MIN, TASKS_MIN, CPUS);
	return 0;
}

static int list_tasks(struct dump_bench *b, const struct capture *c, struct ktstr_err *err)
{
	const struct value *t = value_get(vtree_root(c->state), "task_enrichments.tasks", err);

	if (!t)
		return -errno;
	b->tasks = calloc(value_count(t), sizeof(*b->tasks));
	if (!b->tasks)
		return ktstr_err_set(err, -ENOMEM, "no memory");
	for (t = value_first(t); t; t = value_next(t))
		b->nr_tasks += value_u64(value_get(t, "kva", NULL), &b->tasks[b->nr_tasks]);
	return 0;
}

static int open_guest(struct dump_bench *b, const char *path, struct ktstr_err *err)
{
	const struct vmcore *core;
	u32 i;

	b->g = image_guest_open(path, NULL, err);
	if (!b->g)
		return -errno;
	core = b->g->core;
	b->vcpus = calloc(core->nr_cpus, sizeof(*b->vcpus));
	if (!b->vcpus)
		return ktstr_err_set(err, -ENOMEM, "no memory");
	for (i = 0; i < core->nr_cpus; i++) {
		b->vcpus[i].regs = core->regs[i];
		atomic_store(&b->vcpus[i].parked, true);
	}
	if (!gk_symbol(b->g->gk, "jiffies_64", &b->jiffies_kva))
		b->jiffies_kva = 0;
	return 0;
}

/* The first one, which also brings the file's pages in. */
static int look(struct dump_bench *b, struct ktstr_err *err)
{
	struct capture c;
	int ret;

	ret = dump_once(b, &c, NULL);
	if (ret)
		return ktstr_err_set(err, ret, "a dump: %s", strerror(-ret));
	ret = check_whole(b, &c, err);
	if (!ret)
		ret = list_tasks(b, &c, err);
	capture_free(&c);
	return ret;
}

/* In a run the caches are the guest's when it is frozen: cold is what counts. */
static int bench_frozen(const struct dump_bench *b, struct ktstr_err *err)
{
	double cold[DUMP_ROUNDS], warm[DUMP_ROUNDS], json[DUMP_ROUNDS];
	struct capture c;
	int i, ret = 0;

	for (i = 0; i < DUMP_ROUNDS && !ret; i++) {
		figure_cold_caches();
		ret = dump_once(b, &c, &cold[i]);
		if (!ret)
			ret = dump_write_json(b, &c, NULL, &json[i], err);
		capture_free(&c);
		ret = ret ?: dump_once(b, &c, &warm[i]);
		capture_free(&c);
	}
	if (ret)
		return ktstr_err_set(err, ret, "a dump: %s", strerror(-ret));
	figure_print("dump.frozen_cpu_ms", "ms", cold, DUMP_ROUNDS, 0, "<=10");
	figure_print("dump.frozen_warm_cpu_ms", "ms", warm, DUMP_ROUNDS, 0, NULL);
	figure_print("dump.json_ms", "ms", json, DUMP_ROUNDS, 0, NULL);
	return 0;
}

static int find_allocator(const struct dump_bench *b, u32 *offset, struct ktstr_err *err)
{
	const struct sdt_state *s = &b->g->state->sdt;

	if (!s->nr || !s->objects[0].layout.nr)
		return ktstr_err_set(err, -ENODATA, "the scheduler of the image has no allocator");
	*offset = s->objects[0].layout.at[0].offset;
	return 0;
}

/* What drgn cannot do is no reason to stop. */
static void measure_peer(const struct dump_bench *b, struct dump_peer *p, struct ktstr_err *err)
{
	int ret = p->argv[0] ? find_allocator(b, &p->allocator, err) : 0;

	if (!ret && p->argv[0])
		ret = bench_peer(b, p, err);
	if (ret)
		fprintf(stderr, "dump-bench: %s\n", ktstr_err_msg(err));
	if (ret || !p->argv[0])
		figure_missing("dump.vs_drgn");
}

static int measure(struct dump_bench *b, struct dump_peer *p, struct ktstr_err *err)
{
	int ret;

	ret = bench_frozen(b, err);
	if (!ret)
		ret = bench_render(b, err);
	if (!ret)
		ret = bench_translate(b, err);
	if (!ret)
		measure_peer(b, p, err);
	/* the last one: it changes the guest's memory */
	return ret ?: bench_sdt(b, err);
}

static int wrong_usage(void)
{
	fprintf(stderr, "usage: dump-bench IMAGE [PYTHON SCRIPT TYPES]\n"
			"       dump-bench --check IMAGE\n");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	bool check = argc == 3 && strcmp(argv[1], "--check") == 0;
	struct dump_bench b = {};
	struct dump_peer p = { .image = argv[1] };
	struct ktstr_err err = { "" };
	int ret;

	if (argc != 2 && argc != 5 && !check)
		return wrong_usage();
	setlinebuf(stdout);
	if (argc == 5) {
		p.argv[0] = argv[2];
		p.argv[1] = argv[3];
		p.argv[2] = argv[1];
		p.argv[3] = argv[4];
	}
	ret = open_guest(&b, argv[check ? 2 : 1], &err);
	if (!ret)
		ret = look(&b, &err);
	if (!ret && !check)
		ret = measure(&b, &p, &err);
	if (ret)
		fprintf(stderr, "dump-bench: %s\n", ktstr_err_msg(&err));
	free(b.tasks);
	free(b.vcpus);
	image_guest_close(b.g);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
