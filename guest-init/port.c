// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/util.h"
#include "port.h"

/* Where the host's first console device has its second port: looked at first. */
#define PORT_USUAL "vport0p1"

/*
 * Ports are announced by messages between the driver's worker and the host,
 * which take a fraction of a millisecond: giving way to the worker costs less
 * than a timer and two wake-ups. After that, sleep between looks.
 */
#define PORT_YIELD_NS (3 * NSEC_PER_MSEC)
#define PORT_POLL_US  1000

static bool port_is_named(const char *class_dir, const char *dev, const char *name)
{
	char path[PATH_MAX], text[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/name", class_dir, dev);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read_full(fd, text, sizeof(text) - 1);
	close_fd(&fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, name);
}

int port_find(const char *class_dir, const char *name, char *dev, size_t len)
{
	struct dirent *d;
	int ret = -ENOENT;
	DIR *dir;

	dir = opendir(class_dir);
	if (!dir)
		return -ENOENT;
	while (ret && (d = readdir(dir))) {
		if (d->d_name[0] == '.' || strlen(d->d_name) >= len)
			continue;
		if (!port_is_named(class_dir, d->d_name, name))
			continue;
		memcpy(dev, d->d_name, strlen(d->d_name) + 1);
		ret = 0;
	}
	closedir(dir);
	return ret;
}

static int port_open_dev(const char *name, const char *dev, struct ktstr_err *err)
{
	char path[NAME_MAX + 8];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", dev);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return ktstr_err_set(err, -errno, "cannot open port %s (%s): %s", name, path,
				     strerror(errno));
	return fd;
}

int port_open(const char *name, unsigned int timeout_ms, struct ktstr_err *err)
{
	u64 start = mono_ns(), passed;
	char dev[NAME_MAX + 1];
	const char *why;

	for (;;) {
		passed = mono_ns() - start;
		if (port_is_named(PORT_CLASS_DIR, PORT_USUAL, name))
			return port_open_dev(name, PORT_USUAL, err);
		if (passed > PORT_YIELD_NS && !port_find(PORT_CLASS_DIR, name, dev, sizeof(dev)))
			return port_open_dev(name, dev, err);
		if (passed >= timeout_ms * NSEC_PER_MSEC && passed > PORT_YIELD_NS)
			break;
		if (passed < PORT_YIELD_NS)
			sched_yield();
		else
			usleep(PORT_POLL_US);
	}
	why = access(PORT_CLASS_DIR, F_OK) ? "no virtio-console driver" : "no port has this name";
	return ktstr_err_set(err, -ETIMEDOUT, "virtio port \"%s\" did not appear within %u ms (%s)",
			     name, timeout_ms, why);
}
