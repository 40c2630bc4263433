"""The one module that owns QEMU: how a machine is started, watched and judged.

Guarantees  A run ends in exactly one Outcome, decided here from what the host
            observed: the debug-exit code, QMP's events, the reset log, and
            the registers of every CPU.  What is not understood is HARNESS,
            never PASS.
            A hang is no progress of any CPU over two samples (six, when one
            of them spins); its report holds every register and a symbolised
            backtrace of every CPU.
            No machine outlives the program that started it.
Limits      A guest that loops through changing registers makes progress; it
            ends as HARNESS when the budget is over, and the report says so.
            Under KVM a triple fault cannot be told from a reset.
See         tools/run, tools/doctor.py, tests/host/conftest.py,
            docs/04-debugging.md
"""

import ctypes
import dataclasses
import enum
import json
import os
import pathlib
import platform
import re
import shlex
import signal
import socket
import subprocess
import time

import symbols

QEMU = "qemu-system-x86_64"
OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"
BUILD = pathlib.Path(os.environ.get("QUIESCE_BUILD", "build/gcc"))
LOGS = pathlib.Path("build/logs")

PROMPT = r"quiesce> "
PANIC = r"end of panic"         # kernel/panic.c's last line
SAMPLE_SECONDS = 2.0
SPIN_SAMPLES = 5    # in a row: a loop may wait for a time, not for a CPU
BUDGET = 180        # seconds; no verdict about the kernel hangs on it


class Outcome(enum.Enum):
    """How a run ended; the value is the exit code of a command-line tool."""
    PASS = 0            # the kernel left by the debug-exit port: all is well
    FAIL = 1            # likewise: tests failed
    PANIC = 3           # likewise: it panicked
    TRIPLE_FAULT = 4
    HANG = 5
    HARNESS = 6         # nothing is known: QEMU, this program or the budget
    RESET = 7           # the guest asked for a reset
    POWEROFF = 8        # the guest switched itself off


# QEMU's exit status is twice the written code plus one (isa-debug-exit).
DEBUG_EXIT = {0x10 * 2 + 1: Outcome.PASS, 0x11 * 2 + 1: Outcome.FAIL,
              0x12 * 2 + 1: Outcome.PANIC}


class Ended(Exception):
    """The machine came to an end that the caller did not ask for."""

    def __init__(self, outcome, report):
        super().__init__("%s\n%s" % (outcome.name, report))
        self.outcome = outcome
        self.report = report


@dataclasses.dataclass
class Setup:
    """A machine, before it is switched on."""
    boot: str = "iso"               # "iso" through GRUB, or "pvh": -kernel
    elf: pathlib.Path = None        # with DWARF; what PVH boots
    iso: pathlib.Path = None
    uefi: bool = False
    cpus: int = 4
    smp: str = None                 # instead of cpus: "6,sockets=2,cores=3"
    mem: str = "256"
    cmdline: str = ""
    initrd: pathlib.Path = None     # PVH only: the first boot module
    accel: str = None               # None: TCG as this host can
    icount: str = None              # "shift=0,sleep=off"
    fw_cfg: dict = dataclasses.field(default_factory=dict)
    gui: bool = False
    extra: tuple = ()

    def __post_init__(self):
        self.elf = pathlib.Path(self.elf or BUILD / "quiesce.elf")
        self.iso = pathlib.Path(self.iso or BUILD / "quiesce.iso")

    def arguments(self):
        """QEMU's command line, but for consoles and control."""
        args = [QEMU, "-nodefaults", "-machine", "q35", "-cpu", "max",
                "-smp", self.smp or str(self.cpus), "-m", self.mem,
                "-accel", self.accel or tcg(self.icount)[0],
                "-vga", "std",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if not self.gui:
            args += ["-display", "none"]
        if self.icount:
            args += ["-icount", self.icount,
                     "-rtc", "base=2024-01-01,clock=vm"]
        args += self._boot_arguments()
        for name, text in self.fw_cfg.items():
            # QEMU reads a doubled comma as one
            args += ["-fw_cfg", "name=opt/quiesce/%s,string=%s"
                     % (name, text.replace(",", ",,"))]
        return args + list(self.extra)

    def _boot_arguments(self):
        if self.boot == "pvh":
            args = ["-kernel", str(self.elf), "-append", self.cmdline]
            return args + (["-initrd", str(self.initrd)]
                           if self.initrd else [])
        args = ["-drive", "if=none,id=cd,media=cdrom,readonly=on,format=raw,"
                "file=%s" % self.iso, "-device", "ide-cd,drive=cd,bus=ide.0,"
                "bootindex=0"]
        if self.uefi:
            # snapshot: each run has fresh variables (a boot order kept from
            # another machine type ends in the firmware's own shell)
            args += ["-drive", "if=pflash,format=raw,readonly=on,file="
                     + OVMF_CODE,
                     "-drive", "if=pflash,format=raw,snapshot=on,file="
                     + OVMF_VARS]
        if self.cmdline:
            self.fw_cfg = {**self.fw_cfg, "cmdline": self.cmdline}
        return args


def tcg(icount=None):
    """(accelerator, why): the TCG that fits this host."""
    if icount:
        return "tcg,thread=single", "icount runs one CPU at a time"
    if platform.machine() in ("x86_64", "AMD64"):
        return "tcg,thread=multi", "an x86 host keeps x86's memory order"
    return ("tcg,thread=single", "%s orders memory more weakly than x86, and "
            "QEMU does not add the fences" % platform.machine())


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


class Machine:
    """A running QEMU.  A context manager: leaving it kills what still runs."""

    def __init__(self, setup, name, log_dir=LOGS):
        self.setup = setup
        self.log = pathlib.Path(log_dir) / (name + ".log")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.qemu_log = self.log.with_suffix(".qemu")
        self.reset_log = self.log.with_suffix(".reset")
        self.events = []
        self.outcome = None
        self.console = None
        self._stream = b""
        self._start()

    def _start(self):
        from serialline import SerialLine   # `make run` does not need it

        serial, guest_serial = socket.socketpair()
        self._control, guest_control = socket.socketpair()
        self.command = self.setup.arguments() + [
            "-no-reboot", "-d", "cpu_reset", "-D", str(self.reset_log),
            "-chardev", "socket,id=serial,fd=%d" % guest_serial.fileno(),
            "-serial", "chardev:serial",
            "-chardev", "socket,id=control,fd=%d" % guest_control.fileno(),
            "-mon", "chardev=control,mode=control"]
        with open(self.qemu_log, "wb") as log:
            log.write((shlex.join(self.command) + "\n").encode())
            log.flush()
            try:
                self.process = subprocess.Popen(
                    self.command, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, preexec_fn=_die_with_parent,
                    pass_fds=(guest_serial.fileno(), guest_control.fileno()))
            except OSError as error:
                raise Ended(Outcome.HARNESS, "%s: %s" % (QEMU, error))
            finally:
                guest_serial.close()
                guest_control.close()
        self.console = SerialLine(serial, self.log)
        self._control.settimeout(30)
        try:
            self._receive()         # the greeting
            self.qmp("qmp_capabilities")
        except (OSError, EOFError):
            self.process.wait(10)
            raise Ended(Outcome.HARNESS, "QEMU did not start:\n"
                        + self.qemu_log.read_text()) from None

    # -------------------------------------------------------------- control

    def _receive(self):
        while b"\n" not in self._stream:
            data = self._control.recv(65536)
            if not data:
                raise EOFError
            self._stream += data
        line, self._stream = self._stream.split(b"\n", 1)
        return json.loads(line)

    def qmp(self, command, **arguments):
        """One QMP command; its answer.  Events on the way are kept."""
        self._control.sendall(json.dumps(
            {"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            message = self._receive()
            if "event" in message:
                self.events.append(message)
            elif "error" in message:
                raise RuntimeError("%s: %s" % (
                    command, message["error"]["desc"]))
            else:
                return message["return"]

    def hmp(self, line, cpu=None):
        """One line to the human monitor; its text."""
        where = {} if cpu is None else {"cpu-index": cpu}
        return self.qmp("human-monitor-command",
                        **{"command-line": line, **where})

    def stop(self):
        self.qmp("stop")

    def cont(self):
        self.qmp("cont")

    def nmi(self):
        """A non-maskable interrupt to every CPU (x86's inject-nmi)."""
        self.qmp("inject-nmi")

    def mce(self, cpu, bank, status, mcg_status, address=0, misc=0):
        self.hmp("mce %d %d 0x%x 0x%x 0x%x 0x%x" % (
            cpu, bank, status, mcg_status, address, misc))

    def screendump(self, path):
        """The screen as a PNG."""
        self.qmp("screendump", filename=str(pathlib.Path(path).absolute()),
                 format="png")

    def physical_memory(self, address, size):
        path = self.log.with_suffix(".mem").absolute()
        self.qmp("pmemsave", val=address, size=size, filename=str(path))
        try:
            return path.read_bytes()
        finally:
            path.unlink()

    def key(self, *names):
        """Keys of the PS/2 keyboard, pressed together (QEMU's qcodes)."""
        self.qmp("send-key", keys=[{"type": "qcode", "data": n}
                                   for n in names])

    # -------------------------------------------------------------- console

    def send(self, text):
        """Types text, or bytes; waits for as long as the guest holds back."""
        self.console.send(text if isinstance(text, bytes) else text.encode())

    def line(self, text):
        """Types a line at the shell."""
        self.send(text + "\r")

    def expect(self, pattern, budget=BUDGET):
        """
        Waits until the console's text matches; returns the match.  Raises
        Ended when the machine ended, panicked (unless the pattern speaks of
        a panic) or hangs, or the budget is over.
        """
        import pexpect

        patterns = pattern if isinstance(pattern, list) else [pattern]
        stops = [] if any("panic" in p for p in patterns) else [PANIC]
        everything = patterns + [pexpect.EOF, pexpect.TIMEOUT] + stops
        end, before, seen, same = time.monotonic() + budget, None, -1, 0
        while True:
            at = self.console.expect(everything,
                                     timeout=min(SAMPLE_SECONDS, budget))
            if at < len(patterns):
                return self.console.match
            if at == len(patterns):
                outcome = self._judge_exit()
                raise Ended(outcome, self._tail("it ended before %s came"
                                                % patterns))
            if at == len(patterns) + 2:
                self._end_of_panic(patterns)
            now = self._sample()
            quiet = seen == self.console.written
            same = same + 1 if quiet and stuck(before, now, self._ours) else 0
            if same >= (1 if all_halted(now) else SPIN_SAMPLES):
                self._hang(now, "waiting for %s" % patterns)
            before, seen = now, self.console.written
            if time.monotonic() > end:
                self.outcome = Outcome.HARNESS
                raise Ended(Outcome.HARNESS, self._tail(
                    "%s did not come in %d s, and the CPUs still move\n%s"
                    % (patterns, budget, self.describe(now))))

    def _end_of_panic(self, patterns):
        """It leaves by itself when panic=exit; else this is the end."""
        import pexpect

        try:
            self.console.expect(pexpect.EOF, timeout=SAMPLE_SECONDS)
            self._judge_exit()
        except pexpect.TIMEOUT:
            self.outcome = Outcome.PANIC
        raise Ended(self.outcome, self._tail("panic while waiting for %s"
                                             % patterns))

    def command_output(self, text, budget=BUDGET):
        """Types a line at the prompt; what was printed up to the next one."""
        self.line(text)
        self.expect(re.escape(text) + r"\r?\n", budget)
        self.expect(PROMPT, budget)
        return self.console.before.replace("\r", "")

    def wait(self, budget=BUDGET):
        """Waits for the machine to end by itself; the Outcome."""
        import pexpect

        if self.outcome is None:
            try:
                self.expect([r"\Znever\A"], budget)
            except Ended as ended:
                if ended.outcome in (Outcome.HANG, Outcome.HARNESS) \
                        and self.process.poll() is None:
                    raise           # it hangs, or the budget is over
        return self.outcome

    def text(self):
        """Everything that it has written to its serial line so far."""
        return self.log.read_text(errors="replace").replace("\r", "")

    def _tail(self, why):
        return "%s; the console's end (%s):\n%s" % (
            why, self.log, "\n".join(self._with_names(
                line) for line in self.text().splitlines()[-40:]))

    def _with_names(self, line):
        """A line of a backtrace by bare numbers (PVH has no symbols)."""
        bare = re.search(r"#\d+ 0x([0-9a-f]{16})$", line)
        return line if not bare else "%s (%s)" % (
            line, symbols.load(self.setup.elf).caller(int(bare.group(1), 16)))

    # ------------------------------------------------------------- judgement

    def _judge_exit(self):
        """The serial line ended: QEMU is on its way out."""
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.outcome = Outcome.HARNESS
            return self.outcome
        self._drain_events()
        reasons = [e["data"]["reason"] for e in self.events
                   if e["event"] == "SHUTDOWN"]
        if status in DEBUG_EXIT:
            self.outcome = DEBUG_EXIT[status]
        elif status != 0 or not reasons:
            self.outcome = Outcome.HARNESS
        elif reasons[-1] == "guest-shutdown":
            self.outcome = Outcome.POWEROFF
        elif reasons[-1] == "guest-reset":
            self.outcome = (Outcome.TRIPLE_FAULT if self._triple_fault()
                            else Outcome.RESET)
        else:
            self.outcome = Outcome.HARNESS
        return self.outcome

    def _drain_events(self):
        try:
            while True:
                message = self._receive()
                if "event" in message:
                    self.events.append(message)
        except (OSError, EOFError, ValueError):
            pass

    def _triple_fault(self):
        return (self.reset_log.exists() and
                b"Triple fault" in self.reset_log.read_bytes())

    def registers(self):
        """{cpu: {register: value}}, by their 64-bit names in every mode."""
        cpus = {}
        for part in re.split(r"^\s*CPU#", self.hmp("info registers -a"),
                             flags=re.M)[1:]:
            number, rest = part.split(None, 1)
            cpus[int(number)] = {
                re.sub("^E", "R", name): int(value, 16) for name, value in
                re.findall(r"\b(?!ES)([RE][A-Z0-9]{1,2}|HLT|CR[0-9])\s*="
                           r"\s*([0-9a-f]+)", rest)}
        return cpus

    def _sample(self):
        """What is needed to tell progress: registers, timers, CPU seconds."""
        try:
            cpus = self.registers()
            threads = {c["cpu-index"]: c["thread-id"]
                       for c in self.qmp("query-cpus-fast")}
            for number, regs in cpus.items():
                regs["seconds"] = self._thread_seconds(threads.get(number))
                if regs.get("HLT") and regs.get("RFL", 0) & 0x200:
                    regs["armed"] = self._timer_armed(number)
            return cpus
        except (OSError, EOFError, RuntimeError, ValueError):
            return None

    def _ours(self, pc):
        return symbols.load(self.setup.elf).function(pc) is not None

    def _thread_seconds(self, thread):
        try:
            stat = pathlib.Path("/proc/%d/task/%d/stat" % (
                self.process.pid, thread)).read_text()
            fields = stat.rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf(
                "SC_CLK_TCK")
        except (OSError, TypeError, IndexError):
            return 0.0

    def _timer_armed(self, cpu):
        """Will this CPU's local timer go off?"""
        text = self.hmp("info lapic", cpu)
        masked = re.search(r"LVTT.*masked", text)
        count = re.search(r"current_count\s*=\s*(\d+)", text)
        return bool(not masked and count and int(count.group(1)))

    def _hang(self, cpus, why):
        self.outcome = Outcome.HANG
        report = "no CPU made progress over two samples, %s\n%s" % (
            why, self.describe(cpus))
        self.log.with_suffix(".hang").write_text(
            report + "\n" + self.hmp("info registers -a"))
        raise Ended(Outcome.HANG, self._tail(report))

    def describe(self, cpus=None):
        """Every CPU: halted or not, its registers, its backtrace."""
        if self.process.poll() is not None:
            return "(QEMU has ended)"
        lines = []
        for number, regs in sorted((cpus or self.registers()).items()):
            lines.append("CPU %d, %s" % (
                number, "halted" if regs.get("HLT") else "running"))
            names = [n for n in regs if n.isupper() and n != "HLT"]
            for at in range(0, len(names), 4):
                lines.append("  " + " ".join(
                    "%-3s %016x" % (n, regs[n]) for n in names[at:at + 4]))
            lines += ["    " + name for name in self.backtrace(number, regs)]
        return "\n".join(lines)

    def backtrace(self, cpu, regs=None, most=32):
        """Names of the functions on a CPU's stack, by the frame pointers."""
        regs = regs or self.registers()[cpu]
        table = symbols.load(self.setup.elf)
        names, frame = [table.name(regs["RIP"])], regs["RBP"]
        while frame and len(names) < most:
            words = re.findall(r"0x([0-9a-f]{16})",
                               self.hmp("x/2gx 0x%x" % frame, cpu))
            if len(words) < 2:
                break
            above, back = int(words[-2], 16), int(words[-1], 16)
            if not back:
                break
            names.append(table.caller(back))
            if above <= frame and above:
                names.append("(the frame pointers go back)")
                break
            frame = above
        return names

    # ----------------------------------------------------------------- the end

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._control.close()
        if self.console:
            self.console.close()
        if self.reset_log.exists() and self.outcome != Outcome.TRIPLE_FAULT:
            self.reset_log.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def stuck(before, now, ours):
    """No progress of any CPU between two samples?  ours(pc): our own code."""
    return bool(before and now and before.keys() == now.keys() and all(
        _cpu_stuck(before[n], now[n], ours) for n in now))


# What a spin loop may change: the value it reads, a time stamp, a count.
_SCRATCH = {"RAX", "RCX", "RDX", "RIP", "RFL", "seconds", "armed"}


def all_halted(sample):
    return bool(sample) and all(regs.get("HLT") for regs in sample.values())


def _cpu_stuck(before, now, ours):
    if now.get("HLT"):
        return (bool(before.get("HLT")) and before["RIP"] == now["RIP"]
                and not now.get("armed"))
    if now["seconds"] - before["seconds"] < SAMPLE_SECONDS / 10:
        return False                # the host did not let it run
    if not ours(now["RIP"]):
        return False                # firmware waits for devices in loops
    return (abs(now["RIP"] - before["RIP"]) < 128 and all(
        before.get(name) == now[name] for name in now
        if name not in _SCRATCH))


# ------------------------------------------------------------------------ KVM

KVM_START = 2       # seconds that QEMU may need to set it up


def kvm_usable():
    return os.access("/dev/kvm", os.R_OK | os.W_OK)


def seconds_to_prompt(accel, elf=None, limit=60):
    """How long this kernel takes to its prompt; None: not so long, or never."""
    import pexpect
    start = time.monotonic()
    with Machine(Setup(boot="pvh", elf=elf, accel=accel, cpus=2),
                 "probe-" + accel.split(",")[0]) as machine:
        came = machine.console.expect([PROMPT, pexpect.EOF, pexpect.TIMEOUT],
                                      timeout=limit)
        took = time.monotonic() - start
    return took if came == 0 else None


def probe_kvm(elf=None):
    """(use it, why), by running our own kernel on TCG, and then on KVM."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return False, "the host is not x86"
    if not os.path.exists("/dev/kvm"):
        return False, "there is no /dev/kvm"
    if not kvm_usable():
        return False, "this user may not open /dev/kvm"
    plain = seconds_to_prompt(tcg()[0], elf) or 10
    kvm = seconds_to_prompt("kvm", elf, plain + KVM_START)
    if kvm is None:
        return False, ("on TCG our kernel reaches its prompt in %.1f s, on KVM "
                       "not in %.1f s" % (plain, plain + KVM_START))
    return True, "our kernel reaches its prompt in %.1f s" % kvm


def best_accelerator(elf=None):
    """KVM if a probe showed that it runs our kernel well; once a host boot."""
    if not kvm_usable():
        return tcg()[0]
    cache = pathlib.Path("build/kvm-probe")
    try:
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        boot = "?\n"
    if not cache.exists() or not cache.read_text().startswith(boot):
        use, why = probe_kvm(elf)
        cache.parent.mkdir(exist_ok=True)
        cache.write_text("%s%s\n%s\n" % (boot, "kvm" if use else "tcg", why))
    return "kvm" if cache.read_text().splitlines()[1] == "kvm" else tcg()[0]
