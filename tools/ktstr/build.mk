# SPDX-License-Identifier: GPL-2.0-only
# The command's parts are tested like the rest: all but main() go into the
# library that unit tests link.

cli_dir := $(patsubst %/,%,$(dir $(firstword $(cli_src))))
san_obj += $(call to_obj,san,$(filter-out %/main.c,$(cli_src)))
ktstr_cppflags += -idirafter $(cli_dir)
