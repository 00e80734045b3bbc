"""What `make fuzz` has found: answered in words since."""

import pytest
from django.test import Client

from campaigns.models import User

pytestmark = pytest.mark.django_db
NO_ADDRESSES = ("//[x", "https://[::1", "http://evil.example]/", "//\u2100/")
FORMS = {
    "/organise/account/login/": {"login": "alice@example.org", "password": "not it"},
    "/organise/account/sign-up/": {"name": "", "email": "alice@example.org", "password1": "x"},
}


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("next_page", NO_ADDRESSES)
def test_a_next_page_that_is_no_address_leads_nowhere(path: str, next_page: str) -> None:
    assert Client().get(path, {"next": next_page}).status_code == 200
    assert Client().post(path, FORMS[path] | {"next": next_page}).status_code == 422


@pytest.mark.parametrize(
    "path, field", [("/organise/account/password/reset/", "email"), ("/organise/account/sign-up/", "email")]
)
def test_an_address_that_nobody_could_write_to_is_refused_in_words(path: str, field: str) -> None:
    User.objects.create_user("alice@example.org", "correct horse battery")
    for address in ("alice@exa\u202emple.org", "alice@\u2066x.org", "alice@" + "ü" * 70 + ".org"):
        form = {"name": "Alice", "password1": "a long enough phrase", field: address}
        answer = Client().post(path, form)
        assert answer.status_code == 422 and "Write a whole email address" in answer.content.decode(), repr(address)


def test_a_referer_that_is_no_address_is_none(client: Client) -> None:
    answer = client.post("/organise/organisations/x/people/invite/", headers={"referer": "http://[x"})
    assert answer.status_code == 302 and answer["Location"].startswith("/organise/account/login/")
