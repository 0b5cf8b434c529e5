/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_IMAGE_MEMORY_H
#define SELFTESTS_IMAGE_MEMORY_H

/* How much memory is allocated, as AddressSanitizer's allocator sees it. */
#include <stddef.h>

/* Of sanitizer/allocator_interface.h, which not every compiler brings along. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const void *, size_t),
					      void (*on_free)(const void *));
size_t __sanitizer_get_allocated_size(const void *p);

/**
 * image_memory_init() - count from here on
 *
 * Once, before there are threads.
 */
void image_memory_init(void);

/**
 * image_memory_restart() - what is allocated now counts as nothing
 */
void image_memory_restart(void);

/**
 * image_memory_most() - most bytes that were allocated since the restart
 */
size_t image_memory_most(void);

#endif /* SELFTESTS_IMAGE_MEMORY_H */
