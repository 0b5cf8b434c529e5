# SPDX-License-Identifier: GPL-2.0-only
# Saved guests and what is done to them: OUT/selftests/image/NAME, under ASan
# and UBSan. OUT/image/ has the guests.

image_src := $(call root_glob,selftests/image/*.c)
image_obj := $(call to_obj,san,$(image_src))
image_dir := $(OUT)/selftests/image
mutations := $(image_dir)/image_mutations
mutations_obj := $(filter %/image_mutations.o %/image_trace.o %/image_mutate.o %/image_memory.o \
	%/image_check.o,$(image_obj))
# What reads guest memory; all of it goes through two functions.
image_lib := $(OUT)/san/libimage.a
image_lib_src := $(lib_src) $(call root_glob,host/kernel/*.c host/inspect/*.c \
	host/arch/*/pgwalk*.c host/arch/pgwalk*.c host/vmm/gmem.c)
image_wrap := -Wl,--wrap=gmem_hva -Wl,--wrap=gmem_read

$(image_obj): ktstr_cppflags += $(kselftest_cppflags)

$(image_lib): $(call to_obj,san,$(image_lib_src)) $(json_san)
	$(call msg,AR)
	$(call archive)

$(mutations): $(mutations_obj) $(image_lib)
	$(call msg,LINK)
	$(call link,$(ktstr_san) $(image_wrap))

$(image_dir)/image_synthetic: $(OUT)/san/selftests/image/image_synthetic.o $(image_lib)
	$(call msg,LINK)
	$(call link,$(ktstr_san))

$(OUT)/image/synthetic.vmcore: $(image_dir)/image_synthetic
	$(call msg,IMAGE)
	$(Q)mkdir -p $(@D) && $< $@

# Not for each build of ktstr a new guest: `make check` saves one, and who wants
# another removes the file.
mutations: $(mutations) $(OUT)/image/synthetic.vmcore programs schedulers
	$(Q)$(KTSTR_ROOT)/scripts/mutations-run $(OUT) $(or $(MUTATIONS),10000)

soak:
	$(Q)$(MAKE) --no-print-directory O=$(OUT) mutations MUTATIONS=$(or $(MUTATIONS),200000)
	$(Q)$(MAKE) --no-print-directory O=$(OUT) fuzz

-include $(image_obj:.o=.d)
.PHONY: mutations soak
