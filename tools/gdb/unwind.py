"""A Python unwinder that carries gdb's `bt` across the NASM routines.

NASM writes no call frame information, so gdb stops at the first stub.  Here
the routine is followed instead: from its first instruction to the stopped
one, each push, pop and change of rsp is counted, which tells where the CPU's
own frame (or the return address) lies and where each register was saved.

Guarantees  Right at every instruction of trap_stubs, trap_common,
            trap_return, trap_paranoid, context_switch and context_begin, not
            only where they call C: single-stepping through an entry keeps a
            whole backtrace.
Limits      gdb looks for the interrupted function at pc - 1; a trap in a
            function's very first instruction is shown in the one before it.
            Where an IST stack lies above the interrupted one, gdb refuses to
            go on ("previous frame inner to this frame"): `q bt` goes on.
See         arch/x86_64/entry.asm, arch/x86_64/switch.asm,
            tests/host/test_gdb.py
"""

import re

import gdb
from gdb.unwinder import Unwinder

REGISTERS = ("rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15"
             .split())
STUB_BYTES = 16         # each of the 256 stubs is aligned to this
WITH_ERROR = {8, 10, 11, 12, 13, 14, 17, 21, 29, 30}

_addresses = {}


def address_of(symbol):
    """The address of a symbol that may have no debug information, or None."""
    if symbol not in _addresses:
        try:
            _addresses[symbol] = int(gdb.parse_and_eval(
                "(unsigned long)&'%s'" % symbol))
        except gdb.error:
            return None
    return _addresses[symbol]


def read_u64(address):
    return int.from_bytes(gdb.selected_inferior().read_memory(
        address, 8).tobytes(), "little")


class Walk:
    """What the instructions from start up to pc did to the stack."""

    def __init__(self, architecture, start, pc, depth):
        self.depth = depth          # bytes between rsp and where we began
        self.saved = {}             # register: its distance below that
        if pc == start:
            return
        for one in architecture.disassemble(start, pc - 1):
            if one["addr"] < pc:
                self._step(re.sub(r"[%$]", "", one["asm"].split("#")[0]))

    def _step(self, text):
        name, _, operands = text.strip().partition(" ")
        operands = operands.strip()
        if name.startswith("push"):
            self.depth += 8
            if operands in REGISTERS:
                self.saved.setdefault(operands, self.depth)
        elif name.startswith("pop"):
            self.depth -= 8
            self.saved.pop(operands, None)
        elif name.startswith("add"):
            amount = re.match(r"(?:rsp,\s*(\w+)|(\w+),\s*rsp)$", operands)
            if amount:
                self.depth -= int(amount.group(1) or amount.group(2), 0)


def walk_trap(architecture, pc):
    """A Walk from the CPU's frame, if pc is in the entry code; or None."""
    stubs, common, paranoid = (address_of(name) for name in (
        "trap_stubs", "trap_common", "trap_paranoid"))
    if None in (stubs, common, paranoid):
        return None
    if stubs <= pc < stubs + 256 * STUB_BYTES:
        vector = (pc - stubs) // STUB_BYTES
        return Walk(architecture, stubs + vector * STUB_BYTES, pc,
                    8 if vector in WITH_ERROR else 0)
    for start in (paranoid, common):
        if start <= pc < start + 256 and same_file(start, pc):
            return Walk(architecture, start, pc, 16)
    return None


def same_file(start, pc):
    """Do both lie in one assembler file?"""
    here, there = (gdb.find_pc_line(at).symtab for at in (start, pc))
    return bool(here and there and here.filename == there.filename)


def walk_routine(architecture, pc):
    """A Walk from the return address, in a NASM routine that C calls."""
    for name in ("context_switch", "context_begin"):
        start = address_of(name)
        if start is not None and start <= pc < start + 64 and (
                gdb.block_for_pc(pc) is None or same_file(start, pc)):
            begin = address_of("context_begin") or 0
            if name == "context_switch" and begin > start and pc >= begin:
                continue
            return Walk(architecture, start, pc, 0)
    return None


class FrameId:
    """What gdb knows a frame by; it takes only gdb.Values."""

    def __init__(self, sp, pc):
        kind = gdb.lookup_type("unsigned long")
        self.sp = gdb.Value(sp).cast(kind)
        self.pc = gdb.Value(pc).cast(kind)


class AssemblerUnwinder(Unwinder):
    def __init__(self):
        super().__init__("quiesce-nasm")

    def __call__(self, pending):
        pc, sp = (int(pending.read_register(r)) & (1 << 64) - 1
                  for r in ("rip", "rsp"))
        architecture = pending.architecture()
        try:
            walk = walk_trap(architecture, pc)
            if walk:
                return self._trap(pending, walk, sp + walk.depth, pc)
            walk = walk_routine(architecture, pc)
            if walk:
                return self._routine(pending, walk, sp + walk.depth, pc)
        except gdb.MemoryError:
            pass
        return None

    def _trap(self, pending, walk, frame, pc):
        """frame: where the CPU pushed rip, cs, rflags, rsp, ss."""
        info = pending.create_unwind_info(FrameId(frame, pc))
        self._save(pending, info, "rip", read_u64(frame))
        self._save(pending, info, "rsp", read_u64(frame + 24))
        self._save(pending, info, "eflags", read_u64(frame + 16))
        self._registers(pending, info, walk, frame)
        return info

    def _routine(self, pending, walk, frame, pc):
        """frame: where the return address is."""
        info = pending.create_unwind_info(FrameId(frame + 8, pc))
        self._save(pending, info, "rip", read_u64(frame))
        self._save(pending, info, "rsp", frame + 8)
        self._registers(pending, info, walk, frame)
        return info

    def _registers(self, pending, info, walk, frame):
        for name in REGISTERS:
            if name in walk.saved:
                self._save(pending, info, name,
                           read_u64(frame - walk.saved[name]))
            else:
                info.add_saved_register(name, pending.read_register(name))

    def _save(self, pending, info, name, value):
        kind = pending.read_register(name).type
        data = (value & (1 << 8 * kind.sizeof) - 1).to_bytes(
            kind.sizeof, "little")
        info.add_saved_register(name, gdb.Value(data, kind))


gdb.unwinder.register_unwinder(None, AssemblerUnwinder(), replace=True)
