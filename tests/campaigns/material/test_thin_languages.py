"""Letters in the languages of which we have only the most telling words."""

import pytest

from campaigns.material import words
from campaigns.material.extraction.wordings import listed

from .test_letter import draft_of, is_letter, says

LETTERS = {
    "cs": (
        "Vážený pane ministře,",
        "obracíme se na vás, protože noční vlak k moři má letos v zimě skončit, ačkoli jím každý rok jezdí více lidí"
        " než loni a pro mnohé z nás je to jediné spojení domů.",
        "Žádáme ministra dopravy, aby noční vlak zachoval, a těšíme se na vaši odpověď do konce března.",
        "S pozdravem",
    ),
    "ca": (
        "Benvolguda ministra,",
        "Us escrivim perquè el tren de nit fins a la costa ha d'acabar aquest hivern, tot i que cada any porta més"
        " viatgers i és per a molts de nosaltres l'única manera de tornar a casa.",
        "Demanem al govern que mantingui el tren de nit i que ens respongui abans de final de març.",
        "Atentament",
    ),
    "sv": (
        "Bästa infrastrukturminister,",
        "Vi skriver till dig eftersom nattåget till kusten ska läggas ner i vinter, trots att det har haft fler"
        " resenärer varje år och för många av oss är den enda vägen hem.",
        "Vi uppmanar regeringen att behålla nattåget och att svara oss före slutet av mars.",
        "Med vänliga hälsningar",
    ),
    "da": (
        "Kære transportminister,",
        "Vi skriver til dig, fordi nattoget til kysten skal nedlægges til vinter, selv om det har haft flere passagerer"
        " hvert år og for mange af os er den eneste vej hjem.",
        "Vi opfordrer regeringen til at bevare nattoget og til at svare os inden udgangen af marts.",
        "Med venlig hilsen",
    ),
    "ro": (
        "Stimate domnule ministru,",
        "Vă scriem pentru că trenul de noapte spre mare urmează să fie oprit în această iarnă, deși a avut mai mulți"
        " călători în fiecare an și este pentru mulți dintre noi singurul drum spre casă.",
        "Solicităm guvernului să păstreze trenul de noapte și să ne răspundă până la sfârșitul lunii martie.",
        "Cu stimă",
    ),
    "tr": (
        "Sayın Bakan,",
        "Size yazıyoruz çünkü kıyıya giden gece treni bu kış kaldırılacak; oysa tren her yıl daha çok yolcu taşıdı ve"
        " çoğumuz için eve dönmenin tek yolu bu trendir.",
        "Gece treninin korunmasını ve mart sonuna kadar bize bir yanıt verilmesini talep ediyoruz.",
        "Saygılarımızla",
    ),
    "ru": (
        "Уважаемый господин министр,",
        "Мы пишем вам, потому что ночной поезд к морю этой зимой хотят отменить, хотя с каждым годом в нём ездит всё"
        " больше людей и для многих из нас это единственная дорога домой.",
        "Мы требуем сохранить ночной поезд и просим вас ответить нам до конца марта.",
        "С уважением",
    ),
    "uk": (
        "Шановний пане міністре,",
        "Ми пишемо вам, бо нічний потяг до моря цієї зими хочуть скасувати, хоча щороку ним їздить дедалі більше людей"
        " і для багатьох із нас це єдина дорога додому.",
        "Ми вимагаємо зберегти нічний потяг і просимо відповісти нам до кінця березня.",
        "З повагою",
    ),
    "el": (
        "Αξιότιμε κύριε υπουργέ,",
        "Σας γράφουμε επειδή το νυχτερινό τρένο προς τη θάλασσα θα σταματήσει αυτόν τον χειμώνα, παρόλο που κάθε χρόνο"
        " μεταφέρει περισσότερους επιβάτες και για πολλούς από εμάς είναι ο μόνος δρόμος.",
        "Ζητάμε από την κυβέρνηση να κρατήσει το νυχτερινό τρένο και να μας απαντήσει ως το τέλος Μαρτίου.",
        "Με εκτίμηση",
    ),
    "fa": (
        "جناب آقای وزیر،",
        "ما این نامه را برای شما می‌نویسیم زیرا قطار شبانه به سوی ساحل قرار است این زمستان متوقف شود، هرچند هر سال"
        " مسافران بیشتری داشته است و برای بسیاری از ما تنها راه رسیدن به خانه است.",
        "ما خواستاریم که دولت قطار شبانه را نگه دارد و تا پایان ماه به ما پاسخ دهد.",
        "با احترام",
    ),
    "zh": (
        "尊敬的部长:",
        "我们写信给您,因为通往海边的夜班火车今年冬天将被取消,尽管它的乘客每年都在增加,而且对我们当中的许多人来说,这是回家的唯一"
        "道路。沿线的小镇也没有其他火车停靠,老人和学生都依靠它出行,去医院、去学校、去看望家人,没有它我们就无法生活。",
        "我们请求您保留这趟夜班火车,并在三月底之前答复我们,告诉我们需要做些什么。",
        "此致敬礼",
    ),
}


@pytest.mark.parametrize("code", LETTERS)
def test_a_letter_in_a_thin_language_is_one_from_greeting_to_farewell(code: str) -> None:
    greeting, opening, end, farewell = LETTERS[code]
    draft = draft_of(greeting, opening, end, farewell)
    assert draft.language and draft.language.value == code
    assert is_letter(draft)
    assert (says(draft, "salutation"), says(draft, "closing")) == (greeting, farewell)
    letter = says(draft, "letter") or ""
    assert letter.startswith(opening) and letter.endswith(end)


@pytest.mark.parametrize("code", sorted(set(LETTERS) - {"zh"}))
def test_what_is_demanded_in_a_thin_language_is_found(code: str) -> None:
    draft = draft_of(*LETTERS[code])
    assert draft.asks


def test_a_thin_language_takes_what_it_lacks_from_all_and_a_full_one_does_not() -> None:
    assert words.is_thin("cs") and not words.is_thin("en")
    assert not words.of("cs", "asking", "joined_and") and listed("cs", "joined_and")
    assert not words.of("en", "asking", "joined_and") and not listed("en", "joined_and")


def test_every_thin_language_is_tried() -> None:
    assert set(LETTERS) == {one for one in words.languages() if words.is_thin(one)}
