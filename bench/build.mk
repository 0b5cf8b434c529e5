# SPDX-License-Identifier: GPL-2.0-only
# OUT/bench/boot-once, OUT/bench/latency-once, and OUT/bench/NAME-bench of
# NAME_bench.c each: what scripts/bench measures with. Not part of "all".

bench_obj := $(call to_obj,obj,$(call root_glob,bench/*.c))
bench_single := $(filter %_bench.o,$(bench_obj))
bench_bin := $(patsubst $(OUT)/obj/%_bench.o,$(OUT)/%-bench,$(bench_single))
bench_latency := $(filter %/latency_once.o,$(bench_obj))

$(OUT)/bench/boot-once: $(filter-out $(bench_single) $(bench_latency),$(bench_obj)) $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

$(OUT)/bench/latency-once: $(bench_latency) $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

$(bench_bin): $(OUT)/bench/%-bench: $(OUT)/obj/bench/%_bench.o $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

bench: $(OUT)/bench/boot-once $(OUT)/bench/latency-once $(bench_bin)

clean: clean-bench
clean-bench:
	rm -rf $(addprefix $(OUT)/,bench bench.json)

-include $(bench_obj:.o=.d)

.PHONY: clean-bench
