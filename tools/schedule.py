"""A failing schedule of the checker, for people: a table and a picture."""
import os
import re
import subprocess

# as in tests/checker/memory.c
ARENA, PAGE, STACK = 0x100000000000, 4096, 32 * 1024
INLINE = ("world/atomic.h", "kernel/assert.h")
FIRST, LAST = 20, 40    # steps that are shown of a schedule without an end
GAP = "step\t...\t\t\t\t%d steps left out\t0x0\t\t0x0"


class Step:
    """One line that tests/checker/report.c printed."""

    def __init__(self, line):
        (_, self.number, self.lane, self.cpu, self.thread, self.what,
         self.addr, self.value, self.pc) = line.split("\t")
        self.place = self.word = ""


def cut(lines):
    """The first and the last steps, and between them how many there were.

    A plain access has no number: it belongs to the step above it.
    """
    steps = [n for n, line in enumerate(lines)
             if line.split("\t")[1].isdigit()]
    left_out = len(steps) - FIRST - LAST
    if left_out <= 0:
        return lines
    return lines[:steps[FIRST]] + [GAP % left_out] + lines[steps[-LAST]:]


def places(root, program, pcs):
    """{pc: file:line}, where the access stands, not the atomics' header."""
    done = subprocess.run(
        ["addr2line", "-e", program, "-a", "-i"] + list(pcs), cwd=root,
        capture_output=True, text=True, check=False)
    found, pc = {}, None
    for line in done.stdout.split("\n"):
        if line.startswith("0x"):
            pc = int(line, 16)
        elif line and (pc not in found or
                       found[pc].split(":")[0].endswith(INLINE)):
            line = line.split(" ")[0]
            found[pc] = os.path.relpath(line, root) \
                if line.startswith("/") else line.removeprefix("./")
    return found


def names(root, program):
    """[(address, size, name)] of the program's variables."""
    done = subprocess.run(["nm", "-S", "-n", program], cwd=root,
                          capture_output=True, text=True, check=False)
    rows = (line.split() for line in done.stdout.split("\n"))
    return [(int(r[0], 16), int(r[1], 16), r[3]) for r in rows
            if len(r) == 4 and r[2] in "bBdD"]


def word_name(variables, addr):
    for at, size, name in variables:
        if at <= addr < at + size:
            return name + ("+%d" % (addr - at) if addr > at else "")
    offset = addr - ARENA
    if 0 <= offset < 64 * 8:
        return "token %d" % (offset // 8) if offset < 7 * 8 else "clock"
    if 0 <= offset - PAGE < 8 * STACK:
        return "stack %d-%d" % ((offset - PAGE) // STACK,
                                STACK - (offset - PAGE) % STACK)
    if 0 <= offset < 1 << 20:
        return "heap+%d" % (offset - PAGE - 8 * STACK)
    return ""


def parse(root, program, text):
    """(what failed, token, steps)"""
    what = re.search(r"^fail \S+ (.*)", text, re.M)
    token = re.search(r"^token (\S+)", text, re.M)
    lines = [l for l in text.split("\n") if l.startswith("step\t")]
    if what and re.search(r"\blivelock:", what[1]):
        lines = cut(lines)
    steps = [Step(l) for l in lines]
    # a return address stands behind the call
    where = places(root, program, [hex(max(int(s.pc, 16) - 1, 0))
                                   for s in steps])
    variables = names(root, program)
    for s in steps:
        place = where.get(int(s.pc, 16) - 1, "")
        s.place = "" if place.startswith("??") else place
        s.word = word_name(variables, int(s.addr, 16))
        for number in re.findall(r"0x[0-9a-f]+", s.value):
            s.value = s.value.replace(number, word_name(
                variables, int(number, 16)) or number)
    message = what[1] if what else "?"
    for pc in re.findall(r"pc (0x[0-9a-f]+)", message):
        spot = places(root, program, [hex(int(pc, 16) - 1)])
        message = message.replace("pc " + pc, "".join(spot.values()))
    for addr in re.findall(r"0x[0-9a-f]+", message):
        message = message.replace(addr, word_name(variables, int(addr, 16))
                                  or addr)
    return message, token[1] if token else "", steps


def source_line(root, place):
    """The text that stands there."""
    path, _, line = place.partition(":")
    try:
        with open(os.path.join(root, path)) as f:
            text = f.read().split("\n")[int(line) - 1]
        return re.sub(r"\s+", " ", text.split("/*")[0]).strip()
    except (OSError, ValueError, IndexError):
        return ""


def table(root, program, text, out=None):
    """The schedule, to be read from top to bottom."""
    message, token, steps = parse(root, program, text)
    rows = [("step", "CPU", "thread", "access", "word", "value", "where")]
    for s in steps:
        rows.append((s.number, s.cpu, s.thread, s.what, s.word, s.value,
                     "%s  %s" % (s.place, source_line(root, s.place))))
    width = [max(len(r[i]) for r in rows) for i in range(6)]
    lines = [message, ""]
    for row in rows:
        lines.append("  ".join(cell.ljust(w) for cell, w in
                               zip(row, width)) + "  " + row[6])
    lines += ["", "tools/replay " + token]
    if out:
        path = os.path.join(out, os.path.basename(program) + ".svg")
        with open(os.path.join(root, path), "w") as f:
            f.write(picture(message, token, steps))
        lines.append("drawn in " + path)
    return "\n".join(lines)


COLOURS = ("#1f6feb", "#b45309", "#15803d", "#a21caf", "#b91c1c", "#0e7490",
           "#4d7c0f")
LANE, ROW, TOP = 330, 30, 90


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;") \
        .replace(">", "&gt;")


def picture(message, token, steps):
    """An SVG with one lane for each CPU, time downwards."""
    cpus = sorted({s.cpu for s in steps if s.cpu})
    lane = {cpu: 60 + k * LANE for k, cpu in enumerate(cpus)}
    wide = 60 + LANE * len(cpus)
    high = TOP + ROW * len(steps) + 40
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'font-family="monospace" font-size="11">' % (wide, high),
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="10" y="20" font-size="13">%s</text>'
           % escape(message[:int(wide / 8)]),
           '<text x="10" y="38" fill="#666">tools/replay %s</text>'
           % escape(token)]
    for k, cpu in enumerate(cpus):
        x = lane[cpu] + LANE / 2 - 10
        name = next(s.thread for s in steps if s.cpu == cpu)
        out.append('<text x="%d" y="66" text-anchor="middle" font-size="13" '
                   'fill="%s">CPU %s: %s</text>'
                   % (x, COLOURS[k % len(COLOURS)], cpu,
                      escape(name.replace("'s buffer", ""))))
        out.append('<line x1="%d" x2="%d" y1="74" y2="%d" stroke="#ddd"/>'
                   % (x, x, high - 20))
    for n, s in enumerate(steps):
        if s.cpu:
            out += box(n, s, lane[s.cpu], COLOURS[cpus.index(s.cpu)
                                                  % len(COLOURS)])
        else:
            out.append('<text x="60" y="%d" fill="#dc2626">%s</text>'
                       % (TOP + ROW * n + 12, s.what))
    out.append("</svg>\n")
    return "\n".join(out)


def box(n, s, x, colour):
    """A step: filled when others can see it, red when it is the end."""
    y = TOP + ROW * n
    bad = s.number in ("here", "waits")
    fill = "#fee2e2" if bad else "#f5f5f5" if not s.number else \
        "#fff7d6" if "buffer" in s.thread else "#e8f1ff"
    text = " ".join(filter(None, (s.what, s.word, s.value)))
    return ['<text x="50" y="%d" text-anchor="end" fill="#666">%s</text>'
            % (y + 12, s.number),
            '<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="%s" '
            'stroke="%s"/>' % (x, y - 3, LANE - 20, ROW - 4, fill,
                               "#dc2626" if bad else colour),
            '<text x="%d" y="%d">%s</text>' % (x + 6, y + 8, escape(text)),
            '<text x="%d" y="%d" fill="#666" font-size="9">%s</text>'
            % (x + 6, y + 19, escape(s.place))]
