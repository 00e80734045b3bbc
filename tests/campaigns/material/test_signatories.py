"""Lists of signatories in the shapes that letters have them, in all our languages."""

import pytest

from campaigns.material.document import Block, Kind, Mark, Style, placed
from tests.campaigns.material.letters_with_names import LETTER, read, signers

A = ("Mara Oakley", "Upper Wold School")
B = ("Dr. Tom Ferris", None)
C = ("Ilse van der Bree", "baker")

LISTS = {
    "commas": ("Signed,\n\nMara Oakley, Upper Wold School\nDr. Tom Ferris\nIlse van der Bree, baker", [A, B, C]),
    "dashes": ("Signatories\n\nMara Oakley – Upper Wold School\nDr. Tom Ferris\nIlse van der Bree - baker", [A, B, C]),
    "brackets": (
        "# Signed by\n\n- Mara Oakley (Upper Wold School)\n- Dr. Tom Ferris\n- Ilse van der Bree (baker)",
        [A, B, C],
    ),
    "colons": ("Signed by:\n\nMara Oakley: Upper Wold School\nDr. Tom Ferris\nIlse van der Bree: baker", [A, B, C]),
    "numbers": (
        "Signatories:\n\n1. Mara Oakley, Upper Wold School\n2. Dr. Tom Ferris\n3. Ilse van der Bree, baker",
        [A, B, C],
    ),
    "numbers without a space": (
        "Signatories:\n\n1.Mara Oakley - Upper Wold School\n2.Dr. Tom Ferris\n3.Ilse van der Bree - baker",
        [A, B, C],
    ),
    "bullets": (
        "Signatories\n\n• Mara Oakley, Upper Wold School\n• Dr. Tom Ferris\n• Ilse van der Bree, baker",
        [A, B, C],
    ),
    "the heading in the paragraph": (
        "Signed by:\nMara Oakley, Upper Wold School\nDr. Tom Ferris\nIlse van der Bree, baker",
        [A, B, C],
    ),
    "lines that end in commas": (
        "Yours sincerely,\n\nMara Oakley (Upper Wold School),\nDr. Tom Ferris,\nIlse van der Bree (baker)",
        [A, B, C],
    ),
    "semicolons": ("Signatories: Mara Oakley, Upper Wold School; Dr. Tom Ferris; Ilse van der Bree, baker.", [A, B, C]),
    "in a line": (
        "Signed by: Mara Oakley (Upper Wold School), Dr. Tom Ferris, Ilse van der Bree (baker) and Jo Arkwright",
        [A, B, C, ("Jo Arkwright", None)],
    ),
    "handles": (
        "Signed,\n\n- Mara Oakley, @moak (Upper Wold School)\n- Dr. Tom Ferris (@tferris)\n- "
        "Ilse van der Bree, @ilse (baker)",
        [A, B, C],
    ),
    "addresses": (
        "Signed,\n\nMara Oakley, Upper Wold School, mara@example.org\nDr. Tom Ferris, "
        "tom@example.org\nIlse van der Bree, baker, tel. +44 20 7946 0001",
        [A, B, ("Ilse van der Bree", "baker")],
    ),
    "pronouns": (
        "Signed,\n\nMara Oakley (she/her), Upper Wold School\nDr. Tom Ferris (he/him)\nIlse van der Bree, baker",
        [A, B, C],
    ),
    "letters after names": (
        "Signed:\n\nJulia Brandt AO KC\nPeter Moss MP\nNell Adair, PhD, University of Wold\n"
        "Senator Kit Vale, Wold Greens",
        [
            ("Julia Brandt AO KC", None),
            ("Peter Moss MP", None),
            ("Nell Adair, PhD", "University of Wold"),
            ("Senator Kit Vale", "Wold Greens"),
        ],
    ),
    "a closing of one's own": ("With great urgency,\n\nMara Oakley, Upper Wold School\nDr. Tom Ferris", [A, B]),
    "a sign before the name": (
        "Sincerely,\n\n/s/ Mara Oakley\n/s/ Tom Ferris\n/s/ Ilse Bree\n/s/ Jo Arkwright",
        [("Mara Oakley", None), ("Tom Ferris", None), ("Ilse Bree", None), ("Jo Arkwright", None)],
    ),
    "a name beside the closing": ("Best regards, Mara Oakley", [("Mara Oakley", None)]),
    "by their first letters": (
        "Signatories\n\nB\n\nIlse van der Bree, baker\n\nF\n\nDr. Tom Ferris\n\nO\n\nMara Oakley, Upper Wold School",
        [C, B, A],
    ),
    "a table with one head for both": (
        "Signatories\n\n| Nr. | Name and affiliation\n| 1 | Mara Oakley\n| 2 | Dr. Tom Ferris",
        [("Mara Oakley", None), B],
    ),
    "addresses in angles": (
        "Signed,\n\n- Mara Oakley <mara@example.org>\n- Dr. Tom Ferris <tom@example.org>",
        [("Mara Oakley", None), B],
    ),
    "one under the closing": ("Yours faithfully,\n\nMara Oakley", [("Mara Oakley", None)]),
    "role before the name": ("Sincerely,\n\nWorried Resident,\n\nMara Oakley", [("Mara Oakley", "Worried Resident")]),
    "role under the name": (
        "Kind regards,\n\nMara Oakley\nDirector\nUpper Wold Trust",
        [("Mara Oakley", "Director Upper Wold Trust")],
    ),
    "two lines each": (
        "Signed,\n\nMara Oakley\nHead teacher, Upper Wold School\n\nTom Ferris\nPresident of the "
        "Wold Union\n\nIlse Bree\nChair of the bakers",
        [
            ("Mara Oakley", "Head teacher, Upper Wold School"),
            ("Tom Ferris", "President of the Wold Union"),
            ("Ilse Bree", "Chair of the bakers"),
        ],
    ),
    "capitals and roles, no heading": (
        "MARA OAKLEY\nPresident of the Wold Union\nTOM FERRIS\nDirector of the Wold Museum\nILSE "
        "BREE\nChair of the Wold Bakers",
        [
            ("MARA OAKLEY", "President of the Wold Union"),
            ("TOM FERRIS", "Director of the Wold Museum"),
            ("ILSE BREE", "Chair of the Wold Bakers"),
        ],
    ),
    "countries between": (
        "Signatories\n\nAUSTRIA\n\n+ Wold Austria (WA)\n+ Brückenverein – Bund für Wege\n\n"
        "BELGIUM\n\n+ Les Amis du Pont",
        [("Wold Austria (WA)", None), ("Brückenverein – Bund für Wege", None), ("Les Amis du Pont", None)],
    ),
    "bodies and people apart": (
        "Signed,\n\n# Organisations\n\n- Wold Ramblers' Association (WRA)\n- Friends of the "
        "Bridge, Lower Wold\n- Bridge Trust\n\n"
        "Some of these have said more on their own pages.\n\n# Individuals\n\n(Affiliations are "
        "given for identification only.)\n\n"
        "- Mara Oakley (Upper Wold School)\n- zed0\n- Ilse van der Bree (baker)",
        [
            ("Wold Ramblers' Association (WRA)", None),
            ("Friends of the Bridge, Lower Wold", None),
            ("Bridge Trust", None),
            A,
            ("zed0", None),
            C,
        ],
    ),
    "a copy to": (
        "Signed,\n\nMara Oakley, Upper Wold School\nDr. Tom Ferris\nIlse van der Bree, baker\n\n"
        "CC: The Rt Hon Ada Quill, Minister of Roads;\nThe Honourable Ned Pike, Member of Parliament;",
        [A, B, C],
    ),
    "notes after": (
        "Signatories\n\nMara Oakley, Upper Wold School\nDr. Tom Ferris\n\n# Notes\n\nAnn Other, "
        "The Bridges of Wold, 1901",
        [A, B],
    ),
    "and others": ("Signed,\n\nMara Oakley, Upper Wold School\nDr. Tom Ferris\nand 300 others", [A, B]),
    "a table": (
        "Signatories\n\n| Name | Organisation\n| Mara Oakley | Upper Wold School\n| Dr. Tom "
        "Ferris | -\n| Ilse van der Bree | baker",
        [A, B, C],
    ),
    "a table that helps": (
        "# Co-signed\n\n| Name | Type | How you can help\n| Mara Oakley | Individual | Paint\n| "
        "Wold Bridges, Inc. | Company | Two masons",
        [("Mara Oakley", None), ("Wold Bridges, Inc.", None)],
    ),
    "first and last names": (
        "Signatories\n\n| No. | First name | Surname | Affiliation\n| 1 | Mara | Oakley | Upper "
        "Wold School\n| 2 | Ilse | van der Bree | baker",
        [A, C],
    ),
    "a table without heads": (
        "Signatories\n\n| Mara Oakley | Upper Wold School\n| Tom Ferris | The Wold Gazette\n| "
        "Ilse van der Bree | baker",
        [A, ("Tom Ferris", "The Wold Gazette"), C],
    ),
    "columns of names": (
        "Signed,\n\n| Mara Oakley | Tom Ferris\n| Ilse Bree | Jo Arkwright",
        [("Mara Oakley", None), ("Tom Ferris", None), ("Ilse Bree", None), ("Jo Arkwright", None)],
    ),
    "bodies with a contact": (
        "We, the undersigned, will gladly come and talk.\n\nBridge Trust\n\nContact: Mara "
        "Oakley, director, mara@example.org\n\n"
        "Wold Ramblers' Association\n\nContact: Tom Ferris, tom@example.org\n\nFriends of the "
        "Wold\n\nContact: Ilse Bree, ilse@example.org",
        [("Bridge Trust", None), ("Wold Ramblers' Association", None), ("Friends of the Wold", None)],
    ),
    "two in a line": (
        "Yours sincerely,\n\nMara Oakley and Tom Ferris\nUpper Wold School",
        [("Mara Oakley", None), ("Tom Ferris", "Upper Wold School")],
    ),
    "pictures": ("Signed,\n\n🌉 Mara Oakley 🌍, Upper Wold School\n✊ Dr. Tom Ferris", [A, B]),
    "names twice": (
        "Signed,\n\nMara Oakley, Upper Wold School\nDr. Tom Ferris\nMara Oakley, Upper Wold School",
        [A, B, A],
    ),
    "surnames that mean something": (
        "Signed,\n\n- Ana Farmer (Wold Dairy)\n- Jim Singer (plumber)\n- Luis de Mesa (tailor)",
        [("Ana Farmer", "Wold Dairy"), ("Jim Singer", "plumber"), ("Luis de Mesa", "tailor")],
    ),
}

LANGUAGES = {
    "de": (
        "Erstunterzeichner*innen:\n\nProf. Dr. Anke Möller, Universität Hohenfeld\n"
        "Bürgerinitiative Brücke jetzt e.V.\nJörg von der Au, Schreiner",
        [
            ("Prof. Dr. Anke Möller", "Universität Hohenfeld"),
            ("Bürgerinitiative Brücke jetzt e.V.", None),
            ("Jörg von der Au", "Schreiner"),
        ],
    ),
    "de, closing": ("Mit freundlichen Grüßen\n\nAnke Möller\n1. Vorsitzende", [("Anke Möller", "Vorsitzende")]),
    "de, sentence": (
        "Die Ortsgruppen Aach, Bebra, Celle, Bad Dürr und Schwäbisch Au.",
        [("Aach", None), ("Bebra", None), ("Celle", None), ("Bad Dürr", None), ("Schwäbisch Au", None)],
    ),
    "fr": (
        "Premiers signataires :\n\nÉlodie Marchetière, sociologue\nJean-Luc d'Arvor, maire de "
        "Pontgris\nCollectif des riverains",
        [
            ("Élodie Marchetière", "sociologue"),
            ("Jean-Luc d'Arvor", "maire de Pontgris"),
            ("Collectif des riverains", None),
        ],
    ),
    "fr, closing": (
        "Nous vous prions d'agréer, Madame la Maire, l'expression de nos salutations distinguées."
        "\n\nÉlodie Marchetière, pour le collectif\nJean-Luc d'Arvor",
        [("Élodie Marchetière", "pour le collectif"), ("Jean-Luc d'Arvor", None)],
    ),
    "es": (
        "Firmantes\n\n- María José Llanos del Río (Universidad de Valdepuente)\n- Íñigo de la "
        "Peña\n- Asociación de Vecinas El Puente",
        [
            ("María José Llanos del Río", "Universidad de Valdepuente"),
            ("Íñigo de la Peña", None),
            ("Asociación de Vecinas El Puente", None),
        ],
    ),
    "it": (
        "Primi firmatari:\n\nGiulia De Santis, Università di Pontevecchio\nprof. Marco dell'Orto"
        "\nComitato per il Ponte",
        [
            ("Giulia De Santis", "Università di Pontevecchio"),
            ("prof. Marco dell'Orto", None),
            ("Comitato per il Ponte", None),
        ],
    ),
    "pt": (
        "Assinam esta carta:\n\nAna Beatriz dos Santos Leal – Universidade da Ponte\nJoão da "
        "Serra\nAssociação dos Moradores da Ponte",
        [
            ("Ana Beatriz dos Santos Leal", "Universidade da Ponte"),
            ("João da Serra", None),
            ("Associação dos Moradores da Ponte", None),
        ],
    ),
    "nl": (
        "Ondertekenaars\n\nprof. dr. Marijke ten Brug, Universiteit Overwater\nKees van 't Veer\nStichting De Brug",
        [
            ("prof. dr. Marijke ten Brug", "Universiteit Overwater"),
            ("Kees van 't Veer", None),
            ("Stichting De Brug", None),
        ],
    ),
    "pl": (
        "Podpisali:\n\nprof. Zofia Mostowska-Wilk, Uniwersytet Nadrzeczny\nJan Łąkowski\nStowarzyszenie Nasz Most",
        [
            ("prof. Zofia Mostowska-Wilk", "Uniwersytet Nadrzeczny"),
            ("Jan Łąkowski", None),
            ("Stowarzyszenie Nasz Most", None),
        ],
    ),
    "ar": (
        "الموقعون:\n\nسلمى الجسري، كاتبة\nد. هادي بن عمران\nجمعية أهالي الجسر",
        [("سلمى الجسري", "كاتبة"), ("د. هادي بن عمران", None), ("جمعية أهالي الجسر", None)],
    ),
    "ku": (
        "Îmzekar:\n\nBerfîn Pirahêl, nivîskar\nKomeleya Pirê\nŞêrko Avdel",
        [("Berfîn Pirahêl", "nivîskar"), ("Komeleya Pirê", None), ("Şêrko Avdel", None)],
    ),
    "ckb": (
        "واژۆکاران:\n\nشیلان پردەوان، نووسەر\nهێمن ئاوایی\nڕێکخراوی پرد",
        [("شیلان پردەوان", "نووسەر"), ("هێمن ئاوایی", None), ("ڕێکخراوی پرد", None)],
    ),
    "another script": (
        "Signed,\n\nОльга Мостовая, Киев\nІван Міст\nΝίκος Γεφυράς, Αθήνα",
        [("Ольга Мостовая", "Киев"), ("Іван Міст", None), ("Νίκος Γεφυράς", "Αθήνα")],
    ),
}


@pytest.mark.parametrize("shape", LISTS)
def test_a_list_is_read_whatever_its_shape(shape: str) -> None:
    text, expected = LISTS[shape]

    assert signers(text) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_is_read_in_every_language(language: str) -> None:
    text, expected = LANGUAGES[language]

    assert signers(text) == expected


def test_an_entry_that_a_page_cut_in_two_is_one() -> None:
    text = (
        "Signed by:\nMara Oakley, Upper Wold School\nDr Ned Pike, Professor of the History and "
        "the Law of Bridges and\n"
        "Fords, Wold Faculty of Law\nIlse van der Bree, baker"
    )

    found = signers(text, "pdf")

    assert [name for name, _ in found] == ["Mara Oakley", "Dr Ned Pike", "Ilse van der Bree"]
    assert found[1][1] == "Professor of the History and the Law of Bridges and Fords, Wold Faculty of Law"


def test_names_in_a_sentence_are_taken_where_it_says_that_they_signed() -> None:
    news = (
        "The letter, signed by the councillors Mara Oakley (Wold Greens), Tom Ferris MP and Ilse "
        "Bree, was sent on Monday."
    )

    assert signers(news, letter="") == [("Mara Oakley", "Wold Greens"), ("Tom Ferris MP", None), ("Ilse Bree", None)]


def test_a_name_in_bold_letters_is_told_from_what_follows_it() -> None:
    lines = ["Mara Oakley Upper Wold School", "Tom Ferris University of Wold", "Ilse Bree Wold Bakers"]
    names = ["Mara Oakley", "Tom Ferris", "Ilse Bree"]
    marked = [
        Block(line, Kind.ITEM, marks=(Mark(0, len(name), Style.BOLD),)) for line, name in zip(lines, names, strict=True)
    ]

    draft, _ = read(placed("html", [Block(LETTER), Block("Signed,"), *marked], []))

    assert [one.value.name for one in draft.signatories] == names
    assert [one.value.affiliation for one in draft.signatories] == [
        "Upper Wold School",
        "University of Wold",
        "Wold Bakers",
    ]
