// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

#include "doctor.h"
#include "host/arch/emulated.h"
#include "host/harness/canary.h"
#include "host/harness/capture.h"
#include "host/harness/discover.h"
#include "host/harness/kmodule.h"
#include "kconfig.h"
#include "lib/util.h"

#define VERSION_TIMEOUT_MS 2000
#define SETUP		   "scripts/setup"

static void check_mode(struct doctor *d)
{
	struct check *c = doctor_check(d, "mode", "KTSTR_HOST");
	const char *mode = getenv("KTSTR_HOST");

	if (!mode || !*mode)
		mode = "auto";
	check_detail(c, "%s", mode);
	if (strcmp(mode, "kvm") && strcmp(mode, "emulated") && strcmp(mode, "auto"))
		check_bad(c, CHECK_BROKEN, "every run",
			  "unset KTSTR_HOST, or set it to kvm, emulated or auto");
}

static void check_kvm(struct doctor *d)
{
	struct check *c = doctor_check(d, "kvm", "KVM");
	struct canary_report rep;

	switch (canary_probe(&rep)) {
	case CANARY_OK:
		d->kvm = true;
		check_detail(c,
			     "usable: a guest's watched store was reported (status %#llx, %llu us)",
			     (unsigned long long)rep.status,
			     (unsigned long long)rep.elapsed_ns / 1000);
		return;
	case CANARY_NO_DEVICE:
		check_bad(c, CHECK_MISSING, "runs on this machine's own KVM", rep.way_out);
		break;
	default:
		check_bad(c, CHECK_BROKEN, "runs on this machine's own KVM", rep.way_out);
		break;
	}
	if (rep.status)
		check_detail(c, "%s: %s (status %#llx)", canary_result_name(rep.result), rep.reason,
			     (unsigned long long)rep.status);
	else
		check_detail(c, "%s: %s", canary_result_name(rep.result), rep.reason);
}

/* Pieces of the emulated host are not missed where KVM works. */
static void emulated_bad(const struct doctor *d, struct check *c, enum check_status status)
{
	check_bad(c, status, d->kvm ? "nothing as long as KVM is usable" : "the emulated host",
		  SETUP);
}

static bool check_qemu(struct doctor *d)
{
	struct check *c = doctor_check(d, "qemu", "QEMU");
	struct ktstr_err err;
	char *path = discover_qemu(&err);
	char text[256] = "";
	int major = -1;

	if (!path) {
		check_detail(c, "%s", err.msg);
		emulated_bad(d, c, CHECK_MISSING);
		return false;
	}
	capture_output((char *[]){ path, "--version", NULL }, VERSION_TIMEOUT_MS, text,
		       sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	major = qemu_version_major(text);
	check_detail(c, "%s: %s", path, *text ? text : "does not run");
	if (major < QEMU_VERSION_MIN)
		emulated_bad(d, c, CHECK_BROKEN);
	free(path);
	return c->status == CHECK_OK;
}

/* kvm-amd is CONFIG_KVM_AMD. */
static bool built_in(const char *config, const char *module)
{
	char symbol[64];
	size_t i;

	for (i = 0; module[i] && i < sizeof(symbol) - 1; i++)
		symbol[i] = module[i] == '-' ? '_' : toupper(module[i]);
	symbol[i] = '\0';
	return kconfig_value(config, symbol) == 'y';
}

/* The first KVM module that is neither beside the kernel nor in it, or NULL. */
static const char *missing_kvm(const char *kernel)
{
	const char *const *m;
	const char *missing = NULL;
	char release[128];
	char *config;

	discover_release(kernel, release, sizeof(release));
	config = kconfig_load(kernel, release);
	for (m = emulated_arch()->modules; *m && config && !missing; m++) {
		char *path;

		if (strncmp(*m, "kvm", 3) || built_in(config, *m))
			continue;
		path = kmodule_find(kernel, *m);
		if (!path)
			missing = *m;
		free(path);
	}
	free(config);
	return missing;
}

static bool check_host_kernel(struct doctor *d)
{
	struct check *c = doctor_check(d, "host_kernel", "host kernel");
	struct ktstr_err err;
	char *path = discover_host_kernel(&err);
	const char *missing;
	char release[128];

	if (!path) {
		check_detail(c, "%s", err.msg);
		emulated_bad(d, c, CHECK_MISSING);
		return false;
	}
	discover_release(path, release, sizeof(release));
	missing = missing_kvm(path);
	if (missing) {
		check_detail(c, "%s: its module %s is missing", path, missing);
		emulated_bad(d, c, CHECK_BROKEN);
	} else {
		check_detail(c, "%s (%s), with KVM", path, *release ? release : "unknown release");
	}
	free(path);
	return !missing;
}

void doctor_host(struct doctor *d)
{
	bool qemu, kernel;

	check_mode(d);
	check_kvm(d);
	qemu = check_qemu(d);
	kernel = check_host_kernel(d);
	d->emulated = qemu && kernel;
}
