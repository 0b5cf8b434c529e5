# SPDX-License-Identifier: GPL-2.0-only
# The DSDT: layout.h through the C preprocessor, iasl, and into an object.

IASL ?= iasl

x86_dir := $(KTSTR_ROOT)/host/arch/x86
x86_gen := $(OUT)/gen/host/arch/x86
x86_dsdt_obj := $(OUT)/obj/host/arch/x86/dsdt_aml.o

obj += $(x86_dsdt_obj)
san_obj += $(x86_dsdt_obj)

# The tables' structures are the kernel's own. Its include directory comes last:
# everything else must keep coming from tools/include.
x86_acpi := $(addprefix host/arch/x86/,acpi.o acpi_madt.o acpi_numa.o acpi_hmat.o)
$(addprefix $(OUT)/,$(addprefix obj/,$(x86_acpi)) $(addprefix san/,$(x86_acpi)) \
	san/selftests/unit/acpi_test.o san/selftests/unit/acpi_machine_test.o): ktstr_cppflags += -idirafter $(KDIR)/include

$(x86_gen)/dsdt.asl: $(x86_dir)/dsdt.asl $(x86_dir)/layout.h
	$(call msg,CPP)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -E -P -undef -nostdinc -I$(KTSTR_ROOT) -x assembler-with-cpp -o $@ $<

$(x86_gen)/dsdt.aml: $(x86_gen)/dsdt.asl
	$(call msg,IASL)
	@command -v $(IASL) >/dev/null 2>&1 || { \
		echo "ktstr: '$(IASL)' is missing; it compiles the guest's ACPI tables." >&2; \
		echo "ktstr: scripts/setup installs it (acpica-tools; Arch: acpica), or set IASL=" >&2; \
		exit 1; }
	$(Q)$(IASL) -we -p $(basename $@) $< >$@.log 2>&1 || { cat $@.log >&2; exit 1; }

$(x86_dsdt_obj): $(x86_dir)/dsdt_aml.S $(x86_gen)/dsdt.aml
	$(call msg,AS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -c -Wa,-I$(x86_gen) -o $@ $<
