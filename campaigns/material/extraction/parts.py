"""What a passage is, as far as the finders could tell."""

from enum import StrEnum


class Part(StrEnum):
    HEAD = "head"  # title, standfirst, byline, dateline, "first published in …", what the file says about itself
    ADDRESS = "address"  # To: lines, salutation
    STORY = "story"  # the article, or the news around a letter
    LETTER = "letter"  # the letter's own text
    CLOSING = "closing"  # "Yours sincerely", place and date under a letter
    SIGNING = "signing"  # lists of signatories and their headings, CC lists
    RESPONSE = "response"  # what those addressed answered
    NOTE = "note"  # about the author, footnotes, contacts: neither body nor letter


Parts = list[Part | None]  # one for each passage of the cleaned text; None: nobody has claimed it
