"""The settings as another installation's environment makes them: each is read by a process of its own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.services import ROOT, postgresql

CONNECTED = """
import json, django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
    print(json.dumps([cursor.fetchone()[0], connection.connection.info.get_parameters()]))
"""
LIMIT = 'import json, django; django.setup(); from config.ratelimit import LIMITS; print(LIMITS["sign_campaign"].count)'


def said(script: str, **environment: str) -> Any:
    known = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEMONSTRATION": "0"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=os.environ | known | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.xdist_group("postgresql")
def test_a_database_that_says_nothing_more_is_not_waited_for_long() -> None:
    with postgresql() as address:
        answer, own = said(CONNECTED, DATABASE_URL=address)
        _, chosen = said(CONNECTED, DATABASE_URL=f"{address}?connect_timeout=9&application_name=chosen")
    assert answer == 1
    assert (own["connect_timeout"], own["tcp_user_timeout"]) == ("5", "30000")
    assert (chosen["connect_timeout"], chosen["tcp_user_timeout"]) == ("9", "30000")
    assert chosen["application_name"] == "chosen"


@pytest.mark.parametrize("environment, most", [({}, 6000), ({"SIGNATURES_PER_MINUTE": "25000"}, 25_000)])
def test_how_much_one_campaign_takes_can_be_chosen(environment: dict[str, str], most: int) -> None:
    assert said(LIMIT, **environment) == most
