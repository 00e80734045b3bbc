"""deploy/ and docs/deploying.md held to the code. tests/setup/try_deploying.py follows them on a whole machine."""

import datetime
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from campaigns import adding_files, lists, pictures
from campaigns.material import sandbox
from config.celery import QUEUES
from letters import webhooks
from letters.draining import DRAIN_SECONDS
from letters.providers import PROVIDERS
from tests.services import free_port
from tests.setup.try_deploying import DOCUMENTS, SERVICES, sections

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.is_file())
NGINX = (DEPLOY / "nginx" / "countersign.conf").read_text()
DOCUMENT = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
GUIDE = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
BIN = Path(sys.executable).parent
# Neither is needed to work on Countersign, and a skip would fail .ci/run: where they are absent there is no such test.
NGINX_HERE = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or ""
# Connect, EHLO, STARTTLS, EHLO, AUTH with its two answers, MAIL, RCPT, DATA, the email. Not the verdict on it.
STEPS_OF_SMTP = 10


def settings_in(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^([A-Z]\w+)=(.*)$", unit.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def only(name: str, setting: str) -> str:
    [value] = settings_in(DEPLOY / "systemd" / name)[setting]
    return value


def commands_of(unit: Path) -> list[list[str]]:
    return [line.split() for line in settings_in(unit).get("ExecStart", [])]


def help_of(*command: str) -> str:
    environment = os.environ | {"COLUMNS": "300"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


# Units


def test_there_is_a_worker_for_each_queue_and_for_no_other() -> None:
    for block in sections(DOCUMENT)["Services"]:
        if found := re.search(r"countersign-worker@\{([a-z,]+)\}", block):
            assert found[1].split(",") == list(QUEUES)
            break
    else:
        pytest.fail("the document starts no workers")
    assert [name.partition("@")[2] for name in SERVICES if "@" in name] == list(QUEUES)


@pytest.mark.parametrize("instance, queue", [("letters", "letters"), ("letters-2", "letters")])
def test_a_worker_serves_the_queue_of_its_name(tmp_path: Path, instance: str, queue: str) -> None:
    (tmp_path / "deploy").mkdir()
    shutil.copy(DEPLOY / "worker", tmp_path / "deploy")
    celery = tmp_path / ".venv/bin/celery"
    celery.parent.mkdir(parents=True)
    celery.write_text('#!/bin/sh\nfor word; do echo "$word"; done\n')
    celery.chmod(0o755)
    said = subprocess.run([tmp_path / "deploy/worker", instance], capture_output=True, text=True, check=True).stdout
    words = said.splitlines()
    assert words[words.index("--queues") + 1] == queue
    assert words[words.index("--hostname") + 1] == f"{instance}@%h"  # or two workers would have one name
    assert options_in(said) <= options_in(help_of(str(BIN / "celery"), "-A", "config", "worker", "--help")) | {
        "--quiet"
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_what_there_is(unit: Path) -> None:
    for program, *words in commands_of(unit):
        assert program.startswith("/srv/countersign/")
        path = Path(program.removeprefix("/srv/countersign/"))
        if path.parts[0] == ".venv":
            assert (BIN / path.name).exists()
        else:
            assert os.access(ROOT / path, os.X_OK)
        if words[:1] == ["manage.py"]:
            name = words[1]
            parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
            parser.parse_args(words[2:])
        if path.name == "granian":
            assert options_in(" ".join(words)) <= options_in(help_of(str(BIN / "granian"), "--help"))
            assert words[-1] == "config.wsgi:application"


def test_a_worker_has_the_time_to_finish_the_email_in_hand() -> None:
    slowest = STEPS_OF_SMTP * settings.SMTP_TIMEOUT_SECONDS + settings.LETTERS_PDF_TIMEOUT_SECONDS + DRAIN_SECONDS
    patience = float(only("countersign-worker@.service", "TimeoutStopSec"))
    assert slowest < patience
    # The verdict may take longer, and nobody waits that long for an update: the guide says what becomes of it.
    [stops] = [part for part in DOCUMENT.split("\n\n") if "`TimeoutStopSec`" in part]
    said = " ".join(stops.split())
    assert patience < settings.SMTP_ACCEPT_SECONDS == 600 and "`SMTP_ACCEPT_SECONDS`, ten minutes" in said
    assert f"after {patience / 60:.0f} minutes" in said
    assert only("countersign-.service.d/common.conf", "KillMode") == "mixed"  # or its renderers are stopped first


def test_only_the_backup_can_reach_the_backups() -> None:
    into = only("countersign-backup.service", "ReadWritePaths")
    [command] = commands_of(DEPLOY / "systemd/countersign-backup.service")
    assert command[3] == into
    assert into in " ".join(sections(DOCUMENT)["The code"])
    assert re.search(r"^BACKUPS = \"(.+)\"$", (DEPLOY / "watch").read_text(), re.MULTILINE)[1] == into  # type: ignore[index]
    for name in ("web", "worker@", "sweeper"):
        assert only(f"countersign-{name}.service", "InaccessiblePaths") == "-/var/backups"
        assert "PartOf" in settings_in(DEPLOY / f"systemd/countersign-{name}.service")


@pytest.fixture
def units(tmp_path: Path) -> Iterator[Path]:
    """As they would be installed, with the code where it is here."""
    folder = tmp_path / "units"
    shutil.copytree(DEPLOY / "systemd", folder)
    for path in folder.rglob("*.*"):
        if path.is_file():
            text = path.read_text().replace("/srv/countersign/.venv/bin", str(BIN))
            path.write_text(text.replace("/srv/countersign", str(ROOT)))
    yield folder


def verdict(folder: Path) -> str:
    names = [unit.name.replace("@.", "@letters.") for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(folder / name) for name in names)],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:"},
        capture_output=True,
        text=True,
    )
    return "\n".join(line for line in done.stderr.splitlines() if "countersign" in line or str(folder) in line)


if shutil.which("systemd-analyze"):

    def test_systemd_has_nothing_to_say_about_the_units(units: Path) -> None:
        assert verdict(units) == ""

    def test_systemd_reads_what_the_units_share(units: Path) -> None:
        with (units / "countersign-.service.d/common.conf").open("a") as file:
            file.write("NoSuchSetting=yes\n")
        said = verdict(units)
        assert said.count("NoSuchSetting") >= len(
            [unit for unit in UNITS if re.fullmatch(r"countersign-.+\.service", unit.name)]
        )


# nginx


def unlogged() -> list[str]:
    [block] = re.findall(r"^map \$uri \$countersign_logged \{(.*?)^\}", NGINX, re.DOTALL | re.MULTILINE)
    return re.findall(r"^\s+~(\S+) 0;$", block, re.MULTILINE)


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        else:
            yield path


@cache
def with_authority() -> list[str]:
    """Whoever knows such an address may act by it."""
    routes = [route for route in addresses(get_resolver().url_patterns) if "token>" in route or "<uidb36>" in route]
    return ["/" + re.sub(r"\(\?P<[^)]*\)|<[^>]+>", "x1", re.sub(r"[$^]", "", route)) for route in routes]


def test_no_link_that_acts_is_logged() -> None:
    assert len(with_authority()) >= 8
    assert [path for path in with_authority() if not any(re.search(one, path) for one in unlogged())] == []


@pytest.mark.parametrize(
    "path", ["/", "/a-letter/", "/a-letter/write/", "/a-letter/sign/", "/letter-of-may/", "/admin/"]
)
def test_other_pages_are_logged(path: str) -> None:
    assert not any(re.search(one, path) for one in unlogged())


def test_nginx_asks_where_the_web_server_listens_and_takes_what_it_takes() -> None:
    [command] = commands_of(DEPLOY / "systemd/countersign-web.service")
    host, port = command[command.index("--host") + 1], command[command.index("--port") + 1]
    assert f"server {host}:{port};" in NGINX
    sizes = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    most, of_events, of_organisers, of_documents, of_pictures, of_signatories = (int(one) * 2**20 for one in sizes)
    assert most >= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert of_events >= webhooks.LARGEST_BODY
    assert of_organisers >= lists.LARGEST_FILE + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert of_documents >= sandbox.LARGEST_FILE + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert of_pictures >= pictures.LARGEST_FILE + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert of_signatories >= adding_files.LARGEST_FILE + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_nginx_lets_a_document_through_where_documents_are_given_and_nowhere_else() -> None:
    [pattern] = re.findall(r"location ~ (\S+) \{\s+client_max_body_size 11m;", NGINX)
    for language in ({}, {"language": "ar"}):
        where: dict[str, str] = {"slug": "friends", **language}
        assert re.search(pattern, reverse("campaigns:material", kwargs=where))
        assert not re.search(pattern, reverse("campaigns:lists", kwargs=where))
        check = reverse("campaigns:material_check", kwargs={**where, "material": UUID(int=0)})
        assert not re.search(pattern, check)


def test_nginx_lets_a_picture_through_where_pictures_are_given_and_nowhere_else() -> None:
    [pattern] = re.findall(r"location ~ (\S+) \{\s+client_max_body_size 13m;", NGINX)
    for language in ({}, {"language": "ar"}):
        where: dict[str, str] = {"slug": "library", **language}
        for name in ("campaign_picture", "settings_logo"):
            assert re.search(pattern, reverse(f"campaigns:{name}", kwargs=where))
        for name in ("campaign_picture_remove", "settings_logo_remove", "campaign", "settings"):
            assert not re.search(pattern, reverse(f"campaigns:{name}", kwargs=where))


def test_nginx_lets_a_long_table_through_where_signatories_are_given_and_nowhere_else() -> None:
    [pattern] = re.findall(r"location ~ (\S+) \{\s+client_max_body_size 21m;", NGINX)
    for language in ({}, {"language": "ar"}):
        where: dict[str, str] = {"slug": "library", **language}
        assert re.search(pattern, reverse("campaigns:signatories_add_files", kwargs=where))
        assert not re.search(pattern, reverse("campaigns:signatories_add", kwargs=where))


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "countersign.example.org")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    signed = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


if NGINX_HERE:

    def test_nginx_understands_its_file(tmp_path: Path) -> None:
        certificate(tmp_path)
        site = NGINX.replace("/etc/countersign/tls", str(tmp_path))
        site = re.sub(r"/var/(log|cache)/nginx/", f"{tmp_path}/", site)
        site = re.sub(r"^\s*listen \[::\].*$", "", site, flags=re.MULTILINE)  # a machine may know no IPv6
        site = re.sub(r"listen (80|443)", lambda _: f"listen 127.0.0.1:{free_port()}", site)
        whole = tmp_path / "nginx.conf"
        whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{site}\n}}\n")
        tested = subprocess.run(
            [NGINX_HERE, "-t", "-c", str(whole), "-p", str(tmp_path)], capture_output=True, text=True
        )
        assert tested.returncode == 0, tested.stderr
        assert "warn" not in tested.stderr


# The environment


def new_environment(**chosen: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DEPLOY / "new-environment"], env=os.environ | chosen, capture_output=True, text=True)


def values(text: str) -> dict[str, str]:
    return {name: value.strip("'") for name, value in re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE)}


CHOSEN = {"HOST": "campaigns.northtown.net", "SMTP_URL": "smtps://a%40b:c&d$e@mail.northtown.net:465"}


def test_a_new_environment_is_ready_for_strangers() -> None:
    ours = values(new_environment(**CHOSEN).stdout)
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(check, cwd=ROOT, env=kept | ours, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_new_environment_has_your_values_and_keys_of_its_own() -> None:
    first, second = (values(new_environment(**CHOSEN).stdout) for _ in range(2))
    example = values((ROOT / "docs/production.env.example").read_text())
    assert set(first) == set(example)
    assert first["SMTP_URL"] == CHOSEN["SMTP_URL"]
    assert first["SITE_URL"] == "https://campaigns.northtown.net"
    for name in ("SECRET_KEY", "HASH_KEYS", "FIELD_ENCRYPTION_KEYS", "METRICS_TOKEN"):
        assert len({first[name], second[name], example[name]}) == 3
    assert "example" not in "".join(first.values())


def test_the_shell_and_systemd_read_the_same_from_it(tmp_path: Path) -> None:
    path = tmp_path / "environment"
    path.write_text(new_environment(**CHOSEN).stdout)
    shown = subprocess.run(
        ["sh", "-c", f"set -a; . {path}; env"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )
    told = dict(line.split("=", 1) for line in shown.stdout.splitlines() if "=" in line)
    wanted = values(path.read_text())
    assert {name: told[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    "chosen", [{"HOST": "https://a.net"}, {"HOST": ""}, {"SMTP_URL": "mail.net"}, {"SMTP_URL": ""}]
)
def test_a_value_that_cannot_be_is_refused(chosen: dict[str, str]) -> None:
    done = new_environment(**(CHOSEN | chosen))
    assert done.returncode == 1
    assert next(iter(chosen)) in done.stderr
    assert done.stdout == ""


# The document


def test_every_file_to_be_copied_is_named() -> None:
    for path in (DEPLOY / "systemd", DEPLOY / "nginx/countersign.conf", *DEPLOY.glob("[a-z]*")):
        assert f"deploy/{path.relative_to(DEPLOY)}" in GUIDE or path.name in GUIDE
    assert "deploy/countersign /usr/local/sbin/countersign" in DOCUMENT


def test_the_commands_of_the_document_are_shell() -> None:
    for heading, blocks in sections(GUIDE).items():
        for block in blocks:
            done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
            assert done.returncode == 0, f"{heading}: {done.stderr}"


def records() -> dict[str, str]:
    """Name in the DNS → what its TXT record says, as the document has them."""
    found = dict(re.findall(r'^(\S+)\.\s+TXT\s+"(.+)"$', DOCUMENT, re.MULTILINE))
    assert len(found) == 3
    return found


def test_the_records_are_those_of_the_domain_that_a_new_environment_sends_from() -> None:
    sender = values((ROOT / "docs/production.env.example").read_text())["DEFAULT_FROM_EMAIL"]
    domain = sender.rpartition("@")[2].rstrip(">")
    assert set(records()) == {domain, f"selector._domainkey.{domain}", f"_dmarc.{domain}"}
    assert re.search(rf"^{re.escape(domain)}\.\s+MX ", DOCUMENT, re.MULTILINE)  # bounces land there


def test_the_records_break_nothing_that_is_there() -> None:
    said = records()
    assert not any(" -all" in record for record in said.values())
    [policy] = [record for name, record in said.items() if name.startswith("_dmarc.")]
    assert "; p=none;" in policy


def test_a_release_is_checked_out_and_not_whatever_is_newest() -> None:
    commands = "\n".join(block for blocks in sections(GUIDE).values() for block in blocks)
    assert "git pull" not in commands
    assert re.search(r"^git checkout .*\$RELEASE", "\n".join(sections(GUIDE)["The code"]), re.MULTILINE)
    assert re.search(r"^git checkout .*\$RELEASE", "\n".join(sections(GUIDE)["Update"]), re.MULTILINE)


def test_the_firewall_lets_in_the_ports_that_nginx_listens_at() -> None:
    ports = sorted(set(re.findall(r"^\s+listen (\d+)", NGINX, re.MULTILINE)), key=int)
    assert f"ufw allow {','.join(ports)}/tcp" in DOCUMENT


def test_the_webhook_is_where_the_guide_sends_the_provider() -> None:
    [path] = re.findall(r"`https://countersign:SECRET@your-host(/\S+)SENDER-UUID/`", DOCUMENT)
    assert path == reverse("letters:provider_events", args=[UUID(int=0)]).removesuffix(f"{UUID(int=0)}/")
    needing, tracked = GUIDE.split("For MailerSend")[1].split("\n\n")[0].split("**Switch off open and click tracking**")
    for name, provider in PROVIDERS.items():
        word = provider.label.split(" (")[0]
        assert (word in f"MailerSend{needing}") == bool(provider.webhook_required), name
        assert (word in tracked) == (not provider.tracking), name
