from typing import Any

from . import exploring


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many inputs were tried, and from which seed they can be had again."""
    if exploring.SECONDS and exploring.tried:
        total = sum(exploring.tried.values())
        terminalreporter.section(f"{total:,} inputs tried, seed {exploring.SEED}")
        for room, number in sorted(exploring.tried.items()):
            terminalreporter.line(f"{number:>8,}  {room}")
        terminalreporter.line(f"statuses: {dict(sorted(exploring.statuses.items()))}")
