/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_IMAGE_TRACE_H
#define SELFTESTS_IMAGE_TRACE_H

/*
 * What a saved guest's readers read: where, and how much. The program is linked
 * with --wrap for gmem_hva() and gmem_read(), through which all of it goes.
 */
#include <linux/types.h>

#include "host/inspect/guest_state.h"

struct gmem;

/**
 * enum image_phase - who reads
 * @PHASE_OPEN: gk_new() and kbtf_new()
 * @PHASE_STATE: guest_state_new() and guest_state_warm()
 * @PHASE_SECTIONS: from here on: the section's walk
 * @PHASES: how many
 */
enum image_phase {
	PHASE_OPEN,
	PHASE_STATE,
	PHASE_SECTIONS,
	PHASES = PHASE_SECTIONS + GUEST_SECTIONS,
};

/**
 * struct image_access - bytes that were read at once
 * @gpa: where
 * @len: how many
 */
struct image_access {
	u64 gpa;
	u64 len;
};

/**
 * struct image_accesses - what was read in a phase, each once
 * @a: in no order
 * @nr: how many
 */
struct image_accesses {
	struct image_access *a;
	u32 nr;
};

/**
 * image_trace_begin() - note what is read from here on
 * @phase: as this
 */
void image_trace_begin(enum image_phase phase);

/**
 * image_trace_end() - note nothing any more
 * @all: by phase; what was noted since the last image_trace_begin() is added,
 *       without what is there already
 */
void image_trace_end(struct image_accesses all[PHASES]);

/**
 * image_trace_free() - forget
 * @all: by phase
 */
void image_trace_free(struct image_accesses all[PHASES]);

/* What the linker makes of the two, and of all calls of them. */
void *__real_gmem_hva(const struct gmem *m, u64 gpa, u64 len);
void *__wrap_gmem_hva(const struct gmem *m, u64 gpa, u64 len);
int __real_gmem_read(const struct gmem *m, u64 gpa, void *buf, size_t len);
int __wrap_gmem_read(const struct gmem *m, u64 gpa, void *buf, size_t len);

#endif /* SELFTESTS_IMAGE_TRACE_H */
