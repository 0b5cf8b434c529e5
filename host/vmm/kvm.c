// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/vmm/kvm.h"
#include "lib/util.h"

int kvm_ioctl(int fd, unsigned long request, const char *name, void *arg, struct ktstr_err *err)
{
	int ret = ioctl(fd, request, arg);

	if (ret >= 0)
		return ret;
	ret = -errno;
	ktstr_err_set(err, ret, "%s: %s", name, strerror(-ret));
	return ret;
}

static int open_failed(int code, struct ktstr_err *err)
{
	const char *way_out = "";

	if (code == -ENOENT)
		way_out = "; load kvm-intel or kvm-amd, or let KTSTR_HOST=emulated run it without";
	else if (code == -EACCES || code == -EPERM)
		way_out = "; add your user to the 'kvm' group";
	return ktstr_err_set(err, code, "/dev/kvm: %s%s", strerror(-code), way_out);
}

int kvm_open(const struct kvm_cap_need *needs, struct ktstr_err *err)
{
	char missing[256] = "";
	size_t used = 0;
	int fd, version;

	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return open_failed(-errno, err);
	version = KVM_IOCTL(fd, KVM_GET_API_VERSION, 0, NULL);
	if (version != KVM_API_VERSION) {
		close(fd);
		return ktstr_err_set(err, -EOPNOTSUPP, "/dev/kvm speaks API version %d, not %d",
				     version, KVM_API_VERSION);
	}
	for (; needs->name && used < sizeof(missing); needs++) {
		if (KVM_IOCTL(fd, KVM_CHECK_EXTENSION, (long)needs->cap, NULL) <= 0)
			used += snprintf(missing + used, sizeof(missing) - used, " %s",
					 needs->name);
	}
	if (!used)
		return fd;
	close(fd);
	return ktstr_err_set(err, -EOPNOTSUPP,
			     "KVM here lacks%s; a newer host kernel or KTSTR_HOST=emulated has them",
			     missing);
}

static int stat_find(int fd, const struct kvm_stats_header *h, const char *name, u64 *offset)
{
	size_t desc_size = sizeof(struct kvm_stats_desc) + h->name_size;
	struct kvm_stats_desc *d;
	int ret = -ENOENT;
	u32 i;

	if (h->name_size > 256 || h->num_desc > 4096)
		return -EINVAL;
	d = malloc(desc_size + 1);
	if (!d)
		return -ENOMEM;
	for (i = 0; i < h->num_desc && ret == -ENOENT; i++) {
		if (pread(fd, d, desc_size, h->desc_offset + i * desc_size) != (ssize_t)desc_size) {
			ret = -EIO;
			break;
		}
		((char *)d)[desc_size] = '\0';
		if (!strcmp(d->name, name)) {
			*offset = h->data_offset + d->offset;
			ret = 0;
		}
	}
	free(d);
	return ret;
}

static int stat_look_up(struct kvm_stat *stat, const char *name)
{
	struct kvm_stats_header h;

	if (pread(stat->fd, &h, sizeof(h), 0) != sizeof(h))
		return -EIO;
	return stat_find(stat->fd, &h, name, &stat->offset);
}

int kvm_stat_open(struct kvm_stat *stat, int fd, const char *name)
{
	int ret;

	stat->fd = KVM_IOCTL(fd, KVM_GET_STATS_FD, 0, NULL);
	if (stat->fd < 0) {
		ret = stat->fd;
		stat->fd = -1;
		return ret;
	}
	ret = stat_look_up(stat, name);
	if (ret)
		close_fd(&stat->fd);
	return ret;
}

int kvm_stat_peer(struct kvm_stat *stat, const struct kvm_stat *of, const char *name)
{
	int ret;

	stat->fd = of->fd;
	ret = of->fd < 0 ? -ENOENT : stat_look_up(stat, name);
	if (ret)
		stat->fd = -1;
	return ret;
}

u64 kvm_stat_read(const struct kvm_stat *stat)
{
	u64 value = 0;

	if (stat->fd < 0 || pread(stat->fd, &value, sizeof(value), stat->offset) != sizeof(value))
		return 0;
	return value;
}
