// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of every machine that ktstr makes: of a guest under test, and of the
 * emulated host on machines without usable KVM. The kernel hands a command
 * line word it does not know on to init's environment, which is where the
 * role is read from: no /proc needed.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "guest.h"
#include "host.h"
#include "lib/log.h"

int main(void)
{
	const char *mode = getenv("KTSTR_MODE");

	if (getpid() != 1) {
		pr_err("guest-init must be PID 1 of a virtual machine: it would reset this one");
		return 2;
	}
	if (mode && !strcmp(mode, "host"))
		host_main();
	else
		guest_main();
	/* PID 1 has nowhere to return to. */
	crash_power_off();
}
