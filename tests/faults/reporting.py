"""A pytest plugin: the line of figures of each storm, as soon as it is over, whichever process it ran in."""

import pytest

LINE = "faults"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Lines(reporter), "lines of figures")


class Lines:
    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self.reporter = reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            for name, line in report.user_properties:
                if name == LINE:
                    self.reporter.ensure_newline()
                    self.reporter.write_line(str(line))
