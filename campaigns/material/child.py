"""The process in which one document is read: its bytes come by stdin, the draft leaves by stdout as JSON.

Run by its path, isolated (`python -I`), with the limits and the file's name as JSON in its one argument. What it may
not do is the same that may not be done where letters are rendered.
"""

import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LARGEST_ANSWER = 50_000_000  # bytes


def _confinement() -> ModuleType:
    # By its path, for its package would bring Django and the settings.
    spec = importlib.util.spec_from_file_location("confinement", ROOT / "letters" / "pdf" / "child.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    asked = json.loads(sys.argv[1])
    confinement = _confinement()
    confinement.die_with_parent()
    confinement.limit_memory(asked["memory_mb"])
    confinement.limit_cpu(asked["seconds"])
    sys.path.append(str(ROOT))
    from campaigns.material import pipeline, words  # all of it now: after the next lines no more of ours can be read

    words.load()
    pipeline.data_of(b"A word.", "a.txt")  # so that whatever is read when it is first needed, is read
    sys.path.remove(str(ROOT))
    confinement.forbid()
    answer = json.dumps(_answer(pipeline, sys.stdin.buffer.read(), asked["filename"]), ensure_ascii=False)
    body = answer.encode("utf-8", "replace")
    stdout.write(body if len(body) <= LARGEST_ANSWER else b'{"refused": "too large"}')
    stdout.close()
    os._exit(0)  # nothing to tidy up, and a library's threads need not be waited for


def _answer(pipeline: Any, content: bytes, filename: str) -> dict[str, Any]:
    try:
        return {"draft": pipeline.data_of(content, filename)}
    except pipeline.Unreadable as refusal:
        return {"refused": refusal.reason, "kind": refusal.kind}
    except (MemoryError, RecursionError):
        return {"refused": "too large"}
    except Exception as error:
        # The places, not the message: it may hold what is in the document.
        places = "".join(traceback.format_tb(error.__traceback__))
        return {"refused": "damaged", "fault": type(error).__name__, "places": places}


if __name__ == "__main__":
    main()
