"""What RCU tells people: the stall report, and its commands."""

import re

STALL = re.compile(
    r"rcu: cpu 1 holds it up, in thread (\d+) \"\w*\":.*?"
    # a callee has no frame yet, or no more, at its first and last instruction
    r"(?:read_until_told|#0 (?:cpu_delay|rcu_told))\+0x.*?"
    r"thread_begin\+0x", re.S)


def test_a_stall_names_cpu_thread_and_stack(boot):
    machine = boot("iso", cpus=4)       # GRUB loads the symbols
    machine.command_output("set loglevel=info")
    text = machine.command_output("test sync/rcu_stall", 120)
    assert re.search(r"^ok 1 ", text, re.M), text
    assert re.search(r"rcu: grace period \d+ has not ended for \d+ ms", text)
    # on a busy host another CPU may be late, too, and told about
    told = STALL.search(text)
    assert told and int(told[1]) >= 256, text


def test_the_commands_show_what_happened(boot):
    machine = boot("pvh", cpus=2)
    assert "passed 1 " in machine.command_output(
        "test sync/rcu/test_rcu_waiting*", 60)
    text = machine.command_output("rcu")
    assert re.search(r"No grace period is in progress; \d+ were", text), text
    assert re.search(r"below +\d+ us +\d+ #", text), text
    trace = machine.command_output("rcu trace")
    assert len(re.findall(r"begins +seq", trace)) >= 2, trace
    assert len(re.findall(r"ends +seq", trace)) >= 2, trace
