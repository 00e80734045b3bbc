"""The settings the tests run with: real in all that matters, in a folder of their own for each process."""

import os
import tempfile

from cryptography.fernet import Fernet

# A folder that says which process made it (tests/conftest.py takes it away); the secrets are of this run only.
_var = tempfile.mkdtemp(prefix=f"countersign-tests-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-")
os.mkdir(f"{_var}/static")  # whitenoise warns when it is missing

_surroundings = {
    "VAR_DIR": _var,
    "SECRET_KEY": "of-the-tests-0-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKL",
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "HASH_KEYS": "of-the-tests-1-abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost,[::1]",
    "BROKER_URL": "memory://",  # publishing goes nowhere; tests call drain themselves
}
for _name in ("DEMONSTRATION", "DEBUG", "CACHE_URL", "TRUSTED_PROXIES", "SMTP_URL", "PRIVATE_STORAGE", "TIME_ZONE"):
    os.environ.pop(_name, None)  # what a developer has set must not change what is tested
if "TEST_DATABASE_URL" in os.environ:
    _surroundings["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)
os.environ.update(_surroundings)

from config.settings import *  # noqa: E402, F403  (reads the environment just set)
from config.settings import DATABASES, STORAGES  # noqa: E402

EVEN_TIME = False
HELD_SECONDS = 0  # what a test changes is seen at once
SIGN_SECONDS_AT_LEAST = 0  # nobody in a test takes as long as a person
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # On the disk, as it really is: SQLite in memory locks whole tables between threads and never waits.
    DATABASES["default"]["TEST"] = {"NAME": f"{_var}/tests.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
