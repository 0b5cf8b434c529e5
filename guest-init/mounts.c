// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/log.h"
#include "lib/util.h"
#include "mounts.h"

struct mount_point {
	const char *type;
	const char *target;
	unsigned long flags;
	const char *data;
};

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static const struct mount_point early[] = {
	{ "proc", "/proc", SAFE, NULL },
	{ "sysfs", "/sys", SAFE, NULL },
	{ "devtmpfs", "/dev", MS_NOSUID, "mode=0755" },
};

static const struct mount_point late[] = {
	{ "tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777" },
	{ "cgroup2", "/sys/fs/cgroup", SAFE, NULL },
	{ "bpf", "/sys/fs/bpf", SAFE, "mode=0700" },
	{ "debugfs", "/sys/kernel/debug", SAFE, NULL },
	{ "tracefs", "/sys/kernel/tracing", SAFE, NULL },
};

static int mount_one(const struct mount_point *m)
{
	/* Mount points below /sys exist; sysfs refuses to make new ones. */
	if (mkdir(m->target, 0755) && errno != EEXIST && errno != EPERM)
		return -errno;
	if (mount(m->type, m->target, m->type, m->flags, m->data) && errno != EBUSY)
		return -errno;
	return 0;
}

int mounts_early(struct ktstr_err *err)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(early); i++) {
		ret = mount_one(&early[i]);
		if (ret)
			return ktstr_err_set(err, ret, "cannot mount %s on %s: %s", early[i].type,
					     early[i].target, strerror(-ret));
	}
	return 0;
}

/*
 * The root file system is in memory anyway, and what a run brings along may lie
 * anywhere in it: nothing is mounted over directories that programs come from.
 */
static void make_dirs(void)
{
	mkdir("/run", 0755);
	mkdir("/tmp", 0777);
	if (chmod("/tmp", 01777))
		pr_info("/tmp: %s", strerror(errno));
}

void mounts_late(void)
{
	unsigned int i;
	int ret;

	make_dirs();
	for (i = 0; i < ARRAY_SIZE(late); i++) {
		ret = mount_one(&late[i]);
		if (ret)
			pr_info("%s not mounted on %s: %s", late[i].type, late[i].target,
				strerror(-ret));
	}
}
