#!/usr/bin/python3
"""`make bench`: one table of what the kernel costs, and of what it may cost.

usage: tools/bench.py [ROW]...          (without: every row)
       tools/bench.py --profile FROM TO [COMMAND]

The second prints which functions execute the instructions between two markers,
a round: `--profile YIELD YIELD_END yield`, `--profile MEMORY MACHINE`.

Instructions are counted by tools/plugin/count.c between markers, so they do
not depend on the host.  Durations are never compared with a constant, but with
another program's, run by turns with ours.  A row is over when its median is;
the spread stands beside it.  Exit status: 0, 1 a row is over, 2 a row could
not be measured.

See     arch/x86_64/marker.h, tests/bench/, tests/host/test_bench.py
"""
import collections
import json
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import qemu         # noqa: E402
import symbols      # noqa: E402

OUT = ROOT / "build" / "bench"
ICOUNT = "shift=0,sleep=off"
TURNS = 3           # of programs that are compared by their durations

Row = collections.namedtuple("Row", "name value limit note")


class Unmeasured(Exception):
    """A row for which there is no number, and why."""


# -------------------------------------------------------------- what is built

def build_plugin(folder):
    path = folder / "count.so"
    subprocess.run(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-fPIC",
                    "-shared", "-fvisibility=hidden",
                    ROOT / "tools/plugin/count.c", "-o", path], check=True)
    return path


def build_bare(name, folder):
    """A bare machine's image: tests/bench/<name>.asm, started by PVH."""
    image = folder / (name + ".elf")
    subprocess.run(["nasm", "-f", "elf32", "-I%s/" % ROOT,
                    "-o", folder / (name + ".o"),
                    ROOT / "tests/bench" / (name + ".asm")], check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-n", "--no-warn-rwx-segments",
                    "-Ttext", "0x100000", "-e", "start", "-o", image,
                    folder / (name + ".o")], check=True)
    return image


GREETING = b"entered> "


def halting(elf):
    """The same kernel, but it says GREETING on COM1 at its entry and halts."""
    code = b"\x66\xba\xf8\x03"                          # mov dx, 0x3f8
    for byte in GREETING:
        code += bytes([0xb0, byte, 0xee])               # mov al, n; out dx, al
    code += b"\xf4\xeb\xfd"                             # hlt; jmp back
    entry, table = struct.unpack_from("<QQ", elf, 24)
    size, count = struct.unpack_from("<HH", elf, 54)
    for i in range(count):
        kind, _, offset, va, _, length = struct.unpack_from(
            "<IIQQQQ", elf, table + i * size)
        if kind == 1 and va <= entry and entry + len(code) <= va + length:
            at = offset + entry - va
            return elf[:at] + code + elf[at + len(code):]
    raise Unmeasured("the kernel's entry is in none of its segments")


# ------------------------------------------------------------ what is counted

def marker_ids(root=ROOT):
    """{name: id} of the two headers that define markers."""
    ids = {}
    for path in ("arch/x86_64/marker.h", "tests/bench/marks.h"):
        for name, value in re.findall(r"^#define MARKER_(\w+)\s+(\w+)",
                                      (root / path).read_text(), re.M):
            if name != "BASE":
                ids[name] = int(value, 0)
    return ids


IDS = marker_ids()


def rounds(marks, first, last, what="insns"):
    """What each pair of markers on one CPU encloses, without the markers."""
    found, begun = [], {}
    for m in marks:
        if m["id"] == IDS[first]:
            begun[m["cpu"]] = m[what]
        elif m["id"] == IDS[last] and m["cpu"] in begun:
            found.append(m[what] - begun.pop(m["cpu"])
                         - (what in ("insns", "all")))
    if not found:
        raise Unmeasured("no round between MARKER_%s and MARKER_%s"
                         % (first, last))
    return found


def phases(marks, what="insns"):
    """[(name, the boot CPU's, all CPUs' instructions)], entry to prompt."""
    names = {v: k for k, v in IDS.items() if v < 0x100}
    chain = []
    for m in marks:
        if m["cpu"] == 0 and m["id"] in names:
            chain.append(m)
            if m["id"] == IDS["PROMPT"]:
                break
    if not chain or chain[0]["id"] != IDS["ENTRY"] \
            or chain[-1]["id"] != IDS["PROMPT"]:
        raise Unmeasured("no markers from MARKER_ENTRY to MARKER_PROMPT: %s"
                         % [names[m["id"]] for m in chain])
    return [(names[a["id"]].lower(), b[what] - a[what],
             b["all"] - a["all"]) for a, b in zip(chain, chain[1:])]


def spread(values):
    return "%d rounds, %s to %s" % (len(values), number(min(values)),
                                    number(max(values)))


def number(n):
    return "{:,}".format(round(n))


# ------------------------------------------------------------------- machines

def machine(name, plugin_args=None, **setup):
    """A running machine, with the plugin or without."""
    extra = ()
    if plugin_args is not None:
        report = OUT / (name + ".json")
        report.unlink(missing_ok=True)
        extra = ("-plugin", ",".join([str(OUT / "count.so"),
                                      "out=%s" % report, *plugin_args]))
    return qemu.Machine(qemu.Setup(extra=extra, **setup), "bench-" + name)


def finish(m, name):
    """Ends a machine so that the plugin writes; its report."""
    if m.process.poll() is None:
        m.qmp("quit")
        m.process.wait(60)
    report = json.loads((OUT / (name + ".json")).read_text())
    if report["lost_marks"]:
        raise Unmeasured("%d marks were lost" % report["lost_marks"])
    return report


def wait_at_prompt(m, budget=120):
    """Until MARKER_PROMPT is behind it, which stands after the prompt."""
    m.expect(qemu.PROMPT, budget)
    m.line("")
    m.expect(qemu.PROMPT, budget)


def at_prompt(name, commands, plugin_args=(), **setup):
    """Boots, runs `bench X` for each of commands; the report."""
    said = {}
    with machine(name, plugin_args, **setup) as m:
        wait_at_prompt(m)
        for command in commands:
            text = m.command_output("bench " + command, 600)
            if "done" not in text:
                raise Unmeasured("bench %s says: %s" % (command, text))
            said[command] = text
        return dict(finish(m, name), said=said)


COMMON = {"boot": "pvh", "cpus": 4, "mem": "128"}
_warm = {}


def marks_of_one_run(watch="off"):
    """The run that most rows share: 4 CPUs, a minimal machine, by PVH."""
    if watch not in _warm:
        _warm[watch] = at_prompt("rounds-" + watch,
                                 ["yield", "kmalloc", "wake", "locks"],
                                 cmdline="watch=" + watch, **COMMON)["marks"]
    return _warm[watch]


# ----------------------------------------------------------------------- rows

def boot():
    """Kernel entry to prompt, 4 CPUs, BIOS, 128 MB: instructions by phase."""
    marks = at_prompt("boot", [], boot="iso", cpus=4, mem="128")["marks"]
    parts = phases(marks)
    yield Row("entry to prompt, boot CPU", sum(p[1] for p in parts),
              5_000_000, "instructions")
    yield Row("entry to prompt, all CPUs", sum(p[2] for p in parts),
              8_000_000, "instructions")
    devices = phases(marks, "devices")
    for (name, own, everybody), (_, accesses, _) in zip(parts, devices):
        yield Row("  " + name, own, None, "all CPUs %s; %s device accesses"
                  % (number(everybody), number(accesses)))


def yield_():
    """A yield to another thread, until that is back in C: instructions."""
    marks = marks_of_one_run()
    n = rounds(marks, "YIELD", "YIELD_THERE")
    yield Row("yield to another thread", statistics.median(n), 200, spread(n))
    n = rounds(marks, "YIELD", "YIELD_END")
    yield Row("  there and back", statistics.median(n), None, spread(n))
    n = rounds(marks_of_one_run("on"), "YIELD", "YIELD_THERE")
    yield Row("  with watch=on, one way", statistics.median(n), None,
              spread(n))


def kmalloc():
    """kmalloc and kfree of 64 bytes, poison on: instructions."""
    marks = marks_of_one_run()
    n = rounds(marks, "KMALLOC", "KMALLOC_END")
    more = ", ".join("%d %s" % (statistics.median(rounds(
        marks, "KMALLOC", "KMALLOC_END", what)), what)
        for what in ("locked", "loads", "stores"))
    yield Row("kmalloc + kfree of 64 bytes", statistics.median(n), 150,
              "%s; %s" % (spread(n), more))


# how bench_sched.c wakes a sleeper, in the order of its table
WAYS = ("unpark", "waitq_wake_one", "sem_up", "complete", "cond_signal")


def in_ways(values):
    """{way: its values} of rounds that all ways had, one after the other."""
    each, rest = divmod(len(values), len(WAYS))
    if rest or not each:
        raise Unmeasured("%d rounds of %d ways" % (len(values), len(WAYS)))
    return {way: values[i * each:(i + 1) * each] for i, way in enumerate(WAYS)}


def wake():
    """A wake-up by reschedule IPI: instructions on both CPUs."""
    marks = marks_of_one_run()
    wakers = in_ways(rounds(marks, "WAKE", "WAKE_END"))
    woken = in_ways([m["since_halt"] - 1 for m in marks
                     if m["id"] == IDS["WOKEN"]])
    for way in WAYS:
        yield Row("wake an idle CPU: %s" % way,
                  round(statistics.median(wakers[way])), None,
                  spread(wakers[way]))
        yield Row("  from its hlt to the thread",
                  round(statistics.median(woken[way])), None,
                  spread(woken[way]))


# what each lock and unlock may cost with watch=off, and what it is called
PAIRS = {"SPINLOCK": ("spin_lock + spin_unlock", 20),
         "IRQSAVE": ("  _irqsave, _irqrestore", None)}
PAIRS.update({name: ("  " + name.lower().replace("_", " "), None) for name in (
    "TAS", "TTAS", "TICKET", "MCS", "CLH", "RWLOCK_READ", "RWLOCK_WRITE",
    "PHASE_FAIR_READ", "BRLOCK_READ", "SEQLOCK_READ", "SEQLOCK_WRITE", "MUTEX",
    "SEMAPHORE", "RWSEM_READ", "RWSEM_WRITE", "COMPLETION", "PERCPU_COUNTER")})


def locks():
    """Each primitive of sync/, lock and unlock, uncontended: instructions."""
    off, on = marks_of_one_run("off"), marks_of_one_run("on")
    for name, (title, limit) in PAIRS.items():
        first, last = name, name + "_END"
        cost = {what: statistics.median_low(rounds(off, first, last, what))
                for what in ("insns", "locked", "loads", "stores")}
        yield Row(title, cost["insns"], limit,
                  "watch=on %d; %d locked, %d loads, %d stores" % (
                      statistics.median_low(rounds(on, first, last)),
                      cost["locked"], cost["loads"], cost["stores"]))


def asked(text):
    """(busy CPUs, IPIs of one grace period in a hurry), as bench_rcu.c says."""
    found = re.search(r"(\d+) busy, (\d+) grace periods, (\d+) asked", text)
    if not found:
        raise Unmeasured("bench rcu-busy says: %s" % text)
    busy, periods, ipis = map(int, found.groups())
    return busy, ipis / periods


def switches(text):
    """(busy CPUs, [how many needed 1 switch, 2...], how many are not known),
    as bench_rcu_switch.c says."""
    found = re.search(r"(\d+) switch: (\d+)((?: \d+)+)", text)
    counts = [int(n) for n in found[3].split()] if found else [0]
    if not any(counts):
        raise Unmeasured("bench rcu-switch says: %s" % text)
    return int(found[1]), counts, int(found[2])


def rcu():
    """A grace period while the others idle, compute, or switch threads:
    instructions, IPIs, switches."""
    for cpus_ in (2, 8, 64, 255):
        setup = {"cmdline": "watch=off", "boot": "pvh", "cpus": cpus_,
                 "mem": "512" if cpus_ > 64 else "128"}
        marks = at_prompt("rcu-%d" % cpus_, ["rcu"], **setup)["marks"]
        n = rounds(marks, "RCU", "RCU_END")
        locked = rounds(marks, "RCU", "RCU_END", "locked")
        hurry = rounds(marks, "RCU_HURRY", "RCU_HURRY_END")
        if cpus_ == 2:
            read = rounds(marks, "RCU_READ", "RCU_READ_END")
            yield Row("rcu_read_lock + unlock",
                      round(statistics.median(read)), 4,
                      "%s; %d locked" % (spread(read), max(rounds(
                          marks, "RCU_READ", "RCU_READ_END", "locked"))))
        yield Row("a grace period, %d CPUs" % cpus_, statistics.median(n),
                  None, "%s; %d locked; expedited %d" % (
                      spread(n), statistics.median(locked),
                      statistics.median(hurry)))
        if cpus_ <= 64:         # 255 that take turns boot for minutes
            yield rcu_in_a_hurry(setup)
            yield rcu_in_switches(setup)


def rcu_in_a_hurry(setup):
    """Beside CPUs that compute.  By icount: on a slow host, who waits would
    lose patience and ask again."""
    report = at_prompt("rcu-busy-%d" % setup["cpus"], ["rcu-busy"],
                       icount=ICOUNT, **setup)
    marks = report["marks"]
    busy, ipis = asked(report["said"]["rcu-busy"])
    own, everybody = (round(statistics.median(
        rounds(marks, "RCU_BUSY", "RCU_BUSY_END", what)))
        for what in ("insns", "all"))
    # who waits interrupts each that is busy, once
    return Row("  in a hurry, %d busy: IPIs" % busy, round(ipis), busy,
               "%s instructions of who waits, %s of all" % (
                   number(own), number(everybody)))


def rcu_in_switches(setup):
    """Beside CPUs that switch all the time: of each, until it has reported.
    One may be under way as the grace period begins, and the next reports."""
    said = at_prompt("rcu-switch-%d" % setup["cpus"], ["rcu-switch"],
                     **dict(setup, cmdline="watch=on"))["said"]["rcu-switch"]
    busy, counts, unknown = switches(said)
    return Row("  %d switch: switches of one, at most" % busy,
               max(n for n, cpus_ in enumerate(counts, 1) if cpus_), 2,
               ", ".join("%d CPUs %d" % (cpus_, n)
                         for n, cpus_ in enumerate(counts, 1) if cpus_)
               + "; of %d not known" % unknown * bool(unknown))


def idle():
    """An idle machine of 4 CPUs over one virtual minute: instructions."""
    marks = at_prompt("idle", ["idle"], icount=ICOUNT, **COMMON)["marks"]
    n = rounds(marks, "IDLE", "IDLE_END", "all")
    yield Row("a minute of idle, all CPUs", n[0], 100_000, "instructions")


def compared(ours, theirs, limit, name, what):
    """The row of two lists of durations that were taken by turns."""
    ratio = statistics.median(ours) / statistics.median(theirs)
    return Row(name, ratio, limit, "%s: ours %s, theirs %s ms" % (
        what, *("/".join("%.1f" % (t * 1000) for t in sorted(turns))
                for turns in (ours, theirs))))


def entry_to_online(name, image=None):
    """A start of 255 CPUs, of our kernel or of a bare image: its marks."""
    with machine(name, ["count=off"], boot="pvh", elf=image, cpus=255,
                 mem="512") as m:
        if image:
            m.wait(120)
        else:
            wait_at_prompt(m)
        return finish(m, name)["marks"]


def cpus():
    """255 CPUs online, against a bare broadcast start, by turns."""
    bare = build_bare("broadcast", OUT)
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(entry_to_online("cpus"))
        theirs.append(entry_to_online("cpus-bare", bare))
    for clock, limit, name in (("ns", 2, "255 CPUs, to a bare broadcast"),
                               ("cpu_ns", None, "  in the host's CPU time")):
        yield compared(*([rounds(marks, "ENTRY", "ONLINE", clock)[0] / 1e9
                          for marks in turns] for turns in (ours, theirs)),
                       limit, name, "entry to online")
    parts = zip(*(zip(phases(marks, "ns"), phases(marks, "cpu_ns"))
                  for marks in ours))
    for same in parts:
        wall, cpu = (statistics.median([turn[i][1] for turn in same]) / 1e3
                     for i in (0, 1))
        yield Row("  %s, us" % same[0][0][0], round(wall), None,
                  "CPU time %s" % number(cpu))


def start_to(name, iso, pattern):
    """Seconds from starting QEMU until it says pattern."""
    began = time.monotonic()
    with machine(name, boot="iso", iso=iso) as m:
        m.expect(pattern, 60)
        return time.monotonic() - began


def start():
    """`make run` to the prompt, against a kernel that halts at its entry."""
    kernel = qemu.BUILD / "quiesce.kernel"
    (OUT / "halting").write_bytes(halting(kernel.read_bytes()))
    subprocess.run([ROOT / "tools/mkiso", OUT / "halting.iso",
                    OUT / "halting", ROOT / "boot/grub.cfg"], check=True)
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(start_to("start", None, qemu.PROMPT))
        theirs.append(start_to("start-halting", OUT / "halting.iso",
                               GREETING.decode()))
    yield compared(ours, theirs, 1.3, "make run to prompt, to a halt",
                   "power-on to prompt")


ROWS = {"boot": boot, "yield": yield_, "kmalloc": kmalloc, "wake": wake,
        "locks": locks, "rcu": rcu, "idle": idle, "cpus": cpus, "start": start}


# ---------------------------------------------------------------- the profile

def by_function(places, name):
    """[(instructions, function)], most first."""
    sums = collections.Counter()
    for address, times in places:
        sums[name(address).split("+")[0]] += times
    return [(n, f) for f, n in sums.most_common() if n]


def profile(first, last, *commands):
    if first not in IDS or last not in IDS:
        raise Unmeasured("the markers are " + " ".join(IDS))
    report = at_prompt("profile", commands, ["from=%d" % IDS[first],
                                             "to=%d" % IDS[last]], **COMMON)
    n = len(rounds(report["marks"], first, last))
    name = symbols.load(qemu.BUILD / "quiesce.elf").name
    for count, function in by_function(report["places"], name):
        print("%12s  %s" % ("{:,.2f}".format(count / n), function))
    print("%12s  rounds" % n)


# ------------------------------------------------------------------ the table

def line(row):
    """(text, is it over?)"""
    over = row.limit is not None and row.value > row.limit
    ratio = isinstance(row.value, float) and row.value < 100
    shown = "%.2f x" % row.value if ratio else number(row.value)
    limit = "" if row.limit is None else \
        "%s x" % row.limit if ratio else number(row.limit)
    return "%-32s %12s %12s %-5s %s" % (
        row.name, shown, limit, "OVER" if over else "", row.note), over


def main(names):
    if names[:1] == ["--profile"] and len(names) > 2:
        OUT.mkdir(parents=True, exist_ok=True)
        build_plugin(OUT)
        try:
            profile(*names[1:])
        except (Unmeasured, qemu.Ended) as error:
            print("bench: %s" % error, file=sys.stderr)
            return 2
        return 0
    unknown = [n for n in names if n not in ROWS]
    if unknown:
        print("bench: no row %s; there are %s" % (unknown[0], " ".join(ROWS)),
              file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    build_plugin(OUT)
    status = 0
    print("%-32s %12s %12s" % ("", "measured", "at most"))
    for name in names or ROWS:
        try:
            for row in ROWS[name]():
                text, over = line(row)
                print(text.rstrip(), flush=True)
                status = max(status, int(over))
        except (Unmeasured, qemu.Ended) as error:
            print("%-32s not measured: %s" % (
                name, str(error).splitlines()[0]), flush=True)
            print(error, file=sys.stderr)
            status = 2
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
