"""The two written forms of a letter: the plain text of its email, and the sheet that becomes a PDF."""

from django.utils import translation

from .models import Letter
from .pdf.sheet import LetterSheet, one_line, paragraphs
from .pdf.words import date_in_words, translated


def letter_text(letter: Letter) -> str:
    """The whole email, and nothing in it but the letter.

    Offices ask for full name, postal address and postcode in the letter before they answer, so these come first.
    A paragraph is one line, as long as it is: whoever reads it has a narrower or a wider screen than we could guess.
    No line ends in a space, so a program that takes the text for format=flowed (RFC 3676) joins no two of them.
    """
    name = one_line(letter.sender_name)
    head = "\n".join([name, *_sender_lines(letter)])
    blocks = [head, date_in_words(letter.dated, letter.language), one_line(letter.salutation)]
    blocks += ["\n".join(lines) for lines in paragraphs(letter.body)]
    blocks.append("\n".join(line for line in (one_line(letter.closing), name) if line))
    if names := _lines(letter.annex):
        with translation.override(letter.language):
            blocks.append("\n".join([f"{translated('This letter is also sent by')}:", *names]))
    return "\n\n".join(block for block in blocks if block) + "\n"


def subject_line(letter: Letter) -> str:
    return one_line(letter.subject)


def sheet_for(letter: Letter) -> LetterSheet:
    name = one_line(letter.sender_name)
    return LetterSheet(
        title=subject_line(letter) or one_line(letter.recipient_name),
        language=letter.language,
        sender_name=name,
        sender_lines=tuple(_sender_lines(letter)),
        recipient_lines=tuple(_lines(letter.recipient_lines)),
        date=letter.dated,
        subject=subject_line(letter),
        salutation=letter.salutation,
        body=letter.body,
        closing=letter.closing,
        signature_name=name,
        foot_text=letter.foot_text,
        foot_url=letter.foot_url,
        layout=letter.layout,
        annex=tuple(_lines(letter.annex)),
    )


def _sender_lines(letter: Letter) -> list[str]:
    return [*_lines(letter.sender_address), *_lines(letter.sender_email)]


def _lines(text: str) -> list[str]:
    return [line for line in map(one_line, text.splitlines()) if line]
