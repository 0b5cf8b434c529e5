// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/harness/elf_deps.h"
#include "lib/util.h"
#include "kselftest_harness.h"

/*
 * A minimal ELF file: header, one PT_LOAD and one PT_DYNAMIC, a dynamic section
 * and its strings, at the addresses they have in the file.
 */
struct tiny_elf {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[2];
	Elf64_Dyn dyn[8];
	char str[256];
};

static unsigned int tiny_str(struct tiny_elf *t, size_t *used, const char *s)
{
	size_t at = *used;

	memcpy(t->str + at, s, strlen(s) + 1);
	*used += strlen(s) + 1;
	return at;
}

static void tiny_dyn(Elf64_Dyn *d, Elf64_Sxword tag, Elf64_Xword val)
{
	d->d_tag = tag;
	d->d_un.d_val = val;
}

static void tiny_make(struct tiny_elf *t, const char *needed, Elf64_Sxword path_tag,
		      const char *path)
{
	size_t used = 1;
	Elf64_Dyn *d = t->dyn;

	memset(t, 0, sizeof(*t));
	memcpy(t->eh.e_ident, ELFMAG, SELFMAG);
	t->eh.e_ident[EI_CLASS] = ELFCLASS64;
	t->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	t->eh.e_ident[EI_VERSION] = EV_CURRENT;
	t->eh.e_type = ET_DYN;
	t->eh.e_machine = EM_X86_64;
	t->eh.e_version = EV_CURRENT;
	t->eh.e_phoff = offsetof(struct tiny_elf, ph);
	t->eh.e_ehsize = sizeof(t->eh);
	t->eh.e_phentsize = sizeof(t->ph[0]);
	t->eh.e_phnum = 2;
	t->ph[0].p_type = PT_LOAD;
	t->ph[0].p_filesz = sizeof(*t);
	t->ph[0].p_memsz = sizeof(*t);
	t->ph[1].p_type = PT_DYNAMIC;
	t->ph[1].p_offset = offsetof(struct tiny_elf, dyn);
	t->ph[1].p_vaddr = t->ph[1].p_offset;
	t->ph[1].p_filesz = sizeof(t->dyn);
	if (needed)
		tiny_dyn(d++, DT_NEEDED, tiny_str(t, &used, needed));
	if (path)
		tiny_dyn(d++, path_tag, tiny_str(t, &used, path));
	tiny_dyn(d++, DT_STRTAB, offsetof(struct tiny_elf, str));
	tiny_dyn(d++, DT_STRSZ, sizeof(t->str));
}

FIXTURE(elf_deps)
{
	char dir[64];
	struct elf_deps deps;
	struct ktstr_err err;
};

FIXTURE_SETUP(elf_deps)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-elf-deps.XXXXXX");
	ASSERT_NE(mkdtemp(self->dir), NULL);
	unsetenv("LD_LIBRARY_PATH");
}

FIXTURE_TEARDOWN(elf_deps)
{
	char cmd[128];

	elf_deps_free(&self->deps);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->dir);
	EXPECT_EQ(system(cmd), 0);
}

static const char *in(const char *dir, const char *name, char *buf)
{
	snprintf(buf, 256, "%s/%s", dir, name);
	return buf;
}

static void put(struct __test_metadata *_metadata, const char *path, const void *data, size_t len)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);

	ASSERT_GE(fd, 0);
	ASSERT_EQ(write_full(fd, data, len), 0);
	close(fd);
}

static void put_elf(struct __test_metadata *_metadata, const char *path, const char *needed,
		    Elf64_Sxword tag, const char *search)
{
	struct tiny_elf t;

	tiny_make(&t, needed, tag, search);
	put(_metadata, path, &t, sizeof(t));
}

TEST_F(elf_deps, own_closure_is_what_is_mapped)
{
	struct link_map *map;
	char real[2][4096];
	size_t i;

	ASSERT_EQ(elf_deps_add(&self->deps, "/proc/self/exe", &self->err), 0)
	TH_LOG("%s", self->err.msg);
	/* Every object the loader mapped for us was found, by whatever name. */
	for (map = _r_debug.r_map; map; map = map->l_next) {
		bool found = false;

		if (map->l_name[0] != '/' || !realpath(map->l_name, real[0]))
			continue;
		for (i = 0; i < self->deps.paths.nr && !found; i++)
			found = realpath(self->deps.paths.v[i], real[1]) &&
				!strcmp(real[0], real[1]);
		EXPECT_TRUE(found)
		TH_LOG("%s is mapped but was not found", map->l_name);
	}
}

TEST_F(elf_deps, static_needs_nothing)
{
	char prog[256];

	put_elf(_metadata, in(self->dir, "prog", prog), NULL, 0, NULL);
	EXPECT_EQ(elf_deps_add(&self->deps, prog, NULL), 0);
	EXPECT_EQ(self->deps.paths.nr, 0);
}

TEST_F(elf_deps, missing_library_is_named)
{
	char prog[256];

	put_elf(_metadata, in(self->dir, "prog", prog), "libktstr-none.so.7", 0, NULL);
	EXPECT_EQ(elf_deps_add(&self->deps, prog, &self->err), -ENOENT);
	EXPECT_NE(strstr(self->err.msg, "libktstr-none.so.7"), NULL);
	EXPECT_NE(strstr(self->err.msg, prog), NULL);
}

TEST_F(elf_deps, runpath_with_origin)
{
	char prog[256], lib[256];

	put_elf(_metadata, in(self->dir, "prog", prog), "libt.so", DT_RUNPATH, "$ORIGIN");
	put_elf(_metadata, in(self->dir, "libt.so", lib), NULL, 0, NULL);
	ASSERT_EQ(elf_deps_add(&self->deps, prog, &self->err), 0)
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(self->deps.paths.nr, 1);
	EXPECT_STREQ(self->deps.paths.v[0], lib);
}

TEST_F(elf_deps, rpath_is_inherited_runpath_is_not)
{
	char prog[256], mid[256], leaf[256], search[256];

	snprintf(search, sizeof(search), "/nonexistent:%s/.", self->dir);
	put_elf(_metadata, in(self->dir, "prog", prog), "libmid.so", DT_RPATH, search);
	put_elf(_metadata, in(self->dir, "libmid.so", mid), "libleaf.so", 0, NULL);
	put_elf(_metadata, in(self->dir, "libleaf.so", leaf), NULL, 0, NULL);
	ASSERT_EQ(elf_deps_add(&self->deps, prog, &self->err), 0)
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(self->deps.paths.nr, 2);
	EXPECT_STREQ(self->deps.paths.v[0], mid);
	EXPECT_STREQ(self->deps.paths.v[1], leaf);
	elf_deps_free(&self->deps);

	put_elf(_metadata, prog, "libmid.so", DT_RUNPATH, search);
	EXPECT_EQ(elf_deps_add(&self->deps, prog, &self->err), -ENOENT);
	EXPECT_NE(strstr(self->err.msg, "libleaf.so"), NULL);
}

TEST_F(elf_deps, library_path_goes_before_runpath)
{
	char prog[256], lib[256], other[256], first[256];

	put_elf(_metadata, in(self->dir, "prog", prog), "libt.so", DT_RUNPATH, "${ORIGIN}");
	put_elf(_metadata, in(self->dir, "libt.so", lib), NULL, 0, NULL);
	ASSERT_EQ(mkdir(in(self->dir, "sub", other), 0755), 0);
	put_elf(_metadata, in(other, "libt.so", first), NULL, 0, NULL);
	setenv("LD_LIBRARY_PATH", other, 1);
	ASSERT_EQ(elf_deps_add(&self->deps, prog, &self->err), 0);
	ASSERT_EQ(self->deps.paths.nr, 1);
	EXPECT_STREQ(self->deps.paths.v[0], first);
}

TEST_F(elf_deps, foreign_library_is_passed_over)
{
	char prog[256], lib[256], other[256], arm[256];
	struct tiny_elf t;

	put_elf(_metadata, in(self->dir, "prog", prog), "libt.so", DT_RUNPATH, "$ORIGIN");
	put_elf(_metadata, in(self->dir, "libt.so", lib), NULL, 0, NULL);
	ASSERT_EQ(mkdir(in(self->dir, "arm", other), 0755), 0);
	tiny_make(&t, NULL, 0, NULL);
	t.eh.e_machine = EM_AARCH64;
	put(_metadata, in(other, "libt.so", arm), &t, sizeof(t));
	setenv("LD_LIBRARY_PATH", other, 1);
	ASSERT_EQ(elf_deps_add(&self->deps, prog, &self->err), 0);
	ASSERT_EQ(self->deps.paths.nr, 1);
	EXPECT_STREQ(self->deps.paths.v[0], lib);
}

TEST_F(elf_deps, library_cycle_ends)
{
	char prog[256], lib[256];

	put_elf(_metadata, in(self->dir, "prog", prog), "liba.so", DT_RPATH, "$ORIGIN");
	put_elf(_metadata, in(self->dir, "liba.so", lib), "libb.so", DT_RPATH, "$ORIGIN");
	put_elf(_metadata, in(self->dir, "libb.so", lib), "liba.so", DT_RPATH, "$ORIGIN");
	ASSERT_EQ(elf_deps_add(&self->deps, prog, &self->err), 0);
	EXPECT_EQ(self->deps.paths.nr, 2);
}

TEST_F(elf_deps, damaged_files)
{
	struct tiny_elf t;
	char prog[256];

	in(self->dir, "prog", prog);
	put(_metadata, prog, "#!/bin/sh\n", 10);
	EXPECT_FALSE(elf_is_elf(prog));
	EXPECT_EQ(elf_deps_add(&self->deps, prog, NULL), -ENOEXEC);

	tiny_make(&t, "libc.so.6", 0, NULL);
	put(_metadata, prog, &t, sizeof(t.eh) + 20); /* cut within the program headers */
	EXPECT_TRUE(elf_is_elf(prog));
	EXPECT_EQ(elf_deps_add(&self->deps, prog, NULL), -ENOEXEC);

	tiny_make(&t, "libc.so.6", 0, NULL);
	t.dyn[0].d_un.d_val = sizeof(t.str); /* name outside the string table */
	put(_metadata, prog, &t, sizeof(t));
	EXPECT_EQ(elf_deps_add(&self->deps, prog, NULL), -ENOEXEC);

	tiny_make(&t, "libc.so.6", 0, NULL);
	t.ph[1].p_offset = 1ULL << 40; /* dynamic section outside the file */
	put(_metadata, prog, &t, sizeof(t));
	EXPECT_EQ(elf_deps_add(&self->deps, prog, NULL), -ENOEXEC);

	tiny_make(&t, "libc.so.6", 0, NULL);
	memset(t.str, 'x', sizeof(t.str)); /* no NUL anywhere */
	put(_metadata, prog, &t, sizeof(t));
	EXPECT_EQ(elf_deps_add(&self->deps, prog, NULL), -ENOEXEC);
}

#define CACHE_SIZE (48 + 24 + 256)

static void *cache_make(const char *key, const char *value, u64 hwcap)
{
	u8 *data = calloc(1, CACHE_SIZE);
	u32 word[] = { 1, 48 + 24, 48 + 24 + strlen(key) + 1 };

	memcpy(data, "glibc-ld.so.cache1.1", 20);
	memcpy(data + 20, &word[0], 4);
	memcpy(data + 48 + 4, &word[1], 8);
	memcpy(data + 48 + 16, &hwcap, 8);
	memcpy(data + word[1], key, strlen(key));
	memcpy(data + word[2], value, strlen(value));
	return data;
}

TEST(ld_cache_lookup)
{
	struct ld_cache c;
	const char *path;
	u32 pos = 0;

	ASSERT_EQ(ld_cache_parse(&c, cache_make("libx.so.1", "/opt/libx.so.1", 0), CACHE_SIZE), 0);
	path = ld_cache_next(&c, "libx.so.1", &pos);
	ASSERT_NE(path, NULL);
	EXPECT_STREQ(path, "/opt/libx.so.1");
	EXPECT_EQ(ld_cache_next(&c, "libx.so.1", &pos), NULL);
	pos = 0;
	EXPECT_EQ(ld_cache_next(&c, "libx.so", &pos), NULL);
	ld_cache_free(&c);
}

TEST(ld_cache_leaves_out_cpu_specific_builds)
{
	struct ld_cache c;
	u32 pos = 0;

	ASSERT_EQ(ld_cache_parse(&c, cache_make("libx.so.1", "/opt/libx.so.1", 1ULL << 62),
				 CACHE_SIZE),
		  0);
	EXPECT_EQ(ld_cache_next(&c, "libx.so.1", &pos), NULL);
	ld_cache_free(&c);
}

TEST(ld_cache_damaged)
{
	struct ld_cache c;
	u32 huge = 0x7fffffff, pos = 0;
	u8 *data;

	EXPECT_EQ(ld_cache_parse(&c, calloc(1, 48), 48), -EBADMSG);
	EXPECT_EQ(c.nr, 0);
	data = cache_make("a", "b", 0);
	memcpy(data + 20, &huge, 4); /* more entries than bytes */
	EXPECT_EQ(ld_cache_parse(&c, data, CACHE_SIZE), -EBADMSG);
	data = cache_make("a", "b", 0);
	memcpy(data + 48 + 8, &huge, 4); /* value outside the file */
	ASSERT_EQ(ld_cache_parse(&c, data, CACHE_SIZE), 0);
	EXPECT_EQ(ld_cache_next(&c, "a", &pos), NULL);
	ld_cache_free(&c);
	data = cache_make("a", "b", 0);
	EXPECT_EQ(ld_cache_parse(&c, data, 40), -EBADMSG); /* cut header */
}

TEST_HARNESS_MAIN
