"""To whom somebody writes: several people, several legislatures, variants, exclusions and redirections."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from campaigns import asking, choosing, posting
from campaigns.models import Campaign, CampaignLetter, HandIn, LetterVariant
from letters.models import Constituency, Dissolution, Legislature, Letter, Postcode, PostcodeRange, Representative
from tests.letters.factories import make_constituency, make_legislature, make_representative

from .factories import email_text, emails, make_campaign, make_seat, make_signature, text_of
from .test_writing import door, field, post, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Representative:
    return make_seat("SW1A1AA", name="Imogen Yarborough", email="imogen@example.com", party="Blue")[2]


@pytest.fixture
def campaign(member: Representative) -> Campaign:
    return make_campaign(slug="library", legislature=member.legislature, wording={"letter_body": "Dear {constituency}"})


@pytest.fixture
def committee(campaign: Campaign) -> Legislature:
    legislature = make_legislature(name="Committee on Libraries", kind="list", boundary_set="")
    campaign.also_to.add(legislature)
    return legislature


def listed(legislature: Legislature, name: str, **fields: Any) -> Representative:
    address = f"{name.split()[0].lower()}@example.com"
    return Representative.objects.create(**{"legislature": legislature, "name": name, "email": address, **fields})


def typed(*people: Representative, **fields: Any) -> dict[str, Any]:
    """What a browser sends when Alice has written to these people."""
    seats = [one.constituency_id for one in people if one.constituency_id]
    return {
        "constituency": [str(pk) for pk in seats],
        "representative": [str(one.pk) for one in people],
        "subject": "The library",
        "body": "It must stay open.",
        "name": "Alice Ahmed",
        "address": "1 High Street",
        "postcode": "SW1A 1AA",
        **fields,
    }


def send(client: Client, form: dict[str, Any], path: str = "/library/write/", **fields: Any) -> Any:
    """And what comes of it a moment later."""
    answer = post(client, "send", path, **form | {"email": "alice@example.org", "consent": "on"} | fields)
    asking.take_up()
    return answer


def page(response: Any) -> str:
    return html.unescape(response.content.decode())


def find(client: Client, postcode: str = "SW1A 1AA") -> str:
    return page(post(client, "find", postcode=postcode))


# Who is offered


def test_all_who_sit_for_a_place_and_all_of_a_list_are_offered(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill", role="Chair")
    shown = find(client)
    assert re.findall(r'type="checkbox" name="representative" value="(\d+)"', shown) == [str(member.pk), str(jonas.pk)]
    assert "Chair" in shown and "Committee on Libraries" in shown and "Northtown South" in shown


def test_a_postcode_is_looked_up_in_each_legislature(client: Client, campaign: Campaign) -> None:
    council = make_legislature(name="Northtown council", kind="council")
    campaign.also_to.add(council)
    ward = make_constituency(council, "SW1A1AA", name="Castle ward")
    make_representative(ward, name="Jonas Quill")
    make_representative(ward, name="Kim Sorrel")
    shown = find(client)
    assert all(name in shown for name in ("Imogen Yarborough", "Jonas Quill", "Kim Sorrel", "Castle ward"))


def test_a_postcode_that_one_legislature_does_not_know_is_no_error_of_the_other(
    client: Client, campaign: Campaign
) -> None:
    campaign.also_to.add(make_legislature(name="Another town's council", kind="council"))
    assert field(post(client, "find", postcode="SW1A 1AA"), "body") == "Dear Northtown South"


def test_constituencies_of_several_legislatures_can_be_chosen(client: Client, campaign: Campaign) -> None:
    council = make_legislature(name="Northtown council", kind="council")
    campaign.also_to.add(council)
    ward = make_constituency(council, name="Castle ward")
    make_representative(ward, name="Jonas Quill")
    shown = page(client.get("/library/write/?choose"))
    assert 'name="constituency"' in shown and 'name="constituency_2"' in shown and "Northtown council" in shown
    assert "Jonas Quill" in page(post(client, "choose", constituency="", constituency_2=str(ward.pk)))
    assert post(client, "choose", constituency="", constituency_2="").status_code == 422


def test_a_campaign_of_lists_alone_asks_for_no_postcode(client: Client) -> None:
    committee = make_legislature(name="Committee", kind="list", boundary_set="")
    make_campaign(slug="library", legislature=committee)
    listed(committee, "Jonas Quill")
    response = client.get("/library/write/")
    assert field(response, "representative") and "Jonas Quill" in page(response)
    listed(committee, "Kim Sorrel")
    assert page(client.get("/library/write/")).count('type="checkbox"') == 2


def test_a_single_representative_needs_no_choosing(client: Client, campaign: Campaign, member: Representative) -> None:
    response = post(client, "find", postcode="SW1A 1AA")
    assert field(response, "representative") == str(member.pk) and field(response, "body") == "Dear Northtown South"


def test_a_guess_says_so_and_asks_whether_it_is_right(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    assert "went by its neighbours" not in find(client)
    assert member.constituency is not None
    PostcodeRange.objects.create(first="EC1A1AA", last="EC1A9ZZ", constituency=member.constituency)
    shown = find(client, "EC1A 1BB")
    assert "went by its neighbours" in shown and "Imogen Yarborough" in shown and "?choose" in shown


def test_a_postcode_across_a_border_asks_which_side(client: Client, campaign: Campaign) -> None:
    legislature = campaign.legislature
    other = make_constituency(legislature, name="Northtown North")
    make_constituency(legislature, name="Far away")
    Postcode.objects.create(postcode="SW1A1AA", constituency=other)
    shown = find(client)
    assert "lies in several" in shown and "Northtown North" in shown and "Far away" not in shown


def test_a_dissolved_parliament_has_nobody_and_the_page_says_why(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    Dissolution.objects.create(legislature=member.legislature, valid_from=timezone.localdate())
    shown = find(client)
    assert "dissolved" in shown and 'name="body"' not in shown


def test_where_some_seats_are_empty_the_others_are_still_offered(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    listed(committee, "Jonas Quill")
    Representative.objects.filter(pk=member.pk).update(valid_to=timezone.localdate())
    shown = find(client)
    assert "vacant" in shown and "Jonas Quill" in shown and "Imogen Yarborough" not in shown


def test_nobody_chosen_is_said(client: Client, campaign: Campaign, member: Representative) -> None:
    response = post(client, "whom", constituency=str(member.constituency_id))
    assert response.status_code == 422 and "at least one person" in page(response)


def test_there_is_an_end_to_how_many_get_a_letter_at_once(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    many = [listed(committee, f"Person {number}") for number in range(41)]
    assert " checked" not in find(client), "so many are not ticked by themselves"
    form = {"constituency": str(member.constituency_id), "representative": [str(one.pk) for one in many]}
    for stage in ("whom", "points", "preview", "send"):
        response = post(client, stage, **typed(member, *many) | form)
        assert response.status_code == 422 and "at most 40" in page(response)
    assert not emails()


# Who gets which words


def variant(campaign: Campaign, number: int, **fields: Any) -> LetterVariant:
    words = {"en": {"reason": f"Reason {number}.", "subject": f"Subject {number}", "body": f"Body {number}."}}
    return LetterVariant.objects.create(campaign=campaign, number=number, **{"words": words, **fields})


def test_the_first_variant_that_fits_decides(campaign: Campaign, member: Representative) -> None:
    day = timezone.localdate()
    second = variant(campaign, 2, legislature=member.legislature)
    assert choosing.approaches(campaign, [member], day)[0] == [choosing.Approach([member], second)]
    first = variant(campaign, 1, party=" blue", legislature=member.legislature)
    assert choosing.approaches(campaign, [member], day)[0] == [choosing.Approach([member], first)]
    first.party = "Red"
    first.save()
    assert choosing.approaches(campaign, [member], day)[0] == [choosing.Approach([member], second)]


def test_what_a_variant_does_not_say_is_the_campaigns_own(campaign: Campaign, member: Representative) -> None:
    one = variant(campaign, 1, party="Blue", words={"en": {"subject": "Thank you"}, "ar": {"subject": "شكرًا"}})
    found = choosing.words(text_of(campaign), one)
    assert (found.subject, found.opening, found.points, found.ask) == ("Thank you", "Dear {constituency}", [], "")


def test_who_is_excluded_is_named_with_the_reason_and_cannot_be_written_to(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill")
    variant(campaign, 1, representative=jonas, deed="nobody")
    shown = find(client)
    assert "Jonas Quill" in shown and "Reason 1." in shown and f'id="to-{jonas.pk}"' not in shown
    response = send(client, typed(member, representative=[str(jonas.pk)]))
    assert response.status_code == 422 and not emails()


def test_where_everybody_is_excluded_the_page_says_why(client: Client, campaign: Campaign) -> None:
    variant(campaign, 1, party="blue", deed="nobody")
    shown = find(client)
    assert "There is nobody to write to" in shown and "Reason 1." in shown


def test_another_is_written_to_instead_with_words_of_their_own(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    elsewhere = listed(make_legislature(name="Ministry", kind="list", boundary_set=""), "Kim Sorrel")
    found = variant(campaign, 1, representative=member, deed="else", instead=elsewhere)
    shown = find(client)
    assert "Reason 1." in shown and "Write to Kim Sorrel instead." in shown
    assert re.findall(r'id="to-(\d+)"', shown) == [str(elsewhere.pk)]
    seat = str(member.constituency_id)
    response = post(client, "whom", constituency=seat, representative=str(elsewhere.pk))
    assert field(response, f"body_{found.pk}") == "Body 1."
    words = {f"subject_{found.pk}": "Thanks", f"body_{found.pk}": "Thank you."}
    send(client, typed(member, representative=[str(elsewhere.pk)], **words))
    assert CampaignLetter.objects.get().letter.recipient_name == "Kim Sorrel"


def test_instead_of_somebody_nobody_is_written_to_who_has_left(campaign: Campaign, member: Representative) -> None:
    gone = listed(make_legislature(kind="list"), "Kim Sorrel", valid_to=timezone.localdate())
    variant(campaign, 1, representative=member, deed="else", instead=gone)
    found, left = choosing.approaches(campaign, [member], timezone.localdate())
    assert found == [] and left == [choosing.Left(member, "Reason 1.")]


def test_nobody_is_written_to_twice_because_another_was_redirected_to_them(
    campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill")
    variant(campaign, 1, representative=member, deed="else", instead=jonas)
    found, _left = choosing.approaches(campaign, [member, jonas], timezone.localdate())
    assert found == [choosing.Approach([jonas])]


# Writing to several


def test_what_differs_stays_open_in_the_draft_and_is_filled_in_for_each(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    other = make_representative(member.constituency, name="Jonas Quill", email="jonas@example.com")
    seat = str(member.constituency_id)
    chosen: dict[str, Any] = {"constituency": seat, "representative": [str(member.pk), str(other.pk)]}
    assert field(post(client, "whom", **chosen), "body") == "Dear Northtown South", "the same for both"
    form = typed(member, other, constituency=seat, body="To {representative}.", subject="{representative}: the library")
    assert "filled in for each letter" not in page(post(client, "edit", **form)), "what is the same needs no braces"
    shown = page(post(client, "preview", **form))
    assert (
        "To Imogen Yarborough." in shown
        and "To Jonas Quill." in shown
        and "{representative}" not in re.sub(r'value="[^"]*"', "", shown)
    )
    send(client, form)
    bodies = {(kept.letter.body, kept.letter.subject) for kept in CampaignLetter.objects.all()}
    assert bodies == {(f"To {name}.", f"{name}: the library") for name in ("Imogen Yarborough", "Jonas Quill")}


def test_a_draft_that_names_whom_it_is_for_keeps_their_place_and_says_so(
    client: Client, member: Representative
) -> None:
    wording = {"letter_body": "Dear {representative} of {constituency}"}
    make_campaign(slug="bus", legislature=member.legislature, wording=wording)
    other = make_representative(member.constituency, name="Jonas Quill")
    pks = [str(member.pk), str(other.pk)]
    chosen: dict[str, Any] = {"constituency": str(member.constituency_id), "representative": pks}
    response = post(client, "whom", "/bus/write/", **chosen)
    assert field(response, "body") == "Dear {representative} of Northtown South"
    assert "{representative}, is filled in for each letter" in page(response)


def test_a_placeholder_that_one_of_them_cannot_fill_is_refused(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill")
    response = post(client, "preview", **typed(member, jonas, body="I live in {constituency}."))
    assert response.status_code == 422 and "still holds {constituency}" in page(response)


def test_one_email_asks_about_all_letters_and_one_press_sends_them(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill")
    send(client, typed(member, jonas), copy="on")
    kept = list(CampaignLetter.objects.all())
    assert len(kept) == 2 and len({one.together for one in kept}) == 1 and kept[0].together is not None
    assert [one.copy_wanted for one in kept] == [True, True] and [one.own_share for one in kept] == [100, 100]
    assert [email.kind for email in emails()] == ["confirmation"]
    assert "Imogen Yarborough and Jonas Quill" in kept[0].consent.text
    posting.confirm(kept[0])
    assert {email.to_address for email in emails() if email.kind == "letter" and email.letter} >= {
        "imogen@example.com",
        "jonas@example.com",
    }


def test_a_letter_to_one_is_written_with_no_other(client: Client, campaign: Campaign, member: Representative) -> None:
    send(client, typed(member))
    kept = CampaignLetter.objects.get()
    assert kept.together is None and kept.copy_wanted is False


def test_a_confirmed_signer_sends_all_at_once(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill")
    signature = make_signature(campaign, email="alice@example.org")
    send(client, typed(member, jonas), door(signature))
    assert [email.kind for email in emails()] == ["letter", "letter"]


def test_whom_one_wrote_to_lately_gets_no_second_letter_and_the_others_do(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill")
    send(client, typed(member))
    posting.confirm(CampaignLetter.objects.get())
    send(client, typed(member, jonas))
    assert [kept.representative for kept in CampaignLetter.objects.filter(state="pending")] == [jonas]
    assert Letter.objects.count() == 2


def test_the_email_names_all_who_had_one_lately_and_leads_to_them(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas, kim = listed(committee, "Jonas Quill"), listed(committee, "Kim Sorrel")
    send(client, typed(member, jonas))
    posting.confirm(CampaignLetter.objects.all()[0])
    assert send(client, typed(member, jonas))["Location"] == "/library/written/?several", "it looks as it did before"
    told = email_text(emails()[-1])
    assert "Imogen Yarborough" in told and "Jonas Quill" in told and told.count("/letter/") == 1
    send(client, typed(kim, constituency=[str(member.constituency_id)]))
    posting.confirm(CampaignLetter.objects.latest("pk"))
    send(client, typed(member, kim))
    told = email_text(emails()[-1])
    assert "Imogen Yarborough" in told and "Kim Sorrel" in told and "Jonas" not in told
    pages = [client.get(link).content.decode() for link in set(re.findall(r"http://testserver(/letter/[^/]+/)", told))]
    assert {name for name in ("Imogen", "Kim") for each in pages if name in each} == {"Imogen", "Kim"}


def test_erasing_a_letter_erases_the_email_that_no_second_was_taken(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    send(client, typed(member))
    posting.confirm(CampaignLetter.objects.get())
    send(client, typed(member))
    assert emails()[-1].to_address == "alice@example.org"
    posting.erase(CampaignLetter.objects.all())
    assert {(email.to_address, str(email.values)) for email in emails()} == {("", "{}")}


def test_a_confirmed_signer_is_told_at_once_that_they_wrote_lately(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    signature = make_signature(campaign, email="alice@example.org")
    send(client, typed(member), door(signature))
    again = send(client, typed(member), door(signature))
    assert again.status_code == 422 and "You have written to them in the last days" in page(again)
    assert send(client, typed(member), door(signature), leave_empty="x").status_code == 303, "a machine is told nothing"
    assert CampaignLetter.objects.count() == 1


def test_the_pages_after_several_speak_of_several(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    form = typed(member, listed(committee, "Jonas Quill"))
    shown = page(post(client, "preview", **form))
    assert "They go out when you have confirmed" in shown and "We keep the letters until" in shown
    assert "keep my letters" in shown and "pass each to the person it is written to" in shown
    assert "your letters go out" in page(client.get(send(client, form)["Location"]))
    HandIn.objects.create(campaign=campaign)
    assert "hands each over" in page(post(client, "preview", **form))
    said = page(client.get(send(client, form, email="bob@example.org")["Location"]))
    assert "the organisers have your letters" in said and "They do not go by email" in said


def test_groups_with_other_words_are_written_to_in_one_go(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill")
    found = variant(campaign, 1, legislature=committee)
    pks = [str(member.pk), str(jonas.pk)]
    chosen: dict[str, Any] = {"constituency": str(member.constituency_id), "representative": pks}
    response = post(client, "whom", **chosen)
    assert field(response, "body") == "Dear Northtown South" and field(response, f"body_{found.pk}") == "Body 1."
    words = {f"subject_{found.pk}": "Thanks", f"body_{found.pk}": "Thank you."}
    send(client, typed(member, jonas, own_words="I learned to read there.", **words))
    assert {(kept.letter.recipient_name, kept.letter.body) for kept in CampaignLetter.objects.all()} == {
        ("Imogen Yarborough", "I learned to read there.\n\nIt must stay open."),
        ("Jonas Quill", "I learned to read there.\n\nThank you."),
    }


# By email, by hand, by post


def test_each_goes_the_way_that_the_page_says(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    jonas = listed(committee, "Jonas Quill", email="", contact_form="https://jonas.example.org/write")
    kim = listed(committee, "Kim Sorrel")
    HandIn.objects.create(campaign=campaign, representative=kim)
    form = typed(member, jonas, kim)
    shown = page(post(client, "preview", **form))
    assert "Not to" in shown and "we know no email address" in shown
    assert "hand them over to Kim Sorrel" in shown and "pass them to Imogen Yarborough so" in shown
    desk = shown.split('class="desk"')[1]
    assert desk.count("mailto:") == 1 and desk.count('value="pdf:') == 3
    assert "https://jonas.example.org/write" in page(post(client, "edit", **form))
    send(client, form)
    assert {(kept.representative, kept.by_hand) for kept in CampaignLetter.objects.all()} == {
        (member, False),
        (kim, True),
    }
    recorded = CampaignLetter.objects.filter(by_hand=True).get().consent.text
    assert "hand them over to Kim Sorrel" in recorded and "Jonas" not in recorded
    assert recorded in shown


def test_each_letter_has_a_pdf_and_a_text_of_its_own(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def pdf(sheet: Any, layout: str | None, *, large: bool) -> bytes:
        asked.append((sheet.recipient_lines[0], layout, large))
        return b"%PDF-"

    monkeypatch.setattr("campaigns.views.public.writing.letter_pdf", pdf)
    jonas = listed(committee, "Jonas Quill")
    before = rows()
    post(client, f"pdf:{jonas.pk}", **typed(member, jonas))
    post(client, f"pdf:{member.pk}", **typed(member, jonas), layout="din_5008_b", large="on")
    post(client, "pdf", **typed(member), layout="nonsense")
    assert [(name.split()[-2:], *rest) for name, *rest in asked] == [
        (["Jonas", "Quill"], None, False),
        (["Imogen", "Yarborough"], "din_5008_b", True),
        (["Imogen", "Yarborough"], None, False),
    ]
    text = post(client, f"text:{jonas.pk}", **typed(member, jonas))
    assert "Jonas Quill" in text.content.decode() and "It must stay open." in text.content.decode()
    assert (text["Content-Type"], "letter-library-2.txt" in text["Content-Disposition"]) == (
        "text/plain; charset=utf-8",
        True,
    )
    assert rows() == before


# Merging


def test_words_that_nobody_changed_wait_to_be_merged_and_the_consent_says_so(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    campaign.merge_identical = True
    campaign.save()
    unchanged = typed(member, body="Dear Northtown South")
    shown = page(post(client, "preview", **unchanged))
    assert "list of all who send it" in shown and "is answered to the organisers" in shown
    send(client, unchanged)
    kept = CampaignLetter.objects.get()
    assert kept.to_merge and kept.own_share == 0 and "list of all who send it" in kept.consent.text
    changed = unchanged | {"own_words": "I learned to read there."}
    shown = page(post(client, "preview", **changed))
    assert "list of all who send it" not in shown and "Answers come straight to you." in shown
    send(client, changed, email="bob@example.org")
    assert not CampaignLetter.objects.latest("pk").to_merge


def test_without_the_organisers_wish_nothing_is_merged(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    send(client, typed(member, body="Dear Northtown South"))
    assert not CampaignLetter.objects.get().to_merge


def test_what_is_handed_over_is_not_merged(client: Client, campaign: Campaign, member: Representative) -> None:
    Campaign.objects.update(merge_identical=True)
    HandIn.objects.create(campaign=campaign)
    send(client, typed(member, body="Dear Northtown South"))
    kept = CampaignLetter.objects.get()
    assert kept.by_hand and not kept.to_merge and "list of all" not in kept.consent.text


# Who left in between


@pytest.mark.parametrize("stage", ["preview", "send", "pdf:0", "text"])
def test_when_one_has_left_since_nothing_is_sent_by_halves(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature, stage: str
) -> None:
    jonas = listed(committee, "Jonas Quill")
    form = typed(member, jonas, own_words="I learned to read there.")
    Representative.objects.filter(pk=jonas.pk).update(valid_to=timezone.localdate())
    response = post(client, stage, **form, email="alice@example.org", consent="on")
    assert response.status_code == 422
    assert "can no longer write to <bdi>Jonas Quill</bdi>" in page(response)
    assert field(response, "own_words") == "I learned to read there." and field(response, "name") == "Alice Ahmed"
    assert f'name="representative" value="{member.pk}"' in page(response)
    assert f'name="representative" value="{jonas.pk}"' not in page(response)
    assert not emails() and not Letter.objects.exists()


def test_when_the_only_one_has_left_the_words_are_still_there(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    Representative.objects.update(valid_to=timezone.localdate())
    response = send(client, typed(member))
    assert response.status_code == 422 and "no longer write to <bdi>Imogen" in page(response)
    assert field(response, "body") == "It must stay open." and 'value="preview"' not in page(response)
    assert not emails()


def test_who_leaves_at_the_last_moment_keeps_all_the_letters_back(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature, monkeypatch: pytest.MonkeyPatch
) -> None:
    jonas = listed(committee, "Jonas Quill")
    signature = make_signature(campaign, email="alice@example.org")
    confirm = posting.confirm

    def and_leaves(kept: CampaignLetter) -> Any:
        Representative.objects.filter(pk=jonas.pk).update(valid_to=timezone.localdate())
        return confirm(kept)

    monkeypatch.setattr("campaigns.writing.posting.confirm", and_leaves)
    send(client, typed(member, jonas), door(signature))
    assert not emails() and not CampaignLetter.objects.exists() and not Letter.objects.exists()


# What it costs


def test_pages_ask_the_database_as_often_for_twenty_as_for_one(
    client: Client,
    campaign: Campaign,
    member: Representative,
    committee: Legislature,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [listed(committee, f"Person {number}", address="Hall\nNORTHTOWN") for number in range(20)]
    variant(campaign, 1, representative=people[19], deed="nobody")
    client.get("/library/write/")  # whatever is asked once and then remembered
    for stage in ("whom", "points", "edit", "preview"):
        with CaptureQueriesContext(connection) as asked:
            post(client, stage, **typed(member, people[0]))
        assert len(asked) <= 12, stage
        with django_assert_num_queries(len(asked)):
            assert post(client, stage, **typed(member, *people[:19])).status_code == 200


def test_sending_asks_the_database_no_more_often_for_twenty(
    client: Client, campaign: Campaign, member: Representative, committee: Legislature
) -> None:
    people = [listed(committee, f"Person {number}", address="Hall\nNORTHTOWN") for number in range(20)]
    counts = []
    for chosen, email in (([member, people[0]], "alice@example.org"), ([member, *people[:19]], "bob@example.org")):
        with CaptureQueriesContext(connection) as asked:
            assert send(client, typed(*chosen), email=email).status_code == 303
        counts.append(len([query for query in asked if "advisory" not in query["sql"]]))
    assert CampaignLetter.objects.count() == 22 and counts[1] <= counts[0], counts


def test_a_seat_of_a_region_is_not_chosen_beside_its_parts(client: Client, campaign: Campaign) -> None:
    region = make_constituency(campaign.legislature, name="The whole region")
    Constituency.objects.filter(name="Northtown South").update(part_of=region)
    make_representative(region, name="Jonas Quill")
    assert "The whole region" not in page(client.get("/library/write/?choose"))
    assert "Jonas Quill" in find(client) and "Imogen Yarborough" in find(client)


def test_whose_address_no_window_shows_is_said_beside_their_pdf(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    warning = "post the letter in an envelope without one"
    assert warning not in post(client, "preview", **typed(member)).content.decode()
    Representative.objects.update(address="\n".join(f"Line {n} of a very long address {'x' * 40}" for n in range(9)))
    assert post(client, "preview", **typed(member)).content.decode().count(warning) == 1
