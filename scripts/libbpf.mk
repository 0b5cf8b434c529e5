# SPDX-License-Identifier: GPL-2.0-only
# libbpf of KDIR/tools/lib/bpf, static, by that directory's own Makefile. Every
# program that links libktstr.a links it too, through ktstr_libs, and keeps what
# it calls: the archive is one object, so sections are what can be left out.

libbpf_dir := $(KDIR)/tools/lib/bpf
libbpf_out := $(OUT)/obj/libbpf
libbpf_log := $(libbpf_out).log

$(OUT)/libktstr.a $(OUT)/san/libktstr.a: | $(libbpf)

# Variables of our command line (CFLAGS, O) are not for that Makefile.
$(libbpf): private MAKEOVERRIDES :=
$(libbpf): $(wildcard $(libbpf_dir)/*.[ch] $(libbpf_dir)/Makefile) $(flags_file)
	$(call msg,LIBBPF)
	$(Q)mkdir -p $(libbpf_out)
	$(Q)$(MAKE) --no-print-directory -C $(libbpf_dir) OUTPUT=$(libbpf_out)/ ARCH=$(ARCH) \
		CROSS_COMPILE=$(CROSS_COMPILE) CC='$(CC)' AR='$(AR)' \
		EXTRA_CFLAGS='-O2 -ffunction-sections -fdata-sections' $(libbpf) >$(libbpf_log) 2>&1 || \
		{ tail -n 20 $(libbpf_log) >&2; exit 1; }
	$(Q)touch $@
