"""What every test on the host shares: machines, and how results are told.

A test asks for `boot` and says what machine it wants:

    def test_x(boot):
        machine = boot("pvh", cpus=2)       # waits for the prompt
        assert "2 of 2" in machine.text()

See         tools/qemu.py, tests/host/report.py
"""

import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "tests/host"))

import qemu         # noqa: E402
import report       # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--every-boot", action="store_true",
                     help="run the boots that `make test` leaves out")
    # pytest's own terminal plugin, which report.py replaces, declares this
    parser.addoption("--verbose", type=int, default=0, help="pytest's own")


def pytest_configure(config):
    report.install(config)


def pytest_unconfigure(config):
    plugin = config.pluginmanager.get_plugin("report")
    if plugin:
        plugin.finish(plugin.exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    plugin = session.config.pluginmanager.get_plugin("report")
    if plugin:
        plugin.exitstatus = int(exitstatus)


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--every-boot")
    left_out = [i for i in items
                if bool(i.get_closest_marker("every_boot")) != wanted]
    if not wanted:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [i for i in items if i not in set(left_out)]
    else:
        items[:] = [i for i in items if "test_boots" in i.nodeid]


def log_name(node):
    """A test's name as a file's: test_boots.reaches_the_shell-uefi-4"""
    return re.sub(r"[^\w.=-]+", "-", "%s.%s" % (
        pathlib.Path(node.nodeid.split("::")[0]).stem,
        node.name.removeprefix("test_"))).strip("-")


@pytest.fixture
def boot(request):
    """boot(how, **setup) -> Machine at its prompt; ends with the test."""
    machines = []

    def start(how="pvh", prompt=qemu.PROMPT, budget=qemu.BUDGET, **setup):
        name = log_name(request.node)
        if machines:
            name += ".%d" % (len(machines) + 1)
        machine = qemu.Machine(qemu.Setup(boot=how, **setup), name)
        machines.append(machine)
        if prompt:
            machine.expect(prompt, budget)
        return machine

    yield start
    for machine in machines:
        machine.close()
