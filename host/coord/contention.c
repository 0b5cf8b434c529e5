// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/coord/contention.h"
#include "host/vmm/vm.h"
#include "lib/log.h"
#include "lib/util.h"

int contention_init(struct contention *c, u32 nr)
{
	u32 i;

	memset(c, 0, sizeof(*c));
	c->vcpus = calloc(nr + 1, sizeof(*c->vcpus));
	if (!c->vcpus)
		return -ENOMEM;
	c->nr = nr;
	for (i = 0; i < nr; i++)
		c->vcpus[i].fd = -1;
	return 0;
}

void contention_start(struct contention *c, const struct vm *vm)
{
	char path[64];
	u32 i;

	for (i = 0; i < min(c->nr, vm->nr_vcpus); i++) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/schedstat",
			 atomic_load_explicit(&vm->vcpus[i].tid, memory_order_acquire));
		close_fd(&c->vcpus[i].fd);
		c->vcpus[i].fd = open(path, O_RDONLY | O_CLOEXEC);
		if (c->vcpus[i].fd < 0)
			pr_debug("%s: %s", path, strerror(errno));
	}
}

bool contention_parse(const char *text, u64 *on_cpu_ns, u64 *wait_ns)
{
	unsigned long long on_cpu, wait, times;
	int end = -1;

	if (text[0] < '0' || text[0] > '9' ||
	    sscanf(text, "%llu %llu %llu%n", &on_cpu, &wait, &times, &end) != 3 ||
	    strcmp(text + end, "\n"))
		return false;
	*on_cpu_ns = on_cpu;
	*wait_ns = wait;
	return true;
}

static bool read_vcpu(struct contention_vcpu *v)
{
	char text[96];
	ssize_t n;

	if (v->fd < 0)
		return false;
	n = pread(v->fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return contention_parse(text, &v->on_cpu_ns, &v->wait_ns);
}

/* The counters of a thread only grow; whatever else they did is not counted. */
static u64 grown(u64 from, u64 to)
{
	return to > from ? to - from : 0;
}

static void look(struct contention *c, bool count)
{
	u32 i;

	for (i = 0; i < c->nr; i++) {
		struct contention_vcpu *v = &c->vcpus[i];
		u64 before = v->wait_ns;

		if (!read_vcpu(v))
			c->failed = true;
		else if (count)
			c->worst_wait_ns = max(c->worst_wait_ns, grown(before, v->wait_ns));
	}
}

void contention_begin(struct contention *c)
{
	u32 i;

	look(c, false);
	for (i = 0; i < c->nr && !c->begun; i++) {
		c->vcpus[i].first_on_cpu_ns = c->vcpus[i].on_cpu_ns;
		c->vcpus[i].first_wait_ns = c->vcpus[i].wait_ns;
	}
	c->begun = true;
	c->running = true;
}

void contention_look(struct contention *c)
{
	if (c->running)
		look(c, true);
}

void contention_end(struct contention *c)
{
	contention_look(c);
	c->running = false;
}

void contention_frame(struct contention *c, u32 type)
{
	if (type == WIRE_SCST)
		contention_begin(c);
	else if (type == WIRE_SCEN)
		contention_end(c);
}

void contention_report(const struct contention *c, struct vmm_report *r)
{
	u64 ever = 0;
	u32 i;

	r->contention_known = 0;
	r->run_delay_ns = 0;
	r->on_cpu_ns = 0;
	r->worst_wait_ns = 0;
	for (i = 0; i < c->nr; i++)
		ever += c->vcpus[i].on_cpu_ns;
	/* threads that ran and have no CPU time: a kernel that does not count */
	if (!c->begun || c->failed || !ever)
		return;
	r->contention_known = 1;
	r->worst_wait_ns = c->worst_wait_ns;
	for (i = 0; i < c->nr; i++) {
		const struct contention_vcpu *v = &c->vcpus[i];

		r->on_cpu_ns += grown(v->first_on_cpu_ns, v->on_cpu_ns);
		r->run_delay_ns += grown(v->first_wait_ns, v->wait_ns);
	}
}

void contention_destroy(struct contention *c)
{
	u32 i;

	for (i = 0; i < c->nr; i++)
		close_fd(&c->vcpus[i].fd);
	free(c->vcpus);
	memset(c, 0, sizeof(*c));
}
