// SPDX-License-Identifier: GPL-2.0-only
/* Ends as it is told, or not at all: for the tests of what runs programs. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

static const char help[] =
	"Usage: ktstr_misfit COMMAND\n"
	"  exit N      say so on standard error, and exit with status N\n"
	"  signal N    die of a signal\n"
	"  hang        write a line, ignore what can be ignored, and never end\n"
	"  orphan      exit with 0, but leave a child that holds standard output\n"
	"  flood MIB   write so much, in numbered lines of 64 bytes\n";

static void hang(void)
{
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
	puts("hanging");
	fflush(stdout);
	for (;;)
		pause();
}

static int orphan(void)
{
	puts("leaving a child");
	fflush(stdout);
	if (!fork())
		hang();
	return 0;
}

static int flood(unsigned long mib)
{
	unsigned long i, lines = mib << 14;

	for (i = 0; i < lines; i++)
		if (printf("%063lu\n", i) != 64)
			return 1;
	return fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 0;

	if (!strcmp(command, "exit")) {
		fprintf(stderr, "exiting with %d\n", n);
		return n;
	}
	if (!strcmp(command, "orphan"))
		return orphan();
	if (!strcmp(command, "flood"))
		return flood(n);
	if (!strcmp(command, "hang"))
		hang();
	if (!strcmp(command, "signal"))
		raise(n);
	fputs(help, stderr);
	return EXIT_USAGE;
}
