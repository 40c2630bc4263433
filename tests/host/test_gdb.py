"""tools/gdb against a live machine: bt across the stubs, and every q command.

gdb runs as `make debug` starts it, on a socket of the test's own.
"""

import os
import re
import subprocess

import pytest

import qemu
from conftest import ROOT, log_name

RUN_TO_SHELL = """
hbreak shell_run
continue
delete
"""


def listen(debugger, machine):
    """gdb's output; meanwhile keys are typed, for the interrupts' sake."""
    for _ in range(qemu.BUDGET * 2):
        try:
            return debugger.communicate(timeout=0.5)[0]
        except subprocess.TimeoutExpired:
            machine.send(" ")
    return "gdb did not end"


@pytest.fixture
def gdb(request, tmp_path):
    """gdb(commands) -> its output, on a machine halted at reset."""
    def run(commands, **setup):
        path = tmp_path / "gdb"
        machine = qemu.Machine(qemu.Setup(
            boot="pvh", extra=(
                "-S", "-chardev", "socket,id=gdb,path=%s,server=on,wait=off"
                % path, "-gdb", "chardev:gdb"), **setup),
            log_name(request.node))
        script = tmp_path / "commands"
        init = (ROOT / "tools/gdb/init").read_text()
        script.write_text(init.replace("build/debug/gdb", str(path))
                          + commands)
        debugger = subprocess.Popen(
            ["gdb", "-q", "-nx", "-batch", "-x", str(script),
             str(machine.setup.elf)], cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "QUIESCE_SERIAL": ""})
        try:
            said = listen(debugger, machine)
        finally:
            debugger.kill()
            machine.close()
        (machine.log.with_suffix(".gdb")).write_text(said)
        return said
    return run


def chain(text):
    """The function names of a backtrace."""
    return re.findall(r"^#\d+ +(?:0x[0-9a-f]+ in )?([\w.?]+)", text, re.M)


def test_bt_crosses_the_entry_code(gdb):
    """From a handler, through the NASM stub, into what was interrupted."""
    said = gdb(RUN_TO_SHELL + """
break irq_dispatch
continue
echo --bt--\\n
bt
""", cpus=1)
    names = chain(said.split("--bt--")[1])
    assert names[:3] == ["irq_dispatch", "trap_dispatch", "trap_common"], said
    assert "kernel_main" in names or "context_begin" in names, said


def test_bt_is_whole_at_every_instruction_of_an_entry(gdb):
    """Single steps from the stub to the handler, and out again by iretq."""
    said = gdb(RUN_TO_SHELL + """
python
import gdb
def names():
    out, frame = [], gdb.newest_frame()
    while frame and len(out) < 40:
        out.append(frame.name() or "?")
        frame = frame.older()
    return out
def text(name):
    return int(gdb.parse_and_eval("(unsigned long)&'%s'" % name))
stubs = text("trap_stubs")
gdb.execute("hbreak *0x%x" % (stubs + 16 * 0x24), to_string=True)
gdb.execute("continue", to_string=True)
gdb.execute("delete")
root = names()[-2:]
print("ROOT", root, names())
good = steps = 0
came = False
for _ in range(60):
    now = names()
    steps += 1
    good += now[-2:] == root
    if now[-2:] != root:
        print("BROKEN", hex(gdb.newest_frame().pc()), now)
    if now[0] == "trap_dispatch":
        gdb.execute("finish", to_string=True)
        came = True
        continue
    if came and not now[0].startswith("trap_"):
        break
    gdb.execute("stepi", to_string=True)
print("STEPS", steps, "GOOD", good, "HANDLER", came, "LEFT", names()[0])
end
""", cpus=1)
    found = re.search(r"STEPS (\d+) GOOD (\d+) HANDLER (\w+) LEFT (\S+)", said)
    assert found, said
    assert found[1] == found[2] and int(found[1]) > 40, said
    assert found[3] == "True" and not found[4].startswith("trap_"), said


def test_q_commands_on_a_live_machine(gdb):
    """The boot CPU idles, because the shell waits for somebody to type."""
    said = gdb(RUN_TO_SHELL + """
hbreak idle_wait thread 1
continue
echo --cpus--\\n
q cpus
echo --threads--\\n
q threads
echo --runq--\\n
q runq
echo --bt-all--\\n
q bt-all
echo --bt--\\n
q bt
echo --end--\\n
""", cpus=3)
    parts = dict(re.findall(r"--([\w-]+)--\n(.*?)(?=--[\w-]+--\n|\Z)", said,
                            re.S))
    assert [int(n) for n in re.findall(r"^  (\d+) +gdb", parts["cpus"],
                                       re.M)] == [0, 1, 2], said
    assert len(re.findall("[012] idle", parts["cpus"])) == 3, said
    assert re.search(r"^ +\d+ +main +parked +0", parts["threads"], re.M), said
    assert len(re.findall(r"^ +[012] +idle +running", parts["threads"],
                          re.M)) == 3, said
    assert [int(n) for n in re.findall(r"^CPU (\d+): runs \1 idle",
                                       parts["runq"], re.M)] == [0, 1, 2], said
    assert [int(n) for n in re.findall(r"^CPU (\d+) \(gdb", parts["bt-all"],
                                       re.M)] == [0, 1, 2], said
    waiting = re.search(r"^thread \d+ main, parked\n((?:  #.*\n)+)",
                        parts["bt-all"], re.M)
    assert waiting, said
    names = re.findall(r"#\d+ +(\w+)", waiting[1])
    assert names[-3:] == ["shell_run", "session_run", "kernel_main"], said
    assert "idle" in parts["bt"] and "No symbol" not in said, said


def test_q_before_the_kernel_runs_says_so(gdb):
    said = gdb("q cpus\nq threads\n", cpus=1)
    assert "Traceback" not in said, said
