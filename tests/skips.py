"""A pytest plugin: which tests were skipped and why, at the end; and no silent skip where everything must run.

Without the maintainers' ../shared some tests have nothing to read; any other skip fails a run with --strict-skips or
CI=true in the environment.
"""

import os
from collections import defaultdict

import pytest

SHARED_IS_ABSENT = "../shared is absent"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--strict-skips", action="store_true", help="fail when a test was skipped without leave")


def skipped_by_reason(config: pytest.Config) -> dict[str, list[str]]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reasons: dict[str, list[str]] = defaultdict(list)
    for report in reporter.stats.get("skipped", []) if reporter else []:
        *_, reason = report.longrepr if isinstance(report.longrepr, tuple) else (str(report.longrepr),)
        reasons[reason.removeprefix("Skipped: ")].append(report.nodeid)
    return reasons


def without_leave(config: pytest.Config) -> list[str]:
    """The reasons that fail the run; none where skips are allowed."""
    if not config.getoption("--strict-skips") and os.environ.get("CI", "").lower() not in ("1", "true"):
        return []
    return [reason for reason in skipped_by_reason(config) if not reason.startswith(SHARED_IS_ABSENT)]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    is_a_worker = hasattr(session.config, "workerinput")
    if not is_a_worker and session.exitstatus == pytest.ExitCode.OK and without_leave(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reasons = skipped_by_reason(config)
    if not reasons:
        return
    terminalreporter.section("skipped, and why")
    for reason, tests in sorted(reasons.items()):
        terminalreporter.line(f"{reason} ({len(tests)})")
        for test in sorted(tests):
            terminalreporter.line(f"    {test}")
    if unexcused := without_leave(config):
        terminalreporter.line(f"Failed: nothing may be skipped here, but: {'; '.join(unexcused)}", red=True)
