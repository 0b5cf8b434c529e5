// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/arch/emulated.h"
#include "host/harness/discover.h"
#include "host/harness/kmodule.h"
#include "lib/util.h"
#include "kselftest_harness.h"

FIXTURE(discover)
{
	char dir[64];
	struct ktstr_err err;
	char *path;
};

static const char *const vars[] = {
	"KTSTR_CACHE_DIR",  "XDG_CACHE_HOME",  "KTSTR_KERNEL", "KTSTR_HOST_KERNEL", "KDIR",
	"KTSTR_GUEST_INIT", "KTSTR_SCHED_DIR", "KTSTR_QEMU",   "KTSTR_PROGRAM_DIR",
};

FIXTURE_SETUP(discover)
{
	unsigned int i;

	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-discover.XXXXXX");
	ASSERT_NE(mkdtemp(self->dir), NULL);
	for (i = 0; i < ARRAY_SIZE(vars); i++)
		unsetenv(vars[i]);
	setenv("HOME", self->dir, 1);
	setenv("PATH", self->dir, 1);
}

FIXTURE_TEARDOWN(discover)
{
	char cmd[128];

	free(self->path);
	snprintf(cmd, sizeof(cmd), "/bin/rm -rf %s", self->dir);
	EXPECT_EQ(system(cmd), 0);
}

/* Creates dir/name with its parents; returns the path. */
static char *put(struct __test_metadata *_metadata, const char *dir, const char *name,
		 const char *text)
{
	static char path[512];
	char *slash;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0755);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(write_full(fd, text, strlen(text)), 0);
	close(fd);
	return path;
}

TEST_F(discover, cache_dir_order)
{
	setenv("HOME", "/h", 1);
	self->path = discover_cache_dir(NULL);
	EXPECT_STREQ(self->path, "/h/.cache/ktstr");
	free(self->path);
	setenv("XDG_CACHE_HOME", "/x", 1);
	self->path = discover_cache_dir(NULL);
	EXPECT_STREQ(self->path, "/x/ktstr");
	free(self->path);
	setenv("KTSTR_CACHE_DIR", "/k", 1);
	self->path = discover_cache_dir(NULL);
	EXPECT_STREQ(self->path, "/k");
}

TEST_F(discover, no_kernel_lists_where_and_what_to_run)
{
	self->path = discover_kernel(NULL, &self->err);
	EXPECT_EQ(self->path, NULL);
	EXPECT_EQ(errno, ENOENT);
	EXPECT_NE(strstr(self->err.msg, ".cache/ktstr/kernel/vmlinuz"), NULL);
	EXPECT_NE(strstr(self->err.msg, "scripts/setup"), NULL);
}

TEST_F(discover, kernel_order)
{
	char first[512];

	put(_metadata, self->dir, ".cache/ktstr/kernel/vmlinuz", "");
	snprintf(first, sizeof(first), "%s",
		 put(_metadata, self->dir, "tree/arch/x86/boot/bzImage", ""));
	self->path = discover_kernel(NULL, NULL);
	ASSERT_NE(self->path, NULL);
	EXPECT_NE(strstr(self->path, "kernel/vmlinuz"), NULL);
	free(self->path);
#if defined(__x86_64__)
	first[strlen(first) - strlen("/arch/x86/boot/bzImage")] = '\0';
	setenv("KDIR", first, 1);
	self->path = discover_kernel(NULL, NULL);
	ASSERT_NE(self->path, NULL);
	EXPECT_NE(strstr(self->path, "bzImage"), NULL);
#endif
}

TEST_F(discover, a_variable_that_is_set_is_the_only_place)
{
	put(_metadata, self->dir, ".cache/ktstr/kernel/vmlinuz", "");
	setenv("KTSTR_KERNEL", "/nonexistent/bzImage", 1);
	self->path = discover_kernel(NULL, &self->err);
	EXPECT_EQ(self->path, NULL);
	EXPECT_NE(strstr(self->err.msg, "KTSTR_KERNEL"), NULL);
	EXPECT_NE(strstr(self->err.msg, "/nonexistent/bzImage"), NULL);
}

TEST_F(discover, host_kernel_prefers_vmlinux)
{
	put(_metadata, self->dir, ".cache/ktstr/kernel/vmlinuz", "");
	put(_metadata, self->dir, ".cache/ktstr/kernel/vmlinux", "");
	self->path = discover_host_kernel(NULL);
	ASSERT_NE(self->path, NULL);
	EXPECT_NE(strstr(self->path, "kernel/vmlinux"), NULL);
	EXPECT_EQ(strstr(self->path, "vmlinuz"), NULL);
}

TEST_F(discover, unknown_scheduler_lists_the_others)
{
	put(_metadata, self->dir, "scx/scx_simple", "");
	put(_metadata, self->dir, "scx/scx_qmap", "");
	snprintf(self->err.msg, sizeof(self->err.msg), "%s/scx", self->dir);
	setenv("KTSTR_SCHED_DIR", self->err.msg, 1);
	self->path = discover_scheduler("scx_simple", &self->err);
	ASSERT_NE(self->path, NULL);
	free(self->path);
	self->path = discover_scheduler("scx_nope", &self->err);
	EXPECT_EQ(self->path, NULL);
	EXPECT_NE(strstr(self->err.msg, "scx_qmap, scx_simple"), NULL);
}

TEST_F(discover, a_path_leads_to_the_same_place_from_anywhere)
{
	char here[PATH_MAX], want[PATH_MAX + 64];

	put(_metadata, self->dir, "scx_mine", "");
	ASSERT_NE(getcwd(here, sizeof(here)), NULL);
	ASSERT_EQ(chdir(self->dir), 0);
	self->path = discover_scheduler("./scx_mine", &self->err);
	ASSERT_EQ(chdir(here), 0);
	ASSERT_NE(self->path, NULL);
	snprintf(want, sizeof(want), "%s/scx_mine", self->dir);
	EXPECT_STREQ(self->path, want);
}

TEST_F(discover, scheduler_path_that_is_not_there_is_named)
{
	self->path = discover_scheduler("./no/such", &self->err);
	EXPECT_EQ(self->path, NULL);
	EXPECT_NE(strstr(self->err.msg, "./no/such"), NULL);
}

TEST_F(discover, programs_for_guests_are_found_like_schedulers)
{
	put(_metadata, self->dir, "guest/ktstr_oracle", "");
	snprintf(self->err.msg, sizeof(self->err.msg), "%s/guest", self->dir);
	setenv("KTSTR_PROGRAM_DIR", self->err.msg, 1);
	self->path = discover_program("ktstr_oracle", &self->err);
	ASSERT_NE(self->path, NULL);
	EXPECT_NE(strstr(self->path, "/guest/ktstr_oracle"), NULL);
	free(self->path);
	self->path = discover_program("other", &self->err);
	EXPECT_EQ(self->path, NULL);
	EXPECT_NE(strstr(self->err.msg, "no program other"), NULL);
	EXPECT_NE(strstr(self->err.msg, "there are: ktstr_oracle"), NULL);
	self->path = discover_program("./no/such", &self->err);
	EXPECT_EQ(self->path, NULL);
	EXPECT_NE(strstr(self->err.msg, "./no/such"), NULL);
}

TEST(qemu_version_text)
{
	EXPECT_EQ(qemu_version_major("QEMU emulator version 10.0.2 (Debian 1:10)\n"), 10);
	EXPECT_EQ(qemu_version_major("QEMU emulator version 7.2.19\n"), 7);
	EXPECT_EQ(qemu_version_major("something else 12.1\n"), -1);
	EXPECT_EQ(qemu_version_major(""), -1);
}

TEST_F(discover, old_qemu_in_path_gives_way_to_the_cache)
{
	const char *name = emulated_arch()->qemu;
	char rel[64];

	put(_metadata, self->dir, name, "#!/bin/sh\necho QEMU emulator version 7.2.1\n");
	self->path = discover_qemu(&self->err);
	EXPECT_EQ(self->path, NULL);
	EXPECT_NE(strstr(self->err.msg, "version 7, too old"), NULL);
	snprintf(rel, sizeof(rel), ".cache/ktstr/qemu/bin/%s", name);
	put(_metadata, self->dir, rel, "");
	self->path = discover_qemu(&self->err);
	ASSERT_NE(self->path, NULL);
	EXPECT_NE(strstr(self->path, ".cache/ktstr/qemu"), NULL);
	free(self->path);
	put(_metadata, self->dir, name, "#!/bin/sh\necho QEMU emulator version 11.0.50\n");
	self->path = discover_qemu(&self->err);
	ASSERT_NE(self->path, NULL);
	EXPECT_EQ(strstr(self->path, ".cache"), NULL);
}

TEST_F(discover, modules_lie_beside_the_kernel_or_in_its_tree)
{
	char kernel[512];

	put(_metadata, self->dir, "k/modules/kvm.ko", "");
	put(_metadata, self->dir, "t/drivers/virtio/virtio_mmio.ko", "");
	snprintf(kernel, sizeof(kernel), "%s/k/vmlinuz", self->dir);
	self->path = kmodule_find(kernel, "kvm");
	ASSERT_NE(self->path, NULL);
	free(self->path);
	self->path = kmodule_find(kernel, "virtio_mmio");
	EXPECT_EQ(self->path, NULL);
	snprintf(kernel, sizeof(kernel), "%s/t/arch/x86/boot/bzImage", self->dir);
	self->path = kmodule_find(kernel, "virtio_mmio");
	ASSERT_NE(self->path, NULL);
	free(self->path);
	snprintf(kernel, sizeof(kernel), "%s/t/vmlinux", self->dir);
	self->path = kmodule_find(kernel, "virtio_mmio");
	ASSERT_NE(self->path, NULL);
}

TEST_F(discover, damaged_module)
{
	size_t size;

	self->path = strdup(put(_metadata, self->dir, "kvm.ko.xz", "\3757zXZ"));
	EXPECT_EQ(kmodule_read(self->path, &size, &self->err), NULL);
	EXPECT_NE(strstr(self->err.msg, "kvm.ko.xz"), NULL);
}

TEST_HARNESS_MAIN
