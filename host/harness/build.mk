# SPDX-License-Identifier: GPL-2.0-only
# Results as JSON: the tree's own writer, compiled from where it lies.

json_dir := $(KDIR)/tools/bpf/bpftool
json_obj := $(OUT)/obj/tree/json_writer.o
json_san := $(OUT)/san/tree/json_writer.o

obj += $(json_obj)
san_obj += $(json_san)
# Last in the search order: that directory is full of common names.
ktstr_cppflags += -idirafter $(json_dir)

$(json_obj): $(json_dir)/json_writer.c $(flags_file)
	$(call msg,CC)
	$(call compile,$(ktstr_opt))

$(json_san): $(json_dir)/json_writer.c $(flags_file)
	$(call msg,CC)
	$(call compile,$(ktstr_san))
