"""Where a piece of a document is put in a text: one table, for the server and for the script of the page."""

DOCUMENT = """# Keep the night ferry to Brixey

Dear members of the harbour board,

The last boat of the day stops in May. It carried 900 people home each week.

Share this: Facebook | Twitter | Email

We ask you to:

- keep the evening boat
- ask those who take it *before* you decide
- publish what it costs

Nobody has counted who would stay on the mainland.

Yours faithfully,

Ruth Aldan
"""
OPENING = "The last boat of the day stops in May. It carried 900 people home each week."
COUNTED = "Nobody has counted who would stay on the mainland."
ASKED = "- ask those who take it before you decide"
SENT = [  # the case, the text as it is, words by which the piece is known, the text as it becomes
    ("the text is empty", "", "The last boat", OPENING),
    ("its neighbour is there", f"{OPENING}\n\nThe end.", "We ask you", f"{OPENING}\n\nWe ask you to:\n\nThe end."),
    ("no neighbour is there", "Other words.", "We ask you", "Other words.\n\nWe ask you to:"),
    ("it was left out", OPENING, "Share this", f"{OPENING}\n\nShare this: Facebook \\| Twitter \\| Email"),
    (
        "an item between items",
        "Ours.\n\n- keep the evening boat\n- publish what it costs\n\nThe end.",
        "ask those",
        f"Ours.\n\n- keep the evening boat\n{ASKED}\n- publish what it costs\n\nThe end.",
    ),
    ("an item at the end", "- keep the evening boat", "publish", "- keep the evening boat\n- publish what it costs"),
    (
        "an item at the beginning",
        f"We ask you to:\n\n{ASKED}",
        "keep the evening",
        f"We ask you to:\n\n- keep the evening boat\n{ASKED}",
    ),
    (
        "an item of a list with numbers",
        "1. Keep the *evening boat*\n2. Go home",
        "ask those",
        f"1. Keep the *evening boat*\n1. {ASKED[2:]}\n2. Go home",
    ),
    (
        "an item that goes deeper",
        "- ours\n    * keep the evening boat\n      for good\n- theirs",
        "ask those",
        f"- ours\n    * keep the evening boat\n      for good\n    * {ASKED[2:]}\n- theirs",
    ),
    (
        "an item after words",
        "We ask you to:\n\nThe end.",
        "keep the evening",
        "We ask you to:\n\n- keep the evening boat\n\nThe end.",
    ),
    ("words after an item", f"{ASKED}\n\nThe end.", "Nobody", f"{ASKED}\n\n{COUNTED}\n\nThe end."),
    (
        "a list with air keeps it",
        "- keep the evening boat\n\n- ours\n\n- theirs\n\n\nThe end.",
        "ask those",
        f"- keep the evening boat\n{ASKED}\n- ours\n\n- theirs\n\n\nThe end.",
    ),
    ("a year begins a line", f"{COUNTED}\n1990. Ours.", "Ruth", f"{COUNTED}\n1990. Ours.\n\nRuth Aldan"),
]
