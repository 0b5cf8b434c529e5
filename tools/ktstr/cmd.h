/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_CMD_H
#define KTSTR_TOOLS_CMD_H

#include "lib/err.h"

#define KTSTR_VERSION "0.1.0"

/*
 * Exit status of every command, beside those of ktstr_exit_code() (0 to 4): one
 * that no verdict and no signal (128 + N) has.
 */
#define EXIT_USAGE 5

/**
 * struct cmd - a subcommand
 * @name: as typed
 * @brief: one line for the list of commands
 * @usage: what --help prints, ends in a newline
 * @main: runs it with the whole argc and argv of main(), so argv[1] is @name;
 *        returns the exit status
 */
struct cmd {
	const char *name;
	const char *brief;
	const char *usage;
	int (*main)(int argc, char **argv);
};

extern const struct cmd cmd_run;
extern const struct cmd cmd_show;
extern const struct cmd cmd_inspect;
extern const struct cmd cmd_report;
extern const struct cmd cmd_compare;
extern const struct cmd cmd_verifier;
extern const struct cmd cmd_list;
extern const struct cmd cmd_doctor;

/**
 * cmd_help() - print a command's usage on standard output
 * @cmd: the command
 *
 * Return: the exit status 0.
 */
int cmd_help(const struct cmd *cmd);

/**
 * cmd_usage_error() - say what is wrong with the command line
 * @cmd: the command
 * @err: what is wrong
 *
 * Return: EXIT_USAGE.
 */
int cmd_usage_error(const struct cmd *cmd, const struct ktstr_err *err);

/**
 * cmd_bad_option() - explain what getopt_long(3) refused
 * @c: its return value, '?' or ':'
 * @option: the argument it stopped at
 * @err: filled in
 *
 * For a short-option string that begins with "+:", and with opterr 0.
 *
 * Return: -EINVAL.
 */
int cmd_bad_option(int c, const char *option, struct ktstr_err *err);

/**
 * enum cmd_output - the options of a command that only reports something
 * @CMD_TEXT: none
 * @CMD_JSON: --json
 * @CMD_HELP: --help
 */
enum cmd_output {
	CMD_TEXT,
	CMD_JSON,
	CMD_HELP,
};

/**
 * cmd_output_parse() - parse the command line of such a command
 * @argc: of main(), without its first element
 * @argv: likewise; argv[0] is the name of the command
 * @err: names the argument that is wrong
 *
 * Return: enum cmd_output, or -EINVAL.
 */
int cmd_output_parse(int argc, char **argv, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_CMD_H */
