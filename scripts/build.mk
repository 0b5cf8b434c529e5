# SPDX-License-Identifier: GPL-2.0-only
# How everything of the project is built. KTSTR_ROOT and OUT are set by the
# Makefile that includes this; KDIR is the kernel tree headers come from.
#
# OUT/libktstr.a           lib/ and host/
# OUT/obj/libbpf           libbpf of the tree, for its reader of BTF
# OUT/ktstr                the command
# OUT/guest-init           PID 1 of guests, static
# OUT/selftests/NAME       test programs, TEST= among them
# OUT/selftests/guest/NAME programs that tests run in guests
# OUT/selftests/unit/NAME  unit tests, under ASan and UBSan (objects: OUT/san)
# OUT/tsan/                those of them that are about threads, under TSan
# OUT/sched_ext/bin/NAME   the schedulers of KDIR/tools/sched_ext
# OUT/tap/                 what the tests printed

KDIR := $(abspath $(or $(KDIR),$(shell $(KTSTR_ROOT)/scripts/kdir)))
ARCH := $(or $(ARCH),$(shell uname -m | sed -e 's/aarch64/arm64/' -e 's/x86_64/x86/'))
CC := $(if $(filter default undefined,$(origin CC)),$(CROSS_COMPILE)gcc,$(CC))
AR := $(if $(filter default undefined,$(origin AR)),$(CROSS_COMPILE)ar,$(AR))

ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),all)),)
ifeq ($(wildcard $(KDIR)/tools/include/linux/types.h),)
$(error No kernel tree at $(KDIR): run scripts/setup, or set KDIR=<kernel tree>)
endif
endif

sys_include := $(OUT)/gen/include
ifeq ($(wildcard $(sys_include)/asm/unistd.h),)
$(shell $(KTSTR_ROOT)/scripts/sys-headers $(sys_include) $(CC))
endif

ktstr_cppflags := -D_GNU_SOURCE -I$(KTSTR_ROOT) -I$(sys_include) \
	-I$(KDIR)/tools/include -I$(KDIR)/tools/include/uapi \
	-I$(KDIR)/tools/arch/$(ARCH)/include -I$(KDIR)/tools/arch/$(ARCH)/include/uapi \
	-idirafter $(KDIR)/tools/lib
ktstr_warn := -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-sign-compare -Wdeclaration-after-statement \
	-Wmissing-prototypes -Wstrict-prototypes
ktstr_cflags := -std=gnu11 -g $(ktstr_warn) -pthread -MMD -MP
ktstr_opt := -O2
ktstr_san := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
libbpf := $(OUT)/obj/libbpf/libbpf.a
ktstr_libs := $(libbpf) -Wl,--gc-sections -Wl,--as-needed -lzstd -llzma -lz -lelf -pthread
# json-c reads dumps back (host/inspect/value_parse.h) and what payloads measured
# (host/harness/metrics_json.h) and what runs left (host/harness/stats_json.h,
# html_run.h); a build without it can do all else.
json_c := $(shell $(CC) -E -x c -include json-c/json.h /dev/null >/dev/null 2>&1 && echo yes)
json_c_file := $(OUT)/gen/json-c
ktstr_libs += $(if $(json_c),-ljson-c)
lint_cppflags := -I$(KDIR)/tools/testing/selftests -idirafter $(KDIR)/include
kselftest_cppflags := -I$(KDIR)/tools/testing/selftests
werror = $(if $(filter-out 0,$(WERROR)),-Werror)

suite_dir := $(firstword $(wildcard $(KTSTR_ROOT)/tools/testing/selftests/ktstr \
	$(KTSTR_ROOT)/../testing/selftests/ktstr))

# In a kernel tree the command's sources are in cli/ and the test programs
# beside the suite's Makefile.
root_glob = $(wildcard $(addprefix $(KTSTR_ROOT)/,$(1)))
lib_src := $(call root_glob,lib/*.c)
host_src := $(call root_glob,host/vmm/*.c host/vmm/devices/*.c host/arch/*.c host/arch/x86/*.c \
	host/arch/arm64/*.c host/kernel/*.c host/inspect/*.c host/coord/*.c host/harness/*.c)
cli_src := $(call root_glob,tools/ktstr/*.c cli/*.c)
test_src := $(or $(call root_glob,selftests/*.c),$(wildcard $(suite_dir)/*.c))
unit_src := $(call root_glob,selftests/unit/*.c)
src := $(lib_src) $(host_src)

rel = $(patsubst $(KTSTR_ROOT)/%,%,$(1))
to_obj = $(patsubst %.c,$(OUT)/$(1)/%.o,$(call rel,$(2)))
obj := $(call to_obj,obj,$(src))
san_obj := $(call to_obj,san,$(src))
cli_obj := $(call to_obj,obj,$(cli_src))
unit_obj := $(call to_obj,san,$(unit_src))
unit_bin := $(patsubst %.c,$(OUT)/%,$(call rel,$(unit_src)))
unit_tap := $(patsubst $(OUT)/selftests/unit/%,$(OUT)/tap/unit/%.tap,$(unit_bin))
test_names := $(basename $(notdir $(test_src)))
test_bin := $(addprefix $(OUT)/selftests/,$(test_names))
# msg: one line per step, or with V=1 the command itself
ifneq ($(filter-out 0,$(V)),)
Q =
msg = @:
else
Q = @
msg = @printf '  %-8s%s\n' "$(1)" "$(patsubst $(OUT)/%,%,$(or $(2),$@))"
endif

# Other compilers, flags or another tree make every object stale.
flags_file := $(OUT)/.flags
flags_now := $(CC) $(ktstr_cppflags) $(ktstr_cflags) $(ktstr_opt) $(ktstr_san) $(CPPFLAGS) $(CFLAGS)
ifneq ($(file <$(flags_file)),$(flags_now))
$(shell mkdir -p $(OUT))
$(file >$(flags_file),$(flags_now))
endif

ifneq ($(file <$(json_c_file)),json-c: $(json_c))
$(shell mkdir -p $(dir $(json_c_file)))
$(file >$(json_c_file),json-c: $(json_c))
endif

programs: $(OUT)/libktstr.a

-include $(call root_glob,host/arch/$(ARCH)/build.mk host/harness/build.mk guest-init/build.mk \
	tools/ktstr/build.mk cli/build.mk)
include $(KTSTR_ROOT)/scripts/libbpf.mk
include $(KTSTR_ROOT)/scripts/sched_ext.mk

compile = $(Q)mkdir -p $(@D) && \
	$(CC) $(ktstr_cppflags) $(CPPFLAGS) $(ktstr_cflags) $(werror) $(1) $(CFLAGS) -c -o $@ $<
archive = $(Q)rm -f $@ && $(AR) rcs $@ $^
link = $(Q)mkdir -p $(@D) && $(CC) $(1) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(ktstr_libs)

$(OUT)/obj/%.o: $(KTSTR_ROOT)/%.c $(flags_file)
	$(call msg,CC)
	$(call compile,$(ktstr_opt))

$(OUT)/san/%.o: $(KTSTR_ROOT)/%.c $(flags_file)
	$(call msg,CC)
	$(call compile,$(ktstr_san))

json_c_obj := $(foreach d,obj san,$(OUT)/$(d)/host/inspect/value_parse.o \
	$(OUT)/$(d)/host/harness/metrics_json.o $(OUT)/$(d)/host/harness/stats_json.o \
	$(OUT)/$(d)/host/harness/html_run.o $(OUT)/$(d)/host/harness/json_member.o)
$(json_c_obj): ktstr_cppflags += $(if $(json_c),-DHAVE_JSON_C)
$(json_c_obj): $(json_c_file)

$(OUT)/libktstr.a: $(obj)
	$(call msg,AR)
	$(call archive)

$(OUT)/san/libktstr.a: $(san_obj)
	$(call msg,AR)
	$(call archive)

# Test programs and unit tests take kselftest.h and kselftest_harness.h from the
# tree; the rest of the project does without.
$(unit_obj): ktstr_cppflags += $(kselftest_cppflags)

$(OUT)/obj/tests/%.o: ktstr_cppflags += $(kselftest_cppflags)
$(OUT)/obj/tests/%.o: $(dir $(firstword $(test_src)))%.c $(flags_file)
	$(call msg,CC)
	$(call compile,$(ktstr_opt))

$(test_bin): $(OUT)/selftests/%: $(OUT)/obj/tests/%.o $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

# TEST=NAME is one of them, TEST=FILE.c one that lies elsewhere.
test_file := $(abspath $(filter %.c,$(TEST)))
test_one := $(addprefix $(OUT)/selftests/,$(basename $(notdir $(TEST))))
ifneq ($(filter-out $(abspath $(test_src)),$(test_file)),)
ifneq ($(filter $(test_bin),$(test_one)),)
$(error $(TEST): selftests has a file of that name; give it another one)
endif
test_one_obj := $(OUT)/obj/tests/$(notdir $(test_one)).o

$(test_one_obj): ktstr_cppflags += -I$(dir $(firstword $(test_src)))
$(test_one_obj): $(test_file) $(flags_file)
	$(call msg,CC)
	$(call compile,$(ktstr_opt))

$(test_one): $(test_one_obj) $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)
endif

$(unit_bin): $(OUT)/selftests/unit/%: $(OUT)/san/selftests/unit/%.o $(OUT)/san/libktstr.a
	$(call msg,LINK)
	$(call link,$(ktstr_san))

$(unit_tap): $(OUT)/tap/unit/%.tap: $(OUT)/selftests/unit/% FORCE
	$(call msg,TEST)
	$(Q)$(KTSTR_ROOT)/scripts/tap-run $@ 60 $<

# Programs whose threads meet once more, under TSan, which goes with no other
# sanitizer: the same build into a directory of its own, with other flags.
tsan_out := $(OUT)/tsan
tsan_tap := $(patsubst $(OUT)/%,$(tsan_out)/%,$(filter %_race_test.tap,$(unit_tap)))

unit-tsan:
	$(Q)TSAN_OPTIONS=halt_on_error=1:$(TSAN_OPTIONS) $(MAKE) --no-print-directory \
		O=$(tsan_out) KDIR=$(KDIR) $(tsan_tap) \
		ktstr_san='-O1 -fsanitize=thread -Wno-tsan -fno-omit-frame-pointer'
	@$(KTSTR_ROOT)/scripts/tap-summary $(tsan_tap)

ifneq ($(cli_src),)
$(OUT)/ktstr: $(cli_obj) $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)
programs: $(OUT)/ktstr
endif

include $(KTSTR_ROOT)/scripts/oracle.mk

programs: $(test_bin)
unit-programs: $(unit_bin)

-include $(patsubst %.o,%.d,$(obj) $(san_obj) $(cli_obj) $(unit_obj) $(guest_init_obj) \
	$(addprefix $(OUT)/obj/tests/,$(addsuffix .o,$(test_names))))

FORCE:
.PHONY: programs schedulers unit-programs unit-tsan FORCE
.SECONDARY:
.DELETE_ON_ERROR:
