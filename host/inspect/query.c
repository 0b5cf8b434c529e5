// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/guest_state.h"
#include "host/inspect/query_internal.h"
#include "host/inspect/value_internal.h"
#include "host/kernel/guest_kernel.h"
#include "lib/names.h"
#include "lib/number.h"
#include "lib/text.h"

static const struct query_info infos[QUERY_NR] = {
	[QUERY_MAPS] = {
		"maps", NULL, "list the BPF maps",
		"Every BPF map of the guest: id, type, name, sizes. What is in one: 'map'.\n",
	},
	[QUERY_MAP] = {
		"map", "NAME|#ID", "show what is in a BPF map",
		"The map with that name, or that ends in it (the kernel keeps 15 characters of\n"
		"a name), or the one with that id. Data sections are shown variable by\n"
		"variable, keys and values by their types.\n"
		"\n"
		"  map .bss\n"
		"  map '#7'\n",
	},
	[QUERY_PROGS] = {
		"progs", NULL, "list the BPF programs",
		"Every BPF program: id, type, name, what it is attached to, how many\n"
		"instructions the verifier saw, and how often it ran (run_cnt counts while\n"
		"kernel.bpf_stats_enabled is 1).\n",
	},
	[QUERY_SYMBOL] = {
		"symbol", "NAME[:TYPE]", "show a variable of the kernel",
		"Its address and its value: by TYPE, else by the type that the kernel's BTF has\n"
		"for it (few kernels have any but of per-CPU variables), else as hexadecimal up\n"
		"to the next symbol. TYPE is any of the kernel's, also with * or [N].\n"
		"\n"
		"  symbol jiffies_64:u64\n"
		"  symbol init_task:'struct task_struct'\n"
		"  symbol scx_root:'struct scx_sched *'\n",
	},
	[QUERY_SYMBOLS] = {
		"symbols", NULL, "list the symbols of the kernel",
		"In the form of /proc/kallsyms, in order of address. The letter is t for code,\n"
		"r for what is read-only, b for what began as zeroes, d for all else; 'a' for\n"
		"what lies outside of the image, such as per-CPU offsets. Modules and BPF\n"
		"programs are not among them.\n",
	},
	[QUERY_PERCPU] = {
		"percpu", "NAME[:TYPE]", "show a per-CPU variable, of every CPU",
		"The same as 'symbol', once for each CPU. Types of per-CPU variables are in the\n"
		"kernel's BTF, so TYPE is rarely needed.\n"
		"\n"
		"  percpu cpu_number\n"
		"  percpu runqueues\n",
	},
	[QUERY_TASK] = {
		"task", "PID", "show a task",
		"The thread with that number in the guest's first PID namespace: state,\n"
		"scheduling class, its sched_ext and fair entities, control group, parent.\n",
	},
	[QUERY_TASKS] = {
		"tasks", NULL, "list the tasks",
		"Every thread. With --json all that 'task' shows of each.\n",
	},
	[QUERY_RUNQUEUES] = {
		"runqueues", NULL, "show the run queues",
		"Of every CPU: what runs, how much waits, its clocks, its local dispatch queue\n"
		"with the tasks in it.\n",
	},
	[QUERY_DSQS] = {
		"dsqs", NULL, "show the dispatch queues",
		"The scheduler's own, the global and the bypass ones, with the tasks in them in\n"
		"the order in which they will run. Local ones are with 'runqueues'.\n",
	},
	[QUERY_SCHED] = {
		"sched", NULL, "show the scheduler and its event counters",
		"The attached sched_ext scheduler: name, flags, state, why it ended; and the\n"
		"event counters of sched_ext, in all and by CPU.\n",
	},
	[QUERY_DOMAINS] = {
		"domains", NULL, "show the scheduling domains",
		"The tree of every CPU, with its counters where the kernel has schedstats.\n",
	},
	[QUERY_SDT] = {
		"sdt", NULL, "show what a scheduler has allocated in arenas",
		"The allocators of the sched_ext library (scx_alloc_*, scx_task_*, ...) in every\n"
		"arena, with their live objects by their types.\n",
	},
};

const struct query_info *query_info(enum query_kind kind)
{
	return &infos[kind];
}

const char *query_shown(char buf[QUERY_SHOWN_MAX], const char *text)
{
	text_escape_line(buf, QUERY_SHOWN_MAX, text, strnlen(text, QUERY_SHOWN_MAX));
	return buf;
}

void suggest_init(struct suggestions *s, const char *part)
{
	memset(s, 0, sizeof(*s));
	s->part = part;
	s->begins = true;
}

void suggest_add(struct suggestions *s, const char *name)
{
	char shown[QUERY_SHOWN_MAX];
	size_t len;

	const char *at = *s->part ? strcasestr(name, s->part) : NULL;
	bool begins = at == name;

	/* __pfx_NAME is the padding in front of a function */
	if (suggest_full(s) || !at || begins != s->begins ||
	    !strncmp(name, "__pfx_", strlen("__pfx_")))
		return;
	query_shown(shown, name);
	len = strlen(shown);
	if (s->used + len + 3 > sizeof(s->text))
		return;
	s->used += sprintf(s->text + s->used, "%s%s", s->nr ? ", " : "", shown);
	s->nr++;
}

bool suggest_full(const struct suggestions *s)
{
	return s->nr == QUERY_SUGGEST_MAX;
}

static void list_commands(struct names *names, const char *wanted)
{
	u32 i;

	names_init(names, wanted);
	for (i = 0; i < QUERY_NR; i++)
		names_add(names, infos[i].name);
}

const struct query_info *query_find(const char *name, struct ktstr_err *err)
{
	char shown[QUERY_SHOWN_MAX];
	struct names all;
	u32 i;

	for (i = 0; i < QUERY_NR; i++)
		if (!strcmp(name, infos[i].name))
			return &infos[i];
	list_commands(&all, name);
	errno = -ktstr_err_set(err, -EINVAL, "no command '%s'; %sthere are: %s",
			       query_shown(shown, name), all.hint, names_list(&all));
	return NULL;
}

int query_parse(int argc, const char *const *argv, struct query *q, struct ktstr_err *err)
{
	const struct query_info *info;
	char shown[QUERY_SHOWN_MAX];
	struct names all;

	memset(q, 0, sizeof(*q));
	if (argc < 1) {
		list_commands(&all, NULL);
		return ktstr_err_set(err, -EINVAL, "no command; there are: %s", names_list(&all));
	}
	info = query_find(argv[0], err);
	if (!info)
		return -EINVAL;
	if (info->arg && (argc < 2 || !*argv[1]))
		return ktstr_err_set(err, -EINVAL, "'%s' needs %s", info->name, info->arg);
	if (argc > (info->arg ? 2 : 1))
		return ktstr_err_set(err, -EINVAL, "unexpected argument '%s' behind '%s'",
				     query_shown(shown, argv[info->arg ? 2 : 1]), info->name);
	if (info->arg && strlen(argv[1]) > QUERY_ARG_MAX)
		return ktstr_err_set(err, -EINVAL, "%s '%s...' has more than %d characters",
				     info->arg, query_shown(shown, argv[1]), QUERY_ARG_MAX);
	q->kind = info - infos;
	if (info->arg)
		snprintf(q->arg, sizeof(q->arg), "%s", argv[1]);
	return 0;
}

static int need(const struct guest_state *s, enum guest_section section, struct ktstr_err *err)
{
	if (s->ready & 1U << section)
		return 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "this kernel has no %s to show: %s",
			     guest_section_name(section), s->why[section]);
}

static int show_sections(struct guest_state *s, enum guest_section first, enum guest_section second,
			 struct value *to, struct ktstr_err *err)
{
	int ret = need(s, first, err);

	if (ret)
		return ret;
	guest_state_show(s, first, to);
	if (second != first)
		guest_state_show(s, second, to);
	return 0;
}

static int show_maps(struct guest_state *s, struct value *to, struct ktstr_err *err)
{
	int ret = need(s, GUEST_MAPS, err);

	if (!ret)
		bpf_maps_list(&s->in, &s->maps, value_add_array(s->in.tree, to, "maps"));
	return ret;
}

static int show_map(struct guest_state *s, const char *name, struct value *to,
		    struct ktstr_err *err)
{
	struct bpf_map_view view;
	int ret = need(s, GUEST_MAPS, err);
	struct value *map;

	if (!ret)
		ret = bpf_map_find(&s->in, &s->maps, name, &view, err);
	if (ret)
		return ret;
	/* pointers in it lead to what is found here; nothing of it is shown */
	if (s->ready & 1U << GUEST_SDT)
		sdt_state_walk(&s->sdt, &s->in, NULL);
	map = bpf_map_walk_one(&s->in, &s->maps, &view, to);
	if (map)
		map->name = "map";
	return 0;
}

static int show_task(struct guest_state *s, const char *arg, struct value *to,
		     struct ktstr_err *err)
{
	u32 pid;
	u64 kva;
	int ret = need(s, GUEST_TASKS, err);

	if (!ret)
		ret = number_parse(arg, 1, INT_MAX, &pid, err) ? -EINVAL : 0;
	if (!ret)
		ret = task_find(&s->task, s->in.gk, pid, &kva, err);
	if (!ret)
		task_show(&s->in, &s->task, kva, value_add_struct(s->in.tree, to, "task"));
	return ret;
}

static int show(struct guest_state *s, const struct query *q, struct value *to,
		struct ktstr_err *err)
{
	switch (q->kind) {
	case QUERY_MAPS:
		return show_maps(s, to, err);
	case QUERY_MAP:
		return show_map(s, q->arg, to, err);
	case QUERY_PROGS:
		return show_sections(s, GUEST_PROGS, GUEST_PROGS, to, err);
	case QUERY_SYMBOL:
		return query_variable(s, q->arg, false, to, err);
	case QUERY_SYMBOLS:
		return 0;
	case QUERY_PERCPU:
		return query_variable(s, q->arg, true, to, err);
	case QUERY_TASK:
		return show_task(s, q->arg, to, err);
	case QUERY_TASKS:
		return show_sections(s, GUEST_TASKS, GUEST_TASKS, to, err);
	case QUERY_RUNQUEUES:
		return show_sections(s, GUEST_RQS, GUEST_RQS, to, err);
	case QUERY_DSQS:
		return show_sections(s, GUEST_DSQS, GUEST_DSQS, to, err);
	case QUERY_SCHED:
		return show_sections(s, GUEST_SCX, GUEST_EVENTS, to, err);
	case QUERY_DOMAINS:
		return show_sections(s, GUEST_DOMAINS, GUEST_DOMAINS, to, err);
	case QUERY_SDT:
		return show_sections(s, GUEST_SDT, GUEST_SDT, to, err);
	case QUERY_NR:
		break;
	}
	return ktstr_err_set(err, -EINVAL, "no such command");
}

struct vtree *query_walk(struct guest_state *s, const struct query *q, bool still, u64 budget_ns,
			 struct ktstr_err *err)
{
	u64 start = mono_ns();
	struct vtree *t = vtree_new(GUEST_STATE_MAX);
	struct value *root;
	int ret;

	if (!t) {
		ktstr_err_set(err, -ENOMEM, "no memory for an answer");
		return NULL;
	}
	root = vtree_root(t);
	s->in.tree = t;
	s->in.sched_kva = 0;
	s->in.deadline_ns = budget_ns ? start + budget_ns : 0;
	s->in.late = false;
	if (still)
		gk_cache_begin(s->gk);
	ret = show(s, q, root, err);
	if (still)
		gk_cache_end(s->gk);
	guest_state_last_words(s, "truncated_at_us", start);
	if (!still)
		value_add_bool(t, root, "racy", true);
	if (!ret)
		return t;
	vtree_free(t);
	errno = -ret;
	return NULL;
}
