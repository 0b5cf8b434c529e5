# SPDX-License-Identifier: GPL-2.0-only
# How every object of the project is built. KTSTR_ROOT and OUT are set by the
# Makefile that includes this; KDIR is the kernel tree headers are taken from.

KDIR ?= $(shell $(KTSTR_ROOT)/scripts/kdir)
ARCH ?= $(shell uname -m | sed -e 's/aarch64/arm64/' -e 's/x86_64/x86/')
CC := $(if $(filter default undefined,$(origin CC)),$(CROSS_COMPILE)gcc,$(CC))
AR := $(if $(filter default undefined,$(origin AR)),$(CROSS_COMPILE)ar,$(AR))

ktstr_cppflags := -D_GNU_SOURCE -I$(KTSTR_ROOT) \
	-I$(KDIR)/tools/include -I$(KDIR)/tools/include/uapi \
	-I$(KDIR)/tools/arch/$(ARCH)/include -I$(KDIR)/tools/arch/$(ARCH)/include/uapi
ktstr_cflags := -std=gnu11 -g -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-sign-compare -Wdeclaration-after-statement \
	-Wmissing-prototypes -Wstrict-prototypes \
	$(if $(WERROR),-Werror) -pthread -MMD -MP
ktstr_opt := -O2
ktstr_san := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ktstr_libs := -lzstd -llzma -lz -lelf -pthread

lib_src := $(wildcard $(addprefix $(KTSTR_ROOT)/,lib/*.c))
host_src := $(wildcard $(addprefix $(KTSTR_ROOT)/,host/vmm/*.c host/vmm/devices/*.c \
	host/arch/*.c host/arch/x86/*.c host/arch/arm64/*.c host/kernel/*.c host/inspect/*.c \
	host/coord/*.c host/harness/*.c))
src := $(lib_src) $(host_src)
unit_src := $(wildcard $(KTSTR_ROOT)/selftests/unit/*.c)

rel = $(patsubst $(KTSTR_ROOT)/%,%,$(1))
obj := $(patsubst %.c,$(OUT)/obj/%.o,$(call rel,$(src)))
san_obj := $(patsubst %.c,$(OUT)/san/%.o,$(call rel,$(src)))
unit_bin := $(patsubst %.c,$(OUT)/%,$(call rel,$(unit_src)))

$(OUT)/obj/%.o: $(KTSTR_ROOT)/%.c
	@mkdir -p $(@D)
	$(CC) $(ktstr_cppflags) $(ktstr_cflags) $(ktstr_opt) $(CFLAGS) -c -o $@ $<

$(OUT)/san/%.o: $(KTSTR_ROOT)/%.c
	@mkdir -p $(@D)
	$(CC) $(ktstr_cppflags) $(ktstr_cflags) $(ktstr_san) $(CFLAGS) -c -o $@ $<

$(OUT)/libktstr.a: $(obj)
	rm -f $@ && $(AR) rcs $@ $^

$(OUT)/san/libktstr.a: $(san_obj)
	rm -f $@ && $(AR) rcs $@ $^

$(OUT)/selftests/unit/%: $(KTSTR_ROOT)/selftests/unit/%.c $(OUT)/san/libktstr.a
	@mkdir -p $(@D)
	$(CC) $(ktstr_cppflags) -I$(KDIR)/tools/testing/selftests $(ktstr_cflags) $(ktstr_san) $(CFLAGS) \
		-o $@ $< $(OUT)/san/libktstr.a $(ktstr_libs)

unit: $(unit_bin)

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
.PHONY: all programs unit
.DELETE_ON_ERROR:
