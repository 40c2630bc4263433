"""Addresses to names: function+offset of an ELF, by its own symbol table.

Guarantees  name(pc) never fails: what has no function is a bare number.
See         tools/qemu.py (backtraces of a hung machine), tools/gdb/
"""

import bisect
import functools
import pathlib
import subprocess


class Symbols:
    def __init__(self, elf):
        self.starts, self.names = [], []
        listing = subprocess.run(["nm", "-n", "--defined-only", str(elf)],
                                 capture_output=True, text=True, check=False)
        for line in listing.stdout.splitlines():
            address, kind, name = line.split()
            if kind in "tTwW":
                self.starts.append(int(address, 16))
                self.names.append(name)

    def function(self, pc):
        """(name, offset) of the function around pc, or None."""
        at = bisect.bisect_right(self.starts, pc) - 1
        if at < 0 or pc - self.starts[at] > 0x10000:
            return None
        return self.names[at], pc - self.starts[at]

    def name(self, pc):
        found = self.function(pc)
        return "%s+0x%x" % found if found else "0x%016x" % pc

    def caller(self, pc):
        """The name of a return address: its call may be a function's last."""
        found = self.function(pc - 1)
        return "%s+0x%x" % (found[0], found[1] + 1) if found else \
            self.name(pc)


@functools.lru_cache(maxsize=None)
def _load(path, _mtime):
    return Symbols(path)


def load(elf):
    """The symbols of elf, read once for as long as the file is the same."""
    path = pathlib.Path(elf)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)
