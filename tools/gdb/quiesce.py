"""gdb's `q` commands: the kernel's own structures, read from a live machine.

    q cpus      q threads      q bt-all      q runq      q bt
    q console   q type TEXT

Guarantees  Only reads (but for `q type`, which types).  The CPU and frame that
            were selected are selected afterwards.
Limits      Reads what is there: a list that is just being changed may look
            broken, and the command says so instead of going on for ever.
See         docs/04-debugging.md, tools/gdb/unwind.py, tests/host/test_gdb.py
"""

import os
import socket
import threading

import gdb

MOST_FRAMES = 64
MOST_THREADS = 10000


# --------------------------------------------------------------------- values

def symbol(name):
    """A variable, static ones too."""
    found = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
    if not found:
        raise gdb.GdbError("the kernel has no variable %s" % name)
    return found.value()


def address(value):
    return int(value.address)


def at(where, kind):
    """The object of this type at this address."""
    return gdb.Value(where).cast(kind.pointer()).dereference()


def per_cpu(name, cpu):
    """A CPU's own copy of a per-CPU variable."""
    variable = symbol(name)
    offset = int(symbol("percpu_offset")[cpu])
    where = (address(variable) + offset) & (1 << 64) - 1
    return at(where, variable.type)


def enum_name(kind, number):
    for field in gdb.lookup_type("enum " + kind).fields():
        if field.enumval == number:
            return field.name.split("_", 1)[1].lower()
    return str(number)


def online():
    """The numbers of the CPUs that are online."""
    mask = symbol("cpus_online")
    size = mask.type.sizeof
    words = gdb.selected_inferior().read_memory(address(mask), size).tobytes()
    bits = int.from_bytes(words, "little")
    return [n for n in range(8 * size) if bits >> n & 1]


def list_entries(head, kind, member):
    """The objects linked by member on the circular list at head."""
    kind = gdb.lookup_type(kind)
    offset = next(f.bitpos // 8 for f in kind.fields() if f.name == member)
    node = head["next"]
    for _ in range(MOST_THREADS):
        if int(node) == address(head):
            return
        yield at(int(node) - offset, kind)
        node = node["next"]
    print("(the list goes on and on)")


def text(chars):
    return chars.string(errors="replace")


def place(pc, called=False):
    """
    function+offset (file:line) of a program counter; of a return address
    (called), that of the call before it, which may be a function's last.
    """
    inner, block = gdb.block_for_pc(pc - called), None
    while inner and not (inner.is_static or inner.is_global):
        block = inner if inner.function else block  # the last is no inline
        inner = inner.superblock
    line = gdb.find_pc_line(pc - called)
    where = " at %s:%d" % (line.symtab.filename, line.line) \
        if line.symtab else ""
    if block:
        return "%s+0x%x%s" % (block.function.name, pc - block.start, where)
    return gdb.execute("info symbol 0x%x" % (pc - called), to_string=True
                       ).split(" in section")[0].strip() + where


# ----------------------------------------------------------------------- CPUs

class Selected:
    """Puts gdb's selection back where it was."""

    def __enter__(self):
        self.thread = gdb.selected_thread()
        try:
            self.frame = gdb.selected_frame()
        except gdb.error:
            self.frame = None

    def __exit__(self, *_):
        if self.thread and self.thread.is_valid():
            self.thread.switch()
        if self.frame and self.frame.is_valid():
            self.frame.select()


def register(name):
    return int(gdb.newest_frame().read_register(name)) & (1 << 64) - 1


def machine_cpus():
    """Yields (gdb's thread, kernel CPU number or None), each selected."""
    offsets = symbol("percpu_offset")
    known = {int(offsets[cpu]) & (1 << 64) - 1: cpu for cpu in online()}
    with Selected():
        for thread in sorted(gdb.selected_inferior().threads(),
                             key=lambda t: t.num):
            thread.switch()
            gs_base = register("gs_base")
            cpu = known.get(gs_base)
            # the boot CPU's base is 0, and so is that of one not yet started
            if gs_base == 0 and thread.num != 1:
                cpu = None
            yield thread, cpu


def frames(pc, frame):
    """The program counters of a chain of frame records."""
    memory = gdb.selected_inferior()
    for _ in range(MOST_FRAMES):
        yield pc
        try:
            record = memory.read_memory(frame, 16).tobytes()
        except gdb.MemoryError:
            return
        frame = int.from_bytes(record[:8], "little")
        pc = int.from_bytes(record[8:], "little")
        if not pc:
            return


def print_frames(pc, frame):
    for number, one in enumerate(frames(pc, frame)):
        print("  #%-2d %s" % (number, place(one, called=number > 0)))


# ------------------------------------------------------------------- commands

class Q(gdb.Command):
    """The kernel's own structures: q cpus, q threads, q bt-all, q runq..."""

    def __init__(self):
        super().__init__("q", gdb.COMMAND_STATUS, prefix=True)


class Command(gdb.Command):
    """A `q` command; its docstring is gdb's help."""
    name = None

    def __init__(self):
        super().__init__("q " + self.name, gdb.COMMAND_STATUS)

    def invoke(self, argument, _from_tty):
        try:
            self.show(argument)
        except gdb.MemoryError as error:
            raise gdb.GdbError("the machine's memory: %s (is the kernel "
                               "running yet?)" % error)


class Cpus(Command):
    """Each CPU: the thread it runs and where it is."""
    name = "cpus"

    def show(self, _argument):
        for thread, cpu in machine_cpus():
            if cpu is None:
                print("  -    (not started)  pc 0x%x" % register("rip"))
                continue
            current = per_cpu("thread_current", cpu)
            name = "%d %s" % (current["id"], text(current["name"])) \
                if int(current) else "?"
            print("  %-3d  gdb %-3d  %-20s %s" % (
                cpu, thread.num, name, place(register("rip"))))


def all_threads():
    """Every thread, the idle ones first."""
    for cpu in online():
        yield per_cpu("idle_thread", cpu)
    told = int(symbol("quiesce_debug")["threads"])
    if told:
        head = at(told, gdb.lookup_type("struct debug_threads"))["all"]
        if int(head):
            yield from list_entries(head.dereference(), "struct thread",
                                    "listed")


def state_of(thread):
    return enum_name("thread_state", int(thread["state"]["word_"]))


class Threads(Command):
    """Each thread: id, name, state, CPU, priority, times it was switched to."""
    name = "threads"

    def show(self, _argument):
        print("  id     name             state    cpu  prio  switches")
        for thread in all_threads():
            print("  %-6d %-16s %-8s %-4d %-5d %d" % (
                thread["id"], text(thread["name"]), state_of(thread),
                thread["cpu"]["word_"], thread["prio"], thread["switches"]))


class Bt(Command):
    """A backtrace by frame pointers: it goes on where gdb's own gives up."""
    name = "bt"

    def show(self, _argument):
        print_frames(register("rip"), register("rbp"))


class BtAll(Command):
    """A backtrace of every CPU, then of every thread that is not running."""
    name = "bt-all"

    def show(self, _argument):
        for thread, cpu in machine_cpus():
            print("CPU %s (gdb's thread %d)" % (
                "not started" if cpu is None else cpu, thread.num))
            if cpu is not None:
                print_frames(register("rip"), register("rbp"))
        for thread in all_threads():
            state = state_of(thread)
            if state in ("parked", "ready") and int(thread["context"]["rsp"]):
                print("thread %d %s, %s" % (
                    thread["id"], text(thread["name"]), state))
                self.waiting(int(thread["context"]["rsp"]))

    def waiting(self, rsp):
        """arch/x86_64/switch.h says what lies at a saved rsp."""
        words = gdb.lookup_type("unsigned long")
        saved = gdb.Value(rsp).cast(words.pointer())
        slot = {name: int(gdb.parse_and_eval(name))
                for name in ("CONTEXT_RIP", "CONTEXT_RBP")}
        print_frames(int(saved[slot["CONTEXT_RIP"]]),
                     int(saved[slot["CONTEXT_RBP"]]))


class Runq(Command):
    """Each CPU's runqueue: who runs, who is ready, by priority."""
    name = "runq"

    def show(self, _argument):
        for cpu in online():
            queue = per_cpu("runqueue", cpu)
            current = per_cpu("thread_current", cpu)
            print("CPU %d: runs %d %s; %d switches" % (
                cpu, current["id"], text(current["name"]),
                queue["switches"]))
            ready = int(queue["queued_prios"]["word_"])
            for prio in reversed(range(32)):
                if ready >> prio & 1:
                    print("  prio %-2d %s" % (prio, ", ".join(
                        "%d %s" % (t["id"], text(t["name"]))
                        for t in list_entries(queue["queue"][prio],
                                              "struct thread", "queued"))))


# --------------------------------------------------------------------- console

class SerialLine:
    """The machine's serial line: read by a thread, so that it never fills."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.unread, self.lock = b"", threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data = self.socket.recv(4096)
            except OSError:
                return
            if not data:
                return
            with self.lock:
                self.unread += data

    def take(self):
        with self.lock:
            data, self.unread = self.unread, b""
        return data.decode(errors="replace").replace("\r", "")


class Console(Command):
    """What the machine wrote to its serial line since the last q console."""
    name = "console"

    def show(self, _argument):
        print(line.take() if line else "(no serial line is connected)")


class Type(Command):
    """Types a line at the machine's shell: q type help"""
    name = "type"

    def show(self, argument):
        if not line:
            raise gdb.GdbError("no serial line is connected")
        line.socket.sendall(argument.encode() + b"\r")


def connect(path):
    try:
        return SerialLine(path)
    except OSError:             # this gdb was not started by make debug
        return None


line = connect(os.environ.get("QUIESCE_SERIAL", "build/debug/serial"))

for command in (Q, Cpus, Threads, Bt, BtAll, Runq, Console, Type):
    command()
