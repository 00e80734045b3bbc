"""Run as a script by test_supervisor.py: a supervisor over small shell programs.

    python supervised.py FOLDER GRACE TEXT…

Each TEXT runs as `sh -c TEXT FOLDER/<number>`, and has answered when FOLDER/<number>.answer exists. FOLDER/queue is
made before every start.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from config.supervisor import Program, Supervisor  # noqa: E402  (after its folder is on the path)


def main(folder: Path, grace: float, texts: list[str]) -> int:
    def program(number: int, text: str) -> Program:
        return Program(
            f"program {number}",
            ["sh", "-c", text, str(folder / str(number))],
            answers=lambda started: (folder / f"{number}.answer").exists(),
            before_start=lambda: (folder / "queue").mkdir(exist_ok=True),
        )

    programs = [program(number, text) for number, text in enumerate(texts)]
    return Supervisor(programs, "All are ready", grace=grace, first_pause=0.01).run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
