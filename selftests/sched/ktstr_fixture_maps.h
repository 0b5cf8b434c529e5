/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SCHED_KTSTR_FIXTURE_MAPS_H
#define SELFTESTS_SCHED_KTSTR_FIXTURE_MAPS_H

#include <stdbool.h>
#include <bpf/libbpf.h>
#include <linux/types.h>

/**
 * fixture_maps_ask() - have the maps of --maps, or not
 * @obj: opened, not loaded
 * @wanted: have them
 */
void fixture_maps_ask(struct bpf_object *obj, bool wanted);

/**
 * fixture_maps_fill() - put into each of them what its kind can hold
 * @obj: loaded, with the maps
 * @head: of the list in the arena, as a program sees it; 0 without one
 * @nodes: of the list
 *
 * Prints "ring: CONSUMER PRODUCER", the positions of the ring buffer. Return: 0, or -1 after a
 * message on standard error.
 */
int fixture_maps_fill(struct bpf_object *obj, __u64 head, __u64 nodes);

#endif /* SELFTESTS_SCHED_KTSTR_FIXTURE_MAPS_H */
