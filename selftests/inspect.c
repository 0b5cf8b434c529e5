// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run of the command, with a scheduler, that saves its guest's memory and
 * then holds the guest; and the command again, that looks into both. All of it
 * from outside, as a developer would.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktstr_harness.h"
#include "lib/util.h"

#define CPUS	     2
#define HELD_TIMEOUT (240 * NSEC_PER_SEC)
#define END_TIMEOUT  (120 * NSEC_PER_SEC)
#define TEXT_MAX     (64U << 20)
#define NO_STATUS    -1
/* include/linux/jiffies.h: 5 minutes before they wrap at 32 bits, of HZ 1000 at most. */
#define JIFFIES_FIRST ((1ULL << 32) - 300 * 1000)
#define JIFFIES_LAST  ((1ULL << 32) + 600 * 1000)

/**
 * struct answer - what a command said
 * @text: on standard output, NUL-terminated
 * @errors: on standard error
 * @len: bytes of @text
 * @status: it exited with, or NO_STATUS
 */
struct answer {
	char *text;
	char *errors;
	size_t len;
	int status;
};

/* The run, which goes on from test to test: each of them is a process of its own. */
static struct {
	char ktstr[4096];
	char dir[64];
	char file[128];
	char out[128];
	char errors[128];
	pid_t owner;
	pid_t pid;
	bool held;
	struct answer live_maps;
	struct answer live_jiffies[2];
	struct answer live_frozen;
	struct answer live_nothing;
	struct answer release;
	int status;
} run;

static char *slurp(const char *path, size_t *len)
{
	return file_read(path, TEXT_MAX, len);
}

static pid_t spawn(char *const argv[], const char *out, const char *errors)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	test_die_with_parent();
	if (!freopen("/dev/null", "r", stdin) || !freopen(out, "w", stdout) ||
	    !freopen(errors, "w", stderr))
		_exit(126);
	execv(run.ktstr, argv);
	_exit(127);
}

static int reap(pid_t pid, u64 timeout_ns)
{
	u64 end = mono_ns() + timeout_ns;
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (mono_ns() > end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return NO_STATUS;
		}
		usleep(20000);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : NO_STATUS;
}

/* "ktstr inspect @target @command [@arg [@option]]" */
static void ask(struct answer *a, const char *target, const char *command, const char *arg,
		const char *option)
{
	char *const argv[] = {
		"ktstr",	"inspect", (char *)target, (char *)command, (char *)arg,
		(char *)option, NULL
	};
	char out[96], errors[96];

	snprintf(out, sizeof(out), "%s/answer", run.dir);
	snprintf(errors, sizeof(errors), "%s/answer-errors", run.dir);
	a->status = reap(spawn(argv, out, errors), END_TIMEOUT);
	a->text = slurp(out, &a->len);
	a->errors = slurp(errors, &(size_t){ 0 });
}

static void forget(struct answer *a)
{
	free(a->text);
	free(a->errors);
}

/* The number behind the first @name, or 0. */
static u64 number(const struct answer *a, const char *name)
{
	const char *at = a->text ? strstr(a->text, name) : NULL;

	return at ? strtoull(at + strlen(name), NULL, 0) : 0;
}

static bool says(const struct answer *a, const char *what)
{
	if (a->text && strstr(a->text, what))
		return true;
	ksft_print_msg("status %d, no '%s' in what was said:\n", a->status, what);
	test_diag(a->text ?: "(nothing)");
	test_diag(a->errors ?: "");
	return false;
}

static bool is_held(void)
{
	size_t len;
	char *text = slurp(run.errors, &len);
	bool held = text && strstr(text, "the guest is held");

	free(text);
	return held;
}

static void look_live(void)
{
	ask(&run.live_maps, "--live", "maps", NULL, NULL);
	ask(&run.live_jiffies[0], "--live", "symbol", "jiffies_64:u64", NULL);
	ask(&run.live_frozen, "--live", "runqueues", "--frozen", NULL);
	ask(&run.live_nothing, "--live", "symbol", "no_such_symbol", NULL);
	ask(&run.live_jiffies[1], "--live", "symbol", "jiffies_64:u64", NULL);
	ask(&run.release, "--live", "release", NULL, NULL);
}

static void start_and_look(void)
{
	char *const argv[] = { "ktstr",		"run",	    "--scheduler", "scx_simple",
			       "--topology",	"1n1l2c1t", "--duration",  "500ms",
			       "--save-memory", run.file,   "--hold=120s", NULL };
	u64 end = mono_ns() + HELD_TIMEOUT;

	run.pid = spawn(argv, run.out, run.errors);
	while (!run.held && mono_ns() < end && !waitpid(run.pid, &run.status, WNOHANG)) {
		usleep(50000);
		run.held = is_held();
	}
	if (run.held)
		look_live();
	run.status = run.held ? reap(run.pid, END_TIMEOUT) : NO_STATUS;
	if (!run.held)
		kill(run.pid, SIGKILL);
}

static void show_run(void)
{
	const char *const paths[] = { run.out, run.errors };
	size_t i, len;
	char *text;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		text = slurp(paths[i], &len);
		test_diag(text ?: "(nothing)");
		free(text);
	}
}

FIXTURE(inspect)
{
	struct answer a;
};

FIXTURE_SETUP(inspect)
{
	memset(&self->a, 0, sizeof(self->a));
}

FIXTURE_TEARDOWN(inspect)
{
	forget(&self->a);
}

static void ask_file(struct answer *a, const char *command, const char *arg)
{
	forget(a);
	ask(a, run.file, command, arg, NULL);
}

TEST_F(inspect, a_held_run_passes_when_it_is_let_go)
{
	struct stat st;

	EXPECT_TRUE(run.held);
	EXPECT_EQ(run.status, 0);
	if (!run.held || run.status)
		show_run();
	ASSERT_EQ(stat(run.file, &st), 0);
	/* memory that nobody has touched takes no room */
	ksft_print_msg("%lld MiB of memory, %lld MiB in the file\n", (long long)st.st_size >> 20,
		       (long long)st.st_blocks >> 11);
	EXPECT_LT(st.st_blocks * 512, st.st_size);
}

TEST_F(inspect, maps_are_listed)
{
	ask_file(&self->a, "maps", NULL);
	EXPECT_EQ(self->a.status, 0);
	EXPECT_TRUE(says(&self->a, "STRUCT_OPS"));
	EXPECT_TRUE(says(&self->a, "simple_ops"));
	EXPECT_TRUE(says(&self->a, "stats"));
}

TEST_F(inspect, a_map_shows_what_is_in_it)
{
	ask_file(&self->a, "map", "simple_ops");
	EXPECT_EQ(self->a.status, 0);
	EXPECT_TRUE(says(&self->a, "name: \"simple\""));
	ask_file(&self->a, "map", "no_such_map");
	EXPECT_EQ(self->a.status, 1);
	EXPECT_NE(strstr(self->a.errors ?: "", "simple_ops"), NULL);
}

TEST_F(inspect, run_queues_have_the_load)
{
	ask_file(&self->a, "runqueues", NULL);
	EXPECT_EQ(self->a.status, 0);
	EXPECT_GT(number(&self->a, "nr_running: "), 0);
	EXPECT_GT(number(&self->a, "clock: "), 0);
}

TEST_F(inspect, jiffies_are_sane)
{
	ask_file(&self->a, "symbol", "jiffies_64:u64");
	EXPECT_EQ(self->a.status, 0);
	EXPECT_GT(number(&self->a, "value: "), JIFFIES_FIRST);
	EXPECT_LT(number(&self->a, "value: "), JIFFIES_LAST);
	/* the memory is of before the guest was held */
	EXPECT_GT(number(&run.live_jiffies[0], "value: "), number(&self->a, "value: "));
}

TEST_F(inspect, every_cpu_has_its_number)
{
	char cpu[32];
	u32 i;

	ask_file(&self->a, "percpu", "cpu_number");
	EXPECT_EQ(self->a.status, 0);
	for (i = 0; i < CPUS; i++) {
		snprintf(cpu, sizeof(cpu), "value: %u }", i);
		EXPECT_TRUE(says(&self->a, cpu));
	}
}

TEST_F(inspect, pid_1_is_ours)
{
	ask_file(&self->a, "task", "1");
	EXPECT_EQ(self->a.status, 0);
	EXPECT_TRUE(says(&self->a, "comm: \"init\""));
	ask_file(&self->a, "tasks", NULL);
	EXPECT_TRUE(says(&self->a, "kthreadd"));
}

TEST_F(inspect, the_scheduler_is_attached)
{
	ask_file(&self->a, "sched", NULL);
	EXPECT_EQ(self->a.status, 0);
	EXPECT_TRUE(says(&self->a, "name: \"simple\""));
	EXPECT_TRUE(says(&self->a, "SCX_ENABLED"));
}

TEST_F(inspect, symbols_are_all_there)
{
	u64 nr = 0, last = 0, kva;
	char *line, *rest;

	ask_file(&self->a, "symbols", NULL);
	EXPECT_EQ(self->a.status, 0);
	EXPECT_TRUE(says(&self->a, " t _text\n"));
	EXPECT_TRUE(says(&self->a, " jiffies_64\n"));
	for (line = strtok_r(self->a.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		kva = strtoull(line, NULL, 16);
		if (kva < last)
			EXPECT_GE(kva, last);
		last = kva;
		nr++;
	}
	EXPECT_GT(nr, 10000);
}

TEST_F(inspect, a_running_guest_answers)
{
	EXPECT_EQ(run.live_maps.status, 0);
	EXPECT_TRUE(says(&run.live_maps, "simple_ops"));
	EXPECT_GT(number(&run.live_jiffies[0], "value: "), JIFFIES_FIRST);
	/* which shows that it runs */
	EXPECT_GT(number(&run.live_jiffies[1], "value: "), number(&run.live_jiffies[0], "value: "));
	EXPECT_EQ(run.live_frozen.status, 0);
	EXPECT_GT(number(&run.live_frozen, "nr_running: "), 0);
	EXPECT_EQ(run.live_nothing.status, 1);
	EXPECT_NE(strstr(run.live_nothing.errors ?: "", "no_such_symbol"), NULL);
	EXPECT_EQ(run.release.status, 0);
	EXPECT_TRUE(says(&run.release, "goes on"));
}

TEST_F(inspect, nobody_is_left_to_ask)
{
	ask(&self->a, "--live", "maps", NULL, NULL);
	EXPECT_EQ(self->a.status, 3);
	EXPECT_NE(strstr(self->a.errors ?: "", "--hold"), NULL);
}

static bool find_ktstr(void)
{
	char *exe = discover_exe(NULL), *slash;
	u32 up;

	for (up = 0; exe && up < 2; up++) {
		slash = strrchr(exe, '/');
		if (!slash)
			break;
		*slash = '\0';
		snprintf(run.ktstr, sizeof(run.ktstr), "%s/ktstr", exe);
		if (!access(run.ktstr, X_OK)) {
			free(exe);
			return true;
		}
	}
	free(exe);
	return false;
}

/* Whether runs are possible, the command knows itself. */
static bool can_run(void)
{
	char *const argv[] = { "ktstr", "doctor", NULL };

	return !reap(spawn(argv, "/dev/null", "/dev/null"), END_TIMEOUT);
}

static void set_up(void)
{
	struct ktstr_err err = { "" };
	char *path = discover_kernel(NULL, &err);

	if (!path)
		test_lacks("no kernel to test", &err);
	free(path);
	if (!find_ktstr()) {
		ktstr_err_set(&err, -ENOENT, "no ktstr beside this program: build it");
		test_bail(&err);
	}
	if (!can_run()) {
		ktstr_err_set(&err, -ENOENT, "see 'ktstr doctor'");
		test_lacks("neither KVM nor an emulated host", &err);
	}
	snprintf(run.dir, sizeof(run.dir), "/tmp/ktstr-inspect.XXXXXX");
	if (!mkdtemp(run.dir)) {
		ktstr_err_set(&err, -errno, "%s: %s", run.dir, strerror(errno));
		test_bail(&err);
	}
	/* other runs of this user are none of ours */
	setenv("XDG_RUNTIME_DIR", run.dir, 1);
	snprintf(run.file, sizeof(run.file), "%s/guest.vmcore", run.dir);
	snprintf(run.out, sizeof(run.out), "%s/out", run.dir);
	snprintf(run.errors, sizeof(run.errors), "%s/errors", run.dir);
}

/* The harness ends the program itself; its tests end without this. */
static void clean_up(void)
{
	char cmd[96];

	if (getpid() != run.owner)
		return;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", run.dir);
	if (system(cmd))
		ksft_print_msg("%s could not be removed\n", run.dir);
}

int main(int argc, char **argv)
{
	set_up();
	run.owner = getpid();
	atexit(clean_up);
	start_and_look();
	return test_harness_run(argc, argv);
}
