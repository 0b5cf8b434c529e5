// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/vmm_memory.h"

int vmm_memory_read(pid_t pid, struct vmm_memory *m, struct ktstr_err *err)
{
	unsigned long long start, end, kib, guest_kib = 0;
	bool guest = false;
	char path[32], line[512];
	FILE *f;

	memset(m, 0, sizeof(*m));
	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	f = fopen(path, "re");
	if (!f)
		return ktstr_err_set(err, -errno, "%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx-%llx ", &start, &end) == 2) {
			guest = end - start > m->guest_len;
			if (guest) {
				m->guest_start = start;
				m->guest_len = end - start;
			}
		} else if (sscanf(line, "Rss: %llu kB", &kib) == 1) {
			m->extra_kib += kib;
			if (guest)
				guest_kib = kib;
		}
	}
	fclose(f);
	if (!m->extra_kib)
		return ktstr_err_set(err, -ESRCH, "%s: the process is gone", path);
	m->extra_kib -= guest_kib;
	return 0;
}
