// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/bits.h>

#include "cgroup.h"
#include "lib/util.h"

#define FILE_MAX BIT(20)
#define BLANKS	 "\n "
/* More below one another than a path has room for there cannot be. */
#define DEPTH_MAX 64

static const char *const controllers[] = { "cpu", "cpuset", "memory", "io", "pids" };

/* Writes to a file of a cgroup are commands: one write, and no partial one. */
static int put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close_fd(&fd);
	return ret;
}

static void own_dir(const struct cgroups *c, const char *path, char dir[PATH_MAX])
{
	snprintf(dir, PATH_MAX, "%s/" CGROUP_OWN "%s%s", c->mount, *path ? "/" : "", path);
}

/* Where processes of a cgroup are: see cgroup.h for "". */
static void procs_dir(const struct cgroups *c, const char *path, char dir[PATH_MAX])
{
	if (*path)
		own_dir(c, path, dir);
	else
		snprintf(dir, PATH_MAX, "%s", c->mount);
}

/* The contents of a file of a directory, the caller's, or NULL with errno set. */
static char *slurp(const char *dir, const char *file, size_t *len)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return file_read(path, FILE_MAX, len);
}

static bool has_word(const char *text, const char *word, size_t len)
{
	const char *p = text;

	while (p && *p) {
		p += strspn(p, BLANKS);
		if (!strncmp(p, word, len) && (!p[len] || strchr(BLANKS, p[len])))
			return true;
		p += strcspn(p, BLANKS);
	}
	return false;
}

/*
 * All at once: each change of the set makes the kernel wait for every CPU. Where
 * that fails, one by one, so that a single controller takes no other along.
 */
static void hand_on(const char *dir)
{
	char path[PATH_MAX + 32], all[64] = "", one[16];
	size_t i, len, used = 0;
	char *have = slurp(dir, "cgroup.controllers", &len);
	char *on = slurp(dir, "cgroup.subtree_control", &len);

	for (i = 0; have && on && i < ARRAY_SIZE(controllers); i++) {
		len = strlen(controllers[i]);
		if (has_word(have, controllers[i], len) && !has_word(on, controllers[i], len))
			used += snprintf(all + used, sizeof(all) - used, "%s+%s", used ? " " : "",
					 controllers[i]);
	}
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	if (used && put(path, all))
		for (i = 0; i < ARRAY_SIZE(controllers); i++) {
			snprintf(one, sizeof(one), "+%s", controllers[i]);
			if (strstr(all, one))
				put(path, one);
		}
	free(have);
	free(on);
}

static int make(struct cgroups *c, const char *dir, const char *path, struct ktstr_err *err)
{
	if (!mkdir(dir, 0755)) {
		c->alive++;
		return 0;
	}
	if (errno == EEXIST)
		return 0;
	return ktstr_err_set(err, -errno, "cgroup '%s': %s cannot be made: %s%s", path, dir,
			     strerror(errno),
			     errno == ENOENT ? " (no cgroup file system is mounted)" : "");
}

static bool is_there(const char *dir)
{
	struct stat st;

	return !stat(dir, &st) && S_ISDIR(st.st_mode);
}

/* Our own directory is no cgroup of the workload: it does not count. */
static int make_own(struct cgroups *c, struct ktstr_err *err)
{
	u32 alive = c->alive;
	char dir[PATH_MAX];
	int ret;

	own_dir(c, "", dir);
	if (is_there(dir))
		return 0;
	hand_on(c->mount);
	ret = make(c, dir, "", err);
	c->alive = alive;
	return ret;
}

void cgroups_init(struct cgroups *c, const char *mount)
{
	*c = (struct cgroups){ .mount = mount };
}

int cgroup_add(struct cgroups *c, const char *path, struct ktstr_err *err)
{
	char dir[PATH_MAX], *part;
	int ret;

	own_dir(c, path, dir);
	if (is_there(dir))
		return 0;
	ret = make_own(c, err);
	part = *path ? dir + strlen(c->mount) + strlen("/" CGROUP_OWN) : NULL;
	/* What stands before each part of the path hands on to it. */
	while (!ret && part) {
		*part = '\0';
		hand_on(dir);
		*part = '/';
		part = strchr(part + 1, '/');
		if (part)
			*part = '\0';
		ret = make(c, dir, path, err);
	}
	return ret;
}

/* "requires +cpu in ...", when that is what is wrong with a file. */
static const char *missing(const struct cgroups *c, const char *dir, const char *file, char *buf,
			   size_t size)
{
	size_t name = strcspn(file, "."), len;
	char *have = slurp(dir, "cgroup.controllers", &len);
	char *all = slurp(c->mount, "cgroup.controllers", &len);
	bool controller = name && file[name] && strncmp(file, "cgroup.", name + 1);

	buf[0] = '\0';
	if (controller && all && !has_word(all, file, name))
		snprintf(buf, size, "this kernel has no %.*s controller", (int)name, file);
	else if (controller && have && !has_word(have, file, name))
		snprintf(buf, size, "requires +%.*s in parent cgroup.subtree_control", (int)name,
			 file);
	free(have);
	free(all);
	return buf[0] ? buf : NULL;
}

int cgroup_set(const struct cgroups *c, const char *path, const char *file, const char *value,
	       struct ktstr_err *err)
{
	char dir[PATH_MAX], full[PATH_MAX + 256], buf[128];
	const char *why;
	int ret;

	own_dir(c, path, dir);
	if (!is_there(dir))
		return ktstr_err_set(err, -ENOENT, "cgroup '%s': set %s=%.100s: no such cgroup",
				     path, file, value);
	snprintf(full, sizeof(full), "%s/%.250s", dir, file);
	ret = put(full, value);
	if (!ret)
		return 0;
	why = ret == -ENOENT ? missing(c, dir, file, buf, sizeof(buf)) : NULL;
	return ktstr_err_set(err, ret, "cgroup '%s': set %s=%.100s (%s)", path, file, value,
			     why ? why : strerror(-ret));
}

int cgroup_event(const struct cgroups *c, const char *path, const char *key, struct ktstr_err *err)
{
	size_t len, n = strlen(key);
	char dir[PATH_MAX], *text, *p;
	int ret = -ENODATA;

	own_dir(c, path, dir);
	text = slurp(dir, "cgroup.events", &len);
	if (!text)
		return ktstr_err_set(err, -errno, "cgroup '%s': cannot read cgroup.events: %s",
				     path, strerror(errno));
	for (p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (!strncmp(p, key, n) && p[n] == ' ')
			ret = p[n + 1] == '1';
	free(text);
	if (ret < 0)
		ktstr_err_set(err, ret, "cgroup '%s': cgroup.events does not tell '%s'", path, key);
	return ret;
}

int cgroup_kill(const struct cgroups *c, const char *path, struct ktstr_err *err)
{
	return cgroup_set(c, path, "cgroup.kill", "1", err);
}

static int remove_tree(struct cgroups *c, char dir[PATH_MAX], unsigned int depth,
		       struct ktstr_err *err)
{
	size_t len = strlen(dir);
	struct dirent *de;
	int ret = 0;
	DIR *d = depth < DEPTH_MAX ? opendir(dir) : NULL;

	while (d && !ret && (de = readdir(d))) {
		if (de->d_type != DT_DIR || de->d_name[0] == '.')
			continue;
		snprintf(dir + len, PATH_MAX - len, "/%s", de->d_name);
		ret = remove_tree(c, dir, depth + 1, err);
		dir[len] = '\0';
	}
	if (d)
		closedir(d);
	if (ret)
		return ret;
	if (rmdir(dir))
		return ktstr_err_set(err, -errno, "cannot remove %s: %s%s", dir, strerror(errno),
				     errno == EBUSY ? " (there are processes in it)" : "");
	if (c->alive)
		c->alive--;
	return 0;
}

int cgroup_remove(struct cgroups *c, const char *path, struct ktstr_err *err)
{
	char dir[PATH_MAX];

	own_dir(c, path, dir);
	return remove_tree(c, dir, 0, err);
}

int cgroup_open(const struct cgroups *c, const char *path, struct ktstr_err *err)
{
	char dir[PATH_MAX], *on;
	bool hands_on;
	size_t len;
	int fd;

	procs_dir(c, path, dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ktstr_err_set(err, -errno, "cgroup '%s': %s", path, strerror(errno));
	on = *path ? slurp(dir, "cgroup.subtree_control", &len) : NULL;
	hands_on = on && on[strspn(on, BLANKS)];
	free(on);
	if (!hands_on)
		return fd;
	close_fd(&fd);
	return ktstr_err_set(err, -EBUSY,
			     "cgroup '%s' has cgroups below it that it hands controllers on to, so no process can be in it",
			     path);
}

void cgroup_thaw(const struct cgroups *c, const char *path)
{
	char dir[PATH_MAX], file[PATH_MAX + 32], *slash;
	size_t own;

	own_dir(c, path, dir);
	own = strlen(c->mount) + strlen("/" CGROUP_OWN);
	while (strlen(dir) > own) {
		snprintf(file, sizeof(file), "%s/cgroup.freeze", dir);
		put(file, "0");
		slash = strrchr(dir, '/');
		*slash = '\0';
	}
}

int cgroup_put(const struct cgroups *c, const char *path, pid_t pid, struct ktstr_err *err)
{
	char dir[PATH_MAX], file[PATH_MAX + 32], text[16];
	int ret;

	procs_dir(c, path, dir);
	snprintf(file, sizeof(file), "%s/cgroup.procs", dir);
	snprintf(text, sizeof(text), "%d", pid);
	ret = put(file, text);
	if (!ret || ret == -ESRCH)
		return 0;
	return ktstr_err_set(err, ret, "cannot move process %d to cgroup '%s': %s", pid, path,
			     strerror(-ret));
}

int cgroup_move(const struct cgroups *c, const char *from, const char *to, struct ktstr_err *err)
{
	char dir[PATH_MAX], *procs, *line, *save = NULL;
	int ret = 0, moved = 0;
	size_t len;

	own_dir(c, from, dir);
	procs = slurp(dir, "cgroup.procs", &len);
	if (!procs)
		return ktstr_err_set(err, -errno, "cgroup '%s': cannot read cgroup.procs: %s", from,
				     strerror(errno));
	for (line = strtok_r(procs, "\n", &save); line && !ret;
	     line = strtok_r(NULL, "\n", &save)) {
		ret = cgroup_put(c, to, atoi(line), err);
		moved++;
	}
	free(procs);
	return ret ? ret : moved;
}

char *cgroup_procs(const struct cgroups *c, const char *path, size_t *len, struct ktstr_err *err)
{
	char dir[PATH_MAX], file[64], *procs, *line, *save = NULL, *comm, *text = NULL;
	size_t n;
	FILE *out;

	procs_dir(c, path, dir);
	procs = slurp(dir, "cgroup.procs", &n);
	if (!procs) {
		ktstr_err_set(err, -errno, "cgroup '%s': cannot read cgroup.procs: %s", path,
			      strerror(errno));
		return NULL;
	}
	out = open_memstream(&text, len);
	for (line = out ? strtok_r(procs, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save)) {
		snprintf(file, sizeof(file), "/proc/%d", atoi(line));
		comm = slurp(file, "comm", &n);
		fprintf(out, "%s %.*s\n", line, comm ? (int)strcspn(comm, "\n") : 1,
			comm ? comm : "?");
		free(comm);
	}
	free(procs);
	if (!out || fclose(out)) {
		free(text);
		text = NULL;
		errno = ENOMEM;
		ktstr_err_set(err, -ENOMEM, "cgroup '%s': no memory for who is in it", path);
	}
	return text;
}

bool cgroup_within(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !len || (!strncmp(path, top, len) && (!path[len] || path[len] == '/'));
}
