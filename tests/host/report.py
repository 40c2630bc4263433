"""What `make test` prints: one line of progress, the failures, the sum.

Guarantees  The last line is `N passed, N failed`, alone.  A test that could
            not be set up, collected or finished counts as failed; a run that
            ran nothing has one failure.
"""

import collections
import sys
import time

QUIET_SECONDS = 5       # between two lines of progress off a terminal


class Report:
    def __init__(self, workers):
        self.workers = workers
        self.total = 0
        self.passed, self.failed, self.skipped = [], [], []
        self.slowest = []
        self.start = self.said = time.monotonic()
        self.terminal = sys.stdout.isatty()

    # xdist's controller collects in its workers and tells the number here
    def pytest_xdist_node_collection_finished(self, ids):
        self.total = len(ids)

    def pytest_collection_finish(self, session):
        self.total = max(self.total, len(session.items))

    def pytest_collectreport(self, report):
        if report.failed:
            self.failed.append((report.nodeid or "collection",
                                report.longreprtext))

    def pytest_internalerror(self, excrepr):
        self.failed.append(("internal error", str(excrepr)))

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.append((report.nodeid, report.longreprtext))
        elif report.skipped:
            reason = report.longrepr
            self.skipped.append((report.nodeid, reason[2] if isinstance(
                reason, tuple) else str(reason)))
        elif report.when == "call":
            self.passed.append(report.nodeid)
        if report.when == "call":
            self.slowest.append((report.duration, report.nodeid))
        if report.when == "teardown":
            self.progress(report.nodeid)

    def progress(self, name):
        name = name.split("@")[0]       # xdist appends the group
        done = len(self.passed) + len(self.failed) + len(self.skipped)
        text = "  %d/%d, %d failed, %d s  %s" % (
            done, self.total, len(self.failed),
            time.monotonic() - self.start, name)
        if self.terminal:
            print("\r\033[K" + text[:78], end="", flush=True)
        elif time.monotonic() - self.said > QUIET_SECONDS:
            self.said = time.monotonic()
            print(text, flush=True)

    def finish(self, exitstatus):
        if self.terminal:
            print("\r\033[K", end="")
        if not (self.passed or self.failed):
            self.failed.append(("the run itself", "no test ran"))
        elif exitstatus not in (0, 1) and not self.failed:
            self.failed.append(("the run itself",
                                "pytest ended with %d" % exitstatus))
        for name, text in self.failed:
            print("---- FAILED %s\n%s\n" % (name, text))
        for name, _ in self.failed:
            print("FAILED   %s" % name)
        for name, why in self.skipped:
            print("skipped  %s: %s" % (name, why))
        files = collections.Counter()
        for seconds, name in self.slowest:
            files[name.split(".py")[0].split("/")[-1]] += seconds
        print("seconds by file: " + ", ".join(
            "%s %.0f" % (name.removeprefix("test_"), seconds)
            for name, seconds in files.most_common() if seconds >= 1))
        slow = ", ".join("%s %.0f s" % (
            name.split("::", 1)[-1].split("@")[0], seconds)
                         for seconds, name in sorted(self.slowest)[:-9:-1]
                         if seconds > 2)
        print("%.0f s%s%s; each machine's console is in build/logs/" % (
            time.monotonic() - self.start,
            " (%d at a time)" % self.workers if self.workers else "",
            ", the slowest: " + slow if slow else ""))
        print("%d passed, %d failed" % (len(self.passed), len(self.failed)),
              flush=True)


def install(config):
    """The reporter, in the process that reports."""
    if hasattr(config, "workerinput"):
        return
    config.pluginmanager.register(
        Report(config.getoption("numprocesses", None) or 0), "report")
