import logging
import re

# Paths whose next part is a signed token, or a secret one: whoever reads the log could act in somebody's name.
_TOKENS = re.compile(
    r"(/(?:confirm|signature|letter|write|invitations|news/stop|password/reset)/)(?!confirm/|\w+-set-password/)[^/\s?]{16,}"
)
# One address; what a regular expression takes for one too often costs a word of a line, and no more.
_ADDRESS = re.compile(r"[^\s<>:;,()\[\]\"'=]+@[^\s<>:;,()\[\]\"']+")
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")
# PostgreSQL says beside an error what the row holds.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


def without_tokens(text: str) -> str:
    return _TOKENS.sub(r"\1…", text)


def without_people(text: str) -> str:
    """No email address, nothing that somebody looked for, and no row of the database."""
    return _QUERY.sub(r"\1?…", _ADDRESS.sub("…@…", _DETAIL.sub(r"\1: …", text)))


def fit_to_be_kept(text: str) -> str:
    return without_people(without_tokens(text))


class WithoutTokens(logging.Filter):
    """Takes the tokens of links that act, and people's addresses, out of every line, wherever it was written; out of
    what went wrong too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = fit_to_be_kept(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = fit_to_be_kept(record.exc_text)
        return True
