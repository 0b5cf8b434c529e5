# SPDX-License-Identifier: GPL-2.0-only
# PID 1 of guests and of the emulated host: static, so that a guest needs no
# libc, and built for size apart from the host's objects.

guest_init_obj := $(call to_obj,guest,$(call root_glob,guest-init/*.c) $(lib_src))
guest_init_cflags := -Os -fno-pie -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables
guest_init_ldflags := -static -no-pie -s -Wl,--gc-sections -Wl,--build-id=none

$(OUT)/guest/%.o: $(KTSTR_ROOT)/%.c $(flags_file)
	$(call msg,CC)
	$(call compile,$(guest_init_cflags))

$(OUT)/guest-init: $(guest_init_obj)
	$(call msg,LINK)
	$(Q)$(CC) $(guest_init_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lz -pthread

programs: $(OUT)/guest-init
