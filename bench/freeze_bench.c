// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: freeze-bench
 *
 * How long it takes from asking for a freeze until every vCPU stands still,
 * beside what one bare signal costs on the same machine: to a thread that
 * sleeps, and back through an eventfd, while the guest stands still. Once with
 * vCPUs that spin (freeze.*) and once with halted ones (freeze_idle.*). More
 * vCPUs than there are CPUs have no target: each one's thread has to run for a
 * moment to park, so what is measured then is how the host's scheduler makes
 * them take turns.
 *
 * And what a watchpoint that is never written costs a guest. The guests are a
 * few instructions and run on real KVM; without one, all of it runs in an
 * emulated host.
 *
 * Prints lines for scripts/bench.awk, see figure.h.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench/figure.h"
#include "host/coord/rendezvous.h"
#include "host/harness/emulated.h"
#include "host/kernel/image.h"
#include "lib/log.h"
#include "selftests/tiny_guest.h"

#define HOST_TIMEOUT_MS (10 * 60 * 1000)
#define MEM_BYTES	(64 << 20)
#define PEER_SIGNAL	(SIGRTMIN + 1)

#define ROUNDS	 10
#define SAMPLES	 30 /* in each round */
#define SLICE_MS 200
/* For what is over at once if it happens at all. */
#define PATIENCE_MS 20000

/* Where the guest counts: see its code. */
#define STARTED_GPA 0x40100
#define WORK_GPA    0x50000
#define UNUSED_GPA  0x60000

/*
 * All CPUs say where their kernel takes system calls, as every kernel does. The
 * other ones are started at 4000:0000, by INIT, and SIPI with the vector 40,
 * through the x2APIC's ICR (SDM vol. 3, 12.12.9), and count themselves.
 */
/* clang-format off */
#define CODE_LSTAR \
	"mov $0xc0000082, %ecx\n" \
	"mov $0xffffffff, %edx\n" \
	"mov $0x81000000, %eax\n" \
	"wrmsr\n"

#define CODE(first, others) \
	"cli\n" \
	"cld\n" \
	CODE_LSTAR \
	"lea 2f(%rip), %rsi\n" \
	"mov $0x40000, %edi\n" \
	"mov $(3f - 2f), %ecx\n" \
	"rep movsb\n" \
	"mov $0x830, %ecx\n" \
	"xor %edx, %edx\n" \
	"mov $0xc4500, %eax\n" \
	"wrmsr\n" \
	"mov $0xc4640, %eax\n" \
	"wrmsr\n" \
	"1: incq 0x50000\n" \
	first \
	"jmp 1b\n" \
	".code16\n" \
	"2:\n" \
	CODE_LSTAR \
	"lock incl %cs:0x100\n" \
	"4:\n" \
	others \
	"jmp 4b\n" \
	".code64\n" \
	"3:\n"
/* clang-format on */

/* The first one works, the others spin. */
TINY_CODE(spin_code, CODE("", ""));
TINY_CODE(idle_code, CODE("hlt\n", "hlt\n"));

/**
 * struct peer - the thread that a signal is sent to
 * @thread: sleeps in poll(2)
 * @back: eventfd its signal handler writes to
 * @end: eventfd that ends it
 */
struct peer {
	pthread_t thread;
	int back;
	int end;
};

static struct peer peer;

static void answer(int sig)
{
	static const u64 one = 1;

	if (write(peer.back, &one, sizeof(one)) < 0)
		abort();
}

static void *sleep_thread(void *arg)
{
	struct pollfd p = { .fd = peer.end, .events = POLLIN };

	while (poll(&p, 1, -1) < 0)
		;
	return NULL;
}

static int peer_start(struct ktstr_err *err)
{
	struct sigaction sa = { .sa_handler = answer };

	peer.back = eventfd(0, EFD_CLOEXEC);
	peer.end = eventfd(0, EFD_CLOEXEC);
	if (peer.back < 0 || peer.end < 0 || sigaction(PEER_SIGNAL, &sa, NULL))
		return ktstr_err_set(err, -errno, "signal peer: %s", strerror(errno));
	errno = pthread_create(&peer.thread, NULL, sleep_thread, NULL);
	return errno ? ktstr_err_set(err, -errno, "signal peer: %s", strerror(errno)) : 0;
}

static void peer_stop(void)
{
	static const u64 one = 1;

	if (write(peer.end, &one, sizeof(one)) < 0)
		abort();
	pthread_join(peer.thread, NULL);
	close_fd(&peer.back);
	close_fd(&peer.end);
}

static u64 signal_ns(void)
{
	u64 start = mono_ns(), n;

	pthread_kill(peer.thread, PEER_SIGNAL);
	if (read(peer.back, &n, sizeof(n)) != sizeof(n))
		abort();
	return mono_ns() - start;
}

static struct vm *guest_new(const struct tiny_code *code, u32 cpus, struct ktstr_err *err)
{
	struct vm_config cfg = { .topo = { 1, 1, cpus, 1 }, .mem_bytes = MEM_BYTES };
	struct tiny_guest g;
	struct kernel_image *img = NULL;
	struct vm *vm = NULL;

	if (tiny_guest_open(&g, code))
		ktstr_err_set(err, 0, "memfd: %s", strerror(errno));
	else
		img = kernel_image_open(g.path, err);
	cfg.kernel = img;
	if (img)
		vm = vm_new(&cfg, err);
	kernel_image_free(img);
	close_fd(&g.fd);
	return vm;
}

static u64 guest_u64(struct vm *vm, u64 gpa)
{
	return __atomic_load_n((u64 *)gmem_hva(vm->ram, gpa, sizeof(u64)), __ATOMIC_RELAXED);
}

/* All vCPUs of @vm are where they are going to stay when this is through. */
static int guest_start(struct vm *vm, struct ktstr_err *err)
{
	int ret = vm_start(vm, err), ms;

	for (ms = 0; !ret && ms < PATIENCE_MS; ms++) {
		usleep(1000);
		if (guest_u64(vm, WORK_GPA) && (u32)guest_u64(vm, STARTED_GPA) == vm->nr_vcpus - 1)
			return 0;
	}
	return ret ? ret : ktstr_err_set(err, -ETIMEDOUT, "%u vCPUs do not start", vm->nr_vcpus);
}

static void print_us(const char *what, const char *q_name, u32 cpus, double *v, double q)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.%s_us.%ucpu", what, q_name, cpus);
	figure_print_value(name, "us", figure_quantile(v, ROUNDS * SAMPLES, q), v, ROUNDS * SAMPLES,
			   0, NULL);
}

/* One freeze, and one signal while all stand still: on a machine with nothing to do. */
static int freeze_sample(struct vm *vm, double *us, double *peer_us, struct ktstr_err *err)
{
	struct rendezvous r;
	int ret;

	usleep(1000);
	ret = freeze_begin(vm, &r, RENDEZVOUS_TIMEOUT_NS);
	*us = (r.frozen_ns - r.begin_ns) / 1000.0;
	usleep(1000);
	*peer_us = signal_ns() / 1000.0;
	freeze_end(vm, &r);
	return ret ? ktstr_err_set(err, ret, "freeze: %u of %u vCPUs: %s", r.frozen, r.vcpus,
				   strerror(-ret)) :
		     0;
}

static int freeze_samples(struct vm *vm, double *us, double *peer_us, struct ktstr_err *err)
{
	int i, ret = 0;

	for (i = 0; i < SAMPLES && !ret; i++)
		ret = freeze_sample(vm, &us[i], &peer_us[i], err);
	return ret;
}

/**
 * struct kind - what vCPUs do when they are frozen
 * @name: of the figures
 * @peer: of the signal's figures
 * @code: the guest
 */
struct kind {
	const char *name;
	const char *peer;
	const struct tiny_code *code;
};

static const struct kind kinds[] = {
	{ "freeze", "signal", &spin_code },
	{ "freeze_idle", "signal_idle", &idle_code },
};

static void print_freeze(const struct kind *k, u32 cpus, double *us, double *peer_us, double *ratio)
{
	const size_t n = ROUNDS * SAMPLES;
	bool fits = cpus <= sysconf(_SC_NPROCESSORS_ONLN);
	char name[64];

	snprintf(name, sizeof(name), "%s.vs_signal.%ucpu", k->name, cpus);
	figure_print_value(name, "ratio",
			   figure_quantile(us, n, 0.5) / figure_quantile(peer_us, n, 0.5), ratio,
			   ROUNDS, 0, fits ? "<=3" : NULL);
	print_us(k->name, "p50", cpus, us, 0.5);
	print_us(k->name, "p99", cpus, us, 0.99);
	print_us(k->peer, "p50", cpus, peer_us, 0.5);
	print_us(k->peer, "p99", cpus, peer_us, 0.99);
}

static int bench_freeze(const struct kind *k, u32 cpus, struct ktstr_err *err)
{
	double us[ROUNDS * SAMPLES], peer_us[ROUNDS * SAMPLES], ratio[ROUNDS];
	struct vm *vm = guest_new(k->code, cpus, err);
	int i, ret;

	if (!vm)
		return -errno;
	ret = guest_start(vm, err);
	for (i = 0; i < ROUNDS && !ret; i++) {
		double *ours = us + i * SAMPLES, *theirs = peer_us + i * SAMPLES;

		ret = freeze_samples(vm, ours, theirs, err);
		ratio[i] =
			figure_quantile(ours, SAMPLES, 0.5) / figure_quantile(theirs, SAMPLES, 0.5);
	}
	vm_free(vm);
	if (!ret)
		print_freeze(k, cpus, us, peer_us, ratio);
	return ret;
}

static int bench_freezes(struct ktstr_err *err)
{
	static const u32 cpus[] = { 1, 2, 4, 8 };
	size_t i, j;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		for (j = 0; j < ARRAY_SIZE(cpus) && !ret; j++)
			ret = bench_freeze(&kinds[i], cpus[j], err);
	return ret;
}

/* One user slot; what it watches is identity-mapped in the guest. */
static void watch(struct vm *vm, u64 gpa)
{
	struct watch_user *u = &vm->watch.user[0];

	snprintf(u->tag, sizeof(u->tag), "bench");
	u->value_len = 4;
	atomic_store_explicit(&u->value_host_ptr, gpa ? gmem_hva(vm->ram, gpa, 4) : NULL,
			      memory_order_release);
	atomic_store_explicit(&u->request_kva, gpa, memory_order_release);
	atomic_fetch_add(&vm->watch.gen, 1);
	watch_mark_armed(&vm->watch);
	vm_kick_all(vm);
}

static int watch_wait(struct vm *vm, struct ktstr_err *err)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (atomic_load(&vm->vcpus[0].watch.armed_gen) == atomic_load(&vm->watch.gen))
			return 0;
		usleep(1000);
	}
	return ktstr_err_set(err, -ETIMEDOUT, "the vCPU does not arm its watchpoint");
}

/* Guest work per second of the vCPU thread's CPU time. */
static int rate(struct vm *vm, u64 gpa, double *per_s, struct ktstr_err *err)
{
	u64 work, ns;
	int ret;

	watch(vm, gpa);
	ret = watch_wait(vm, err);
	work = guest_u64(vm, WORK_GPA);
	ns = vcpu_cpu_ns(&vm->vcpus[0]);
	usleep(SLICE_MS * 1000);
	work = guest_u64(vm, WORK_GPA) - work;
	ns = vcpu_cpu_ns(&vm->vcpus[0]) - ns;
	*per_s = ns ? (double)work / ns * NSEC_PER_SEC : 0;
	if (!ret && !work)
		ret = ktstr_err_set(err, -EIO, "the guest does not run");
	return ret;
}

/* What was measured was armed: the same slot fires where the guest does write. */
static int watch_proof(struct vm *vm, struct ktstr_err *err)
{
	struct pollfd p = { .fd = vm->watch.hit_evt, .events = POLLIN };

	if (poll(&p, 1, 0))
		return ktstr_err_set(err, -EIO, "a watchpoint fired that nobody writes to");
	watch(vm, WORK_GPA);
	if (poll(&p, 1, PATIENCE_MS) != 1)
		return ktstr_err_set(err, -EIO, "a watchpoint does not fire");
	return 0;
}

static int bench_watch(struct ktstr_err *err)
{
	double armed, plain, ratio[ROUNDS];
	struct vm *vm = guest_new(&spin_code, 1, err);
	int i, ret;

	if (!vm)
		return -errno;
	ret = guest_start(vm, err);
	for (i = 0; i < ROUNDS && !ret; i++) {
		/* by turns, and who is first changes as well */
		ret = rate(vm, i % 2 ? UNUSED_GPA : 0, i % 2 ? &armed : &plain, err);
		if (!ret)
			ret = rate(vm, i % 2 ? 0 : UNUSED_GPA, i % 2 ? &plain : &armed, err);
		ratio[i] = armed / plain;
	}
	if (!ret)
		ret = watch_proof(vm, err);
	vm_free(vm);
	if (!ret)
		figure_print("watch.unfired_rate", "ratio", ratio, ROUNDS, 0, ">=0.99");
	return ret;
}

static int run(struct ktstr_err *err)
{
	int ret = peer_start(err);

	if (!ret)
		ret = bench_freezes(err);
	if (!ret)
		ret = bench_watch(err);
	if (!ret)
		peer_stop();
	return ret;
}

int main(int argc, char **argv)
{
	struct emulated_opts opts = { .timeout_ms = HOST_TIMEOUT_MS };
	struct ktstr_err err = { "" };
	int status, ret;

	setlinebuf(stdout);
	ret = ktstr_host_enter(argc, argv, &opts, &status, &err);
	if (ret > 0)
		return status;
	if (!ret)
		ret = run(&err);
	if (!ret)
		return 0;
	pr_err("freeze-bench: %s", err.msg);
	return EMULATED_INFRA_STATUS;
}
