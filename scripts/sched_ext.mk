# SPDX-License-Identifier: GPL-2.0-only
# The schedulers of KDIR/tools/sched_ext, by that directory's own Makefile. They
# are what gets tested: one that does not compile, or no clang at all, is said
# and lived with; a test that wants a missing one reports so.

scx_dir := $(KDIR)/tools/sched_ext
scx_out := $(OUT)/obj/sched_ext
scx_log := $(scx_out).log
scx_stamp := $(scx_out).built
cache_dir := $(or $(KTSTR_CACHE_DIR),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ktstr)

# Types of the kernel under test: the tree's own build, else the fetched one.
VMLINUX_BTF := $(or $(VMLINUX_BTF),$(firstword $(wildcard \
	$(if $(KBUILD_OUTPUT),$(KBUILD_OUTPUT)/vmlinux) $(KDIR)/vmlinux \
	$(cache_dir)/kernel/vmlinux)))

scx_src := $(wildcard $(scx_dir)/*.[ch] $(scx_dir)/Makefile $(scx_dir)/include/scx/*.h)
scx_clang := $(shell LLVM='$(LLVM)' $(KTSTR_ROOT)/scripts/llvm-tool clang)
scx_strip := $(shell LLVM='$(LLVM)' $(KTSTR_ROOT)/scripts/llvm-tool llvm-strip)
scx_lacks := $(strip $(if $(scx_src),,$(scx_dir)) $(if $(scx_clang),,clang-16-or-newer) \
	$(if $(VMLINUX_BTF),,vmlinux-with-BTF))

# SKIP_*: parts of bpftool that would only add libraries to install.
scx_make = $(MAKE) --no-print-directory -k -C $(scx_dir) O=$(scx_out) CLANG=$(scx_clang) \
	$(if $(scx_strip),LLVM_STRIP=$(scx_strip)) VMLINUX_BTF=$(abspath $(VMLINUX_BTF)) \
	SKIP_CRYPTO=1 SKIP_LLVM=1 SKIP_LIBBFD=1

# Its rules go by dates alone: other types or tools mean to start over.
scx_flags_file := $(scx_out).flags
ifneq ($(file <$(scx_flags_file)),$(CC) $(scx_clang) $(KDIR) $(VMLINUX_BTF))
$(shell rm -rf $(scx_out); mkdir -p $(OUT)/obj)
$(file >$(scx_flags_file),$(CC) $(scx_clang) $(KDIR) $(VMLINUX_BTF))
endif

ifneq ($(scx_lacks),)
schedulers:
	@mkdir -p $(OUT)/sched_ext/bin
	@echo "ktstr: schedulers not built: no $(scx_lacks) (scripts/setup brings it)" >&2
else
schedulers: $(scx_stamp)
	@if [ -s $(scx_out).failed ]; then \
		echo "ktstr: schedulers that did not compile: $$(cat $(scx_out).failed)" \
			"(see $(scx_log))" >&2; \
	fi

# Variables of our command line (CFLAGS, O) are not for that Makefile.
$(scx_stamp): private MAKEOVERRIDES :=
$(scx_stamp): $(scx_src) $(VMLINUX_BTF) $(scx_flags_file)
	$(call msg,SCHED,$(OUT)/sched_ext/bin)
	$(Q)mkdir -p $(scx_out) $(OUT)/sched_ext/bin
	$(Q)$(scx_make) >$(scx_log) 2>&1 || :
	$(Q)rm -f $(OUT)/sched_ext/bin/*
	$(Q)cp $(scx_out)/build/bin/scx_* $(OUT)/sched_ext/bin/ 2>/dev/null || tail -n 20 $(scx_log) >&2
	$(Q)for s in $(patsubst %.bpf.c,%,$(notdir $(wildcard $(scx_dir)/scx_*.bpf.c))); do \
		[ -x $(OUT)/sched_ext/bin/$$s ] || printf '%s ' $$s; \
	done >$(scx_out).failed
	$(Q)touch $@

include $(KTSTR_ROOT)/scripts/fixture.mk
endif
