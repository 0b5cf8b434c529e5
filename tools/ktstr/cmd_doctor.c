// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "doctor.h"

static const char doctor_usage[] =
	"usage: ktstr doctor [--json]\n"
	"\n"
	"Looks at what runs and builds need: whether KVM works (by running a guest of a\n"
	"few instructions), the emulated host, the kernel under test, guest-init, the\n"
	"schedulers, the kernel tree, compilers. Each line says what was found; a piece\n"
	"that is missing or broken comes with what it blocks and the line that fixes it.\n"
	"Starts no machine.\n"
	"\n"
	"  --json   print the same as JSON\n"
	"\n"
	"KTSTR_HOST, KTSTR_KERNEL, KDIR, KTSTR_QEMU and KTSTR_CACHE_DIR count as they do\n"
	"for runs.\n"
	"\n"
	"examples:\n"
	"  ktstr doctor\n"
	"  KTSTR_KERNEL=arch/x86/boot/bzImage ktstr doctor --json\n"
	"\n"
	"exit status: 0 tests can be run, 1 not, 5 wrong usage\n";

static int doctor_main(int argc, char **argv)
{
	const char *no_colour = getenv("NO_COLOR");
	struct doctor d = { 0 };
	struct ktstr_err err;
	int out;

	out = cmd_output_parse(argc - 1, argv + 1, &err);
	if (out < 0)
		return cmd_usage_error(&cmd_doctor, &err);
	if (out == CMD_HELP)
		return cmd_help(&cmd_doctor);
	doctor_host(&d);
	doctor_guest(&d);
	doctor_build(&d);
	if (out == CMD_JSON && doctor_json(&d, stdout))
		return 1;
	if (out == CMD_TEXT)
		doctor_print(&d, stdout, isatty(STDOUT_FILENO) && !(no_colour && *no_colour));
	return doctor_ready(&d) ? 0 : 1;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.brief = "say whether tests can be run here, and what is missing",
	.usage = doctor_usage,
	.main = doctor_main,
};
