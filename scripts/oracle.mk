# SPDX-License-Identifier: GPL-2.0-only
# Programs that tests run inside guests: OUT/selftests/guest/NAME. They are not
# linked with the project: what they print must not come from the code it is
# compared with.

guest_prog_dir := $(firstword $(wildcard $(KTSTR_ROOT)/selftests/guest $(suite_dir)/guest))
guest_prog_src := $(wildcard $(guest_prog_dir)/*.c)
guest_prog_out := $(OUT)/selftests/guest
guest_prog_to_obj = $(patsubst $(guest_prog_dir)/%.c,$(OUT)/obj/guest-programs/%.o,$(1))
guest_prog_obj := $(call guest_prog_to_obj,$(guest_prog_src))
# One program is of several files; of the others each file is one.
oracle_obj := $(call guest_prog_to_obj,$(wildcard $(guest_prog_dir)/ktstr_oracle*.c))
guest_prog_single := $(patsubst %.o,$(guest_prog_out)/%,$(notdir \
	$(filter-out $(oracle_obj),$(guest_prog_obj))))

$(guest_prog_obj): $(OUT)/obj/guest-programs/%.o: $(guest_prog_dir)/%.c $(flags_file)
	$(call msg,CC)
	$(call compile,$(ktstr_opt))

$(guest_prog_obj): | $(libbpf)

$(guest_prog_out)/ktstr_oracle: $(oracle_obj) $(libbpf)
	$(call msg,LINK)
	$(call link)

$(guest_prog_single): $(guest_prog_out)/%: $(OUT)/obj/guest-programs/%.o
	$(call msg,LINK)
	$(call link)

guest-programs: $(guest_prog_out)/ktstr_oracle $(guest_prog_single)
programs: guest-programs

-include $(guest_prog_obj:.o=.d)
.PHONY: guest-programs
