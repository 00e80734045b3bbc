"""A clean Debian with systemd as its process 1, in namespaces of its own, for trials that need a whole server.

Its units, their users and their hardening are real. Its network is its own loopback, so nothing here is in its way and
no mail can leave it.
"""

import ctypes
import fcntl
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import ROOT, eventually

CLEAN_MACHINE = ROOT.parent / "shared" / "clean-machine"
# A real server has these; the clean machine has no systemd. Its package scripts may start services from then on.
AS_INSTALLED = """
export DEBIAN_FRONTEND=noninteractive
rm -f /usr/sbin/policy-rc.d
apt-get update -q && apt-get install -y -q --no-install-recommends systemd systemd-sysv dbus
"""
BOOT = """
set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mkdir -p "$root/old"
cd "$root"
pivot_root . old
umount -l /old
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=kmsg --show-status=0
"""
# One shell for somebody who types; here a shell for each block, that begins where the last one ended.
SHELL = """
set -euo pipefail
[ ! -e /srv/.shell ] || . /srv/.shell
trap 'status=$?; { export -p; printf "cd %q\\n" "$PWD"; } >/srv/.shell; exit $status' EXIT
"""
TRUST = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
REGISTRIES = re.compile(r"(SSL_|CURL_|REQUESTS_|PIP_|.*_proxy$|.*_PROXY$)")


class Machine:
    def __init__(self, root: Path, init: int) -> None:
        self.root, self.init = root, init
        kept = {name: value for name, value in os.environ.items() if REGISTRIES.match(name)}
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.environment = kept | {"HOME": "/root", "PATH": path, "LANG": "C.UTF-8", "TERM": "dumb"}
        # Whom this machine trusts on its way to the registries: installing packages there makes their list anew.
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "srv" / "trusted.crt")
        self.environment |= dict.fromkeys(TRUST, "/srv/trusted.crt") | {"DEBIAN_FRONTEND": "noninteractive"}

    def _command(self, script: str) -> list[str]:
        return ["nsenter", "-t", str(self.init), "-m", "-u", "-i", "-p", "-r", "-w", "bash", "-c", SHELL + script]

    def run(self, script: str, *, fails: bool = False, given: str = "") -> str:
        """What it says. Before `step_into_its_network` it has our network, afterwards the machine's."""
        done = subprocess.run(
            self._command(script),
            env=self.environment,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert bool(done.returncode) == fails, f"exit status {done.returncode}:\n{script}\n{done.stdout[-4000:]}"
        return done.stdout

    def answer(self, script: str, asked: bytes, typed: str, times: int) -> None:
        """Types into a terminal, as a person does, each time that it is asked."""
        ours, theirs = pty.openpty()

        def take_the_terminal() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        process = subprocess.Popen(
            self._command(script),
            env=self.environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=take_the_terminal,
        )
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # how a terminal ends
                break
            said += piece
            if said.count(asked) and times:
                said, times = said.split(asked, 1)[1], times - 1
                time.sleep(0.5)  # what is typed before the echo is off is thrown away
                os.write(ours, f"{typed}\n".encode())
        assert process.wait() == 0, said.decode(errors="replace")

    def step_into_its_network(self) -> None:
        with open(f"/proc/{self.init}/ns/net") as namespace:
            assert ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0) == 0, os.strerror(ctypes.get_errno())


@contextmanager
def booted() -> Iterator[Machine]:
    made = subprocess.run(
        [CLEAN_MACHINE, "bash", "-ec", AS_INSTALLED], cwd=ROOT, env=os.environ | {"KEEP": "1"}, stdout=subprocess.PIPE,
        text=True, check=True,
    )  # fmt: skip
    root = Path(re.findall(r"^kept: (.+)$", made.stdout, re.MULTILINE)[-1])
    namespaces = ("--mount", "--pid", "--fork", "--kill-child", "--net", "--uts", "--ipc", "--cgroup")
    process = subprocess.Popen(["unshare", *namespaces, "bash", "-c", BOOT, "boot", str(root)], stdout=sys.stderr)
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        init = eventually(lambda: process.poll() is None and children.read_text().split(), "a machine")
        assert init
        machine = Machine(root, int(init[0]))
        answers = ["nsenter", "-t", init[0], "-a", "systemctl", "is-system-running"]
        eventually(lambda: b"running" in subprocess.run(answers, capture_output=True).stdout, "systemd")
        yield machine
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(1)
        shutil.rmtree(root, ignore_errors=True)
