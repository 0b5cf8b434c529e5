// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include "crash.h"
#include "lib/util.h"

static bool write_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = write(fd, line, strlen(line));
	tcdrain(fd); /* a UART is slower than the reset that follows */
	close_fd(&fd);
	return n > 0;
}

void crash_report(const char *stage, const char *text)
{
	char line[640];
	bool told;

	snprintf(line, sizeof(line), CRASH_PREFIX "ktstr: %s: %s\n", stage, text);
	told = write_line("/dev/ttyS1", line);
	/* <2> is KERN_CRIT: shown at every sensible console log level. */
	snprintf(line, sizeof(line), "<2>ktstr: %s: %s\n", stage, text);
	told |= write_line("/dev/kmsg", line);
	if (!told)
		write_full(STDERR_FILENO, line + 3, strlen(line + 3));
}

void crash_power_off(void)
{
	sync();
	/*
	 * sysrq b resets at once. An orderly reboot stops the other CPUs first,
	 * by NMI when one does not answer within a second, which an overloaded
	 * host brings about and a guest's CPU need not survive.
	 */
	write_line("/proc/sysrq-trigger", "b");
	reboot(RB_AUTOBOOT);
	_exit(1);
}
