// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host/kernel/image.h"
#include "host/kernel/inflate.h"
#include "lib/log.h"
#include "lib/util.h"

/* Offsets in a bzImage: Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
#define BZ_SETUP_SECTS		0x1f1
#define BZ_BOOT_FLAG		0x1fe
#define BZ_MAGIC		0x202
#define BZ_VERSION		0x206
#define BZ_KERNEL_VERSION	0x20e
#define BZ_PAYLOAD_OFFSET	0x248
#define BZ_PAYLOAD_LENGTH	0x24c
#define BZ_HEADER_END		0x268

static u16 get16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static u32 get32(const u8 *p)
{
	return get16(p) | (u32)get16(p + 2) << 16;
}

static void bzimage_release(struct kernel_image *img)
{
	size_t off = get16(img->data + BZ_KERNEL_VERSION) + 0x200UL;
	size_t n = 0;

	/* "7.2.13 (builder@host) #1 SMP ...": uname -r is its first word */
	while (off + n < img->size && n < sizeof(img->release) - 1 &&
	       img->data[off + n] > ' ' && img->data[off + n] < 0x7f) {
		img->release[n] = img->data[off + n];
		n++;
	}
	img->release[n] = '\0';
}

static int bzimage_parse(struct kernel_image *img, struct ktstr_err *err)
{
	size_t setup, off, len;

	if (img->size < BZ_HEADER_END || get16(img->data + BZ_VERSION) < 0x208)
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: boot protocol older than 2.08; use a kernel from 2.6.26 on",
				     img->path);
	setup = (img->data[BZ_SETUP_SECTS] ?: 4) * 512UL + 512;
	off = get32(img->data + BZ_PAYLOAD_OFFSET);
	len = get32(img->data + BZ_PAYLOAD_LENGTH);
	if (setup >= img->size || off > img->size - setup ||
	    len > img->size - setup - off)
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: bzImage is truncated: %zu bytes, its payload ends at %zu",
				     img->path, img->size, setup + off + len);
	img->format = KERNEL_BZIMAGE;
	img->payload = img->data + setup + off;
	img->payload_size = len;
	bzimage_release(img);
	return 0;
}

static int elf_parse(struct kernel_image *img, struct ktstr_err *err)
{
	Elf64_Ehdr eh;

	if (img->size < sizeof(eh))
		return ktstr_err_set(err, -ENOEXEC, "%s: ELF header is truncated", img->path);
	memcpy(&eh, img->data, sizeof(eh));
	if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_machine != EM_X86_64)
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: ELF machine %u class %u: not a kernel for x86_64",
				     img->path, eh.e_machine, eh.e_ident[EI_CLASS]);
	if (eh.e_type != ET_EXEC || eh.e_phentsize != sizeof(Elf64_Phdr) ||
	    eh.e_phoff > img->size ||
	    eh.e_phnum > (img->size - eh.e_phoff) / sizeof(Elf64_Phdr))
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: ELF file is no vmlinux (type %u, program headers outside the file)",
				     img->path, eh.e_type);
	img->format = KERNEL_ELF;
	return 0;
}

static int image_parse(struct kernel_image *img, struct ktstr_err *err)
{
	if (img->size >= SELFMAG && !memcmp(img->data, ELFMAG, SELFMAG))
		return elf_parse(img, err);
	if (img->size > BZ_MAGIC + 4 && get16(img->data + BZ_BOOT_FLAG) == 0xaa55 &&
	    !memcmp(img->data + BZ_MAGIC, "HdrS", 4))
		return bzimage_parse(img, err);
	return ktstr_err_set(err, -ENOEXEC,
			     "%s: neither a bzImage nor a vmlinux; point KTSTR_KERNEL at arch/x86/boot/bzImage or vmlinux",
			     img->path);
}

static struct kernel_image *image_new(const void *data, size_t size, bool mapped,
				      const char *name, struct ktstr_err *err)
{
	struct kernel_image *img = calloc(1, sizeof(*img));
	int ret;

	if (img)
		img->path = strdup(name);
	if (!img || !img->path) {
		free(img);
		ktstr_err_set(err, 0, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	img->data = data;
	img->size = size;
	ret = image_parse(img, err);
	if (ret) {
		kernel_image_free(img);
		errno = -ret;
		return NULL;
	}
	img->mapped = mapped;
	return img;
}

struct kernel_image *kernel_image_from_mem(const void *data, size_t size,
					   const char *name,
					   struct ktstr_err *err)
{
	return image_new(data, size, false, name, err);
}

struct kernel_image *kernel_image_open(const char *path, struct ktstr_err *err)
{
	struct kernel_image *img;
	struct stat st;
	void *data;
	int fd, saved;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		saved = errno;
		ktstr_err_set(err, 0, "kernel %s: %s; scripts/setup fetches one, KTSTR_KERNEL= names another",
			      path, strerror(saved));
		goto fail;
	}
	if (!S_ISREG(st.st_mode) || !st.st_size || (u64)st.st_size > KERNEL_IMAGE_MAX) {
		saved = S_ISREG(st.st_mode) && st.st_size ? EFBIG : ENOEXEC;
		ktstr_err_set(err, 0, "kernel %s: not a regular file with a kernel in it (%lld bytes)",
			      path, (long long)st.st_size);
		goto fail;
	}
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		saved = errno;
		ktstr_err_set(err, 0, "kernel %s: mmap: %s", path, strerror(saved));
		goto fail;
	}
	close(fd);
	img = image_new(data, st.st_size, true, path, err);
	if (!img) {
		saved = errno;
		munmap(data, st.st_size);
		errno = saved;
	}
	return img;
fail:
	close_fd(&fd);
	errno = saved;
	return NULL;
}

/* Beside and rename: another run may be writing the same entry. */
static int cache_store(const char *path, const void *data, size_t size)
{
	char tmp[PATH_MAX];
	int fd, ret;

	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = write_full(fd, data, size);
	if (!ret && fchmod(fd, 0644))
		ret = -errno;
	close(fd);
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		unlink(tmp);
	return ret;
}

static int payload_cache_path(const struct kernel_image *img, const char *dir,
			      char *path, size_t room)
{
	u32 crc = crc32_z(0, img->payload, img->payload_size);

	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	if (snprintf(path, room, "%s/%08x-%zu.vmlinux", dir, crc,
		     img->payload_size) >= (int)room)
		return -ENAMETOOLONG;
	return 0;
}

struct kernel_image *kernel_image_vmlinux(const struct kernel_image *img,
					  const char *cache_dir,
					  struct ktstr_err *err)
{
	struct kernel_image *vmlinux;
	char path[PATH_MAX] = "";
	struct ktstr_err why;
	size_t size;
	void *data;
	int ret;

	if (img->format == KERNEL_ELF)
		return kernel_image_open(img->path, err);
	if (cache_dir) {
		ret = payload_cache_path(img, cache_dir, path, sizeof(path));
		if (ret)
			pr_warn("%s: %s; the payload is not cached", cache_dir, strerror(-ret));
		vmlinux = ret ? NULL : kernel_image_open(path, NULL);
		if (vmlinux)
			return vmlinux;
	}
	data = inflate_any(img->payload, img->payload_size, KERNEL_PAYLOAD_MAX, &size, &why);
	if (!data) {
		ret = errno;
		ktstr_err_set(err, 0, "%s: vmlinux inside: %s", img->path, why.msg);
		errno = ret;
		return NULL;
	}
	if (path[0]) {
		ret = cache_store(path, data, size);
		if (ret)
			pr_warn("%s: %s; the payload is not cached", path, strerror(-ret));
	}
	vmlinux = image_new(data, size, false, img->path, err);
	if (vmlinux)
		vmlinux->payload = data;
	else
		free(data);
	return vmlinux;
}

void kernel_image_free(struct kernel_image *img)
{
	if (!img)
		return;
	if (img->mapped)
		munmap((void *)img->data, img->size);
	else if (img->format == KERNEL_ELF)
		free((void *)img->payload);
	free(img->path);
	free(img);
}
