// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/emulated.h"
#include "host/harness/ktstr_variants.h"
#include "lib/number.h"
#include "lib/util.h"

/* A test with many tests each on all presets comes nowhere near it. */
#define VARIANTS_MAX \
	((max_t(size_t, PRESETS_NR, KTSTR_VARIANT_TOPOLOGIES_MAX)) * KTSTR_VARIANT_SCHEDULERS_MAX)

struct list {
	const struct ktstr_variants *v;
	struct ktstr_variant *at;
	size_t nr;
};

static bool machine_exists(const struct preset *p)
{
#ifdef __aarch64__
	return !preset_smt(p);
#else
	return true;
#endif
}

/* Parts of names come from paths and notations: what no name may have becomes "-". */
static void name_part(char *name, const char *part)
{
	size_t len = strlen(name);
	char c;

	if (len && len < KTSTR_VARIANT_NAME_MAX - 1)
		name[len++] = '-';
	for (; *part && len < KTSTR_VARIANT_NAME_MAX - 1; part++) {
		c = *part | 0x20;
		name[len++] = (c >= 'a' && c <= 'z') || (*part >= '0' && *part <= '9') ||
					      *part == '_' ?
				      *part :
				      '-';
	}
	name[len] = '\0';
}

static int add_one(struct list *l, const char *spec, const struct topology *topo,
		   const char *scheduler, struct ktstr_err *err)
{
	struct ktstr_variant *v = &l->at[l->nr];
	const char *slash;
	size_t i;

	v->topology = spec;
	v->topo = *topo;
	v->cpus = topology_cpus(topo);
	name_part(v->name, spec);
	if (scheduler) {
		slash = strrchr(scheduler, '/');
		name_part(v->name, slash ? slash + 1 : scheduler);
		v->scheduler = strcmp(scheduler, KTSTR_EEVDF) ? scheduler : NULL;
	}
	for (i = 0; i < l->nr; i++)
		if (!strcmp(l->at[i].name, v->name))
			return ktstr_err_set(err, -EINVAL, "variants: '%s' is there twice",
					     v->name);
	l->nr++;
	return 0;
}

static int add_machine(struct list *l, const char *spec, const struct topology *topo,
		       struct ktstr_err *err)
{
	size_t i;
	int ret;

	if (!l->v->schedulers[0])
		return add_one(l, spec, topo, NULL, err);
	for (i = 0; i < KTSTR_VARIANT_SCHEDULERS_MAX && l->v->schedulers[i]; i++) {
		ret = add_one(l, spec, topo, l->v->schedulers[i], err);
		if (ret)
			return ret;
	}
	return 0;
}

static int add_topologies(struct list *l, struct ktstr_err *err)
{
	struct topology topo;
	size_t i;
	int ret;

	for (i = 0; i < KTSTR_VARIANT_TOPOLOGIES_MAX && l->v->topologies[i]; i++) {
		ret = topology_parse(l->v->topologies[i], &topo, err);
		ret = ret ?: add_machine(l, l->v->topologies[i], &topo, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int add_presets(struct list *l, struct ktstr_err *err)
{
	size_t i;
	int ret;

	ret = preset_bounds_check(&l->v->presets, err);
	for (i = 0; !ret && i < PRESETS_NR; i++)
		if (preset_fits(&presets[i], &l->v->presets) && machine_exists(&presets[i]))
			ret = add_machine(l, presets[i].name, &presets[i].topo, err);
	return ret;
}

int ktstr_variants_make(const struct ktstr_variants *v, struct ktstr_variant **out, size_t *nr,
			struct ktstr_err *err)
{
	static const struct ktstr_variants any;
	struct list l = { .v = v ?: &any };
	int ret;

	*out = NULL;
	*nr = 0;
	l.at = calloc(VARIANTS_MAX, sizeof(*l.at));
	if (!l.at)
		return ktstr_err_set(err, -ENOMEM, "no memory for variants");
	ret = l.v->topologies[0] ? add_topologies(&l, err) : add_presets(&l, err);
	if (ret) {
		free(l.at);
		return ret;
	}
	*out = l.at;
	*nr = l.nr;
	return 0;
}

int ktstr_max_vcpus(u32 *max, struct ktstr_err *err)
{
	const char *text = getenv(KTSTR_MAX_VCPUS_ENV), *inside = getenv(EMULATED_ENV);
	struct ktstr_err why = { "" };
	int ret;

	*max = inside && *inside ? KTSTR_MAX_VCPUS_EMULATED : 0;
	if (!text || !*text)
		return 0;
	ret = number_parse(text, 0, TOPOLOGY_MAX_CPUS, max, &why);
	if (ret)
		return ktstr_err_set(err, -EINVAL, KTSTR_MAX_VCPUS_ENV ": %s", why.msg);
	return 0;
}
