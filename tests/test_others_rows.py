"""Forms of one's own, posted with rows of another organisation in their fields: theirs are neither touched nor told."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from django.forms import BaseForm, ModelChoiceField
from django.urls import reverse

from campaigns.forms import organising
from campaigns.models import Campaign, Signature
from letters.models import Legislature, OutgoingEmail
from letters.models.post import State

from .house import House, house  # noqa: F401

pytestmark = pytest.mark.django_db


def of_charlie(name: str, **where: Any) -> str:
    own = Campaign.objects.get(slug="charlies")
    slug = own.organisation.slug if name.startswith("post_") else own.slug
    return reverse(f"campaigns:{name}", kwargs={"slug": slug, **where})


def test_a_list_of_another_organisation_is_neither_offered_nor_taken(house: House) -> None:  # noqa: F811
    theirs = Legislature.objects.get(kind="list")
    Legislature.objects.filter(pk=theirs.pk).update(name="The secret board of Alice")
    client = house.client("Charlie")
    assert "The secret board of Alice" not in client.get(of_charlie("letters_settings")).content.decode()
    for field in ("legislature", "lists", "legislatures", "more"):
        client.post(of_charlie("letters_settings"), {field: [str(theirs.pk)], "lists": [str(theirs.pk)]})
    own = Campaign.objects.get(slug="charlies")
    assert own.legislature_id != theirs.pk
    named = [field.name for field in own._meta.many_to_many if field.related_model is Legislature]
    assert all(theirs not in getattr(own, name).all() for name in named)


def test_a_campaign_is_given_to_an_organisation_of_ones_own_alone(house: House) -> None:  # noqa: F811
    alices = house.campaign.organisation
    page = house.client("Charlie").get(of_charlie("life_transfer")).content.decode()
    assert f'value="{alices.pk}"' not in page
    assert (
        house.client("Charlie").post(of_charlie("life_transfer"), {"to": str(alices.pk), "really": "on"}).status_code
        == 422
    )
    assert Campaign.objects.get(slug="charlies").organisation_id != alices.pk


def test_an_email_of_another_organisation_is_not_decided_on(house: House) -> None:  # noqa: F811
    email: Any = house.rows["letters.outgoingemail"]
    OutgoingEmail.objects.update(state=State.HELD)
    for do in ("drop", "send", "cancel", "again"):
        house.client("Charlie").post(of_charlie("post_held"), {"email": str(email.uuid), "do": do})
    assert OutgoingEmail.objects.get(pk=email.pk).state == State.HELD


def test_a_signature_of_another_organisation_is_neither_found_hidden_nor_struck_out(house: House) -> None:  # noqa: F811
    theirs: Any = house.rows["campaigns.signature"]
    number, client = str(theirs.pk), house.client("Charlie")
    rows = {name: [number] for name in ("row", "signature", "signatures", "number", "pk", "ids")}
    for name in ("moderation", "invalidation_look", "invalidation_do", "signatures_find"):
        answer = client.post(of_charlie(name), rows | {"do": "hide", "reason": "x", "email": theirs.email})
        assert answer.status_code != 500 and theirs.name not in answer.content.decode()
    for do in ("invalidate", "hide", "confirm"):
        assert client.post(of_charlie("signatures_act", number=theirs.pk), {"do": do}).status_code == 404
    now = Signature.objects.get(pk=theirs.pk)
    assert (now.state, now.name_check, now.reason_check) == (theirs.state, theirs.name_check, theirs.reason_check)


OF_THE_OPERATOR = {"VariantForm"}  # the administration's; that of the workspace says again whose rows it offers


def fields_of_rows() -> Iterator[tuple[str, ModelChoiceField]]:
    for module in iter_modules(organising.__path__):
        for thing in vars(import_module(f"{organising.__name__}.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, BaseForm) and thing.__name__ not in OF_THE_OPERATOR:
                for name, field in getattr(thing, "base_fields", {}).items():
                    if isinstance(field, ModelChoiceField):
                        yield f"{thing.__name__}.{name}", field


def test_every_choice_among_rows_begins_with_none() -> None:
    """A form that forgot to say whose rows it offers would offer everybody's."""
    found = dict(fields_of_rows())
    assert len(found) > 5
    rows = {name: field.queryset for name, field in found.items() if field.queryset is not None}
    assert [name for name, offered in rows.items() if not offered.query.is_empty()] == []
