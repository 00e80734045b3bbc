"""Form fields that clean what people type, and say in a sentence what cannot be taken."""

import re
import unicodedata
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from campaigns import pictures
from letters.addresses import BadAddress, one_address

# Direction overrides and isolates: in a public list they would turn the neighbours' names around.
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_ADDRESS_OF_A_SITE = re.compile(r"https?://|www\.", re.IGNORECASE)


def bare_helper() -> FormHelper:
    """The fields alone: the template writes the form element, and supporters' forms carry no token (config.origin)."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


def one_line(text: str) -> str:
    return " ".join(_DIRECTION_MARKS.sub("", text).split())


class LineField(forms.CharField):
    """One line of text: newlines and runs of spaces become one space."""

    def to_python(self, value: Any) -> str:
        return one_line(str(super().to_python(value) or ""))


class NameField(LineField):
    """A person's name, in any script: at least one letter, no address of a web site."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 200, **options})

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not any(unicodedata.category(character).startswith("L") for character in value):
            raise ValidationError(_("Write your name with at least one letter."), code="no_letter")
        if _ADDRESS_OF_A_SITE.search(value):
            raise ValidationError(_("A name cannot hold the address of a web site."), code="site")


class AddressField(forms.CharField):
    """One email address, in any script, alone. A comma or a newline never smuggles in a second one."""

    widget = forms.EmailInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 254, **options})

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").strip()

    def clean(self, value: Any) -> str:
        address = str(super().clean(value))
        if not address:
            return ""
        try:
            normalised = validate_email(address, check_deliverability=False).normalized
            one_address(normalised)  # what the outbox would refuse is refused here, while there is somebody to tell
            return normalised
        except (EmailNotValidError, BadAddress) as error:
            raise ValidationError(
                _("This is not an email address we can write to. Write one address, such as name@example.org."),
                code="address",
            ) from error


class ParagraphsField(forms.CharField):
    """Several lines of text; line ends become one kind."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return _DIRECTION_MARKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


class PictureField(forms.FileField):
    """The bytes of a file for pictures.keep(), which says what they are; b"" when none was chosen."""

    def __init__(self, **options: Any) -> None:
        given: dict[str, Any] = {
            "required": False,
            "help_text": pictures.HELP,
            "widget": forms.FileInput({"accept": pictures.ACCEPTED}),
            "error_messages": {"empty": pictures.SENTENCES["empty"][0]},
        }
        super().__init__(**given | options)

    def clean(self, data: Any, initial: Any = None) -> bytes:
        file: UploadedFile | None = super().clean(data, initial)
        if not file:
            return b""
        if (file.size or 0) > pictures.LARGEST_FILE:  # before it is read
            raise ValidationError(str(pictures.Refused("too large")), code="large")
        content: bytes = file.read()
        return content


class TableField(forms.FileField):
    """The bytes of a table saved as text. What is plainly another kind of file is said to be."""

    widget = forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,text/csv"})

    def __init__(self, *, largest: int, too_large: Any, **options: Any) -> None:
        self.largest, self.too_large = largest, too_large
        errors = {"required": _("Choose a file."), "empty": _("This file is empty.")}
        super().__init__(**{"label": _("File"), "error_messages": errors, **options})

    def clean(self, data: Any, initial: Any = None) -> bytes:
        file: UploadedFile = super().clean(data, initial)
        if (file.size or 0) > self.largest:  # before it is read
            raise ValidationError(self.too_large, code="large")
        content: bytes = file.read()
        if content.startswith((b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"%PDF")):
            raise ValidationError(_("This is not a text. Save the table as CSV, and choose that file."), code="binary")
        return content


class LinesField(forms.CharField):
    """A list of str, typed as text: an entry a line. Its max_length is that of all of them together."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(one_line(str(entry)) for entry in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = str(super().to_python(value) or "").splitlines()
        return [entry for line in lines if (entry := one_line(line))]

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))
