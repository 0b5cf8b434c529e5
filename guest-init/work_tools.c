// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "work_birth.h"
#include "work_tools.h"

#define FDS_SPARE 64

/* Not private: the mates may be processes. */
bool work_wait(u32 *word, u32 val)
{
	return !syscall(SYS_futex, word, FUTEX_WAIT, val, NULL, NULL, 0);
}

void work_wake(u32 *word, int nr)
{
	syscall(SYS_futex, word, FUTEX_WAKE, nr, NULL, NULL, 0);
}

/* Kept until the process ends. */
int work_alloc(struct work_run *r, size_t bytes)
{
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return work_fail(r, -errno, "mmap");
	r->mem = mem;
	return 0;
}

void work_raise_fds(u32 nr)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) || lim.rlim_cur >= nr + FDS_SPARE)
		return;
	lim.rlim_cur = nr + FDS_SPARE;
	lim.rlim_max = max(lim.rlim_max, lim.rlim_cur);
	/* When it is refused, pipe2() will say so. */
	setrlimit(RLIMIT_NOFILE, &lim);
}
