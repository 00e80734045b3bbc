import logging
import re

# Paths whose next part is a signed token, or a secret one: whoever reads the log could act in somebody's name.
_TOKENS = re.compile(
    r"(/(?:confirm|signature|letter|write|invitations|news/stop|password/reset)/)(?!confirm/|\w+-set-password/)[^/\s?]{16,}"
)


def without_tokens(text: str) -> str:
    return _TOKENS.sub(r"\1…", text)


class WithoutTokens(logging.Filter):
    """Takes the tokens of links that act out of every line, wherever it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_tokens(record.getMessage()), ()
        return True
