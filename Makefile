# SPDX-License-Identifier: GPL-2.0-only
# ktstr: `make help` lists the targets.

KTSTR_ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
O ?= $(KTSTR_ROOT)/build
OUT := $(abspath $(O))

# Not for the kernel tree's Makefiles, which know the same names.
unexport ARCH O OUTPUT V WERROR CFLAGS CPPFLAGS LDFLAGS

all: programs schedulers

include $(KTSTR_ROOT)/scripts/build.mk
include $(KTSTR_ROOT)/scripts/fuzz.mk
include $(KTSTR_ROOT)/scripts/image.mk
-include $(KTSTR_ROOT)/bench/build.mk

# Unit tests: build, run under the sanitizers, summarise.
unit: $(unit_tap)
	@$(KTSTR_ROOT)/scripts/tap-summary $^

# The whole suite by the kernel's own rules; shows results, never fails on them.
run_tests:
	@$(MAKE) --no-print-directory -C $(suite_dir) run_tests O=$(OUT) KDIR=$(KDIR)

# One file with tests, and what its guests need.
test: $(test_one) $(OUT)/guest-init guest-programs schedulers
	$(if $(test_one),,$(error TEST=NAME or TEST=FILE.c says which))
	@$(test_one) $(ARGS)

check:
	@MAKE='$(MAKE)' $(KTSTR_ROOT)/scripts/check $(OUT) $(test_names)

lint:
	@$(KTSTR_ROOT)/scripts/lint $(OUT) $(KDIR) $(ktstr_cppflags) $(lint_cppflags) $(ktstr_warn)

format:
	@$(KTSTR_ROOT)/scripts/lint --format $(OUT) $(KDIR)

bench: all
	@$(KTSTR_ROOT)/scripts/bench $(OUT)

# By name, so that O= may be a directory with other things in it.
clean:
	rm -rf $(addprefix $(OUT)/,.flags gen obj san tsan fuzz image guest dumps tutorial tap selftests sched_ext ktstr guest-init libktstr.a)
	-@rmdir $(OUT) 2>/dev/null || :

help:
	@echo 'Build:'
	@echo '  all        - programs, guest-init, the schedulers of the kernel tree (default)'
	@echo '  programs   - everything but the schedulers'
	@echo '  clean      - remove the output directory'
	@echo 'Test:'
	@echo '  check      - build, unit tests, test programs, lint; fails when anything fails'
	@echo '  test       - one file with tests: TEST=NAME or TEST=FILE.c, options in ARGS='
	@echo '  unit       - unit tests under ASan and UBSan'
	@echo '  unit-tsan  - those about threads (*_race_test) under TSan'
	@echo '  fuzz       - parsers of guest data under libFuzzer, FUZZ_SECONDS each (600)'
	@echo '  fuzz-short - the same for 20 seconds each; FUZZ="NAME..." for some of them'
	@echo '  mutations  - saved guests, damaged MUTATIONS times in all (10000)'
	@echo '  soak       - more of both, for hours with larger FUZZ_SECONDS and MUTATIONS'
	@echo '  run_tests  - the test programs, as kselftest runs them'
	@echo '  bench      - measure against the peers; writes bench.json'
	@echo 'Source:'
	@echo '  lint       - checkpatch, clang-format, sparse, shellcheck, kernel-doc, codespell'
	@echo '  format     - let clang-format rewrite the C sources'
	@echo 'Variables:'
	@echo '  O=dir             output directory             (now $(OUT))'
	@echo '  KDIR=dir          kernel tree                  (now $(KDIR))'
	@echo '  KTSTR_KERNEL=file kernel image to test         (default: KDIR, then the cache)'
	@echo '  KTSTR_HOST=       kvm, emulated or auto        (default: auto)'
	@echo '  WERROR=1          warnings are errors'
	@echo '  V=1               show whole commands'

.PHONY: all unit test run_tests check lint format bench clean help
