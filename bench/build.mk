# SPDX-License-Identifier: GPL-2.0-only
# OUT/bench/boot-once, latency-once and scenario-once, and OUT/bench/NAME-bench of
# NAME_bench.c and NAME_*.c each: what scripts/bench measures with. And
# OUT/bench/kernel-types.o, the kernel's types as DWARF, for drgn. Not part of "all".

bench_obj := $(call to_obj,obj,$(call root_glob,bench/*.c))
bench_bin := $(patsubst $(OUT)/obj/%_bench.o,$(OUT)/%-bench,$(filter %_bench.o,$(bench_obj)))
bench_types := $(OUT)/bench/kernel-types.o
# objects whose names begin like that of a program's own
bench_of = $(filter-out %_once.o,$(filter $(OUT)/obj/bench/$(1)_%.o,$(bench_obj))) \
	$(OUT)/obj/bench/figure.o
# a guest's worker, natively
bench_worker := $(call to_obj,obj,$(call root_glob,guest-init/work_*.c))
bench_boot := $(addprefix $(OUT)/obj/bench/,boot_once.o peer.o peer_pack.o peer_unpack.o \
	start_ktstr.o start_qemu.o vmm_memory.o)

$(OUT)/bench/boot-once: $(bench_boot) $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

$(OUT)/bench/latency-once: $(OUT)/obj/bench/latency_once.o $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

$(OUT)/bench/scenario-once: $(OUT)/obj/bench/scenario_once.o $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

$(OUT)/bench/scenario-bench: $(bench_worker)

$(foreach b,$(bench_bin),$(eval $(b): \
	$(call bench_of,$(patsubst %-bench,%,$(notdir $(b)))) $(OUT)/libktstr.a))
$(bench_bin):
	$(call msg,LINK)
	$(call link)

# its own function comes first, see monitor_rate.h
$(OUT)/bench/monitor-bench: private LDFLAGS += -Wl,--wrap=monitor_start

# clang keeps types that nothing uses, when told
$(bench_types): $(scx_stamp)
	$(call msg,CC)
	$(Q)mkdir -p $(@D) && $(scx_clang) -g -w -fno-eliminate-unused-debug-types \
		-DBPF_NO_PRESERVE_ACCESS_INDEX -x c -c -o $@ $(scx_out)/build/include/vmlinux.h

bench: $(OUT)/bench/boot-once $(OUT)/bench/latency-once $(OUT)/bench/scenario-once $(bench_bin) \
	$(if $(scx_lacks),,$(bench_types))

clean: clean-bench
clean-bench:
	rm -rf $(addprefix $(OUT)/,bench bench.json)

-include $(bench_obj:.o=.d) $(bench_worker:.o=.d)

.PHONY: clean-bench
