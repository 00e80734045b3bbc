"""The few words that we put on a letter ourselves, in the letter's language.

A letter may be written in languages that the pages are not translated to, and an English word on a French letter looks
like a mistake of its writer. So these few are here; for other languages they come from the translations, as elsewhere.
"""

import datetime

from django.utils import formats, translation
from django.utils.translation import check_for_language, get_language, gettext

WORDS = {
    "fr": {
        "Letter": "Lettre",
        "Name": "Nom",
        "Address": "Adresse",
        "Town": "Ville",
        "Postcode": "Code postal",
        "Date": "Date",
        "Signature": "Signature",
        "%(place)s, %(date)s": "%(place)s, le %(date)s",
        "We ask you to": "Nous vous demandons :",
        "Sources": "Sources",
        "This letter is also sent by": "Cette lettre est également envoyée par",
        "QR code that leads to %(address)s": "Code QR qui mène à %(address)s",
        "Demonstration: not a real letter": "Démonstration : ce n’est pas une vraie lettre",
    },
    "de": {
        "Letter": "Brief",
        "Name": "Name",
        "Address": "Anschrift",
        "Town": "Ort",
        "Postcode": "Postleitzahl",
        "Date": "Datum",
        "Signature": "Unterschrift",
        "%(place)s, %(date)s": "%(place)s, den %(date)s",
        "We ask you to": "Wir bitten Sie:",
        "Sources": "Quellen",
        "This letter is also sent by": "Diesen Brief senden auch",
        "QR code that leads to %(address)s": "QR-Code, der zu %(address)s führt",
        "Demonstration: not a real letter": "Vorführung: kein echter Brief",
    },
    "pl": {
        "Letter": "List",
        "Name": "Imię i nazwisko",
        "Address": "Adres",
        "Town": "Miejscowość",
        "Postcode": "Kod pocztowy",
        "Date": "Data",
        "Signature": "Podpis",
        "%(place)s, %(date)s": "%(place)s, %(date)s",
        "We ask you to": "Prosimy:",
        "Sources": "Źródła",
        "This letter is also sent by": "Ten list wysyłają również",
        "QR code that leads to %(address)s": "Kod QR prowadzący do %(address)s",
        "Demonstration: not a real letter": "Wersja pokazowa: to nie jest prawdziwy list",
    },
    "ku": {  # Kurmanji, in Latin letters
        "Letter": "Name",
        "Name": "Nav",
        "Address": "Navnîşan",
        "Town": "Bajar",
        "Postcode": "Koda posteyê",
        "Date": "Dîrok",
        "Signature": "Îmze",
        "%(place)s, %(date)s": "%(place)s, %(date)s",
        "We ask you to": "Em ji we dixwazin:",
        "Sources": "Çavkanî",
        "This letter is also sent by": "Ev name ji aliyê van kesan ve jî tê şandin",
        "QR code that leads to %(address)s": "Koda QR ya ku dibe %(address)s",
        "Demonstration: not a real letter": "Nimûne: ne nameyeke rastîn e",
    },
    "ckb": {  # Sorani, in Arabic letters
        "Letter": "نامە",
        "Name": "ناو",
        "Address": "ناونیشان",
        "Town": "شار",
        "Postcode": "کۆدی پۆستە",
        "Date": "ڕێکەوت",
        "Signature": "واژوو",
        "%(place)s, %(date)s": "%(place)s، %(date)s",
        "We ask you to": "داواتان لێ دەکەین:",
        "Sources": "سەرچاوەکان",
        "This letter is also sent by": "ئەم نامەیە لەلایەن ئەمانەشەوە دەنێردرێت",
        "QR code that leads to %(address)s": "کۆدی QR کە دەتبات بۆ %(address)s",
        "Demonstration: not a real letter": "نموونە: نامەیەکی ڕاستەقینە نییە",
    },
}

# Kurdish months have several sets of names, from one country and one calendar to the next: Django's are not those of
# this calendar. Figures are the same everywhere.
MONTHS_UNKNOWN = ("ku", "ckb")


def main_language(language: str) -> str:
    """`de` for `de-CH` and `de_CH`."""
    return language.lower().replace("_", "-").split("-")[0]


def translated(text: str) -> str:
    """In the language that is active."""
    return WORDS.get(main_language(get_language() or ""), {}).get(text) or gettext(text)


def date_in_words(day: datetime.date, language: str) -> str:
    """3 March 2026, in the words of the language; 3.3.2026 where nobody here knows its months."""
    main = main_language(language)
    if main in MONTHS_UNKNOWN or not check_for_language(main):
        return f"{day.day}.{day.month}.{day.year}"
    with translation.override(language):
        # Plain "en" is American to Django; a letter says 20 November 2026.
        return formats.date_format(day, "j F Y" if main == "en" else "DATE_FORMAT")
