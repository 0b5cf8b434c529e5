// SPDX-License-Identifier: GPL-2.0-only
/* A VMCOREINFO note, and every question about it. Input: the note. */
#include "fuzz.h"
#include "host/kernel/vmcoreinfo.h"

static void ask(const struct vmcoreinfo *v, const char *name)
{
	char text[16];
	s64 number;
	u64 addr;

	vmcoreinfo_symbol(v, name, &addr);
	vmcoreinfo_number(v, name, &number);
	if (vmcoreinfo_string(v, name, text, sizeof(text)))
		FUZZ_ASSERT(strnlen(text, sizeof(text)) < sizeof(text));
	vmcoreinfo_string(v, name, text, 1);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const char *const names[] = { "_stext", "phys_base", "OSRELEASE", "BUILD-ID", "" };
	struct fuzz_in in = { data, len };
	struct vmcoreinfo v;
	struct ktstr_err err = {};
	unsigned int i;
	u64 slide;
	char *note;

	note = fuzz_rest(&in, &len);
	if (vmcoreinfo_parse(note, len, &v, &err)) {
		FUZZ_ASSERT(err.msg[0]);
	} else {
		FUZZ_ASSERT(v.text >= note && v.len <= len - (v.text - note));
		for (i = 0; i < ARRAY_SIZE(names); i++)
			ask(&v, names[i]);
		vmcoreinfo_slide(&v, &slide);
	}
	free(note);
	return 0;
}
