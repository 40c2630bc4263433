#!/usr/bin/python3
"""Make ACPI tables, sound or broken by name, for a boot module.

    mkacpi.py --list                        what can be broken, what is then said
    mkacpi.py --cpus 4 -o acpi.bin          sound tables for 4 CPUs
    mkacpi.py --cpus 4 --break madt-none -o acpi.bin

The kernel takes a boot module that is called `acpi`, or that starts with
"RSD PTR ", in the place of the firmware's tables; pointers in it are offsets
from its start.  (QEMU's -acpitable can only add sound tables.)  Ports and
numbers are those of QEMU's pc and q35, so that power-off and reset work.

--list prints, with tabs between: name, verdict, text.  The verdict is `fine`
(nothing is said), `warned` (the text is logged, and all CPUs are found) or
`refused` (the text is the error, and the kernel runs with one CPU).  `*` in a
text stands for anything.
"""
import argparse
import random
import struct
import sys

HEADER = 36
LAPIC = 0xFEE00000


def mended(table, at=9):
    """The table with the byte at `at` such that all bytes sum to zero."""
    table = bytearray(table)
    table[at] = 0
    table[at] = -sum(table) & 0xFF
    return bytes(table)


def table(signature, body, revision=1):
    head = signature + struct.pack("<IBB", HEADER + len(body), revision, 0)
    head += b"QUIESCTESTTBL " + struct.pack("<I4sI", 1, b"QSCE", 1)
    return mended(head + body)


def resized(whole, length):
    """A table that states another length than it has, sum mended."""
    whole = bytearray(whole)
    whole[4:8] = struct.pack("<I", length)
    stated = mended((bytes(whole) + bytes(64))[:length])
    return stated + bytes(whole[length:])


def lapic(uid, apic_id, flags=1):
    return struct.pack("<BBBBI", 0, 8, uid, apic_id, flags)


def x2apic(uid, apic_id, flags=1):
    return struct.pack("<BBHIII", 9, 16, 0, apic_id, flags, uid)


def override(irq, gsi, flags):
    return struct.pack("<BBBBIH", 2, 10, 0, irq, gsi, flags)


def nmi(uid, lint):
    return struct.pack("<BBBHB", 4, 6, uid, 0, lint)


def cpu(number):
    return lapic(number, number) if number < 255 else x2apic(number, number)


def ioapics():
    level = 0x0D
    return [struct.pack("<BBBBII", 1, 12, 0, 0, 0xFEC00000, 0),
            override(0, 2, 0), override(5, 5, level), override(9, 9, level),
            override(10, 10, level), override(11, 11, level)]


def madt(entries, address=LAPIC):
    return table(b"APIC", struct.pack("<II", address, 1) + b"".join(entries))


def gas(space, bits, address):
    return struct.pack("<BBBBQ", space, bits, 0, 0, address)


def fadt(dsdt, length=244):
    """As QEMU's q35 has it; fields behind length are cut off."""
    f = bytearray(276)

    def put(fmt, at, *values):
        struct.pack_into("<" + fmt, f, at, *values)

    put("I", 40, dsdt)
    put("HI", 46, 9, 0xB2)
    put("BB", 52, 2, 3)
    put("II", 56, 0x600, 0)
    put("II", 64, 0x604, 0)
    put("I", 76, 0x608)
    put("BBBB", 88, 4, 2, 0, 4)
    put("H", 109, 2)
    put("I", 112, 1 << 10)
    f[116:128] = gas(1, 8, 0xCF9)
    f[128] = 0x0F
    f[172:184] = gas(1, 16, 0x604)
    f[208:220] = gas(1, 32, 0x608)
    return table(b"FACP", bytes(f[HEADER:length]), 3 if length >= 132 else 1)


S5 = b"\x08_S5_\x12\x06\x04\x00\x00\x00\x00"


class Machine:
    """The tables before they are laid out; each breakage changes one thing.

    A table is its bytes; `at` is filled in layout(), so tables that point at
    others are functions of it.
    """

    def __init__(self, cpus, xsdt):
        self.xsdt = xsdt
        self.entries = [cpu(i) for i in range(cpus)] + ioapics()
        self.entries.append(nmi(0xFF, 1))
        self.lapic = LAPIC
        self.tables = ["ssdt", "fadt", "madt"]      # what the root names
        self.aml = S5
        self.fadt_length = 244
        self.change = {}        # table name -> function of its bytes
        self.extra = []         # further pointers of the root
        self.cut = None         # keep that many bytes of the whole
        self.at = {}

    def body(self, name):
        if name == "rsdp":
            return self.rsdp()
        if name == "root":
            width, signature = ("Q", b"XSDT") if self.xsdt else ("I", b"RSDT")
            names = [self.at.get(n, 0) for n in self.tables] + self.extra
            return table(signature, b"".join(
                struct.pack("<" + width, pointer) for pointer in names))
        if name.startswith("madt"):
            return madt(self.entries, self.lapic)
        if name == "fadt":
            return fadt(self.at.get("dsdt", 0), self.fadt_length)
        if name == "dsdt":
            return table(b"DSDT", b"\xa3" + self.aml)
        return table(b"SSDT", b"\xa3")

    def rsdp(self):
        root = self.at.get("root", 0)
        if not self.xsdt:
            return mended(b"RSD PTR \0QUIESC\0" + struct.pack("<I", root), 8)
        first = mended(b"RSD PTR \0QUIESC\2" + bytes(4), 8)
        return mended(first + struct.pack("<IQI", 36, root, 0), 32)

    def layout(self):
        """Once for the places, once more with them filled in."""
        names = ["rsdp", "root", "dsdt"] + [t for t in self.tables]
        for _ in range(2):
            blob = b""
            for name in names:
                blob += bytes(-len(blob) % 16)
                self.at[name] = len(blob)
                body = self.body(name)
                blob += self.change.get(name, lambda b: b)(body)
        return blob if self.cut is None else blob[:self.cut(self.at, blob)]


BROKEN = {}


def breaks(name, verdict, text):
    def keep(function):
        BROKEN[name] = (verdict, text, function)
        return function
    return keep


def flip(at):
    def change(body):
        body = bytearray(body)
        body[at] ^= 0x40
        return bytes(body)
    return change


def set_byte(at, value):
    """One byte of a table, its sum mended."""
    def change(body):
        body = bytearray(body)
        body[at] = value
        return mended(body)
    return change


def simple(name, verdict, text, table_name, change):
    def apply(m):
        m.change[table_name] = change
    BROKEN[name] = (verdict, text, apply)


simple("rsdp-checksum", "refused", "acpi: RSDP: the checksum is wrong",
       "rsdp", flip(10))
simple("rsdp-signature", "refused", "acpi: RSDP: it has not its signature",
       "rsdp", flip(0))
simple("root-checksum", "refused", "acpi: ?SDT at *: the checksum is wrong",
       "root", flip(20))
simple("root-signature", "refused", "acpi: ?SDT at *: it has not its "
       "signature", "root", set_byte(0, ord("Y")))
simple("root-odd-length", "refused", "acpi: ?SDT at *: it is no whole number "
       "of pointers", "root", lambda b: resized(b, len(b) - 1))
simple("root-length-short", "refused", "acpi: ?SDT at *: the length is less "
       "than a header's", "root", lambda b: resized(b, 35))
simple("root-empty", "refused", "acpi: there is no MADT",
       "root", lambda b: resized(b, 36))
simple("madt-checksum", "refused", "acpi: MADT at *: the checksum is wrong",
       "madt", flip(50))
simple("madt-length-huge", "refused", "acpi: MADT at *: the length is more "
       "than 16 MB", "madt", lambda b: b[:4] + b"\xff\xff\xff\x7f" + b[8:])
simple("madt-length-short", "refused", "acpi: MADT at *: it is shorter than "
       "its own header", "madt", lambda b: resized(b, 40))
simple("madt-entry-zero", "refused", "acpi: MADT at *, offset 44: an entry "
       "shorter than its own header", "madt", set_byte(45, 0))
simple("madt-entry-long", "refused", "acpi: MADT at *: an entry runs past the "
       "end of the table", "madt", lambda b: set_byte(len(b) - 5, 7)(b))
simple("madt-entry-short", "refused", "acpi: MADT at *, offset 44: an entry "
       "is too short for its type", "madt", set_byte(45, 4))
simple("madt-half-entry", "refused", "acpi: MADT at *: half an entry",
       "madt", lambda b: resized(b, len(b) - 5))
simple("fadt-checksum", "warned", "acpi: FACP at *: the checksum is wrong",
       "fadt", flip(60))
simple("dsdt-checksum", "warned", "acpi: DSDT at *: the checksum is wrong",
       "dsdt", flip(12))
simple("dsdt-signature", "warned", "acpi: DSDT at *: it has not its signature",
       "dsdt", set_byte(0, ord("X")))
simple("ssdt-checksum", "warned", "acpi: SSDT at *: the checksum is wrong",
       "ssdt", flip(12))


@breaks("rsdp-truncated", "refused", "acpi: RSDP: there is none")
def rsdp_truncated(m):
    m.cut = lambda at, blob: 19


@breaks("root-truncated", "refused",
        "acpi: ?SDT at *: the table runs past the end of memory")
def root_truncated(m):
    m.cut = lambda at, blob: at["root"] + 40


@breaks("madt-truncated", "refused",
        "acpi: MADT at *: the table runs past the end of memory")
def madt_truncated(m):
    m.cut = lambda at, blob: at["madt"] + 60


@breaks("madt-outside", "refused", "acpi: there is no MADT")
def madt_outside(m):
    m.tables.remove("madt")
    m.extra = [0x7FFFFFF0]


@breaks("madt-none", "refused", "acpi: there is no MADT")
def madt_none(m):
    m.tables.remove("madt")


@breaks("madt-no-cpus", "refused", "acpi: MADT at *: it lists no usable CPU")
def madt_no_cpus(m):
    m.entries = ioapics()


@breaks("madt-lapic-zero", "refused", "acpi: MADT at *, offset 36: the local "
        "APIC's address is no page's")
def madt_lapic_zero(m):
    m.lapic = 0


@breaks("madt-duplicate-ids", "warned", "acpi: MADT: APIC id 0 is listed "
        "twice; the entry is ignored")
def madt_duplicate_ids(m):
    m.entries += [lapic(77, 0), x2apic(78, 0)]


@breaks("madt-broadcast-id", "warned", "acpi: MADT: APIC id 255 means all "
        "CPUs; the entry is ignored")
def madt_broadcast_id(m):
    m.entries.append(lapic(77, 0xFF))


@breaks("madt-too-many", "warned", "acpi: MADT: * CPUs beyond the * we can run")
def madt_too_many(m):
    m.entries += [x2apic(i, i, 2) for i in range(0x1000, 0x1000 + 400)]


@breaks("madt-far-id", "fine", "")
def madt_far_id(m):
    m.entries += [x2apic(80, 256)]


@breaks("madt-absent-cpus", "fine", "")
def madt_absent_cpus(m):
    """Places without a CPU, as real firmware lists them."""
    m.entries += [lapic(i, 0xFF, 0) for i in range(64, 72)]


@breaks("madt-unknown-entries", "fine", "")
def madt_unknown_entries(m):
    m.entries.insert(0, b"\x7f\x05abc")


@breaks("madt-lint-7", "warned", "acpi: MADT: an NMI at LINT7, which is none")
def madt_lint(m):
    m.entries.append(nmi(0, 7))


@breaks("madt-twice", "warned", "acpi: APIC at *: a second one, ignored")
def madt_twice(m):
    m.tables.append("madt2")


@breaks("ioapic-twice", "warned", "acpi: MADT: I/O APIC 0 at 0xfec00000 is "
        "listed twice")
def ioapic_twice(m):
    m.entries.append(ioapics()[0])


@breaks("override-nonsense", "warned", "acpi: MADT: override of bus 0 irq 16 "
        "is no ISA interrupt's")
def override_nonsense(m):
    m.entries.append(override(16, 16, 0))


@breaks("pointer-outside", "warned", "acpi: ???? at 0x7ffffff0: the pointer "
        "leads outside of memory")
def pointer_outside(m):
    m.extra = [0x7FFFFFF0]


@breaks("pointer-null", "warned", "acpi: RSD? at 0x0: the length is *")
def pointer_null(m):
    m.extra = [0]


@breaks("fadt-none", "warned", "acpi: there is no FADT")
def fadt_none(m):
    m.tables.remove("fadt")


@breaks("fadt-short", "fine", "")
def fadt_short(m):
    m.fadt_length = 116


def dead_timer(body):
    """Its port is one where nothing answers."""
    body = bytearray(body)
    struct.pack_into("<I", body, 76, 0x1608)
    body[208:220] = gas(1, 32, 0x1608)
    return mended(body)


@breaks("fadt-dead-timer", "fine", "")
def fadt_dead_timer(m):
    m.change["fadt"] = dead_timer


@breaks("s5-none", "fine", "")
def s5_none(m):
    m.aml = b""


@breaks("s5-cut", "fine", "")
def s5_cut(m):
    m.aml = S5[:8]


@breaks("empty", "refused", "acpi: RSDP: there is none")
def empty(m):
    m.cut = lambda at, blob: 0


@breaks("noise", "refused", "acpi: RSDP: it has not its signature")
def noise(m):
    generator = random.Random(1)
    m.change["rsdp"] = lambda b: bytes(
        generator.randrange(256) for _ in range(len(b)))


def build(cpus, xsdt=False, breakage=None):
    machine = Machine(cpus, xsdt)
    if breakage:
        BROKEN[breakage][2](machine)
    return machine.layout()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--xsdt", action="store_true",
                        help="revision 2 with an XSDT, else 0 with an RSDT")
    parser.add_argument("--break", dest="breakage", choices=sorted(BROKEN),
                        metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("-o", "--output", default="-")
    args = parser.parse_args()
    if args.list:
        for name, (verdict, text, _) in sorted(BROKEN.items()):
            print(f"{name}\t{verdict}\t{text}")
        return
    blob = build(args.cpus, args.xsdt, args.breakage)
    if args.output == "-":
        sys.stdout.buffer.write(blob)
    else:
        with open(args.output, "wb") as out:
            out.write(blob)


if __name__ == "__main__":
    main()
