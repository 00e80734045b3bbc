from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test.utils import isolate_apps
from pytest_django.fixtures import Settings

from config.crypto import EmailKeyField, EncryptedJSONField, EncryptedTextField, Undecryptable, email_key, email_keys
from config.management.commands import rotate_keys

pytestmark = pytest.mark.django_db(transaction=True)

Model = Any  # made for each test, so its class has no name here


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A model with every field that has to be moved, in a table of its own."""
    with isolate_apps("config"):

        class Person(models.Model):
            name = EncryptedTextField(blank=True)
            more = EncryptedJSONField()
            email = EncryptedTextField(blank=True)
            key = EmailKeyField(source="email")

            class Meta:
                app_label = "config"
                constraints = [models.UniqueConstraint("key", name="one_each", condition=~models.Q(key=""))]

            def __str__(self) -> str:
                return self.name

        with connection.schema_editor() as editor:
            editor.create_model(Person)
        monkeypatch.setattr(apps, "get_models", lambda: [Person])
        yield Person
        with connection.schema_editor() as editor:
            editor.delete_model(Person)


def _new_keys(settings: Settings) -> None:
    """Puts new keys first."""
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    settings.HASH_KEYS = [f"new-{len(settings.HASH_KEYS)}-abcdefghijklmnopqrstuvwxyz", *settings.HASH_KEYS]


def _rotate(**options: Any) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue()


def _stored(person: Model) -> list[tuple[Any, ...]]:
    raw = {f"raw_{name}": Cast(name, TextField()) for name in ("name", "more", "email", "key")}
    return list(person.objects.annotate(**raw).order_by("pk").values_list(*raw))


def test_a_key_is_kept_in_step_with_its_address_and_outlives_it(person: Model) -> None:
    alice = person.objects.create(name="Alice", email="alice@example.org")
    assert alice.key == email_key("alice@example.org")
    alice.email = "alice@example.net"
    alice.save()
    alice.refresh_from_db()
    assert alice.key == email_key("alice@example.net")
    alice.email = ""
    alice.save()
    alice.refresh_from_db()
    assert alice.key == email_key("alice@example.net"), "the person can still be recognised"
    (bulk,) = person.objects.bulk_create([person(email="bob@example.org")])
    assert person.objects.get(pk=bulk.pk).key == email_key("bob@example.org")
    assert person.objects.create(name="without address").key == ""


def test_afterwards_the_old_keys_can_be_taken_away(person: Model, settings: Settings) -> None:
    for number in range(7):
        person.objects.create(name=f"name {number}", more={"n": number}, email=f"p{number}@example.org")
    _new_keys(settings)
    assert "7 rows; 21 values encrypted anew, 7 address keys computed anew, 0 kept" in _rotate(batch=3)
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    settings.HASH_KEYS = settings.HASH_KEYS[:1]
    for number in range(7):
        found = person.objects.get(key__in=email_keys(f"P{number}+x@example.org"))
        assert (found.name, found.more, found.email) == (f"name {number}", {"n": number}, f"p{number}@example.org")


def test_a_second_run_changes_nothing(person: Model, settings: Settings) -> None:
    person.objects.create(name="Alice", email="alice@example.org")
    _new_keys(settings)
    _rotate()
    before = _stored(person)
    assert "1 rows; 0 values encrypted anew, 0 address keys computed anew" in _rotate()
    assert _stored(person) == before


def test_what_is_empty_stays_empty_and_a_key_without_its_address_is_kept_and_counted(
    person: Model, settings: Settings
) -> None:
    person.objects.create()
    scrubbed = person.objects.create(email="alice@example.org")
    scrubbed.email = ""
    scrubbed.save()
    _new_keys(settings)
    assert "0 values encrypted anew, 0 address keys computed anew, 1 kept because" in _rotate()
    assert _stored(person) == [("", "", "", ""), ("", "", "", scrubbed.key)]
    assert person.objects.get(key__in=email_keys("alice@example.org")) == scrubbed


def test_a_run_that_was_stopped_goes_on_where_it_was_and_left_no_batch_by_half(
    person: Model, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        person.objects.create(name=f"name {number}", email=f"p{number}@example.org")
    before = _stored(person)
    _new_keys(settings)
    real, calls = rotate_keys._rotate_row, []

    def stopped(*row: Any) -> None:
        calls.append(row)
        if len(calls) == 4:
            raise KeyboardInterrupt
        real(*row)

    with monkeypatch.context() as patch:
        patch.setattr(rotate_keys, "_rotate_row", stopped)
        with pytest.raises(KeyboardInterrupt):
            _rotate(batch=2)
    changed = [now != then for now, then in zip(_stored(person), before, strict=True)]
    assert changed == [True, True, False, False, False, False]
    assert "6 rows; 8 values encrypted anew, 4 address keys computed anew" in _rotate(batch=2)


def test_a_value_that_no_key_opens_is_named_and_left_and_the_rest_is_done(person: Model, settings: Settings) -> None:
    lost = person.objects.create(name="Alice")
    good = person.objects.create(name="Bob")
    with connection.cursor() as cursor:
        table = person._meta.db_table
        cursor.execute(
            f"UPDATE {table} SET name = %s WHERE id = %s",
            [Fernet(Fernet.generate_key()).encrypt(b"x").decode(), lost.pk],
        )
    before = _stored(person)
    _new_keys(settings)
    with pytest.raises(CommandError, match=f"Person {lost.pk}: no key opens it"):
        _rotate()
    after = _stored(person)
    assert after[0] == before[0] and after[1] != before[1]
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    assert person.objects.get(pk=good.pk).name == "Bob"
    with pytest.raises(Undecryptable):
        person.objects.get(pk=lost.pk)


def test_two_rows_that_turn_out_to_be_one_person_are_named_and_left(person: Model, settings: Settings) -> None:
    first = person.objects.create(email="alice@example.org")
    _new_keys(settings)
    second = person.objects.create(email="alice@example.org")  # by code that did not ask for every key
    with pytest.raises(CommandError, match=f"Person {first.pk}: another row has its new address key"):
        _rotate()
    assert {person.objects.get(pk=row.pk).email for row in (first, second)} == {"alice@example.org"}


def test_a_dry_run_counts_the_same_and_changes_nothing(person: Model, settings: Settings) -> None:
    for number in range(5):
        person.objects.create(name=f"name {number}", email=f"p{number}@example.org")
    _new_keys(settings)
    before = _stored(person)
    tried = _rotate(batch=2, dry_run=True)
    assert "5 rows; 10 values encrypted anew, 5 address keys computed anew" in tried and _stored(person) == before
    assert tried.splitlines()[1:] == _rotate(batch=2).splitlines()


def test_a_long_run_says_how_far_it_is(person: Model, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate_keys, "TELL_EVERY", 4)
    for number in range(9):
        person.objects.create(name=f"name {number}")
    said = [line for line in _rotate(batch=3).splitlines() if "so far" in line]
    assert said == ["config.Person: 6 rows so far.", "config.Person: 9 rows so far."]


def test_what_keeps_no_address_and_is_not_moved_is_known() -> None:
    """docs/privacy.md says of each what becomes of it when a key is taken away."""
    moved = {
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        for column in model._meta.local_concrete_fields
        if (column.name == "key" or column.name.endswith("_key")) and not isinstance(column, EmailKeyField)
    }
    assert moved == {
        *("letters.Suppression.key", "campaigns.Signature.domain_key", "campaigns.Signature.network_key"),
        *("campaigns.SigningHour.key", "campaigns.Burst.key", "campaigns.SignedAgain.email_key"),
        # No hashes of ours.
        *("campaigns.Tally.key", "account.EmailConfirmation.key", "sessions.Session.session_key"),
        "config.Reckoned.key",
    }


def test_every_model_with_such_a_field_is_visited() -> None:
    names = set(_rotate().replace(":", " ").split())
    for model in apps.get_models():
        columns = (EncryptedTextField, EncryptedJSONField, EmailKeyField)
        if any(isinstance(column, columns) for column in model._meta.local_concrete_fields):
            assert model._meta.label in names
    assert "config.Job" in names
