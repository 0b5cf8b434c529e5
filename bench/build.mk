# SPDX-License-Identifier: GPL-2.0-only
# OUT/bench/boot-once: what scripts/bench measures with. Not part of "all".

bench_obj := $(call to_obj,obj,$(call root_glob,bench/*.c))

$(OUT)/bench/boot-once: $(bench_obj) $(OUT)/libktstr.a
	$(call msg,LINK)
	$(call link)

bench: $(OUT)/bench/boot-once

clean: clean-bench
clean-bench:
	rm -rf $(addprefix $(OUT)/,bench bench.json)

-include $(bench_obj:.o=.d)

.PHONY: clean-bench
