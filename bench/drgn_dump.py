# SPDX-License-Identifier: GPL-2.0-only
"""
usage: drgn_dump.py VMCORE TYPES OFFSET

What a dump of ours has of a saved guest with scx_sdt, read by drgn: tasks, run
queues, dispatch queues, event counters, CPU time, schedstats, scheduling
domains, BPF maps with their elements, programs, and what the scheduler keeps in
its arena. TYPES is an object file with the kernel's types as DWARF, OFFSET
where in its .bss the scheduler has its allocator.

Values of maps and of the arena stay bytes here: drgn has no types of BPF
programs. Registers, names of programs' functions, tasks in the fair class' trees
and the exit message are left out. Everything else has the names it has in our dump, so that "compare" can hold
each value against it.

Commands on standard input, an answer of one line for each:
	read		read all of it: "read MILLISECONDS" of this process' CPU time
	compare FILE	hold the last read against a dump in FILE: "same VALUES", or
			"differs PATH OURS DRGN'S"
"""
import json
import sys
import time
from operator import attrgetter

from drgn import Object, Program, cast
from drgn.helpers.linux.idr import idr_for_each
from drgn.helpers.linux.kallsyms import load_vmlinux_kallsyms
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.percpu import per_cpu_ptr

ARENA_HALF_GUARD = 32768
SDT_ENTS = 512
SCX_DSQ_CURSOR = 1
SCX_DSQ_ON_PRIQ = 1
BPF_ARRAY, BPF_STRUCT_OPS, BPF_TASK_STORAGE, BPF_ARENA = 2, 26, 29, 33
STATES = "RSDTtXZP"
CLASSES = ("fair", "ext", "rt", "dl", "stop", "idle")


def table(text):
    """Makes "member" or "name=member" words to pairs of a name and what gets the member."""
    fields = []
    for word in text.split():
        name, _, member = word.rpartition("=")
        fields.append((name or member.rpartition(".")[2], attrgetter(member)))
    return fields


TASK = table("""
    pid tgid flags prio static_prio normal_prio rt_priority cpu=thread_info.cpu
    on_cpu on_rq nr_cpus_allowed migration_disabled nvcsw nivcsw utime stime start_time
    policy
""")
TASK_SCX = table("""
    scx.flags scx.weight scx.sticky_cpu scx.holding_cpu scx.selected_cpu
    ops_state=scx.ops_state.counter scx.ddsp_dsq_id scx.ddsp_enq_flags scx.dsq_flags
    scx.dsq_seq scx.runnable_at scx.slice scx.dsq_vtime scx.disallow scx.tid
""")
TASK_SE = table("""
    load_weight=se.load.weight se.vruntime se.deadline se.vlag se.slice
    se.sum_exec_runtime se.nr_migrations
""")
TASK_INFO = table("""
    sched_info.run_delay sched_info.pcount sched_info.last_arrival sched_info.last_queued
""")
TASK_BRIEF = table("""
    pid cpu=thread_info.cpu scx.weight scx.slice scx.dsq_vtime scx.dsq_seq scx.flags
    scx.runnable_at
""")
RQ = table("""
    nr_running nr_switches nr_uninterruptible nr_iowait=nr_iowait.counter clock clock_task
    cpu_capacity avg_idle online fair_nr_queued=cfs.h_nr_queued rt.rt_nr_running
    dl.dl_nr_running
""")
RQ_SCX = table("""
    scx.nr_running scx.flags scx.clock scx.cpu_released scx.cpuperf_target scx.nr_immed
    scx.kick_sync scx.extra_enq_flags
""")
RQ_FAIR = table("cfs.nr_queued cfs.h_nr_queued cfs.h_nr_idle cfs.zero_vruntime")
RQ_STATS = table("""
    rq_sched_info.run_delay rq_sched_info.pcount rq_cpu_time yld_count sched_count
    sched_goidle ttwu_count ttwu_local
""")
DSQ = table("id nr seq")
SCHED = table("""
    aborting bypass_depth bypass_timestamp slice_dfl dsp_max_batch level is_cid_type
    dump_disabled sub_attached watchdog_timeout ops.timeout_ms ops.hotplug_seq ops.flags
""")
DOMAIN = table("""
    level flags span_weight min_interval max_interval busy_factor imbalance_pct
    cache_nice_tries last_balance balance_interval nr_balance_failed max_newidle_lb_cost
    newidle_call newidle_success newidle_ratio
""")
BALANCE = table("""
    alb_count alb_failed alb_pushed sbe_count sbe_balanced sbe_pushed sbf_count
    sbf_balanced sbf_pushed ttwu_wake_remote ttwu_move_affine ttwu_move_balance
""")
BALANCE_BY_IDLE = table("""
    lb_count lb_failed lb_balanced lb_imbalance_load lb_imbalance_util lb_imbalance_task
    lb_imbalance_misfit lb_gained lb_hot_gained lb_nobusyg lb_nobusyq
""")
MAP = table("id type=map_type flags=map_flags key_size value_size max_entries frozen")
PROG = table("type insns=len jited_bytes=jited_len aux.verified_insns load_time_ns=aux.load_time")
SOFTIRQS = "hi timer net_tx net_rx block irq_poll tasklet sched hrtimer rcu".split()


def take(obj, fields):
    return {name: get(obj).value_() for name, get in fields}


def cpulist(mask, nr):
    """Runs of set bits, as the kernel prints them."""
    runs, cpu = [], 0
    while cpu < nr:
        first = cpu
        while cpu < nr and mask >> cpu & 1:
            cpu += 1
        if cpu > first:
            runs.append(str(first) if cpu == first + 1 else f"{first}-{cpu - 1}")
        cpu += 1
    return ",".join(runs)


class Reader:
    def __init__(self, vmcore, types, allocator):
        self.allocator = allocator
        prog = self.prog = Program()
        prog.set_core_dump(vmcore)
        prog.register_symbol_finder("kallsyms", load_vmlinux_kallsyms(prog), enable_index=0)
        prog.extra_module("types", create=True).try_file(types, force=True)
        prog.register_object_finder("variables", self.find_object, enable_index=0)
        self.known = {
            "__per_cpu_offset": "unsigned long [8192]",
            "init_task": "struct task_struct",
            "runqueues": "struct rq",
            "scx_root": "struct scx_sched *",
            "map_idr": "struct idr",
            "prog_idr": "struct idr",
            "kernel_cpustat": "struct kernel_cpustat",
            "kstat": "struct kernel_stat",
            "nr_cpu_ids": "unsigned int",
            "nr_node_ids": "unsigned int",
            "scx_enable_state_var": "int",
            "scx_switching_all": "_Bool",
            "scx_nr_rejected": "long",
            "scx_hotplug_seq": "long",
            "scx_enable_seq": "long",
            "sched_schedstats": "int",
            "bpf_stats_enabled_key": "int",
        }
        self.nr_cpus = prog["nr_cpu_ids"].value_()
        self.classes = {}
        for name in CLASSES:
            self.classes[prog.symbol(name + "_sched_class").address] = name
        self.task_node = self.member("struct task_struct", "scx.dsq_list.node")
        # the bits of a span are behind the struct
        self.span = prog.type("struct sched_domain").size
        times = prog.type("enum cpu_usage_stat").enumerators
        self.times = [(t.name[8:].lower(), t.value) for t in times if t.name.startswith("CPUTIME_")]
        idle = prog.type("enum cpu_idle_type").enumerators
        self.idle_types = [
            (e.name.removeprefix("__").removeprefix("CPU_").lower(), e.value)
            for e in idle if not e.name.endswith("TYPES")
        ]
        stats = prog.type("struct scx_event_stats").members
        self.events = [(m.name.removeprefix("SCX_EV_").lower(), attrgetter(m.name)) for m in stats]

    def find_object(self, prog, name, flags, filename):
        """Variables by kallsyms, of the types that C files give them."""
        type_name = self.known.get(name)
        if not type_name:
            return None
        return Object(prog, type_name, address=prog.symbol(name).address)

    def member(self, type_name, path):
        """The offset of a member by its path."""
        obj = Object(self.prog, type_name, address=0)
        return attrgetter(path)(obj).address_

    def sections(self):
        self.sched = self.prog["scx_root"].read_()
        self.map_objects = self.objects("map_idr", "struct bpf_map *")
        return {
            "scx_state": self.scx_state(),
            "scx_events": self.scx_events(),
            "sdt_allocations": self.sdt_allocations(),
            "maps": [self.map(m) for m in self.map_objects],
            "prog_runtime_stats": self.programs(),
            "rq_scx_states": [self.rq(cpu) for cpu in range(self.nr_cpus)],
            "dsq_states": self.dsqs(),
            "task_enrichments": {"tasks": self.tasks()},
            "per_cpu_time": [self.cpu_time(cpu) for cpu in range(self.nr_cpus)],
            "schedstats": self.schedstats(),
            "sched_domains": [self.domains(cpu) for cpu in range(self.nr_cpus)],
        }

    # Tasks

    def tasks(self):
        first = self.prog["init_task"]
        result = [self.task(first)]
        for leader in list_for_each_entry("struct task_struct", first.tasks.address_of_(), "tasks"):
            threads = leader.signal.thread_head.address_of_()
            for task in list_for_each_entry("struct task_struct", threads, "thread_node"):
                result.append(self.task(task[0]))
        return result

    def task(self, where):
        task = where.read_()
        result = {"kva": where.address_, "comm": task.comm.string_().decode()}
        result |= take(task, TASK)
        result["scx"] = take(task, TASK_SCX)
        result["se"] = take(task, TASK_SE)
        result["sched_info"] = take(task, TASK_INFO)
        dsq = task.scx.dsq
        if dsq:
            result["scx"] |= {"dsq": dsq.value_(), "dsq_id": dsq.id.value_()}
        else:
            result["scx"]["dsq"] = None
        state = task.member_("__state").value_()
        bits = (state | task.exit_state.value_()) & 0x7F
        result["state"] = "I" if state & 0x402 == 0x402 else STATES[bits.bit_length()]
        result["state_bits"] = state
        result["class"] = self.classes[task.sched_class.value_()]
        result["cpus_allowed"] = cpulist(task.cpus_ptr.bits[0].value_(), self.nr_cpus)
        result["cgroup"] = self.cgroup_path(task.cgroups.dfl_cgrp.kn)
        parent = task.real_parent
        result["parent"] = {"pid": parent.pid.value_(), "comm": parent.comm.string_().decode()}
        return result

    def cgroup_path(self, node):
        names = []
        while True:
            up = node.member_("__parent").read_()
            if not up:
                return "/" + "/".join(reversed(names))
            names.append(node.name.string_().decode())
            node = up

    def task_brief(self, where):
        task = where.read_()
        result = {"kva": where.address_, "comm": task.comm.string_().decode()}
        return result | take(task, TASK_BRIEF)

    # Queues

    def rq(self, cpu):
        where = per_cpu_ptr(self.prog["runqueues"].address_of_(), cpu)[0]
        rq = where.read_()
        result = {"cpu": cpu, "kva": where.address_} | take(rq, RQ)
        curr = rq.curr
        result["idle"] = curr == rq.idle
        result["curr"] = self.task_brief(curr[0])
        result["fair"] = {"kva": where.cfs.address_} | take(rq, RQ_FAIR)
        scx = result["scx"] = take(rq, RQ_SCX)
        scx["local_dsq"] = self.dsq(where.scx.local_dsq)
        runnable = list_for_each_entry(
            "struct task_struct", where.scx.runnable_list.address_of_(), "scx.runnable_node")
        scx["runnable"] = {"tasks": [self.task_brief(task[0]) for task in runnable]}
        return result

    def dsq(self, where):
        dsq = where.read_()
        result = {"kva": where.address_} | take(dsq, DSQ)
        tasks, priq = [], 0
        head = where.list.address_of_().value_()
        node = dsq.list.next.value_()
        while node != head:
            cursor = Object(self.prog, "struct scx_dsq_list_node", address=node)
            if not cursor.flags.value_() & SCX_DSQ_CURSOR:
                task = Object(self.prog, "struct task_struct", address=node - self.task_node)
                priq += task.scx.dsq_flags.value_() & SCX_DSQ_ON_PRIQ
                tasks.append(self.task_brief(task))
            node = cursor.node.next.value_()
        result["tasks"] = tasks
        if not tasks:
            result["kind"] = "empty"
        elif not priq:
            result["kind"] = "fifo"
        else:
            result["kind"] = "priq" if priq == len(tasks) else "mixed"
        return result

    def rhashtable(self, table, type_name, member):
        """Entries of a struct rhashtable of one level."""
        offset = self.member(type_name, member)
        buckets = table.tbl.read_()
        for i in range(buckets.size.value_()):
            # bit 0 is the bucket's lock, and the mark of a chain's end
            node = cast("unsigned long", buckets.buckets[i]).value_() & ~1
            while node and not node & 1:
                yield Object(self.prog, type_name, address=node - offset)
                node = Object(self.prog, "struct rhash_head", address=node).next.value_()

    def dsqs(self):
        user = [self.dsq(q) for q in
                self.rhashtable(self.sched.dsq_hash, "struct scx_dispatch_q", "hash_node")]
        shown, empty = [], 0
        for node in range(self.prog["nr_node_ids"].value_()):
            pnode = self.sched.pnode[node].read_()
            if not pnode:
                continue
            if pnode.global_dsq.nr:
                shown.append({"node": node} | self.dsq(pnode.global_dsq))
            else:
                empty += 1
        result = {"user": user, "global": shown, "global_empty": empty}
        shown, empty = [], 0
        for cpu in range(self.nr_cpus):
            bypass = per_cpu_ptr(self.sched.pcpu, cpu).bypass_dsq
            if bypass.nr:
                shown.append({"cpu": cpu} | self.dsq(bypass))
            else:
                empty += 1
        return result | {"bypass": shown, "bypass_empty": empty}

    # The scheduler

    def scx_state(self):
        sched = self.sched[0].read_()
        result = {"enable_state": self.prog["scx_enable_state_var"].value_()}
        for name in ("switching_all", "nr_rejected", "hotplug_seq", "enable_seq"):
            result[name] = self.prog["scx_" + name].value_()
        bypassing = 0
        for cpu in range(self.nr_cpus):
            bypassing |= (per_cpu_ptr(sched.pcpu, cpu).flags.value_() & 1) << cpu
        info = sched.exit_info.read_()
        result["sched"] = {
            "kva": self.sched.value_(),
            "name": sched.ops.name.string_().decode(),
            "bypassing_cpus": cpulist(bypassing, self.nr_cpus),
            "exit_kind": sched.exit_kind.counter.value_(),
            "exit": {
                "kind": info.kind.value_(),
                "exit_code": info.exit_code.value_(),
                "flags": info.flags.value_(),
                "exit_cpu": info.exit_cpu.value_(),
                "bt_len": info.bt_len.value_(),
            },
        } | take(sched, SCHED)
        return result

    def scx_events(self):
        total, cpus = dict.fromkeys((name for name, _ in self.events), 0), []
        for cpu in range(self.nr_cpus):
            counts = take(per_cpu_ptr(self.sched.pcpu, cpu).event_stats.read_(), self.events)
            for name, count in counts.items():
                total[name] += count
            if any(counts.values()):
                cpus.append({"cpu": cpu} | counts)
        return {"total": total, "cpus": cpus}

    # CPUs

    def cpu_time(self, cpu):
        times = per_cpu_ptr(self.prog["kernel_cpustat"].address_of_(), cpu).cpustat.read_()
        kstat = per_cpu_ptr(self.prog["kstat"].address_of_(), cpu)[0].read_()
        return {
            "cpu": cpu,
            "time_ns": {name: times[i].value_() for name, i in self.times},
            "softirqs": {name: kstat.softirqs[i].value_() for i, name in enumerate(SOFTIRQS)},
            "irqs": kstat.irqs_sum.value_(),
        }

    def schedstats(self):
        cpus = []
        for cpu in range(self.nr_cpus):
            rq = per_cpu_ptr(self.prog["runqueues"].address_of_(), cpu)[0].read_()
            cpus.append({"cpu": cpu} | take(rq, RQ_STATS))
        return {"enabled": self.prog["sched_schedstats"].value_() != 0, "cpus": cpus}

    def domains(self, cpu):
        result = []
        where = per_cpu_ptr(self.prog["runqueues"].address_of_(), cpu).sd.read_()
        while where:
            sd = where[0].read_()
            span = self.prog.read_u64(where.value_() + self.span)
            one = {"name": sd.name.string_().decode(), "span": cpulist(span, self.nr_cpus)}
            one |= take(sd, DOMAIN)
            one["balance"] = take(sd, BALANCE)
            for name, get in BALANCE_BY_IDLE:
                counts = get(sd)
                one["balance"][name] = {idle: counts[i].value_() for idle, i in self.idle_types}
            result.append(one)
            where = sd.parent
        return {"cpu": cpu, "domains": result}

    # BPF

    def objects(self, idr, type_name):
        return [cast(type_name, entry) for _, entry in idr_for_each(self.prog[idr].address_of_())]

    def map(self, where):
        m = where[0].read_()
        result = {"kva": where.value_(), "name": m.name.string_().decode()} | take(m, MAP)
        kind, size = m.map_type.value_(), m.value_size.value_()
        if kind == BPF_ARRAY:
            result |= self.array(where, m, size)
        elif kind == BPF_TASK_STORAGE:
            result["entries"] = self.task_storage(where, size)
        elif kind == BPF_STRUCT_OPS:
            ops = cast("struct bpf_struct_ops_map *", where)
            result["bytes"] = self.prog.read(ops.kvalue.address_of_().value_(), size)
        elif kind == BPF_ARENA:
            arena = cast("struct bpf_arena *", where)
            result["user_vm_start"] = arena.user_vm_start.value_()
            result["user_vm_end"] = arena.user_vm_end.value_()
            result["kern_vm_addr"] = cast("unsigned long", arena.kern_vm.addr).value_()
        return result

    def array(self, where, m, size):
        array = cast("struct bpf_array *", where)
        data = array.value.address_of_().value_()
        step = array.elem_size.value_()
        nr = m.max_entries.value_()
        return {"bytes": [self.prog.read(data + i * step, size) for i in range(nr)]}

    def task_storage(self, where, size):
        smap = cast("struct bpf_local_storage_map *", where)
        elem_type = "struct bpf_local_storage_elem"
        node_offset = self.member(elem_type, "map_node")
        entries = []
        buckets = smap.buckets.read_()
        for i in range(1 << smap.bucket_log.value_()):
            node = buckets[i].list.first.value_()
            while node:
                elem = Object(self.prog, elem_type, address=node - node_offset)
                node = elem.map_node.next.value_()
                entries.append(self.storage(elem, size))
        return entries

    def storage(self, elem, size):
        owner = cast("struct task_struct *", elem.local_storage.owner)
        value = self.prog.read(elem.sdata.data.address_of_().value_(), size)
        ptr = int.from_bytes(value[16:24], "little")
        return {
            "owner": {
                "ptr": owner.value_(),
                "pid": owner.pid.value_(),
                "comm": owner.comm.string_().decode(),
            },
            "value": {
                "tid": {"val": int.from_bytes(value[:8], "little", signed=True)},
                "tptr": int.from_bytes(value[8:16], "little"),
                # the pointer leads to an object with a header of 8 bytes
                "data": {"ptr": ptr, "deref": {"hex": self.object(ptr)[8:].hex()}},
            },
        }

    def programs(self):
        enabled = self.prog["bpf_stats_enabled_key"].value_() > 0
        result = []
        for where in self.objects("prog_idr", "struct bpf_prog *"):
            prog = where[0].read_()
            aux = prog.aux[0].read_()
            name = aux.name.string_().decode()
            one = {"id": aux.id.value_(), "kva": where.value_(), "name": name} | take(prog, PROG)
            counts = [0, 0, 0]
            for cpu in range(self.nr_cpus):
                stats = per_cpu_ptr(prog.stats, cpu)[0].read_()
                for i, name in enumerate(("cnt", "nsecs", "misses")):
                    counts[i] += stats.member_(name).v.a.a.counter.value_()
            one |= {"run_cnt": counts[0], "run_time_ns": counts[1], "misses": counts[2]}
            one["stats_enabled"] = enabled
            result.append(one)
        return result

    # The allocator of scx_sdt; addresses count by their low 32 bits

    def arena_read(self, ptr, size):
        return self.prog.read(self.arena_base + (ptr & 0xFFFFFFFF), size)

    def object(self, ptr):
        return self.arena_read(ptr, self.elem_size)

    def words(self, ptr, nr):
        data = self.arena_read(ptr, nr * 8)
        return [int.from_bytes(data[i * 8:i * 8 + 8], "little") for i in range(nr)]

    def sdt_allocations(self):
        bss = None
        for m in self.map_objects:
            kind = m.map_type.value_()
            if kind == BPF_ARENA:
                vm = cast("struct bpf_arena *", m).kern_vm
                self.arena_base = cast("unsigned long", vm.addr).value_() + ARENA_HALF_GUARD
            elif kind == BPF_ARRAY and m.name.string_().endswith(b".bss"):
                bss = m
        array = cast("struct bpf_array *", bss)
        data = self.prog.read(array.value.address_of_().value_(), bss.value_size.value_())
        self.elem_size = int.from_bytes(data[self.allocator + 8:self.allocator + 16], "little")
        root = int.from_bytes(data[self.allocator + 32:self.allocator + 40], "little")
        entries = []
        self.descend(root, 0, entries)
        return [{"elem_size": self.elem_size, "entries": entries}]

    def descend(self, ptr, level, entries):
        desc = self.words(ptr, 10)
        slots = self.words(desc[9], SDT_ENTS)
        if level < 2:
            for slot in slots:
                if slot:
                    self.descend(slot, level + 1, entries)
            return
        for pos, slot in enumerate(slots):
            if not desc[pos // 64] >> pos % 64 & 1 or not slot:
                continue
            data = self.object(slot)
            entries.append({
                "idx": int.from_bytes(data[:4], "little", signed=True),
                "genn": int.from_bytes(data[4:8], "little", signed=True),
                "user_addr": slot & 0xFFFFFFFF,
                "payload": {"hex": data[8:].hex()},
            })


# Against our dump


def plain(value):
    """What a value of our dump is, without its form in JSON."""
    if isinstance(value, str) and value.startswith("0x"):
        return int(value, 16)
    if isinstance(value, dict) and "name" in value and "value" in value and len(value) == 2:
        return value["value"]
    return value


def by_kva(ours, theirs):
    """Pairs of elements, by their addresses where they have some."""
    if ours and isinstance(theirs[0], dict) and "kva" in theirs[0]:
        key = {plain(one["kva"]): one for one in ours}
        return [(key.get(one["kva"]), one) for one in theirs]
    return zip(ours, theirs)


class Comparison:
    def __init__(self):
        self.values = 0
        self.difference = None

    def differs(self, path, ours, theirs):
        self.difference = self.difference or f"{path} {str(ours)[:80]!r} {str(theirs)[:80]!r}"

    def compare(self, path, ours, theirs):
        if isinstance(theirs, dict):
            for name, value in theirs.items():
                self.member(f"{path}.{name}", ours, name, value)
        elif isinstance(theirs, list):
            if not isinstance(ours, list) or len(ours) != len(theirs):
                self.differs(path, ours, theirs)
            elif theirs:
                for i, (one, other) in enumerate(by_kva(ours, theirs)):
                    self.compare(f"{path}[{i}]", one, other)
        elif plain(ours) != theirs:
            self.differs(path, ours, theirs)
        else:
            self.values += 1

    def member(self, path, ours, name, value):
        # values that we show by their types and drgn cannot
        if name == "bytes" or (name == "hex" and isinstance(ours, dict) and "hex" not in ours):
            return
        if not isinstance(ours, dict) or name not in ours:
            self.differs(path, ours, value)
        else:
            self.compare(path, ours[name], value)


def answer(command, reader, last):
    if command[:1] == ["read"]:
        start = time.process_time()
        last.update(reader.sections())
        return f"read {(time.process_time() - start) * 1e3:.3f}"
    if command[:1] == ["compare"]:
        with open(command[1], encoding="utf-8") as file:
            ours = json.load(file)
        comparison = Comparison()
        comparison.compare("", ours, last)
        if comparison.difference:
            return f"differs {comparison.difference}"
        return f"same {comparison.values}"
    return f"what is {command}"


def main():
    reader = Reader(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    last = {}
    for line in sys.stdin:
        print(answer(line.split(), reader, last), flush=True)


if __name__ == "__main__":
    main()
