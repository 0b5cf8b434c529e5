// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <bpf/btf.h>
#include <stdlib.h>

#include "guest_btf.h"
#include "guest_kernel.h"
#include "kbtf.h"
#include "lib/util.h"

/* A member this kernel's struct btf does not have. */
#define NO_MEMBER UINT32_MAX

/**
 * struct btf_layout_offs - offsets in struct btf, kernel/bpf/btf.c
 * @data: the blob
 * @size: bytes of it
 * @id: that user space knows it by, or NO_MEMBER
 * @base: what it continues, or NO_MEMBER before v5.11 (951bb64621b8 "bpf: Add
 *        in-kernel split BTF support")
 * @start_id: its first type's, of the same commit
 * @kernel: whether it is the kernel's or a module's, or NO_MEMBER before v5.11
 *          (5329722057d4 "bpf: Assign ID to vmlinux BTF and return extra info
 *          for BTF in GET_OBJ_INFO")
 */
struct btf_layout_offs {
	u32 data;
	u32 size;
	u32 id;
	u32 base;
	u32 start_id;
	u32 kernel;
};

/**
 * struct entry - one object that was asked for
 * @kva: its address
 * @id: its id; an address is used again when an object is gone
 * @size: of its blob
 * @btf: its types, or NULL
 * @ret: why it has none
 * @err: the same in words
 */
struct entry {
	u64 kva;
	u32 id;
	u32 size;
	struct kbtf *btf;
	int ret;
	struct ktstr_err err;
};

/**
 * struct guest_btf - what was loaded
 * @gk: the guest
 * @vmlinux: types of its kernel
 * @l: where things are in struct btf
 * @bytes: of all blobs
 * @nr: of @entries
 * @entries: what was asked for
 */
struct guest_btf {
	const struct guest_kernel *gk;
	const struct kbtf *vmlinux;
	struct btf_layout_offs l;
	u64 bytes;
	u32 nr;
	struct entry *entries[GUEST_BTF_MAX];
};

static void optional(const struct kbtf *b, const char *member, u32 *offset)
{
	if (kbtf_member(b, "btf", member, offset, NULL))
		*offset = NO_MEMBER;
}

static int layout_init(struct btf_layout_offs *l, const struct kbtf *b, struct ktstr_err *err)
{
	if (kbtf_member(b, "btf", "data", &l->data, NULL) ||
	    kbtf_member(b, "btf", "data_size", &l->size, NULL))
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "this kernel's types have no btf.data and btf.data_size");
	optional(b, "id", &l->id);
	optional(b, "base_btf", &l->base);
	optional(b, "start_id", &l->start_id);
	optional(b, "kernel_btf", &l->kernel);
	return 0;
}

struct guest_btf *guest_btf_new(const struct guest_kernel *gk, const struct kbtf *vmlinux,
				struct ktstr_err *err)
{
	struct guest_btf *c;
	int ret = -ENOMEM;

	c = calloc(1, sizeof(*c));
	if (!c) {
		ktstr_err_set(err, ret, "no memory for the types of BPF objects");
		errno = -ret;
		return NULL;
	}
	c->gk = gk;
	c->vmlinux = vmlinux;
	ret = layout_init(&c->l, vmlinux, err);
	if (ret) {
		free(c);
		errno = -ret;
		return NULL;
	}
	return c;
}

void guest_btf_free(struct guest_btf *c)
{
	u32 i;

	if (!c)
		return;
	for (i = 0; i < c->nr; i++) {
		kbtf_free(c->entries[i]->btf);
		free(c->entries[i]);
	}
	free(c);
}

/* The value of a member, 0 when this kernel does not have it. */
static int read_u32(const struct guest_btf *c, u64 kva, u32 offset, u32 *v)
{
	*v = 0;
	return offset == NO_MEMBER ? 0 : gk_read_u32(c->gk, kva + offset, v);
}

static int read_u64(const struct guest_btf *c, u64 kva, u32 offset, u64 *v)
{
	*v = 0;
	return offset == NO_MEMBER ? 0 : gk_read_u64(c->gk, kva + offset, v);
}

/*
 * The kernel's own is the one without a base that a kernel brings along: found
 * by its mark where symbols of data are missing.
 */
static bool is_vmlinux(const struct guest_btf *c, u64 kva)
{
	u64 symbol, own, base;
	u8 kernel;

	if (gk_symbol(c->gk, "btf_vmlinux", &symbol) && !gk_read_u64(c->gk, symbol, &own))
		return own == kva;
	if (c->l.kernel == NO_MEMBER || c->l.base == NO_MEMBER ||
	    gk_read(c->gk, kva + c->l.kernel, &kernel, sizeof(kernel)) ||
	    read_u64(c, kva, c->l.base, &base))
		return false;
	return kernel && !base;
}

/* Ids go on where the base's end, or they would mean other types. */
static int find_base(const struct guest_btf *c, u64 kva, const struct kbtf **base,
		     struct ktstr_err *err)
{
	u32 start, types = btf__type_cnt(kbtf_btf(c->vmlinux));
	u64 base_kva;

	*base = NULL;
	if (read_u64(c, kva, c->l.base, &base_kva) || read_u32(c, kva, c->l.start_id, &start))
		return ktstr_err_set(err, -EFAULT, "cannot read struct btf at 0x%llx",
				     (unsigned long long)kva);
	if (!base_kva)
		return 0;
	if (!is_vmlinux(c, base_kva))
		return ktstr_err_set(err, -EINVAL,
				     "the types at 0x%llx continue others than the kernel's, 0x%llx",
				     (unsigned long long)kva, (unsigned long long)base_kva);
	if (c->l.start_id != NO_MEMBER && start != types)
		return ktstr_err_set(err, -EINVAL,
				     "the types at 0x%llx begin with %u, the kernel's end before %u: is the image another kernel's?",
				     (unsigned long long)kva, start, types);
	*base = c->vmlinux;
	return 0;
}

static int load(struct guest_btf *c, struct entry *e)
{
	const struct kbtf *base;
	void *blob;
	u64 data;
	int ret;

	if (e->size > KBTF_MAX)
		return ktstr_err_set(&e->err, -EFBIG, "BTF of %u bytes, more than the %u accepted",
				     e->size, KBTF_MAX);
	if (e->size > GUEST_BTF_BYTES_MAX - c->bytes)
		return ktstr_err_set(&e->err, -ENOSPC,
				     "types of BPF objects beyond the %u bytes that are kept",
				     GUEST_BTF_BYTES_MAX);
	ret = find_base(c, e->kva, &base, &e->err);
	if (ret)
		return ret;
	if (read_u64(c, e->kva, c->l.data, &data))
		return ktstr_err_set(&e->err, -EFAULT, "cannot read struct btf at 0x%llx",
				     (unsigned long long)e->kva);
	blob = malloc(e->size ?: 1);
	if (!blob)
		return ktstr_err_set(&e->err, -ENOMEM, "no memory for %u bytes of BTF", e->size);
	if (gk_read(c->gk, data, blob, e->size)) {
		ret = ktstr_err_set(&e->err, -EFAULT, "cannot read %u bytes of BTF at 0x%llx",
				    e->size, (unsigned long long)data);
	} else {
		e->btf = kbtf_from_raw(blob, e->size, base, &e->err);
		ret = e->btf ? 0 : -errno;
	}
	free(blob);
	return ret;
}

static struct entry *find(const struct guest_btf *c, u64 kva, u32 id, u32 size)
{
	u32 i;

	for (i = 0; i < c->nr; i++) {
		struct entry *e = c->entries[i];

		if (e->kva == kva && e->id == id && e->size == size)
			return e;
	}
	return NULL;
}

static int add(struct guest_btf *c, u64 kva, u32 id, u32 size, struct entry **to,
	       struct ktstr_err *err)
{
	struct entry *e;

	if (c->nr == GUEST_BTF_MAX)
		return ktstr_err_set(err, -ENOSPC, "types of more than %u BPF objects",
				     GUEST_BTF_MAX);
	e = calloc(1, sizeof(*e));
	if (!e)
		return ktstr_err_set(err, -ENOMEM, "no memory for the types of a BPF object");
	e->kva = kva;
	e->id = id;
	e->size = size;
	e->ret = load(c, e);
	/* The next time there may be memory. */
	if (e->ret == -ENOMEM) {
		ktstr_err_set(err, e->ret, "%s", e->err.msg);
		free(e);
		return -ENOMEM;
	}
	c->bytes += e->ret == -EFBIG || e->ret == -ENOSPC ? 0 : e->size;
	c->entries[c->nr++] = e;
	*to = e;
	return 0;
}

const struct kbtf *guest_btf_get(struct guest_btf *c, u64 btf_kva, struct ktstr_err *err)
{
	struct entry *e;
	u32 id, size;
	int ret = 0;

	if (btf_kva && is_vmlinux(c, btf_kva))
		return c->vmlinux;
	if (!btf_kva || read_u32(c, btf_kva, c->l.id, &id) ||
	    read_u32(c, btf_kva, c->l.size, &size)) {
		errno = -ktstr_err_set(err, -EFAULT, "cannot read struct btf at 0x%llx",
				       (unsigned long long)btf_kva);
		return NULL;
	}
	e = find(c, btf_kva, id, size);
	if (!e)
		ret = add(c, btf_kva, id, size, &e, err);
	if (!ret && e->ret)
		ret = ktstr_err_set(err, e->ret, "%s", e->err.msg);
	if (!ret)
		return e->btf;
	errno = -ret;
	return NULL;
}
