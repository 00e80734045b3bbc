"""Lines between the paragraphs of a news story that are none of it: captions, headlines of other stories."""

from campaigns.material import phrases
from campaigns.material.document import Block, Kind, Reason
from campaigns.material.phrases import normal
from campaigns.material.prose import LONG, count_words, ends_sentence, is_prose

from .sheet import Sheet, linked

SAMPLE = 2000  # characters of a paragraph that show whether it is news
STRAY = 220  # characters, at most
FEWEST = 5  # words of a headline
CAPTION = 9  # words of a caption that stands alone: a sub-heading is shorter
MOST = 6  # headlines in a row


def drop_strays(sheet: Sheet) -> None:
    """Only in news: in a letter or a call such lines are demands, slogans, headings."""
    kept = sheet.kept()
    if not _is_news([sheet.blocks[at] for at in kept]):
        return
    for run, before, after in _runs(sheet, kept):
        if before is None or after is None or not _is_end(before) or len(run) > MOST:
            continue
        long = [at for at in run if count_words(sheet.blocks[at].text) >= CAPTION]
        if len(run) == 1 and long and sheet.blocks[run[0]].kind != Kind.HEADING:
            sheet.drop(run[0], Reason.CAPTION)
        elif len(run) >= 2:
            for at in run:
                sheet.drop(at, Reason.RELATED)


def _runs(sheet: Sheet, kept: list[int]) -> list[tuple[list[int], Block | None, Block | None]]:
    """Lines that may be strays, one after the other, with the paragraphs before and after them."""
    found: list[tuple[list[int], Block | None, Block | None]] = []
    run: list[int] = []
    before: Block | None = None
    for at in kept:
        block = sheet.blocks[at]
        if _is_stray(block):
            run.append(at)
        else:
            if run:
                found.append((run, before, block if is_prose(block.text) else None))
            run, before = [], block
    return found


def _is_stray(block: Block) -> bool:
    text = block.text
    return (
        block.kind == Kind.PARAGRAPH
        and len(text) <= STRAY
        and count_words(text) >= FEWEST
        and "\n" not in text
        and text[-1] not in ".!:;,…؟۔"
        and not ends_sentence(text)
        and (text[0].isupper() or not text[0].isalpha())
        and not any(mark in text for mark in ("@", "://"))
    ) or (block.kind == Kind.PARAGRAPH and linked(block) > 0.95 and len(text) < LONG and not ends_sentence(text))


def _is_end(block: Block) -> bool:
    return is_prose(block.text) and ends_sentence(block.text) and not block.text.rstrip().endswith((":", ";"))


def _is_news(blocks: list[Block]) -> bool:
    """Several paragraphs that end their sentences, people who are quoted, and nobody greeted."""
    prose = [block.text for block in blocks if block.kind == Kind.PARAGRAPH and is_prose(block.text)]
    short = [block.text for block in blocks if len(block.text) <= LONG]
    if len(prose) < 5 or sum(map(ends_sentence, prose)) < 0.8 * len(prose):
        return False
    if any(phrases.everywhere("letter", "salutations").match(text) for text in short):
        return False
    says = phrases.everywhere("letter", "reporting")
    undersigned = phrases.everywhere("letter", "undersigned")
    quoting = [text for text in prose if any(sign in text for sign in "\"“”„«'‘’") and says.match(text[:SAMPLE])]
    return len(quoting) >= 1 and not any(undersigned.has(normal(text[:SAMPLE])) for text in prose)
