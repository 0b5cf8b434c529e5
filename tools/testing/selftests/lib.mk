# SPDX-License-Identifier: GPL-2.0-only
# Stands where a kernel tree has its own lib.mk, and takes that one, with
# kselftest.h, kselftest_harness.h and the runner, from KDIR. Here programs are
# built in the project's output directory (O=, or build/), not in the source.

ktstr_selftests := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
ktstr_root := $(abspath $(ktstr_selftests)/../../..)
KDIR := $(abspath $(or $(KDIR),$(shell $(ktstr_root)/scripts/kdir)))

ifeq ($(wildcard $(KDIR)/tools/testing/selftests/lib.mk),)
$(error No kernel tree at $(KDIR): run scripts/setup, or set KDIR=<kernel tree>)
endif

ifeq ($(OUTPUT),)
ktstr_out := $(abspath $(or $(O),$(ktstr_root)/build))
OUTPUT := $(ktstr_out)/selftests
endif

# lib.mk finds its own directory by the name that this file has, too.
override selfdir := $(KDIR)/tools/testing/selftests
include $(selfdir)/lib.mk

# The runner looks for a suite's settings below the directory it came from, and
# cuts that directory off the names it prints: ours, once it is read.
define RUN_TESTS
	BASE_DIR="$(selfdir)";			\
	. $(selfdir)/kselftest/runner.sh;	\
	BASE_DIR="$(ktstr_selftests)";		\
	tap_prefix() {				\
		if [ -x /usr/bin/perl ]; then	\
			"$(selfdir)/kselftest/prefix.pl"; \
		else				\
			sed -e 's/^/# /';	\
		fi;				\
	};					\
	if [ "X$(summary)" != "X" ]; then	\
		per_test_logging=1;		\
	fi;					\
	run_many $(1)
endef
