"""What the judge of locking, the watchdogs and their commands print.

The mistakes are made by `lock-test kind` of tests/sync/cmd_lock_test.c.
"""

import re

import qemu


def report(machine, command, end):
    """What is printed from a command on, to the end of a report."""
    machine.line(command)
    machine.expect(end, 60)
    return machine.console.before


def test_the_cycle_of_three_is_drawn(boot):
    machine = boot("iso", cpus=2)
    text = report(machine, "lock-test order", "lockdep: end of report")
    assert "they can deadlock" in text
    drawn = re.findall(r"\[(\d)\] spinlock (\w+)", text)
    assert sorted(drawn) == [("1", "first"), ("2", "second"), ("3", "third")]
    for function in ("first_then_second", "second_then_third",
                     "third_then_first"):
        assert function + "+" in text


def test_an_irq_unsafe_lock_is_told(boot):
    machine = boot("iso", cpus=2)
    text = report(machine, "lock-test irq", "lockdep: end of report")
    assert "taken by an interrupt handler" in text
    assert "spinlock shared (cmd_lock_test.c)" in text
    assert "handler+" in text and "test_irq+" in text


def test_an_embrace_is_named(boot):
    machine = boot("iso", cpus=2)
    text = report(machine, "lock-test deadlock", "deadlock: end of report")
    assert re.search(r'DEADLOCK \d+ "left" sleeps for mutex right', text)
    assert re.search(r'DEADLOCK \d+ "right" sleeps for mutex left', text)
    text = report(machine, "", "hung: end of report")
    assert "embrace+" in text


def test_a_spinner_names_the_holder_and_its_stack(boot):
    machine = boot("iso", cpus=2)
    text = report(machine, "lock-test spin", "lockup: end of report")
    assert "spins for" in text and 'thread' in text
    assert '"holder"' in text and "hold_long+" in text


def test_sleeping_in_atomic_names_the_lock(boot):
    machine = boot("iso", cpus=2, cmdline="panic=exit")
    text = report(machine, "lock-test sleep", "lockdep: end of report")
    assert "it may sleep, where one must not" in text
    assert "holds spinlock first (cmd_lock_test.c)" in text
    assert machine.wait() == qemu.Outcome.PANIC


def test_the_commands_answer(boot):
    machine = boot("iso", cpus=2)
    assert "threads hold or wait" in machine.command_output("locks")
    text = machine.command_output("locks classes")
    assert re.search(r"taken in +spinlock \w+", text)
    assert "; 0 findings." in text
    assert "did you mean `classes`" in machine.command_output("locks clases")
    assert "there is no class 9999" in machine.command_output("locks 9999")
    assert "spinlock" in machine.command_output("lockstat")
    assert "in a deadlock" in machine.command_output("waitgraph")


def test_unwatched_commands_say_so(boot):
    machine = boot("iso", cpus=1, cmdline="watch=off")
    for command in ("locks", "lockstat", "waitgraph"):
        assert "watch=off" in machine.command_output(command)
