"""What a person sees: make run at a terminal, make doctor, tools/deps."""

import os
import re
import subprocess
import sys

import pexpect
import pytest

import qemu
from conftest import ROOT, log_name

pytestmark = pytest.mark.xdist_group("make-run")     # one make at a time

CLEAN = {name: value for name, value in os.environ.items()
         if name in ("PATH", "HOME", "LANG")}


@pytest.fixture
def terminal(request):
    """terminal(*settings): `make run` on a terminal of its own."""
    runs = []

    def start(*settings):
        log = open(qemu.LOGS / (log_name(request.node) + ".log"), "w")
        run = pexpect.spawn("make", ["run", *settings], cwd=str(ROOT),
                            env={**CLEAN, "TERM": "dumb"}, encoding="utf-8",
                            codec_errors="replace", timeout=qemu.BUDGET,
                            logfile=log)
        runs.append(run)
        return run

    yield start
    for run in runs:
        run.close(force=True)


def test_run_says_how_to_leave_and_powers_off(terminal):
    run = terminal("CPUS=2", "MEM=64")
    run.expect("2 CPUs, 64 MB.*poweroff.*Ctrl-A x")
    run.expect("2 of 2 CPUs online")
    run.expect(qemu.PROMPT)
    run.send("\x03")                    # Ctrl-C is the shell's, not QEMU's
    run.expect(qemu.PROMPT)
    run.send("poweroff\r")
    run.expect("The machine is off")
    run.expect(pexpect.EOF)
    run.close()
    assert run.exitstatus == 0


def test_run_is_left_by_ctrl_a_x(terminal):
    run = terminal()
    run.expect("4 of 4 CPUs online")
    run.expect(qemu.PROMPT)
    run.send("\x01x")
    run.expect("The machine is off")
    run.expect(pexpect.EOF)


def test_run_hands_over_the_command_line_and_the_exit_code(terminal):
    run = terminal("CMDLINE=noap=8,9 test=kernel/list exit=on nonsense=1")
    run.expect("command line: .*noap=8,9 test=kernel/list")
    run.expect("nonsense=1: no such word")
    run.expect(r"# passed \d+ failed 0")
    run.expect("It left with: pass")
    run.expect(pexpect.EOF)
    run.close()
    assert run.exitstatus == 0


def test_kvm_runs_the_kernel_where_make_run_would_use_it(boot):
    use, why = qemu.probe_kvm()
    if not use:
        pytest.skip(why)
    machine = boot("iso", accel="kvm")
    assert "4 of 4 CPUs online" in machine.text()


def test_host_that_is_not_x86_takes_turns_and_says_why(monkeypatch):
    monkeypatch.setattr(qemu.platform, "machine", lambda: "aarch64")
    accel, why = qemu.tcg()
    assert accel == "tcg,thread=single" and "aarch64" in why
    assert qemu.probe_kvm() == (False, "the host is not x86")


def test_doctor_reports():
    done = subprocess.run([sys.executable, "tools/doctor.py"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("gcc", "qemu", "make test", "ready", "KVM", "cores"):
        assert word in done.stdout, done.stdout


def test_missing_packages_are_named(tmp_path):
    """Where nothing can be installed: one line to paste, and exit code 1."""
    for tool in ("sh", "id", "cat"):
        (tmp_path / tool).symlink_to("/bin/" + tool if os.path.exists(
            "/bin/" + tool) else "/usr/bin/" + tool)
    for arguments in (["-n", "build", "run"], ["build", "run"]):
        done = subprocess.run(["/bin/sh", "tools/deps", *arguments], cwd=ROOT,
                              env={"PATH": str(tmp_path)}, text=True,
                              capture_output=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == 1, said
        assert {"nasm", "binutils", "qemu-system-x86"} <= set(
            re.findall(r"[\w-]+", said)), said
