# SPDX-License-Identifier: GPL-2.0-only
# Schedulers of our own, for the tests: beside those of KDIR/tools/sched_ext and
# made like them, with what their build leaves behind: bpftool, libbpf, vmlinux.h.
# NAME is made of NAME.bpf.c, NAME.c, and NAME_*.c and NAME_*.bpf.h where there are.

fixture_names := ktstr_fixture ktstr_bad
fixture_dir := $(firstword $(wildcard $(KTSTR_ROOT)/selftests/sched $(suite_dir)/sched))
fixture_out := $(OUT)/obj/fixture
fixtures := $(addprefix $(OUT)/sched_ext/bin/,$(fixture_names))
fixture_tools := $(scx_out)/build
fixture_bpftool := $(fixture_tools)/sbin/bpftool
fixture_libs := $(fixture_tools)/obj/libbpf/libbpf.a -lelf -lz

fixture_include := -I$(scx_dir)/include -I$(fixture_tools)/include \
	-I$(KDIR)/tools/include/uapi -I$(KDIR)/tools/include
# The prefix map: scx_bpf_error() says where it is.
fixture_bpf_flags = -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -mlittle-endian \
	-I$(scx_dir)/include/bpf-compat $(fixture_include) -fms-extensions -Wall \
	-Wno-compare-distinct-pointer-types -Wno-microsoft-anon-tag \
	-fmacro-prefix-map=$(fixture_dir)/= $(addprefix -idirafter ,$(fixture_sys_include))
fixture_sys_include = $(shell $(scx_clang) -v -E - </dev/null 2>&1 | \
	sed -n '/<...> search starts here:/,/End of search list./{ s| \(/.*\)|\1|p }')
fixture_cflags := -std=gnu11 -D_GNU_SOURCE -g -O2 -Wall $(fixture_include) -I$(KDIR)/tools/lib -I$(fixture_out)

schedulers: $(fixtures)

# After the stamp, whose recipe empties the directory. Without a bpftool the log
# of the other schedulers says why.
$(fixtures): $(OUT)/sched_ext/bin/%: $(wildcard $(fixture_dir)/*.[ch]) $(scx_stamp)
	$(call msg,SCHED)
	$(Q)mkdir -p $(fixture_out)
	$(Q)if [ ! -x $(fixture_bpftool) ]; then \
		echo "ktstr: $(@F) not built: no bpftool (see $(scx_log))" >&2; exit; \
	fi && \
	$(scx_clang) $(fixture_bpf_flags) $(werror) -c $(fixture_dir)/$*.bpf.c \
		-o $(fixture_out)/$*.bpf.o && \
	$(fixture_bpftool) gen object $(fixture_out)/$*.bpf.linked.o $(fixture_out)/$*.bpf.o && \
	$(fixture_bpftool) gen skeleton $(fixture_out)/$*.bpf.linked.o name $* \
		>$(fixture_out)/$*.bpf.skel.h && \
	$(CC) $(fixture_cflags) $(werror) -o $@ \
		$(filter-out %.bpf.c,$(wildcard $(fixture_dir)/$*.c $(fixture_dir)/$*_*.c)) \
		$(fixture_libs)
