"""What a panic prints: all of it, once, in whole lines, whatever happens.

The kinds of panic are in tests/kernel/cmd_panic_test.c.  They boot from the
ISO, because only GRUB loads the symbols.
"""

import re

import pytest

import qemu

LINE = re.compile(r"\[ *\d+\.\d{6}\] cpu\d+ .*")
LOST = re.compile(r"\[(\d+) lines lost: the log was full\]")
FLOOD = re.compile(r"cpu(\d+) flood (\d+) of (\d+): "
                   r"abcdefghijklmnopqrstuvwxyz$")


def panic(boot, kind, cpus=3, end="end of panic"):
    """
    The console's lines from the command on.  They are taken from the serial
    line itself: QEMU 7.2 repeats a character in a chardev's log file when the
    reader was slow, and these tests look at every character.
    """
    machine = boot("iso", cpus=cpus, cmdline="panic=exit")
    machine.line("panic-test " + kind)
    machine.expect("panic-test %s\r?\n" % kind)
    machine.expect(end + "\r?\n")
    text = machine.console.before + machine.console.after
    assert machine.wait() == qemu.Outcome.PANIC
    return text.replace("\r", "").rstrip("\n").split("\n")


def bare(lines):
    return [re.sub(r"^\[ *\d+\.\d{6}\] cpu\d+ ", "", line) for line in lines]


def backtrace(lines, cpu):
    """The functions of that CPU's backtrace, innermost first."""
    start = next(i for i, line in enumerate(lines)
                 if line.startswith("backtrace of cpu %d," % cpu))
    names = []
    for number, line in enumerate(lines[start + 1:]):
        match = re.fullmatch(r"  #%d ([\w.]+)\+0x[0-9a-f]+" % number, line)
        if not match:
            break
        names.append(re.sub(r"\..*", "", match[1]))     # gcc's clones
    return names


def others(lines, cpus):
    """All CPUs but the one that panicked: a thread may have been moved."""
    own = next(int(m[1]) for m in (re.match(r"on cpu (\d+), in thread", line)
                                   for line in lines) if m)
    return own, [cpu for cpu in range(cpus) if cpu != own]


def test_backtrace_is_the_exact_chain(boot):
    lines = panic(boot, "chain")
    assert all(LINE.fullmatch(line) for line in lines)
    lines = bare(lines)
    own, idle = others(lines, 3)
    assert backtrace(lines, own)[:5] == [
        "chain_third", "chain_second", "chain_first", "cmd_panic_test",
        "execute"]
    assert backtrace(lines, own)[-2:] == ["session_run", "kernel_main"]
    ends = [backtrace(lines, cpu)[-3:] for cpu in idle]
    chains = [["idle_loop", "idle_begin", "context_begin"] if cpu == 0 else
              ["sched_idle", "ap_main", "smp_ap_entry"] for cpu in idle]
    # a thread of the kernel's may be at work on one of them
    assert any(e == c for e, c in zip(ends, chains)), ends
    assert all(e == c or e[-2:] == ["thread_begin", "context_begin"]
               for e, c in zip(ends, chains)), ends
    assert lines[-1] == "end of panic"


def test_long_message_goes_on_in_the_next_line(boot):
    lines = bare(panic(boot, "chain"))
    assert lines[0].startswith("error: panic: at the end of a chain, with ")
    assert lines[1].startswith("error:     ")
    message = lines[0][14:] + lines[1][11:]
    assert "whatever comes between them" in message
    assert "which is cut where a word begins, and goes on with" in message


def test_assert_names_claim_place_cpu_and_thread(boot):
    lines = bare(panic(boot, "assert", cpus=1))
    assert re.fullmatch(
        r'error: panic: assert\(!"what was claimed"\) failed at '
        r'tests/kernel/cmd_panic_test\.c:\d+ in panic_assert\(\)', lines[0])
    assert re.fullmatch(r'on cpu 0, in thread \d+ "main"', lines[1])
    assert backtrace(lines, 0)[0] == "panic_assert"


@pytest.mark.parametrize("cpus", [2, 4])
def test_panic_while_others_drain_loses_no_line(boot, cpus):
    """
    The other CPUs flood the log.  Each one's lines come in order, and end
    without a gap where the panic stopped it, but for lines that are reported
    as lost; of all lines one may be cut, and is then repeated (or, where the
    flood has overwritten it meanwhile, reported).
    """
    lines = panic(boot, "draining", cpus)
    at = next(i for i, line in enumerate(lines) if "error: panic:" in line)
    following, cut, lost, seen = {}, [], 0, 0
    for i, line in enumerate(lines[:at]):
        match = FLOOD.search(line)
        if match and LINE.fullmatch(line):
            cpu, number = match[1], int(match[2])
            assert match[3] == cpu
            gap = number - following.get(cpu, 0)
            if gap == -1 and lines[i - 1] == line:
                cut.append(line)    # cut behind its end, and repeated
                continue
            assert gap >= 0 and (gap == 0 or lost), line
            following[cpu] = number + 1
            seen += 1
        elif LOST.fullmatch(line):
            lost += int(LOST.fullmatch(line)[1])
        else:
            cut.append(line)
            assert lines[i + 1].startswith(line) or LOST.fullmatch(
                lines[i + 1]), lines[i:i + 2]
    assert following
    assert len(cut) <= 1, cut
    assert lost or sum(following.values()) == seen
    assert "while others drain" in lines[at]
    assert all(LINE.fullmatch(line) for line in lines[at:])
    assert lines[-1].endswith("end of panic")
    lines = bare(lines[at:])
    for cpu in others(lines, cpus)[1]:
        assert "flood" in backtrace(lines, cpu)


def test_panics_on_several_cpus_print_one(boot):
    lines = bare(panic(boot, "together", cpus=4))
    assert sum("panic: one of several" in line for line in lines) == 1
    assert lines[0].startswith("error: panic: one of several")
    for cpu in range(4):
        assert "panic_too" in backtrace(lines, cpu)


def test_panic_inside_a_panic_prints_one_line_more(boot):
    lines = bare(panic(boot, "nested",
                       end="panic inside a panic: a console is broken"))
    assert lines[0] == "error: panic: the outer one"
    assert lines[-2] == "end of panic"
    assert lines[-1] == "error: panic inside a panic: a console is broken"


def test_cpu_that_answers_no_nmi_is_named(boot):
    lines = bare(panic(boot, "deaf"))
    own, deaf = others(lines, 3)
    for cpu in deaf:
        assert "error: cpu %d did not stop: it answers no NMI" % cpu in lines
    assert backtrace(lines, own)[0] == "panic_deaf"
    assert lines[-1] == "end of panic"


def test_panic_words_and_dmesg(boot):
    machine = boot("pvh", cpus=2, cmdline="panic=exit loglevel=warn")
    log = machine.command_output("dmesg")
    assert all(LINE.fullmatch(line) for line in log.splitlines())
    assert "2 of 2 CPUs online" in log
    assert machine.command_output("dmesg") == log
    assert machine.command_output("dmesg error") == ""
    assert "error|warn|info|debug" in machine.command_output("dmesg loud")
    machine.line('panic some words "and more"')
    assert machine.wait() == qemu.Outcome.PANIC
    assert "error: panic: some words and more\n" in machine.text()
