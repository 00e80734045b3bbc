import pytest

from campaigns.material.extraction.language import find, language_of

from .pieces import cleaned, told

SENTENCES = {
    "en": "We ask the council to open the footbridge before the winter, because our children have to cross the road.",
    "fr": "Nous demandons à la mairie d'ouvrir la passerelle avant l'hiver, car nos enfants traversent la route.",
    "de": "Wir bitten die Stadt, den Steg vor dem Winter zu öffnen, weil unsere Kinder über die Straße müssen.",
    "es": "Pedimos al ayuntamiento que abra la pasarela antes del invierno, porque nuestros hijos cruzan la carretera.",
    "it": "Chiediamo al comune di aprire la passerella prima dell'inverno, perché i nostri figli passano di lì.",
    "pt": "Pedimos à câmara que abra a ponte antes do inverno, porque os nossos filhos têm de atravessar a estrada.",
    "nl": "Wij vragen de gemeente om de brug voor de winter te openen, omdat onze kinderen de weg moeten oversteken.",
    "pl": "Prosimy miasto o otwarcie kładki przed zimą, ponieważ nasze dzieci muszą przechodzić przez ulicę.",
    "ar": "نطلب من البلدية أن تفتح الجسر قبل الشتاء لأن أطفالنا يعبرون الطريق كل يوم.",
    "ku": "Em ji şaredariyê daxwaz dikin ku pirê berî zivistanê veke, ji ber ku zarokên me ji rê derbas dibin.",
    "ckb": "ئێمە داوا لە شارەوانی دەکەین کە پردەکە پێش زستان بکاتەوە چونکە منداڵەکانمان بە ڕێگاکەدا دەڕۆن.",
    "fa": "ما از شهرداری می‌خواهیم که پل را پیش از زمستان باز کند، چون کودکان ما از این خیابان می‌گذرند.",
    "tr": "Belediyeden köprüyü kıştan önce açmasını talep ediyoruz, çünkü çocuklarımız bu yolu geçmek için bekliyor.",
    "ru": "Мы просим открыть мост до зимы, потому что наши дети должны переходить дорогу.",
    "el": "Ζητούμε από τον δήμο να ανοίξει τη γέφυρα πριν από τον χειμώνα.",
    "ja": "私たちは冬の前に橋を開けるよう市に求めます。",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_enough(code: str) -> None:
    assert language_of(SENTENCES[code])[0] == code


def test_the_prose_decides_and_not_the_names_or_buttons() -> None:
    names = ["Sign the petition", "Read more", "Jane Roe (University of Leeds)", "The Bridge Foundation", "Share on"]
    found = find(cleaned(*names * 8, SENTENCES["de"]))
    assert found is not None and found.value == "de"


def test_the_prose_goes_before_what_the_file_says_of_itself() -> None:
    found = find(cleaned(told("language", "en-US"), SENTENCES["ku"], SENTENCES["ku"]))
    assert found is not None and found.value == "ku"


def test_without_prose_the_file_is_believed_but_not_much() -> None:
    found = find(cleaned(told("language", "pl"), "12345 67890"))
    assert found is not None and (found.value, found.confidence) == ("pl", 0.5)


def test_what_is_no_language_is_none() -> None:
    assert find(cleaned("1234 5678", "— — —")) is None
