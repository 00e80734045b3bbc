"""Follows docs/deploying.md and docs/operating.md to the letter on a clean machine, and lives there meanwhile: signs,
confirms, updates, restores.

    .venv/bin/python -m tests.setup.try_deploying        as root, about five minutes, needs ../shared/clean-machine

Every block of theirs that says ```sh is run, section by section; only the values under "Choose" are ours. The
mail server and the visitor are this process, which steps into the machine's network once everything is installed. What
is committed is what is tried.
"""

import http.client
import re
import socket
import ssl
import time
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.journey.visitor import Page, Visitor
from tests.services import ROOT, Site, eventually
from tests.setup.machine import Machine, booted
from tests.smtp_server import SmtpServer, smtp_server

DOCUMENTS = [ROOT / "docs" / "deploying.md", ROOT / "docs" / "operating.md"]
HOST, OPERATOR, PASSWORD = "campaigns.trial.example.org", "operator@trial.example.org", "a long word for the trial"
SLUG, SOURCE = "idlib-labour", "/home/new/project"
QUEUES = ("confirmations", "letters", "updates", "jobs")
SERVICES = [f"countersign-{name}" for name in ("web", "sweeper", *(f"worker@{queue}" for queue in QUEUES))]
BACKUPS = "/var/backups/countersign"


def sections(text: str) -> dict[str, list[str]]:
    """Heading → its blocks of commands."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    found = {
        heading: re.findall(r"^```sh\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }
    return {heading: blocks for heading, blocks in found.items() if blocks}


class ByTls(http.client.HTTPSConnection):
    """To nginx on the loopback, by the name of the site: that is what is asked for, and what the certificate says."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", 443), 60)
        self.sock = self._context.wrap_socket(plain, server_hostname=HOST)  # type: ignore[attr-defined]


class Public(Visitor):
    def __init__(self, machine: Machine) -> None:
        site = Site(machine.root / "nowhere", 443)
        site.url = f"https://{HOST}"
        super().__init__(site)
        self.tls = ssl.create_default_context(cafile=str(machine.root / "etc/countersign/tls/fullchain.pem"))
        self.cookies: dict[str, str] = {}

    def _answer(self, method: str, address: str, body: str | None) -> Page:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Referer": f"{self.site.url}/", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers |= {"Origin": self.site.url, "Content-Type": "application/x-www-form-urlencoded"}
        connection = ByTls(HOST, 443, timeout=60, context=self.tls)
        try:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value})
            response = connection.getresponse()
            return Page(response.status, path, response.headers, response.read())
        finally:
            connection.close()

    def log_in(self, address: str, password: str) -> Page:
        page = self._keeping("GET", "/organise/account/login/", None)
        typed = page.form("login", "password").fields | {"login": address, "password": password}
        assert self._keeping("POST", "/organise/account/login/?next=/admin/", urlencode(typed)).status == 302
        return self._answer("GET", "/admin/", None)

    def _keeping(self, method: str, path: str, body: str | None) -> Page:
        page = self._answer(method, path, body)
        for line in page.headers.get_all("Set-Cookie") or []:
            assert "Secure" in line, line
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return page

    def count(self) -> int:
        return int(self.get(f"/{SLUG}/count.json").json()["count"])

    def sign(self, name: str) -> None:
        page = self.get(f"/{SLUG}/")
        form = page.form("name", "email", "postcode", "display", "consent", "updates")
        typed = {"name": f"{name} Marsh", "email": address_of(name), "postcode": "AL1 3FU", "display": "name"}
        self.send(page, form, typed | {"consent": "on"})

    def confirm(self, email: EmailMessage) -> Page:
        page = self.get(self.link(email, "/confirm/"))
        return self.send(page, page.form())

    def link(self, email: EmailMessage, *beginning: str) -> str:
        body = email.get_body(("plain",))
        assert body is not None
        return self.site.link(body.get_content(), *beginning)


def address_of(name: str) -> str:
    return f"{name.lower()}@trial.example.org"


class Trial:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.todo = sections("\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS))
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def choose(self, **values: str) -> None:
        self.machine.run("\n".join(f"export {name}='{value}'" for name, value in values.items()))

    def follow(self, heading: str) -> str:
        """Runs a section's blocks. What asks for a password gets one."""
        self.say(f"{heading}: as it is written")
        return self.type_in(self.todo.pop(heading))

    def type_in(self, blocks: list[str]) -> str:
        said = ""
        for block in blocks:
            if "createsuperuser" in block:
                self.machine.answer(block, b"assword", PASSWORD, 2)
            else:
                said += self.machine.run(block)
        return said

    def emails(self, post: SmtpServer, name: str) -> list[EmailMessage]:
        return [email.message for email in post.taken() if email.envelope_to == address_of(name)]

    def email(self, post: SmtpServer, name: str) -> EmailMessage:
        return eventually(lambda: self.emails(post, name), f"an email to {name}", 60)[-1]

    def counted(self, visitor: Public, expected: int) -> None:
        eventually(lambda: visitor.count() == expected, f"a count of {expected}, not {visitor.count()}", 60)
        self.say(f"the page counts {expected}")


def main() -> None:
    with booted() as machine:
        trial = Trial(machine)
        try:
            followed(trial)
        except BaseException:
            print(machine.run("journalctl --no-pager --lines 80; tail -n 20 /var/log/nginx/*.log || true"))
            raise


def followed(trial: Trial) -> None:
    machine = trial.machine
    trial.todo.pop("Choose")
    trial.choose(HOST=HOST, OPERATOR=OPERATOR, SOURCE=SOURCE, RELEASE="v1-trial")
    machine.run(f"git -C {SOURCE} tag v1-trial")
    for heading in ("Packages", "The code"):
        trial.follow(heading)
    machine.step_into_its_network()
    with smtp_server() as post:
        trial.choose(SMTP_URL=post.url)
        installed(trial)
        visitor = Public(machine)
        lived_in(trial, visitor, post)
        stopped_and_killed(trial, visitor, post)
        updated(trial)
        restored(trial, visitor, post)
        rotated(trial, visitor, post)
        moved(trial, visitor, post)
    assert not trial.todo, f"never followed: {list(trial.todo)}"
    trial.say("everything in the document was done, and held")


def installed(trial: Trial) -> None:
    for heading in ("Settings and keys", "Database", "Services", "nginx"):
        said = trial.follow(heading)
    assert "\nok\n" in said, said
    run = trial.machine.run
    active = run(f"systemctl is-active {' '.join(SERVICES)} countersign-backup.timer").split()
    assert active == ["active"] * (len(SERVICES) + 1), active
    for name in SERVICES:
        exposure = re.findall(r"exposure level for \S+ (\S+) (\w+)", run(f"systemd-analyze security {name} | tail -1"))
        memory = int(run(f"systemctl show -P MemoryCurrent {name}")) / 2**20
        user = run(f"ps -o user= -p $(systemctl show -P MainPID {name})").strip()
        assert user in ("counter+", "countersign"), user
        trial.say(f"{name}: {memory:.0f} MiB, runs as {user}, systemd calls its exposure {exposure[0]}")


def lived_in(trial: Trial, visitor: Public, post: SmtpServer) -> None:
    run = trial.machine.run
    run("countersign load_seeds")  # a campaign to sign; an organiser makes one at /admin/
    trial.counted(visitor, 0)
    visitor.sign("Alice")
    visitor.confirm(trial.email(post, "Alice"))
    trial.counted(visitor, 1)
    assert visitor.get(f"/{SLUG}/letter.pdf").body.startswith(b"%PDF-")
    assert visitor.log_in(OPERATOR, PASSWORD).status == 200
    visitor.cookies.clear()
    said = trial.follow("Watching it")
    assert "not well" in str(told_to_operator(post)["Subject"]), "the look whether all is well finds no backup yet"
    assert "post: on time" in said and 'oldest_due_seconds{queue="confirmations"} 0.0' in said, said
    log = run("cat /var/log/nginx/countersign.log")
    assert " HIT" in log and f" /{SLUG}/sign/ " in log
    assert "/confirm/" not in log and "127.0.0.1" not in log and "127.0.0.0" in log
    assert address_of("Alice") not in run("journalctl --no-pager -u 'countersign-*'")
    trial.say("signed, confirmed, counted, rendered, logged in; no link and no address in a log")


def told_to_operator(post: SmtpServer) -> EmailMessage:
    told = eventually(lambda: [mail for mail in post.taken() if mail.envelope_to == OPERATOR], "a mail to the operator")
    return told[0].message


def stopped_and_killed(trial: Trial, visitor: Public, post: SmtpServer) -> None:
    run, worker = trial.machine.run, "countersign-worker@confirmations"
    post.delay = 4.0
    visitor.sign("Bob")
    eventually(lambda: address_of("Bob") in post.began, "the email in the worker's hand")
    began = time.monotonic()
    run(f"systemctl stop {worker}")
    post.delay = 0.0
    trial.say(f"a worker told to stop with an email in hand took {time.monotonic() - began:.1f} s")
    states = run("runuser -u countersign -- psql -tAc 'SELECT state, count(*) FROM letters_outgoingemail GROUP BY 1'")
    assert states.split() == ["sent|2"], states
    run(f"systemctl start {worker}; systemctl kill --signal KILL {worker} countersign-web")
    eventually(lambda: visitor._answer("GET", "/healthz/", None).status == 200, "the web server again", 30)
    visitor.confirm(trial.email(post, "Bob"))
    trial.counted(visitor, 2)


def updated(trial: Trial) -> None:
    """To a release that is the same but for its name, and back."""
    run, source = trial.machine.run, f"git -C {SOURCE}"
    run(f"{source} -c user.name=Trial -c user.email=trial@example.org commit --quiet --allow-empty -m next")
    run(f"{source} tag v2-trial && {source} -c user.name=T -c user.email=t@example.org commit -q --allow-empty -m wild")
    release = "git -C /srv/countersign describe --tags"
    assert run(release).strip() == "v1-trial"
    trial.choose(RELEASE="v2-trial")
    blocks = trial.todo["Update"]
    trial.follow("Update")
    assert run(release).strip() == "v2-trial"
    assert not trial.follow("Going back").strip(), "no migration was between the two"
    trial.type_in(blocks[1:])
    assert run(release).strip() == "v1-trial"
    assert run("systemctl is-active countersign-web").strip() == "active"


def restored(trial: Trial, visitor: Public, post: SmtpServer) -> None:
    run = trial.machine.run
    run("systemctl stop countersign-worker@confirmations")
    for name in ("Charlie", "Dora"):  # whose emails wait when the backup is made
        visitor.sign(name)
    trial.follow("Backup")
    run("systemctl start countersign-watch")
    assert "All is well." in run("journalctl --no-pager -u countersign-watch | tail -n 4")
    newest = run(f"ls -d {BACKUPS}/countersign-*Z | tail -n 1").strip()
    keys = re.findall(r"_KEYS?=(\S+)", run("cat /etc/countersign/environment"))
    assert len(keys) == 3
    assert not run(f"grep -rlF {' '.join(f'-e {key}' for key in keys)} {newest} || true"), "a key is in the backup"
    run("systemctl start countersign-worker@confirmations")
    left = {name: trial.email(post, name) for name in ("Charlie", "Dora")}
    visitor.sign("Eve")
    visitor.confirm(trial.email(post, "Eve"))  # after the backup: lost by the restore, and nobody is told otherwise
    trial.counted(visitor, 3)
    refused(trial, newest)

    said = trial.type_in(trial.todo["Restore"][:1])
    assert "confirmation: 2 held" in said, said
    taken = to_supporters(post)
    trial.counted(visitor, 2)
    mine = visitor.get(visitor.link(trial.emails(post, "Alice")[0], "/signature/"))
    assert "Alice Marsh" in mine.text  # by a link sent before, from an encrypted row
    visitor.get(visitor.link(trial.emails(post, "Eve")[0], "/confirm/"), status=410)
    time.sleep(20)
    assert to_supporters(post) == taken, "something was sent again without a decision"
    trial.say("restored: the count, a row, a link; nothing was sent again in 20 s")
    decided(trial, visitor, post, left)


def to_supporters(post: SmtpServer) -> int:
    return sum(email.envelope_to != OPERATOR for email in post.taken())


def refused(trial: Trial, backup: str) -> None:
    """What a restore must not do."""
    run = trial.machine.run
    assert "not empty" in run(f"countersign restore {backup}", fails=True)
    run("cp -p /etc/countersign/environment /srv/kept")
    run("deploy/new-environment >/etc/countersign/environment")
    assert "not those of the backup" in run(f"countersign restore {backup}", fails=True)
    run("cp -p /srv/kept /etc/countersign/environment")


def decided(trial: Trial, visitor: Public, post: SmtpServer, left: dict[str, Any]) -> None:
    run = trial.machine.run
    line = f"Nov 21 03:00:00 vm postfix/cleanup[7]: 4F1: message-id={left['Charlie']['Message-ID']}\n"
    assert "1 had left" in run("countersign restored --log", given=line)
    assert "1 decided: send" in run("countersign restored send --kind confirmation")
    again = eventually(lambda: trial.emails(post, "Dora")[1:], "Dora's email, sent again as decided", 60)[0]
    assert again["Message-ID"] == left["Dora"]["Message-ID"]
    assert len(trial.emails(post, "Charlie")) == 1
    visitor.confirm(left["Charlie"])  # the link that left before the restore
    trial.counted(visitor, 3)
    assert "by origin" in run("countersign reconcile")


def rotated(trial: Trial, visitor: Public, post: SmtpServer) -> None:
    trial.follow("Keys")
    mine = visitor.get(visitor.link(trial.emails(post, "Alice")[0], "/signature/"))
    assert "Alice Marsh" in mine.text
    visitor.sign("Alice")  # found by the new hash: she has signed already
    eventually(lambda: len(trial.emails(post, "Alice")) == 2, "an answer to Alice", 60)
    trial.counted(visitor, 3)


def moved(trial: Trial, visitor: Public, post: SmtpServer) -> None:
    """All that was stored is gone; a copy of a backup is there, as it comes from elsewhere, and the keys."""
    run = trial.machine.run
    run("systemctl start countersign-backup && systemctl stop countersign.target")
    run(f"cp -r $(ls -d {BACKUPS}/countersign-*Z | tail -n 1) /srv/ && chown -R root:root /srv/countersign-*Z")
    run("for name in countersign countersign_restored; do runuser -u postgres -- dropdb $name; done")
    run(f"runuser -u postgres -- dropuser countersign; rm -rf {BACKUPS}/* /var/lib/countersign/*")
    trial.choose(COPY=run("ls -d /srv/countersign-*Z").strip())
    trial.say("Restore: as it is written for a new server")
    trial.type_in(trial.todo.pop("Restore")[1:])
    run("countersign check --deploy && countersign migrate && countersign collectstatic --noinput")
    run("systemctl start countersign.target")
    trial.counted(visitor, 3)
    mine = visitor.get(visitor.link(trial.emails(post, "Alice")[0], "/signature/"))
    assert "Alice Marsh" in mine.text


if __name__ == "__main__":
    main()
