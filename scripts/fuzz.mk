# SPDX-License-Identifier: GPL-2.0-only
# Fuzz targets: selftests/fuzz/NAME.c has LLVMFuzzerTestOneInput(), the directory
# selftests/fuzz/corpus/NAME what it begins with. Both are found by name.
#
# Built by clang, with what libFuzzer needs to see where an input leads, by the
# same rules into a directory of its own: everything below with OUT/fuzz for OUT.
# libbpf goes along, so a write past the end is seen there, too.

fuzz_names := $(notdir $(basename $(call root_glob,selftests/fuzz/*.c)))
fuzz_bin := $(addprefix $(OUT)/bin/,$(fuzz_names))
fuzz_obj := $(patsubst %,$(OUT)/obj/selftests/fuzz/%.o,$(fuzz_names))
fuzz_out := $(OUT)/fuzz
fuzz_link := -fsanitize=fuzzer,address,undefined
FUZZ ?= $(fuzz_names)

# What reads guest memory; not the VMM and what is around it.
fuzz_host_src = $$(call root_glob,host/kernel/*.c host/inspect/*.c host/arch/*/pgwalk*.c \
	host/arch/pgwalk*.c host/vmm/gmem.c)

# $(1): seconds for each; without a fuzzing clang, a note and no failure
fuzz = $(Q)if [ -z '$(FUZZ)' ]; then \
		echo 'fuzz: no targets here'; \
	elif cc=$$($(KTSTR_ROOT)/scripts/fuzz-cc); then \
		$(MAKE) --no-print-directory O=$(fuzz_out) KDIR=$(KDIR) WERROR= ktstr_warn=-w \
			CC="$$cc -fsanitize=fuzzer-no-link,address" host_src='$(fuzz_host_src)' \
			ktstr_opt='-O1 -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' \
			$(addprefix $(fuzz_out)/bin/,$(FUZZ)) && \
		$(KTSTR_ROOT)/scripts/fuzz-run $(fuzz_out) $(1) $(FUZZ); \
	else \
		echo "fuzz: skipped: $$cc"; \
	fi

fuzz:
	$(call fuzz,$(or $(FUZZ_SECONDS),600))

fuzz-short:
	$(call fuzz,$(or $(FUZZ_SECONDS),20))

$(fuzz_bin): $(OUT)/bin/%: $(OUT)/obj/selftests/fuzz/%.o $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link,$(fuzz_link))

-include $(fuzz_obj:.o=.d)

.PHONY: fuzz fuzz-short
