"""Whether lines that follow each other without a blank one are lines, or one paragraph that an editor wrapped."""

NARROW = 50  # characters; nobody wraps prose so narrow
SENTENCE_ENDS = (".", "!", "?", "…", "。", "؟", "۔", ".”", ".“", ".»", '."', ".)")


def are_lines(lines: list[str]) -> bool:
    """Signatories, an address, verse: yes. Prose, wrapped at a width or after each sentence: no."""
    if len(lines) < 2:
        return False
    width = max(map(len, lines))
    begin_anew = sum(not line[0].islower() for line in lines[1:]) / (len(lines) - 1)
    if begin_anew < 0.75:
        return False
    if width < NARROW:
        return True
    # In wrapped prose the next word would never have fitted in.
    full = sum(
        len(line) + 1 + len(following.split(" ", 1)[0]) > width
        for line, following in zip(lines, lines[1:], strict=False)
    )
    if full >= 0.75 * (len(lines) - 1):
        return len(lines) == 2 and len(lines[0]) < NARROW
    ended = sum(line.endswith(SENTENCE_ENDS) for line in lines)
    return ended < 0.6 * len(lines)
