// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf_deps.h"
#include "lib/util.h"

/* Chains of libraries are a dozen deep at worst; each level costs stack. */
#define ELF_DEPS_DEPTH 64

/*
 * Where a loader looks when nothing else says where: Debian's multiarch
 * directories, the bi-arch ones of the others, then the traditional ones.
 */
static const char *const lib_names[] = {
#if defined(__x86_64__)
	"lib/x86_64-linux-gnu",
	"lib64",
#elif defined(__aarch64__)
	"lib/aarch64-linux-gnu",
	"lib64",
#endif
	"lib",
};

/**
 * struct object - one ELF file on the way from the program to a library
 * @path: the file
 * @loader: the object that needs it; NULL for the program
 * @depth: how many loaders there are above it
 * @class: ELFCLASS*; a library of another class or machine is passed over
 * @machine: EM_*
 * @interp: PT_INTERP, or NULL
 * @needed: DT_NEEDED
 * @rpath: DT_RPATH, expanded
 * @runpath: DT_RUNPATH, expanded
 * @has_runpath: it has one, which silences DT_RPATH
 */
struct object {
	const char *path;
	const struct object *loader;
	unsigned int depth;
	int class;
	int machine;
	char *interp;
	struct strv needed;
	struct strv rpath;
	struct strv runpath;
	bool has_runpath;
};

static void object_free(struct object *o)
{
	free(o->interp);
	strv_free(&o->needed);
	strv_free(&o->rpath);
	strv_free(&o->runpath);
}

bool elf_is_elf(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char magic[SELFMAG];
	bool is;

	if (fd < 0)
		return false;
	is = read(fd, magic, sizeof(magic)) == sizeof(magic) && !memcmp(magic, ELFMAG, SELFMAG);
	close_fd(&fd);
	return is;
}

static bool token_at(const char *p, const char *name, size_t *len)
{
	size_t n = strlen(name);

	if (!strncmp(p, "${", 2) && !strncmp(p + 2, name, n) && p[2 + n] == '}')
		*len = n + 3;
	else if (*p == '$' && !strncmp(p + 1, name, n))
		*len = n + 1;
	else
		return false;
	return true;
}

/* One directory of a search path with its tokens replaced, or false: too long. */
static bool expand(const char *dir, const char *origin, const char *lib, char *out, size_t room)
{
	size_t used = 0, len, add;

	while (*dir) {
		const char *from = dir;

		len = 1;
		add = 1;
		if (token_at(dir, "ORIGIN", &len)) {
			from = origin;
			add = strlen(origin);
		} else if (token_at(dir, "LIB", &len)) {
			from = lib;
			add = strlen(lib);
		}
		if (add >= room - used)
			return false;
		memcpy(out + used, from, add);
		used += add;
		dir += len;
	}
	out[used] = '\0';
	return true;
}

/* $ORIGIN is the directory of the file itself, behind any symlink to it. */
static void origin_of(const char *path, char *out)
{
	char real[PATH_MAX];

	snprintf(out, PATH_MAX, "%s", realpath(path, real) ? dirname(real) : ".");
}

static void add_search_path(struct strv *out, const char *object, const char *text)
{
	char origin[PATH_MAX], dir[PATH_MAX];
	struct strv parts = { 0 };
	size_t i, j;

	origin_of(object, origin);
	strv_split(&parts, text, ":");
	for (i = 0; i < parts.nr; i++) {
		bool has_lib = strstr(parts.v[i], "LIB");

		/* What $LIB stands for is built into ld.so; try all it may be. */
		for (j = 0; j < (has_lib ? ARRAY_SIZE(lib_names) : 1); j++) {
			if (expand(parts.v[i], origin, lib_names[j], dir, sizeof(dir)))
				strv_add(out, dir);
		}
	}
	out->failed |= parts.failed;
	strv_free(&parts);
}

static bool vaddr_to_offset(Elf *elf, size_t nr_phdr, u64 vaddr, u64 *offset)
{
	GElf_Phdr ph;
	size_t i;

	for (i = 0; i < nr_phdr; i++) {
		if (!gelf_getphdr(elf, i, &ph) || ph.p_type != PT_LOAD)
			continue;
		if (vaddr < ph.p_vaddr || vaddr - ph.p_vaddr >= ph.p_filesz)
			continue;
		*offset = ph.p_offset + (vaddr - ph.p_vaddr);
		return true;
	}
	return false;
}

static Elf_Data *dyn_strings(Elf *elf, size_t nr_phdr, Elf_Data *dyn, size_t nr_dyn)
{
	u64 vaddr = 0, size = 0, offset;
	GElf_Dyn d;
	size_t i;

	for (i = 0; i < nr_dyn && gelf_getdyn(dyn, i, &d) && d.d_tag != DT_NULL; i++) {
		if (d.d_tag == DT_STRTAB)
			vaddr = d.d_un.d_ptr;
		else if (d.d_tag == DT_STRSZ)
			size = d.d_un.d_val;
	}
	if (!vaddr || !size || !vaddr_to_offset(elf, nr_phdr, vaddr, &offset))
		return NULL;
	/* Fails by itself when the range leaves the file. */
	return elf_getdata_rawchunk(elf, offset, size, ELF_T_BYTE);
}

static const char *dyn_string(const Elf_Data *str, u64 offset)
{
	const char *s;

	if (offset >= str->d_size)
		return NULL;
	s = (const char *)str->d_buf + offset;
	return memchr(s, 0, str->d_size - offset) ? s : NULL;
}

static int read_dynamic(struct object *o, Elf *elf, size_t nr_phdr, const GElf_Phdr *ph)
{
	Elf_Data *dyn = elf_getdata_rawchunk(elf, ph->p_offset, ph->p_filesz, ELF_T_DYN);
	size_t i, nr = ph->p_filesz / gelf_fsize(elf, ELF_T_DYN, 1, EV_CURRENT);
	Elf_Data *str = dyn ? dyn_strings(elf, nr_phdr, dyn, nr) : NULL;
	GElf_Dyn d;

	if (!str)
		return -ENOEXEC;
	for (i = 0; i < nr && gelf_getdyn(dyn, i, &d) && d.d_tag != DT_NULL; i++) {
		const char *s;

		if (d.d_tag != DT_NEEDED && d.d_tag != DT_RPATH && d.d_tag != DT_RUNPATH)
			continue;
		s = dyn_string(str, d.d_un.d_val);
		if (!s)
			return -ENOEXEC;
		if (d.d_tag == DT_NEEDED)
			strv_add(&o->needed, s);
		else
			add_search_path(d.d_tag == DT_RPATH ? &o->rpath : &o->runpath, o->path, s);
		o->has_runpath |= d.d_tag == DT_RUNPATH;
	}
	return 0;
}

static int read_interp(struct object *o, Elf *elf, const GElf_Phdr *ph)
{
	Elf_Data *data = elf_getdata_rawchunk(elf, ph->p_offset, ph->p_filesz, ELF_T_BYTE);

	if (!data || !data->d_size || !memchr(data->d_buf, 0, data->d_size))
		return -ENOEXEC;
	o->interp = strdup(data->d_buf);
	return o->interp ? 0 : -ENOMEM;
}

static int read_elf(struct object *o, Elf *elf)
{
	size_t i, nr_phdr;
	GElf_Ehdr eh;
	GElf_Phdr ph;
	int ret = 0;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &eh) || elf_getphdrnum(elf, &nr_phdr))
		return -ENOEXEC;
	/* libelf quietly leaves out headers that a cut file lacks. */
	if (eh.e_phnum != PN_XNUM && eh.e_phnum != nr_phdr)
		return -ENOEXEC;
	o->class = gelf_getclass(elf);
	o->machine = eh.e_machine;
	for (i = 0; i < nr_phdr && !ret; i++) {
		if (!gelf_getphdr(elf, i, &ph))
			return -ENOEXEC;
		if (ph.p_type == PT_DYNAMIC)
			ret = read_dynamic(o, elf, nr_phdr, &ph);
		else if (ph.p_type == PT_INTERP && !o->interp)
			ret = read_interp(o, elf, &ph);
	}
	if (o->needed.failed || o->rpath.failed || o->runpath.failed)
		ret = -ENOMEM;
	return ret;
}

/* Only -errno: whether a message is due depends on who asks. */
static int object_read(struct object *o)
{
	int ret = -ENOEXEC, fd;
	Elf *elf;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	fd = open(o->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf)
		ret = read_elf(o, elf);
	elf_end(elf);
	close_fd(&fd);
	return ret;
}

/* ld.so passes over files it cannot use and goes on searching; so do we. */
static bool usable(const char *path, const struct object *by)
{
	struct object o = { .path = path };
	bool ok = !object_read(&o) && o.class == by->class && o.machine == by->machine;

	object_free(&o);
	return ok;
}

static char *in_dir(const char *dir, const char *name, const struct object *by)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return NULL;
	if (!access(path, R_OK) && usable(path, by))
		return path;
	free(path);
	return NULL;
}

static char *in_dirs(const struct strv *dirs, const char *name, const struct object *by)
{
	char *path = NULL;
	size_t i;

	for (i = 0; i < dirs->nr && !path; i++)
		path = in_dir(dirs->v[i], name, by);
	return path;
}

static char *in_rpaths(const char *name, const struct object *by)
{
	const struct object *o;
	char *path = NULL;

	if (by->has_runpath)
		return NULL;
	for (o = by; o && !path; o = o->loader) {
		if (!o->has_runpath)
			path = in_dirs(&o->rpath, name, by);
	}
	return path;
}

static char *in_env(const char *name, const struct object *by)
{
	const struct object *program = by;
	struct strv dirs = { 0 }, parts = { 0 };
	char *path;
	size_t i;

	while (program->loader)
		program = program->loader;
	strv_split(&parts, getenv("LD_LIBRARY_PATH"), ":;");
	for (i = 0; i < parts.nr; i++)
		add_search_path(&dirs, program->path, parts.v[i]);
	path = in_dirs(&dirs, name, by);
	strv_free(&dirs);
	strv_free(&parts);
	return path;
}

static char *in_cache(struct elf_deps *d, const char *name, const struct object *by)
{
	const char *path;
	u32 pos = 0;

	if (!d->cache_read)
		ld_cache_open(&d->cache, "/etc/ld.so.cache");
	d->cache_read = true;
	while ((path = ld_cache_next(&d->cache, name, &pos))) {
		if (usable(path, by))
			return strdup(path);
	}
	return NULL;
}

static char *in_defaults(const char *name, const struct object *by)
{
	static const char *const roots[] = { "", "/usr" };
	char *path = NULL, dir[64];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(lib_names) && !path; i++) {
		for (j = 0; j < ARRAY_SIZE(roots) && !path; j++) {
			snprintf(dir, sizeof(dir), "%s/%s", roots[j], lib_names[i]);
			path = in_dir(dir, name, by);
		}
	}
	return path;
}

static char *search(struct elf_deps *d, const char *name, const struct object *by)
{
	char *path;

	if (strchr(name, '/'))
		return usable(name, by) ? realpath(name, NULL) : NULL;
	path = in_rpaths(name, by);
	if (!path)
		path = in_env(name, by);
	if (!path)
		path = in_dirs(&by->runpath, name, by);
	if (!path)
		path = in_cache(d, name, by);
	if (!path)
		path = in_defaults(name, by);
	return path;
}

/* An absolute path without "//", "." and "..", which an archive would refuse. */
static char *clean(char *path)
{
	char real[PATH_MAX], *out = NULL, *name = NULL, *dir = NULL;

	if (path[0] == '/' && !strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../"))
		return path;
	dir = strdup(path);
	name = strdup(path);
	if (dir && name && realpath(dirname(dir), real) &&
	    asprintf(&out, "%s/%s", strcmp(real, "/") ? real : "", basename(name)) < 0)
		out = NULL;
	free(dir);
	free(name);
	free(path);
	return out;
}

static int add_object(struct elf_deps *d, const char *path, const struct object *loader,
		      struct ktstr_err *err);

static int add_found(struct elf_deps *d, char *found, const struct object *by,
		     struct ktstr_err *err)
{
	char *path = clean(found);
	int ret;

	if (!path)
		return ktstr_err_set(err, -ENOMEM, "no memory for the libraries of %s", by->path);
	if (strv_has(&d->paths, path)) {
		free(path);
		return 0;
	}
	ret = strv_add(&d->paths, path);
	if (!ret)
		ret = add_object(d, path, by, err);
	free(path);
	return ret;
}

static int add_needed(struct elf_deps *d, const char *name, const struct object *by,
		      struct ktstr_err *err)
{
	char *path = search(d, name, by);

	if (!path)
		return ktstr_err_set(err, -ENOENT,
				     "%s: needs %s, which is in none of the places ld.so looks in; install it or set LD_LIBRARY_PATH",
				     by->path, name);
	return add_found(d, path, by, err);
}

static int add_interp(struct elf_deps *d, const struct object *o, struct ktstr_err *err)
{
	char *path;

	if (access(o->interp, R_OK))
		return ktstr_err_set(err, -errno, "%s: its interpreter %s: %s", o->path, o->interp,
				     strerror(errno));
	path = strdup(o->interp);
	if (!path)
		return ktstr_err_set(err, -ENOMEM, "no memory for the libraries of %s", o->path);
	return add_found(d, path, o, err);
}

static int add_object(struct elf_deps *d, const char *path, const struct object *loader,
		      struct ktstr_err *err)
{
	struct object o = { .path = path, .loader = loader };
	size_t i;
	int ret;

	o.depth = loader ? loader->depth + 1 : 0;
	if (o.depth > ELF_DEPS_DEPTH)
		return ktstr_err_set(err, -ELOOP, "%s: shared libraries nested deeper than %d",
				     path, ELF_DEPS_DEPTH);
	ret = object_read(&o);
	if (ret)
		ktstr_err_set(err, ret, "%s: %s", path,
			      ret == -ENOEXEC ? "not an ELF file, or a damaged one" :
						strerror(-ret));
	if (!ret && o.interp)
		ret = add_interp(d, &o, err);
	for (i = 0; i < o.needed.nr && !ret; i++)
		ret = add_needed(d, o.needed.v[i], &o, err);
	object_free(&o);
	return ret;
}

int elf_deps_add(struct elf_deps *d, const char *path, struct ktstr_err *err)
{
	return add_object(d, path, NULL, err);
}

char *elf_deps_find(struct elf_deps *d, const char *name, const char *path)
{
	struct object o = { .path = path };
	char *found = NULL;

	if (!object_read(&o))
		found = search(d, name, &o);
	object_free(&o);
	return found ? clean(found) : NULL;
}

void elf_deps_free(struct elf_deps *d)
{
	strv_free(&d->paths);
	ld_cache_free(&d->cache);
	d->cache_read = false;
}
