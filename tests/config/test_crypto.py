import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.forms import ModelForm
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from config.crypto import (
    EmailKeyField,
    EncryptedJSONField,
    EncryptedTextField,
    Undecryptable,
    decrypt,
    domain_of,
    email_key,
    email_keys,
    encrypt,
    keyed_hash,
    normalised_address,
    rotated,
)
from config.jobs import Job


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert decrypt(encrypt(text)) == text


def test_the_same_text_never_encrypts_alike_and_the_empty_text_stays_empty() -> None:
    assert encrypt("Alice") != encrypt("Alice")
    assert "Alice" not in encrypt("Alice")
    assert encrypt("") == decrypt("") == ""


def test_a_changed_letter_is_noticed() -> None:
    token = encrypt("Alice")
    for at in (0, len(token) // 2, len(token) - 5):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(Undecryptable):
            decrypt(changed)


NEVER = ["Alice", "gAAAA", "ключ", "\0", "=" * 200]


@pytest.mark.parametrize("token", [*NEVER, *(f"a1.{never}" for never in ["", "AAAA", "A" * 80, *NEVER])])
def test_what_was_never_encrypted_is_undecryptable(token: str) -> None:
    with pytest.raises(Undecryptable):
        decrypt(token)


def test_an_older_key_still_reads_and_only_the_newest_writes(settings: Settings) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.FIELD_ENCRYPTION_KEYS = [old]
    token = encrypt("Alice")
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert decrypt(token) == "Alice"
    moved = rotated(token)
    assert rotated(moved) == moved, "what is under the newest key is left alone"
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert decrypt(moved) == "Alice"
    with pytest.raises(Undecryptable):
        decrypt(token)


def test_what_was_stored_as_a_fernet_token_is_read_and_written_anew_when_keys_rotate(settings: Settings) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    token = Fernet(old).encrypt(b"Alice").decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    assert decrypt(token) == "Alice"
    assert rotated(token) != token and decrypt(rotated(token)) == "Alice", "under the same key too"
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert decrypt(token) == "Alice"
    settings.FIELD_ENCRYPTION_KEYS = [new]
    with pytest.raises(Undecryptable):
        decrypt(token)


def test_a_stray_comma_or_space_in_the_keys_does_not_become_a_key(settings: Settings) -> None:
    key = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = ["", f" {key} ", ""]
    assert decrypt(encrypt("Alice")) == "Alice"
    settings.HASH_KEYS = ["first" * 8]
    expected = email_key("alice@example.org")
    settings.HASH_KEYS = ["", " " + "first" * 8, " "]
    assert email_key("alice@example.org") == expected
    assert email_keys("alice@example.org") == [expected]


@pytest.mark.parametrize(
    "one, other",
    [
        ("Alice@Example.ORG", "alice@example.org"),
        (" alice@example.org ", "alice@example.org"),
        ("alice+petition@example.org", "alice@example.org"),
        ("a.li.ce+x@gmail.com", "alice@gmail.com"),
        ("alice@googlemail.com", "alice@gmail.com"),
        ("alice@example.org.", "alice@example.org"),
        ("alice@münchen.example", "alice@xn--mnchen-3ya.example"),
        ("alice@MÜNCHEN.example", "alice@münchen.example"),
        ("alice@straße.example", "alice@xn--strae-oqa.example"),
        ("andr\u00e9@example.org", "andre\u0301@example.org"),
        ("alice@\uff45xample.org", "alice@example.org"),
        ("a.l_i-ce+x@pm.me", "alice@proton.me"),
        ("Alice@protonmail.com", "alice@protonmail.ch"),
        ("alice@mac.com", "alice+x@icloud.com"),
        ("alice@me.com", "alice@icloud.com"),
        ("alice@ya.ru", "alice+x@yandex.com"),
        ("alice-shop@yahoo.co.uk", "alice-news@yahoo.co.uk"),
        ("alice-shop@ymail.com", "alice@ymail.com"),
        ("shop@alice.fastmail.com", "alice+news@fastmail.com"),
        ("alice+x@hotmail.com", "alice@hotmail.com"),
        ("alice+x@posteo.de", "alice@posteo.de"),
    ],
)
def test_spellings_of_one_mailbox_are_one(one: str, other: str) -> None:
    assert normalised_address(one) == normalised_address(other)
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    "one, other",
    [
        ("a.lice@example.org", "alice@example.org"),  # most providers tell dots apart
        ("+alice@example.org", "+bob@example.org"),
        ("@example.org", "+@example.org"),
        ("...@gmail.com", "@gmail.com"),
        ("alice@straße.example", "alice@strasse.example"),
        ("alice@example.org, bob@example.org", "bob@example.org"),
        ("alice", "bob"),
        ("a.lice@icloud.com", "alice@icloud.com"),
        ("a.lice@outlook.com", "alice@outlook.com"),
        ("alice@outlook.com", "alice@hotmail.com"),
        ("alice-shop@example.org", "alice@example.org"),
        ("alice-shop@yahoo.co.jp", "alice@yahoo.co.jp"),
        ("alice-shop@gmail.com", "alice@gmail.com"),
        ("alice@yahoo.com", "alice@yahoo.fr"),
        ("alice@fastmail.com", "alice@fastmail.fm"),
        ("shop@alice.example.org", "alice@example.org"),
        ("-shop@yahoo.com", "-news@yahoo.com"),
        ("", "alice@example.org"),
    ],
)
def test_different_mailboxes_are_never_one(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


@given(st.emails())
def test_normalising_twice_changes_nothing(address: str) -> None:
    once = normalised_address(address)
    assert normalised_address(once) == once


@given(st.text())
def test_any_text_has_a_key(text: str) -> None:
    assert len(email_key(text)) == 64


@pytest.mark.parametrize("address", ["a..b@x..y", "a@foo_bar.example", "a@" + "x" * 70, "\0@\0", "\ud800@x", "a@@b"])
def test_an_address_nobody_could_write_to_still_has_a_key(address: str) -> None:
    assert len(email_key(address)) == 64


@pytest.mark.parametrize("domain", ["gmail.com", "pm.me", "yahoo.com", "alice.fastmail.com", "ya.ru"])
@given(local=st.text(alphabet="ab.-_+", max_size=8))
def test_normalising_twice_changes_nothing_where_a_provider_has_rules(domain: str, local: str) -> None:
    once = normalised_address(f"{local}@{domain}")
    assert normalised_address(once) == once


@pytest.mark.parametrize("address", ["A.lice+x@pm.me", "alice@mac.com", "alice-shop@yahoo.com", "x@alice.fastmail.com"])
def test_rows_and_refusals_from_before_a_provider_was_known_are_still_found(address: str) -> None:
    local, _, domain = address.lower().partition("@")
    as_it_was = keyed_hash("email", f"{local.partition('+')[0]}@{domain}")
    assert email_keys(address) == [email_key(address), as_it_was] and email_key(address) != as_it_was


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@pm.me", "pm.me"),
        ("a@me.com", "me.com"),
        ("x@a.fastmail.com", "a.fastmail.com"),
        ("a@GoogleMail.com", "gmail.com"),
    ],
)
def test_mail_is_counted_by_the_domain_that_receives_it(address: str, domain: str) -> None:
    assert domain_of(address) == domain


def test_hashes_cannot_be_compared_across_purposes_or_keys(settings: Settings) -> None:
    assert keyed_hash("email", "x") != keyed_hash("network", "x")
    before = keyed_hash("email", "x")
    settings.HASH_KEYS = ["another-key-" * 4, *settings.HASH_KEYS]
    assert keyed_hash("email", "x") != before


def test_a_look_up_asks_for_the_keys_of_every_hash_key(settings: Settings) -> None:
    before = email_key("alice@example.org")
    settings.HASH_KEYS = ["another-key-" * 4, *settings.HASH_KEYS]
    assert email_keys("alice@example.org") == [email_key("alice@example.org"), before]


@pytest.mark.django_db
@pytest.mark.parametrize("value", [{}, {"name": "Alice"}, [], [1, "ب"], 0, False, "", "text"])
def test_json_comes_back_with_its_type(value: object) -> None:
    job = Job.objects.create(kind="test", parameters=value)
    job.refresh_from_db()
    assert job.parameters == value
    assert type(job.parameters) is type(value)


@pytest.mark.parametrize("value", [{}, {"name": "Alice"}, {"name": "ب"}, [1, "ب"], 0, False])
def test_json_goes_through_a_form_unchanged(value: object) -> None:
    field = EncryptedJSONField().formfield()
    assert field.clean(field.prepare_value(value)) == value
    assert not field.has_changed(value, field.prepare_value(value))


def test_a_form_refuses_what_is_not_json_and_takes_nothing_for_the_default() -> None:
    class JobForm(ModelForm):
        class Meta:
            model = Job
            fields = ("parameters",)

    assert not JobForm({"parameters": "{'name': 'Alice'}"}).is_valid()
    assert "Alice" in str(JobForm({"parameters": "{'name': 'Alice'}"})), "what was written is not lost"
    assert JobForm({"parameters": ""}).save(commit=False).parameters == {}
    with pytest.raises(ValidationError):
        Job(kind="test", parameters="notjson").clean_fields()


@pytest.mark.django_db
def test_the_database_holds_no_clear_text() -> None:
    Job.objects.create(kind="test", parameters={"name": "Alice"})
    Job.objects.filter(kind="test").update(parameters={"name": "Alice again"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT parameters FROM config_job")
        (stored,) = cursor.fetchone()
    assert "Alice" not in stored
    assert Job.objects.get().parameters == {"name": "Alice again"}


@pytest.mark.django_db
def test_encrypted_text_can_be_compared_with_nothing_but_the_empty_value() -> None:
    full = Job.objects.create(kind="test", parameters={"name": "Alice"})
    empty = Job.objects.create(kind="test", parameters={})
    assert Job.objects.get(parameters={}) == empty
    assert Job.objects.exclude(parameters={}).get() == full
    assert not Job.objects.filter(parameters__isnull=True).exists()
    with pytest.raises(FieldError, match="empty value"):
        Job.objects.filter(parameters={"name": "Alice"}).exists()
    for lookup in ("contains", "iexact", "in", "startswith", "gt"):
        with pytest.raises(FieldError, match="cannot be searched"):
            Job.objects.filter(**{f"parameters__{lookup}": "Alice"}).exists()


def test_migrations_can_write_the_fields_down() -> None:
    _, path, _, kwargs = EmailKeyField(source="to_address").deconstruct()
    assert (path, kwargs["source"], kwargs["max_length"]) == ("config.crypto.EmailKeyField", "to_address", 64)
    _, _, _, kwargs = EncryptedJSONField(default=list).deconstruct()
    assert kwargs["default"] is list
    assert EncryptedTextField().deconstruct()[1] == "config.crypto.EncryptedTextField"
