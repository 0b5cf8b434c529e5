/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ELF_DEPS_H
#define KTSTR_HOST_ELF_DEPS_H

/*
 * What a program needs to start: its interpreter (PT_INTERP) and the closure of
 * its shared libraries (DT_NEEDED), searched as ld.so(8) does: DT_RPATH of the
 * object and of those that loaded it (unless it has a DT_RUNPATH),
 * LD_LIBRARY_PATH, DT_RUNPATH, /etc/ld.so.cache, the default directories.
 * $ORIGIN and $LIB are expanded. Nothing is executed.
 */
#include <stdbool.h>
#include "host/harness/ld_cache.h"
#include "host/harness/strv.h"
#include "lib/err.h"

/**
 * struct elf_deps - files that go along with one or more programs
 * @paths: absolute paths as ld.so would open them, without duplicates, in the
 *         order found; symlinks are not resolved
 * @cache: the loader's cache, read when first needed
 * @cache_read: it was
 *
 * Zeroed memory is an empty set. One thread at a time.
 */
struct elf_deps {
	struct strv paths;
	struct ld_cache cache;
	bool cache_read;
};

/**
 * elf_is_elf() - does a file begin like an ELF file?
 * @path: the file
 *
 * Return: false also for a file that cannot be read.
 */
bool elf_is_elf(const char *path);

/**
 * elf_deps_add() - add what a program or shared object needs
 * @d: the set; the file itself is not put into it
 * @path: the file
 * @err: names the missing library and the file that needs it, or NULL
 *
 * A static program needs nothing. $LD_LIBRARY_PATH is the caller's.
 *
 * Return: 0; -ENOEXEC when @path or a library is no ELF file, or a damaged one;
 * -ENOENT for a library that is nowhere; -ELOOP when objects load each other
 * deeper than any real program's do; -ENOMEM; or the negative errno of open(2).
 */
int elf_deps_add(struct elf_deps *d, const char *path, struct ktstr_err *err);

/**
 * elf_deps_find() - where a program's loader would find a library
 * @d: any set, possibly empty; stays as it is but for its cache
 * @name: the library, as in DT_NEEDED
 * @path: the program
 *
 * For libraries that are loaded by name at run time.
 *
 * Return: the path, from malloc(3), or NULL.
 */
char *elf_deps_find(struct elf_deps *d, const char *name, const char *path);

/**
 * elf_deps_free() - forget the set
 * @d: the set
 */
void elf_deps_free(struct elf_deps *d);

#endif /* KTSTR_HOST_ELF_DEPS_H */
