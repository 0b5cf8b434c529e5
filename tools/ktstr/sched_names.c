// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdlib.h>

#include "host/harness/discover.h"
#include "sched_names.h"

static int is_program(const struct dirent *d)
{
	return d->d_name[0] != '.' && d->d_type != DT_DIR;
}

char *sched_names(struct strv *names, struct ktstr_err *err)
{
	char *dir = discover_scheduler_dir(err);
	struct dirent **list;
	int i, n;

	if (!dir)
		return NULL;
	n = scandir(dir, &list, is_program, alphasort);
	for (i = 0; i < n; i++) {
		strv_add(names, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return dir;
}
