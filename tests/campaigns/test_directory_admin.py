from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from letters.models import Representative
from tests.campaigns.factories import make_seat, make_user

pytestmark = pytest.mark.django_db


def test_the_operator_keeps_dissolutions_and_layouts() -> None:
    client = Client()
    client.force_login(make_user("operator@example.org", is_staff=True, is_superuser=True))
    legislature, _constituency, _representative = make_seat()
    address = f"/admin/letters/legislature/{legislature.pk}/change/"
    today = timezone.localdate()
    data = {
        **{name: getattr(legislature, name) for name in ("slug", "name", "kind", "country", "boundary_set")},
        "translations": "{}",
        "time_zone": "Europe/London",
        "layout": "uk_c5",
        "dissolutions-TOTAL_FORMS": "1",
        "dissolutions-INITIAL_FORMS": "0",
        "dissolutions-0-legislature": str(legislature.pk),
        "dissolutions-0-valid_from": str(today),
        "dissolutions-0-valid_to": str(today + timedelta(days=30)),
    }
    assert client.post(address, data).status_code == 302
    legislature.refresh_from_db()
    assert legislature.layout == "uk_c5"
    assert not Representative.objects.serving(today).filter(legislature=legislature).exists()
    page = client.get(address).content.decode()
    assert "uk_c5" in page and "din_5008_b" in page
