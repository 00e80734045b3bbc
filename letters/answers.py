"""What a mail server's refusal speaks of: one mailbox, its whole domain, a policy, or our own standing with it.

Status codes are of RFC 3463; many servers give none, or the same one for everything, so that their words count too.
"""

import re

# Answers that speak of the server or of our account there, not of the email: RFC 5321 (421), RFC 4954 (the others).
SERVER_TROUBLE = (421, 454, 530, 534, 535, 538)

# Not a part of an IP address, which has four numbers.
_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_NO_SUCH_MAILBOX = re.compile(
    r"(recipient|mailbox|address)\b.{0,40}\b(not found|invalid|inactive|disabled|full|over ?quota"
    r"|does ?n[o']t (exist|have))|\w+ unknown|(unknown|no such) \w+|(invalid|over ?quota) (recipient|mailbox|address)"
    r"|does ?n[o']t have an? .{0,30}account|RESOLVER\.RST|not authorized to send to",
    re.IGNORECASE | re.DOTALL,
)
_ONE_MAILBOX_FOR_NOW = re.compile(r"mailbox|over ?quota|recipient (thread|temporarily)|gr[ae]y-?list", re.IGNORECASE)
_POLICY = re.compile(
    r"spam|unsolicited|bulk mail|polic(y|ies)|(?<!un)block(ed|list| list)|(black|deny|block)[ -]?list|\b[rd]bl\b|dnsbl"
    r"|reputation|dmarc|\bspf\b|dkim|spoof|banned|unauthenticated|content (was )?reject|suspicious|virus|malware"
    r"|sender.{0,20}(denied|reject)|access denied|not accept(ed|ing)? (mail|messages?) from|low trust",
    re.IGNORECASE,
)
_OUR_SETTING = re.compile(
    r"relay(ing)?\b.{0,30}(denied|not (permitted|allowed)|prohibited|forbidden)|(unable|not permitted|refuse) to relay"
    r"|authentication (is )?required|not (properly )?authenticated|(log ?in|authenticate) (first|before)"
    r"|send ?as ?denied|permissions? to send as|sender address rejected: not owned",
    re.IGNORECASE,
)
# Of the recipient's address or mailbox, or of the size: whatever else is said, it is no policy.
_OF_ONE_EMAIL = {(1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 10), (2, 1), (2, 2), (2, 3), (2, 4), (3, 4)}


def printable(text: str) -> str:
    """On one line, and fit for a database and a screen: PostgreSQL takes no NUL, and an answer may hold one."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _status(code: int, text: str) -> tuple[int, int] | None:
    """Subject and detail of the first status code of the answer's own class."""
    found = (match for match in _STATUS.finditer(text) if int(match[1]) == code // 100)
    return next(((int(match[2]), int(match[3])) for match in found), None)


def is_our_setting(code: int, text: str) -> bool:
    """No email of ours would get further: it wants a password, or does not send for us."""
    if code in SERVER_TROUBLE or not 400 <= code < 600:
        return True
    return code >= 500 and bool(_OUR_SETTING.search(text)) and not _NO_SUCH_MAILBOX.search(text)


def speaks_of_the_domain(code: int, text: str) -> bool:
    """A refusal for now that the next mailbox of that domain would get too.

    Greylisting is none: each email has to knock for itself, and leaving the domain alone would keep it from knocking.
    """
    if not 400 <= code < 500 or _ONE_MAILBOX_FOR_NOW.search(text):
        return False
    status = _status(code, text)
    if status is None:
        return code != 450  # RFC 5321: mailbox unavailable
    subject, detail = status
    return subject != 2 and (subject != 1 or detail in (7, 8))  # 4.1.7 and 4.1.8 are about the sender's address


def speaks_of_policy(code: int, text: str) -> bool:
    """A refusal for what the email is or where it comes from, which its likes would get too."""
    if not 500 <= code < 600 or _OUR_SETTING.search(text) or _NO_SUCH_MAILBOX.search(text):
        return False
    status = _status(code, text)
    if status in _OF_ONE_EMAIL:
        return False
    if status == (4, 1):  # what Exchange says of an unknown mailbox: "Recipient address rejected: Access denied"
        return False
    return (status is not None and status[0] == 7) or bool(_POLICY.search(text))
