"""Collected only where the tests run on PostgreSQL (TEST_DATABASE_URL): tests/journey/test_on_postgresql.py."""

from django.conf import settings

if settings.DATABASES["default"]["ENGINE"] != "config.postgresql":
    collect_ignore_glob = ["test_*.py"]
