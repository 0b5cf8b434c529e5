// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host/kernel/image.h"
#include "host/kernel/inflate.h"
#include "lib/log.h"
#include "lib/util.h"

/* Offsets in a bzImage: Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
#define BZ_SETUP_SECTS	  0x1f1
#define BZ_BOOT_FLAG	  0x1fe
#define BZ_MAGIC	  0x202
#define BZ_VERSION	  0x206
#define BZ_KERNEL_VERSION 0x20e
#define BZ_PAYLOAD_OFFSET 0x248
#define BZ_PAYLOAD_LENGTH 0x24c
#define BZ_HEADER_END	  0x268

static u16 get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static u32 get32(const u8 *p)
{
	return get16(p) | (u32)get16(p + 2) << 16;
}

int kernel_image_read(const struct kernel_image *img, size_t offset, void *buf, size_t len)
{
	if (offset > img->size || len > img->size - offset)
		return -ENOEXEC;
	if (img->data) {
		memcpy(buf, img->data + offset, len);
		return 0;
	}
	while (len) {
		ssize_t n = pread(img->fd, buf, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		buf = (u8 *)buf + n;
		offset += n;
		len -= n;
	}
	return 0;
}

static void bzimage_release(struct kernel_image *img, const u8 *head)
{
	size_t off = get16(head + BZ_KERNEL_VERSION) + 0x200UL;
	size_t n = min(sizeof(img->release) - 1, img->size - min(off, img->size));

	if (kernel_image_read(img, off, img->release, n))
		n = 0;
	img->release[n] = '\0';
	/* "7.2.13 (builder@host) #1 SMP ...": uname -r is its first word */
	for (n = 0; img->release[n] > ' ' && img->release[n] < 0x7f; n++)
		;
	img->release[n] = '\0';
}

static int bzimage_parse(struct kernel_image *img, const u8 *head, struct ktstr_err *err)
{
	size_t setup, off, len;

	if (img->size < BZ_HEADER_END || get16(head + BZ_VERSION) < 0x208)
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: boot protocol older than 2.08; use a kernel from 2.6.26 on",
				     img->path);
	setup = (head[BZ_SETUP_SECTS] ?: 4) * 512UL + 512;
	off = get32(head + BZ_PAYLOAD_OFFSET);
	len = get32(head + BZ_PAYLOAD_LENGTH);
	if (setup >= img->size || off > img->size - setup || len > img->size - setup - off)
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: bzImage is truncated: %zu bytes, its payload ends at %zu",
				     img->path, img->size, setup + off + len);
	img->format = KERNEL_BZIMAGE;
	img->payload = setup + off;
	img->payload_size = len;
	bzimage_release(img, head);
	return 0;
}

static int elf_parse(struct kernel_image *img, const u8 *head, struct ktstr_err *err)
{
	Elf64_Ehdr eh;

	if (img->size < sizeof(eh))
		return ktstr_err_set(err, -ENOEXEC, "%s: ELF header is truncated", img->path);
	memcpy(&eh, head, sizeof(eh));
	if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_machine != EM_X86_64)
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: ELF machine %u class %u: not a kernel for x86_64",
				     img->path, eh.e_machine, eh.e_ident[EI_CLASS]);
	if (eh.e_type != ET_EXEC || eh.e_phentsize != sizeof(Elf64_Phdr) ||
	    eh.e_phoff > img->size || eh.e_phnum > (img->size - eh.e_phoff) / sizeof(Elf64_Phdr))
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: ELF file is no vmlinux (type %u, program headers outside the file)",
				     img->path, eh.e_type);
	img->format = KERNEL_ELF;
	return 0;
}

static int image_parse(struct kernel_image *img, struct ktstr_err *err)
{
	u8 head[BZ_HEADER_END] = { 0 };
	int ret = kernel_image_read(img, 0, head, min(sizeof(head), img->size));

	if (ret)
		return ktstr_err_set(err, ret, "%s: %s", img->path, strerror(-ret));
	if (!memcmp(head, ELFMAG, SELFMAG))
		return elf_parse(img, head, err);
	if (get16(head + BZ_BOOT_FLAG) == 0xaa55 && !memcmp(head + BZ_MAGIC, "HdrS", 4))
		return bzimage_parse(img, head, err);
	return ktstr_err_set(err, -ENOEXEC,
			     "%s: neither a bzImage nor a vmlinux; point KTSTR_KERNEL at arch/x86/boot/bzImage or vmlinux",
			     img->path);
}

/* Takes over @img, which has all but what parsing finds. */
static struct kernel_image *image_new(const struct kernel_image *from, const char *name,
				      struct ktstr_err *err)
{
	struct kernel_image *img = malloc(sizeof(*img));
	int ret;

	if (!img) {
		ktstr_err_set(err, 0, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	*img = *from;
	img->path = strdup(name);
	ret = img->path ? image_parse(img, err) : ktstr_err_set(err, -ENOMEM, "out of memory");
	if (!ret)
		return img;
	/* on failure fd and data stay the caller's */
	img->fd = -1;
	img->owned = false;
	kernel_image_free(img);
	errno = -ret;
	return NULL;
}

struct kernel_image *kernel_image_from_mem(const void *data, size_t size, const char *name,
					   struct ktstr_err *err)
{
	struct kernel_image img = { .fd = -1, .data = data, .size = size };

	return image_new(&img, name, err);
}

struct kernel_image *kernel_image_open(const char *path, struct ktstr_err *err)
{
	struct kernel_image from = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct kernel_image *img = NULL;
	struct stat st;

	if (from.fd < 0 || fstat(from.fd, &st)) {
		ktstr_err_set(err, 0,
			      "kernel %s: %m; scripts/setup fetches one, KTSTR_KERNEL= names another",
			      path);
	} else if (!S_ISREG(st.st_mode) || !st.st_size || (u64)st.st_size > KERNEL_IMAGE_MAX) {
		errno = S_ISREG(st.st_mode) && st.st_size ? EFBIG : ENOEXEC;
		ktstr_err_set(err, 0, "kernel %s: no regular file with a kernel in it (%lld bytes)",
			      path, (long long)st.st_size);
	} else {
		from.size = st.st_size;
		img = image_new(&from, path, err);
	}
	if (!img)
		close_fd(&from.fd);
	return img;
}

static int payload_cache_path(const void *payload, size_t size, const char *dir, char *path,
			      size_t room)
{
	u32 crc = crc32_z(0, payload, size);

	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	if (snprintf(path, room, "%s/%08x-%zu.vmlinux", dir, crc, size) >= (int)room)
		return -ENAMETOOLONG;
	return 0;
}

static void cache_failed(const char *what, int error)
{
	if (error)
		pr_warn("%s: %s; the payload is not cached", what, strerror(-error));
}

static struct kernel_image *inflate_payload(const struct kernel_image *img, const void *payload,
					    const char *cached, struct ktstr_err *err)
{
	struct kernel_image from = { .fd = -1, .owned = true };
	struct kernel_image *vmlinux;
	struct ktstr_err why;
	void *data;

	data = inflate_any(payload, img->payload_size, KERNEL_PAYLOAD_MAX, &from.size, &why);
	if (!data) {
		ktstr_err_set(err, 0, "%s: vmlinux inside: %s", img->path, why.msg);
		return NULL;
	}
	from.data = data;
	if (cached[0])
		cache_failed(cached, file_replace(AT_FDCWD, cached, data, from.size));
	vmlinux = image_new(&from, img->path, err);
	if (!vmlinux)
		free(data);
	return vmlinux;
}

struct kernel_image *kernel_image_vmlinux(const struct kernel_image *img, const char *cache_dir,
					  struct ktstr_err *err)
{
	struct kernel_image *vmlinux = NULL;
	char cached[PATH_MAX] = "";
	void *payload;
	int ret;

	if (img->format == KERNEL_ELF)
		return kernel_image_open(img->path, err);
	payload = malloc(img->payload_size + 1);
	ret = payload ? kernel_image_read(img, img->payload, payload, img->payload_size) : -ENOMEM;
	if (ret) {
		ktstr_err_set(err, 0, "%s: %s", img->path, strerror(-ret));
		free(payload);
		errno = -ret;
		return NULL;
	}
	if (cache_dir) {
		ret = payload_cache_path(payload, img->payload_size, cache_dir, cached,
					 sizeof(cached));
		cache_failed(cache_dir, ret);
		if (ret)
			cached[0] = '\0';
		else
			vmlinux = kernel_image_open(cached, NULL);
	}
	if (!vmlinux)
		vmlinux = inflate_payload(img, payload, cached, err);
	free(payload);
	return vmlinux;
}

void kernel_image_free(struct kernel_image *img)
{
	if (!img)
		return;
	close_fd(&img->fd);
	if (img->owned)
		free((void *)img->data);
	free(img->path);
	free(img);
}
