// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/inspect_answer.h"
#include "host/coord/lookout.h"
#include "host/coord/slot0.h"
#include "host/inspect/query.h"
#include "host/inspect/value.h"
#include "lib/util.h"

/* What a walk may take: a person waits, and in a freeze the guest as well. */
#define LIVE_NS	  (2 * NSEC_PER_SEC)
#define FROZEN_NS (500 * NSEC_PER_MSEC)

/**
 * struct inspect_answer - on its way from one thread to the other
 * @q: the question
 * @tree: what was found, or NULL: @text is all there is
 * @text: a constant
 * @json: print it as JSON
 */
struct inspect_answer {
	struct query q;
	struct vtree *tree;
	const char *text;
	bool json;
};

static int can_look(const struct lookout *l, struct ktstr_err *err)
{
	if (lookout_ended(l))
		return ktstr_err_set(err, -ESRCH, "the guest has ended");
	switch (l->obs.state) {
	case OBSERVER_READY:
		break;
	case OBSERVER_FAILED:
		return ktstr_err_set(err, -EOPNOTSUPP, "%s", l->obs.error.msg);
	default:
		return ktstr_err_set(err, -EAGAIN,
				     "the guest's kernel has not been read yet: ask again");
	}
	if (!l->obs.view)
		return ktstr_err_set(err, -EOPNOTSUPP, "%s", l->obs.error.msg);
	return 0;
}

static struct vtree *walk_frozen(struct lookout *l, const struct query *q, struct ktstr_err *err)
{
	struct vtree *t = NULL;
	struct rendezvous r;
	int ret;

	ret = capture_gate_take(&l->gate, CAPTURE_REQUEST, err);
	if (ret) {
		errno = -ret;
		return NULL;
	}
	ret = lookout_freeze(l, &r);
	if (ret)
		ktstr_err_set(err, ret, "frozen=%u/%u: not every vCPU stood still", r.frozen,
			      r.vcpus);
	else
		t = query_walk(l->obs.view, q, true, FROZEN_NS * l->cfg->slowdown, err);
	if (!ret && !t)
		ret = -errno;
	lookout_thaw(l, &r);
	capture_gate_drop(&l->gate);
	errno = -ret;
	return t;
}

static int look(struct lookout *l, const struct inq_view *v, struct inspect_answer *a,
		struct ktstr_err *err)
{
	int ret = query_parse(v->argc, v->argv, &a->q, err);

	if (!ret)
		ret = can_look(l, err);
	if (ret)
		return ret;
	slot0_warm(l);
	if (v->flags & WIRE_INQ_FROZEN)
		a->tree = walk_frozen(l, &a->q, err);
	else
		a->tree = query_walk(l->obs.view, &a->q, false, LIVE_NS * l->cfg->slowdown, err);
	return a->tree ? 0 : -errno;
}

static int walk(void *ctx, const struct inq_view *v, void **answer, struct ktstr_err *err)
{
	struct inspect_answer *a = calloc(1, sizeof(*a));
	struct lookout *l = ctx;
	int ret = 0;

	if (!a)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	a->json = v->flags & WIRE_INQ_JSON;
	if (v->argc == 1 && !strcmp(v->argv[0], WIRE_INQ_RELEASE))
		a->text = hold_end(l, "'ktstr inspect' released it") ?
				  "the guest goes on\n" :
				  "the guest is not held now, and will not be\n";
	else
		ret = look(l, v, a, err);
	if (ret)
		free(a);
	else
		*answer = a;
	return ret;
}

static void drop(void *ctx, void *answer)
{
	struct inspect_answer *a = answer;

	vtree_free(a->tree);
	free(a);
}

static int print(void *ctx, void *answer, char **text, size_t *len, struct ktstr_err *err)
{
	struct inspect_answer *a = answer;
	struct lookout *l = ctx;
	FILE *out = open_memstream(text, len);
	int ret = 0;

	if (!out)
		ret = -ENOMEM;
	else if (a->tree)
		ret = query_print(l->obs.view, &a->q, a->tree, a->json, out);
	else
		fputs(a->text, out);
	if (out && fclose(out) && !ret)
		ret = -ENOMEM;
	drop(ctx, answer);
	return ret ? ktstr_err_set(err, ret, "printing the answer: %s", strerror(-ret)) : 0;
}

int inspect_answer_start(struct lookout *l, struct inspector *i, struct event_loop *loop)
{
	const struct inspector_ops ops = {
		.walk = walk,
		.print = print,
		.drop = drop,
		.ctx = l,
	};

	if (!l->cfg->hold_ns || l->cfg->inspect_fd < 0)
		return 0;
	return inspector_start(i, l->cfg->inspect_fd, loop, &ops);
}
