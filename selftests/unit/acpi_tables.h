/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_ACPI_TABLES_H
#define KTSTR_SELFTESTS_UNIT_ACPI_TABLES_H

/* For tests of the firmware tables: find them as the kernel does, ask iasl */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <acpi/acpi.h>

#include "host/arch/x86/layout.h"
#include "lib/util.h"

#define ACPI_TABLES_MAX 8

/**
 * struct acpi_tables - what a guest finds
 * @buf: LAYOUT_ACPI_SIZE bytes that it sees at LAYOUT_ACPI
 * @rsdp_gpa: what it is told
 * @table: those of the XSDT
 * @nr: how many
 */
struct acpi_tables {
	u8 *buf;
	u64 rsdp_gpa;
	const struct acpi_table_header *table[ACPI_TABLES_MAX];
	size_t nr;
};

static inline u8 acpi_sum(const void *p, size_t len)
{
	const u8 *byte = p;
	u8 total = 0;

	while (len--)
		total += *byte++;
	return total;
}

static inline const void *acpi_at(const struct acpi_tables *a, u64 gpa, size_t len)
{
	if (gpa < LAYOUT_ACPI || gpa - LAYOUT_ACPI > LAYOUT_ACPI_SIZE ||
	    len > LAYOUT_ACPI_SIZE - (gpa - LAYOUT_ACPI))
		return NULL;
	return a->buf + (gpa - LAYOUT_ACPI);
}

/* NULL for one whose bytes do not add up to zero */
static inline const void *acpi_table_at(const struct acpi_tables *a, u64 gpa)
{
	const struct acpi_table_header *h = acpi_at(a, gpa, sizeof(*h));

	if (!h || !acpi_at(a, gpa, h->length) || acpi_sum(h, h->length))
		return NULL;
	return h;
}

static inline const void *acpi_find(const struct acpi_tables *a, const char *signature)
{
	size_t i;

	for (i = 0; i < a->nr; i++)
		if (!memcmp(a->table[i]->signature, signature, 4))
			return a->table[i];
	return NULL;
}

static inline const struct acpi_table_header *acpi_dsdt(const struct acpi_tables *a)
{
	const struct acpi_table_fadt *fadt = acpi_find(a, "FACP");

	return fadt ? acpi_table_at(a, fadt->Xdsdt) : NULL;
}

/* From the RSDP to every table; false when anything on the way is damaged */
static inline bool acpi_walk(struct acpi_tables *a)
{
	const struct acpi_table_rsdp *rsdp = acpi_at(a, a->rsdp_gpa, sizeof(*rsdp));
	const struct acpi_table_header *xsdt;
	size_t i;
	u64 gpa;

	a->nr = 0;
	if (!rsdp || a->rsdp_gpa % 16 || memcmp(rsdp->signature, "RSD PTR ", 8) ||
	    rsdp->revision != 2 || rsdp->length != 36 || acpi_sum(rsdp, 20) || acpi_sum(rsdp, 36))
		return false;
	xsdt = acpi_table_at(a, rsdp->xsdt_physical_address);
	if (!xsdt || memcmp(xsdt->signature, "XSDT", 4))
		return false;
	for (i = 0; i < (xsdt->length - sizeof(*xsdt)) / sizeof(gpa); i++) {
		memcpy(&gpa, (u8 *)(xsdt + 1) + i * sizeof(gpa), sizeof(gpa));
		if (i == ACPI_TABLES_MAX)
			return false;
		a->table[i] = acpi_table_at(a, gpa);
		if (!a->table[i])
			return false;
		a->nr++;
	}
	return true;
}

/* iasl puts its own name and revision here, and so another checksum */
static inline void acpi_forget_compiler(u8 *table)
{
	struct acpi_table_header *h = (void *)table;

	h->checksum = 0;
	memset(h->asl_compiler_id, 0, sizeof(h->asl_compiler_id));
	h->asl_compiler_revision = 0;
}

static inline bool iasl_is_there(void)
{
	return !system("iasl -v >/dev/null 2>&1");
}

/* Disassemble, compile again: with @exact, the same bytes must come out */
static inline int iasl_round_trip(const char *dir, const struct acpi_table_header *h, bool exact)
{
	char path[128], cmd[512];
	u8 *mine, *theirs;
	size_t len = 0;
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/%.4s.dat", dir, h->signature);
	f = fopen(path, "w");
	if (!f)
		return -errno;
	ret = fwrite(h, h->length, 1, f) == 1 ? 0 : -EIO;
	if (fclose(f) || ret)
		return -EIO;
	snprintf(cmd, sizeof(cmd),
		 "cd %s && iasl -p t -d %.4s.dat >log 2>&1 && iasl -we -p t2 t.dsl >>log 2>&1 || { sed 's/^/# /' log; false; }",
		 dir, h->signature);
	if (system(cmd))
		return -EINVAL;
	snprintf(path, sizeof(path), "%s/t2.aml", dir);
	theirs = file_read(path, LAYOUT_ACPI_SIZE, &len);
	mine = malloc(h->length);
	ret = exact ? -EBADMSG : 0;
	if (exact && theirs && mine && len == h->length) {
		memcpy(mine, h, len);
		acpi_forget_compiler(mine);
		acpi_forget_compiler(theirs);
		ret = memcmp(mine, theirs, len) ? -EBADMSG : 0;
	}
	free(mine);
	free(theirs);
	return ret;
}

#endif /* KTSTR_SELFTESTS_UNIT_ACPI_TABLES_H */
