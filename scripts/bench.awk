# SPDX-License-Identifier: GPL-2.0-only
#
# Results of boot-once, latency-once and scenario-once, one start per line, and figures
# of others, to a table and to the file named by the variable json; configs, counts and
# scenarios say which of the former three there are. A ratio is the ratio of the two medians; its
# least and greatest value are those of single rounds, in which the two ran one
# after the other; its peer is in seconds or exits. Exit status 1 when a target
# could not be measured.

function key(which, config, field) { return which "/" config "/" field }

# Sorts list[1..n].
function sort(list, n,    i, j, x)
{
	for (i = 2; i <= n; i++) {
		x = list[i]
		for (j = i - 1; j >= 1 && list[j] > x; j--)
			list[j + 1] = list[j]
		list[j + 1] = x
	}
}

# Sets n, low, mid and high; false when there is nothing.
function stats(k, scale,    i, list)
{
	n = 0
	for (i = 1; i <= rounds; i++)
		if ((k, i) in value)
			list[++n] = value[k, i] * scale
	if (!n)
		return 0
	sort(list, n)
	low = list[1]
	high = list[n]
	mid = n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
	return 1
}

function number(x)
{
	return x == "" ? "-" : sprintf(x < 10 ? "%.3f" : x < 100000 ? "%.1f" : "%.0f", x)
}

# One row; peer and limit may be "".
function row(name, unit, peer, limit,    verdict, target)
{
	if (limit ~ /^>=/) {
		limit = substr(limit, 3) + 0
		target = ">= " limit
		verdict = mid >= limit ? "ok" : "MISS"
	} else if (limit != "") {
		target = "<= " limit
		verdict = mid <= limit ? "ok" : "MISS"
	}
	printf "%-50s %9s %-6s %2d %9s %9s %9s  %-8s %s\n", name, number(mid), unit, n,
		number(low), number(high), number(peer), target, verdict
	printf "%s\n  {\"name\": \"%s\", \"value\": %.4f, \"unit\": \"%s\", \"n\": %d, " \
		"\"min\": %.4f, \"max\": %.4f, \"peer\": %s}", rows++ ? "," : "[", name, mid, unit,
		n, low, high, peer == "" ? "null" : sprintf("%.4f", peer) >json
}

function nothing(name)
{
	printf "%-50s not measured\n", name
	missing = 1
}

# Our VMM's value, and QEMU's as the peer's where there is one.
function plain(name, config, field, scale, unit,    peer)
{
	if (stats(key("qemu_plain", config, field), scale))
		peer = mid
	if (stats(key("ours", config, field), scale))
		row(name "." config "cpu", unit, peer, "")
}

# The peer as its users start it, and as one that is told what ours is told.
function ratios(name, config, field, scale, limit)
{
	if (!wanted(config))
		return
	ratio(name, config, field, scale, limit, "qemu_plain")
	ratio(name ".same_cmdline", config, field, scale, "", "qemu_same")
}

function ratio(name, config, field, scale, limit, which,    i, ours, theirs, k, q, peer)
{
	ours = key("ours", config, field)
	theirs = key(which, config, field)
	if (!stats(theirs, scale)) {
		nothing(name)
		return
	}
	peer = mid
	k = "ratio/" name
	for (i = 1; i <= rounds; i++)
		if ((ours, i) in value && (theirs, i) in value)
			value[k, i] = value[ours, i] / value[theirs, i]
	if (!stats(ours, scale) || !peer) {
		nothing(name)
		return
	}
	q = mid / peer
	stats(k, 1)
	mid = q
	row(name, "ratio", peer, limit)
}

# The default boot, 1 CPU, or whatever was measured instead.
function headline(name, field, scale, unit, limit,    c, peer)
{
	if (!nr_configs)
		return
	c = wanted("bzimage.1") ? "bzimage.1" : config[1]
	if (stats(key("qemu_plain", c, field), scale))
		peer = mid
	if (stats(key("ours", c, field), scale))
		row(name, unit, peer, limit)
	else
		nothing(name)
}

function wanted(c,    i)
{
	for (i = 1; i <= nr_configs; i++)
		if (config[i] == c)
			return 1
	return 0
}

# From the store that kills a scheduler to the dump.
function latency(name, field,    i)
{
	for (i = 1; i <= nr_counts; i++)
		if (stats(key("latency", "dump." count[i], field), 1))
			row(name "." count[i] "cpu", "us", "", "")
		else
			nothing(name "." count[i] "cpu")
}

# A guest of scenario-once.
function scenario(name, config, field, scale, unit, limit,    what)
{
	what = config
	sub(/\..*/, "", what)
	if (index(" " scenarios " ", " " what " ") == 0)
		return
	if (stats(key("scenario", config, field), scale))
		row(name, unit, "", limit)
	else
		nothing(name)
}

# "figure NAME VALUE UNIT N MIN MAX PEER TARGET": measured and counted elsewhere,
# "-" stands for nothing. "missing NAME": could not be measured.
function figure(line,    f, limit)
{
	split(line, f, " ")
	seen[f[2]] = 1
	if (f[1] == "missing") {
		nothing(f[2])
		return
	}
	mid = f[3]
	n = f[5]
	low = f[6]
	high = f[7]
	limit = f[9]
	sub(/^<=/, "", limit)
	row(f[2], f[4], f[8] == "-" ? "" : f[8] + 0, limit == "-" ? "" : limit ~ /^>/ ? limit : limit + 0)
}

BEGIN {
	nr_configs = split(configs, config, " ")
	nr_counts = split(counts, count, " ")
}

/^(figure|missing) / {
	figures[++nr_figures] = $0
	next
}

{
	delete word
	for (i = 1; i <= NF; i++) {
		split($i, pair, "=")
		word[pair[1]] = pair[2]
	}
	if (word["round"] > rounds)
		rounds = word["round"]
	for (w in word)
		value[key(word["which"], word["boot"] "." word["cpus"], w), word["round"]] = word[w]
}

END {
	printf "%-50s %9s %-6s %2s %9s %9s %9s  %s\n", "name", "median", "unit", "n", "min", "max",
		"peer", "target"
	ratios("boot.bzimage.vs_microvm_bzimage.1cpu", "bzimage.1", "srdy_ms", 0.001, 0.85)
	ratios("boot.bzimage.vs_microvm_bzimage.4cpu", "bzimage.4", "srdy_ms", 0.001, 0.85)
	ratios("boot.vmlinux.vs_microvm_pvh.1cpu", "vmlinux.1", "srdy_ms", 0.001, 0.75)
	ratios("boot.vmlinux.vs_microvm_pvh.4cpu", "vmlinux.4", "srdy_ms", 0.001, 0.75)
	ratios("boot.kvm_exits.vs_microvm_pvh.1cpu", "vmlinux.1", "exits", 1, 0.7)
	headline("boot.host_ms", "host_ms", 1, "ms", 30)
	headline("vmm.extra_mib", "extra_kib", 1 / 1024, "MiB", 8)
	for (c = 1; c <= nr_configs; c++) {
		plain("boot.ready", config[c], "srdy_ms", 0.001, "s")
		plain("boot.vmm_ready", config[c], "vmm_ms", 0.001, "s")
		plain("boot.plan_ms", config[c], "plan_ms", 1, "ms")
		plain("boot.host_ms", config[c], "host_ms", 1, "ms")
		plain("boot.host_cold_ms", config[c], "cold_ms", 1, "ms")
		plain("boot.kvm_exits", config[c], "exits", 1, "exits")
		plain("vmm.extra_mib", config[c], "extra_kib", 1 / 1024, "MiB")
	}
	latency("watch.trap_to_frozen", "trap_to_frozen_us")
	latency("watch.frozen_to_captured", "frozen_to_captured_us")
	latency("watch.standstill", "standstill_us")
	latency("watch.request_to_written", "request_to_written_us")
	scenario("scenario.start_share", "start.4", "start_share", 100, "%", 5)
	scenario("scenario.start_ms", "start.4", "start_ms", 1, "ms", "")
	scenario("teardown.ms", "start.4", "teardown_ms", 1, "ms", 200)
	scenario("teardown.stop_ms", "start.4", "stop_ms", 1, "ms", "")
	scenario("teardown.sched_ms", "sched.4", "teardown_ms", 1, "ms", "")
	scenario("gauntlet.overhead", "gauntlet.4", "overhead", 1, "ratio", 1.15)
	scenario("gauntlet.seconds", "gauntlet.4", "seconds", 1, "s", "")
	scenario("idle.core_share", "idle.8", "core_share", 100, "%", 1)
	for (i = 1; i <= nr_figures; i++)
		figure(figures[i])
	print rows ? "\n]" : "[]" >json
	if (nr_configs)
		explain_boot()
	if (nr_counts)
		explain_latency()
	if (scenarios != "")
		explain_scenario()
	if ("dump.frozen_cpu_ms" in seen)
		explain_dump()
	if ("monitor.guest_rate" in seen)
		explain_monitor()
	exit missing
}

function explain_boot()
{
	print "boot.ready: from the call of ktstr_run(), or from the fork of QEMU with its initramfs"
	print "made, to guest-ready; boot.vmm_ready: from the fork of the VMM; boot.plan_ms: before it"
	print "boot.host_ms: before the first guest instruction, second start in the same host (warm);"
	print "boot.host_cold_ms: the first start, the one that everything else is of"
	print "boot.kvm_exits: KVM's own counters of that VM; boot.host_ms and vmm.extra_mib without a"
	print "configuration: bzimage.1, the default; same_cmdline: QEMU's guest gets our guest's kernel"
	print "parameters too, instead of the few that its users give it"
}

function explain_latency()
{
	print "watch.trap_to_frozen: from the latch, on the vCPU that trapped, to all vCPUs parked;"
	print "watch.frozen_to_captured: from there to everything copied; watch.standstill: from the"
	print "first vCPU being asked to the last one running; watch.request_to_written: from the"
	print "same moment to the dump on record, with the time the kernel takes for its message"
}

function explain_scenario()
{
	print "scenario.start: from guest-ready to the release of 4 workers in 2 cgroups, and as a"
	print "share of the time to guest-ready; teardown: from the end of the load's time to the last"
	print "vCPU stopped, of which teardown.stop_ms until the load's step had ended; teardown.sched_ms:"
	print "with scx_simple; gauntlet.overhead: 24 guests of 4 CPUs in one program, over the sum of"
	print "their times to guest-ready and their loads; idle.core_share: CPU time of the VMM process,"
	print "all threads, of a guest of 8 CPUs without a load; in an emulated host that is how long"
	print "such a host takes for it, some tens of times what hardware does"
}

function explain_dump()
{
	print "dump.frozen_cpu_ms: all that is done while a guest stands still (registers, maps, arena,"
	print "run queues, dispatch queues, tasks), natively from a saved one, caches cold; .json_ms: its"
	print "text, afterwards; dump.live_frozen_ms: the run that was saved (emulated without KVM);"
	print "dump.vs_drgn: CPU time, drgn's over ours, by turns, of the same values of the same file,"
	print "held against one another; values of maps and of the arena stay bytes for drgn, registers"
	print "are left out; peer: drgn's ms. render: struct task_struct by BTF; translate: cached;"
	print "sdt.walk_ms: 4,096 objects of an allocator, found and rendered"
}

function explain_monitor()
{
	print "monitor.us_per_vcpu: natively from a saved guest, caches cold; monitor.live_us_per_vcpu:"
	print "in the run; monitor.guest_rate: workers' units for each second of vCPU time, with the"
	print "monitor over without, by turns in one run; monitor.guest_wall_rate: for each second"
}
