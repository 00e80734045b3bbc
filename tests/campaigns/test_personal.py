"""The register of personal columns is whole: a new column is thought of, or this fails."""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import models

from campaigns.models import Signature
from campaigns.personal import ACTIVITIES, IMPERSONAL, columns_of
from config.crypto import EncryptedJSONField, EncryptedTextField
from letters.models.letter import PERSONAL_FIELDS
from letters.models.post import PERSONAL_TEXT

TEXT = (
    *(models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField),
    *(models.GenericIPAddressField,),
)


def texts_of(model: type[models.Model]) -> set[str]:
    return {
        column.name
        for column in model._meta.local_concrete_fields
        if isinstance(column, TEXT) and not column.is_relation
    }


def undeclared(found: Iterable[type[models.Model]]) -> list[str]:
    return [
        f"{model._meta.label}.{name}"
        for model in found
        for name in sorted(
            texts_of(model) - columns_of(model._meta.label) - IMPERSONAL.get(model._meta.label, frozenset())
        )
    ]


def every_model() -> list[type[models.Model]]:
    return list(apps.get_models(include_auto_created=True))


def test_every_column_of_text_is_declared_as_personal_or_not() -> None:
    assert undeclared(every_model()) == []


def test_the_check_sees_a_column_that_nobody_thought_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(IMPERSONAL, "campaigns.Tally", frozenset({"of"}))
    assert undeclared(every_model()) == ["campaigns.Tally.key"]


def test_nothing_is_declared_that_is_not_there_nor_as_both() -> None:
    labels = {model._meta.label: texts_of(model) for model in every_model()}
    declared = [(label, set(names)) for activity in ACTIVITIES for label, names in activity.columns.items()]
    for label, names in [*declared, *((label, set(names)) for label, names in IMPERSONAL.items())]:
        assert names <= labels[label], label
    for label, impersonal in IMPERSONAL.items():
        assert not impersonal & columns_of(label), label


def test_what_is_encrypted_is_personal_or_a_secret() -> None:
    """Somebody thought it worth a key."""
    secrets = {"letters.Sender", "letters.Message"}
    for model in every_model():
        for column in model._meta.local_concrete_fields:
            if isinstance(column, EncryptedTextField | EncryptedJSONField) and model._meta.label not in secrets:
                assert column.name in columns_of(model._meta.label), f"{model._meta.label}.{column.name}"


def test_what_erasing_blanks_is_what_the_register_says_of_supporters() -> None:
    assert columns_of("campaigns.Signature", supporters=True) == set(Signature.PERSONAL)
    assert columns_of("letters.Letter", supporters=True) == set(PERSONAL_FIELDS)
    assert columns_of("letters.OutgoingEmail", supporters=True) == {*PERSONAL_TEXT, "values"}


def test_every_activity_says_what_article_30_asks_for() -> None:
    for activity in ACTIVITIES:
        told = (activity.title, activity.whose, activity.purpose, activity.basis, activity.told_to, activity.until)
        assert all(str(one).strip() for one in told) and activity.kinds, activity.name
