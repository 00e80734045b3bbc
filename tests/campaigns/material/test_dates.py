import pytest

from campaigns.material.extraction.dates import dates_in, times_in


@pytest.mark.parametrize(
    ("language", "text", "iso"),
    [
        ("en", "Leeds, 17th February 2005", "2005-02-17"),
        ("en", "Tuesday, November 17, 2015", "2015-11-17"),
        ("en", "SEPT. 4, 2018", "2018-09-04"),
        ("de", "Bremen, den 05. Mai 2020", "2020-05-05"),
        ("de", "Graz, 3. Jänner 2021", "2021-01-03"),
        ("de", "Bremen, 06.01.2025", "2025-01-06"),
        ("fr", "Lyon, le 1er août 2018", "2018-08-01"),
        ("fr", "LYON, LE 21 AOUT 2018", "2018-08-21"),
        ("fr", "le 06/01/2025", "2025-01-06"),
        ("es", "Sevilla, a 5 de mayo del 2020", "2020-05-05"),
        ("pt", "Porto, 1º de maio de 2020", "2020-05-01"),
        ("pl", "Gdynia, dnia 5 maja 2020 r.", "2020-05-05"),
        ("ar", "٢٣ مارس ٢٠٢١", "2021-03-23"),
        ("ar", "بيروت، 23 شباط 2021", "2021-02-23"),
        ("ar", "22 شباط/فبراير 2012", "2012-02-22"),
        ("ku", "23'ê Adarê 2021'an", "2021-03-23"),
        ("ckb", "٢٣ی ئازاری ٢٠٢١", "2021-03-23"),
        ("hu", "2021. március 23.", "2021-03-23"),
        ("ja", "2021年3月23日", "2021-03-23"),
        ("en", "17-19 April 2015", "2015-04-17/2015-04-19"),
        ("en", "28 April – 2 May 2013", "2013-04-28/2013-05-02"),
        ("en", "September 1-8", "--09-01/--09-08"),
        ("en", "on 23rd February", "--02-23"),
        ("en-GB", "06/01/2025", "2025-01-06"),
        ("en-US", "06/01/2025", "2025-06-01"),
        ("en", "25/01/2025", "2025-01-25"),
    ],
)
def test_a_day_is_read_as_its_language_writes_it(language: str, text: str, iso: str) -> None:
    assert [found.iso for found in dates_in(text, language)] == [iso]


@pytest.mark.parametrize(
    "text",
    ["06/01/2025", "March 2019", "31 June 2018", "you may 2 times", "1,500 May", "version 1.2.2019.4"],
)
def test_what_is_no_certain_day_is_none(text: str) -> None:
    assert dates_in(text, "en") == []


def test_a_month_without_capital_needs_a_year() -> None:
    assert dates_in("They march 5 by 5", "en") == []
    assert [found.iso for found in dates_in("on 5 march 2015", "en")] == ["2015-03-05"]


def test_the_place_is_that_of_the_words() -> None:
    text = "Since ٢٣ مارس ٢٠٢١ all was well"
    (found,) = dates_in(text, "ar")
    assert text[found.start : found.end] == "٢٣ مارس ٢٠٢١"


@pytest.mark.parametrize(
    ("language", "text", "iso"),
    [
        ("en", "Thursday, May 2, 2013 at 4:30 pm", "2013-05-02T16:30"),
        ("de", "am 5. Juni 2021 um 18 Uhr", "2021-06-05T18:00"),
        ("fr", "samedi 5 juin 2021 à 14h30", "2021-06-05T14:30"),
        ("en", "5 June 2021, from 6pm to 8pm", "2021-06-05T18:00/2021-06-05T20:00"),
    ],
)
def test_a_time_that_stands_with_the_day_is_read_on_request(language: str, text: str, iso: str) -> None:
    assert [found.iso for found in dates_in(text, language, times=True)] == [iso]
    assert "T" not in dates_in(text, language)[0].iso


def test_a_time_belongs_to_the_day_before_it() -> None:
    text = "We meet on 3 May 2021, on 4 May 2021 at 10:00 and on 5 May 2021."
    assert [found.iso for found in dates_in(text, "en", times=True)] == ["2021-05-03", "2021-05-04T10:00", "2021-05-05"]


def test_times_stand_alone_too() -> None:
    assert [(found.time, found.until) for found in times_in("Vigil 10.00-11.00", "en")] == [("10:00", "11:00")]
    assert times_in("for 10.00 euros, or 3.5 million", "en") == []
