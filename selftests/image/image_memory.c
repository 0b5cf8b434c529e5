// SPDX-License-Identifier: GPL-2.0-only
#include "image_memory.h"

static struct {
	ptrdiff_t now;
	ptrdiff_t most;
} memory;

static void on_malloc(const void *p, size_t size)
{
	memory.now += size;
	if (memory.now > memory.most)
		memory.most = memory.now;
}

static void on_free(const void *p)
{
	if (p)
		memory.now -= __sanitizer_get_allocated_size(p);
}

void image_memory_init(void)
{
	__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
}

void image_memory_restart(void)
{
	memory.now = 0;
	memory.most = 0;
}

size_t image_memory_most(void)
{
	return memory.most;
}
