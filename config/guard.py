"""Stands between the supervisor and one child, so that nothing the child starts can outlive the supervisor.

    python guard.py COMMAND…

It leads a process group of its own, and its standard input is a pipe that only the supervisor holds open. When that
pipe closes, however the supervisor ended (kill -9 too), the whole group is killed. Linux could do this for a child
(PR_SET_PDEATHSIG) but not for the processes the child starts, and macOS cannot at all.

Only the standard library's smallest parts: one guard a child is alive all the time.
"""

import os
import select
import signal
import subprocess
import sys


def main(command: list[str]) -> int:
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # before there is a child to be told
        signal.signal(number, lambda number, _: told.append(number))
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    while child.poll() is None:
        if told:
            told.clear()
            child.send_signal(signal.SIGTERM)
        readable, _, _ = select.select([sys.stdin, wake], [], [])
        if wake in readable:
            os.read(wake, 512)
        elif not os.read(0, 512):
            os.killpg(0, signal.SIGKILL)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
