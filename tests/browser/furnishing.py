"""A campaign with points to choose from, several people to write to, and other words for some: put into a site."""

from tests.services import Site

SLUG = "school-meals"
PAGES = {"en": f"/{SLUG}/", "ar": f"/{SLUG}/ar/"}

# Run in the site's own process and folder, on the demonstration's constituency of B13 9WA.
ROWS = """
from django.utils import timezone
from campaigns import publishing
from campaigns.models import Campaign, LetterVariant
from letters.models import Constituency, Legislature, Representative

slug = "school-meals"
if not Campaign.objects.filter(slug=slug).exists():
    model = Campaign.objects.get(slug="aleppo-day-of-action")
    seat = Constituency.objects.get(legislature=model.legislature, postcodes__postcode="B139WA")
    campaign = Campaign.objects.create(slug=slug, organisation=model.organisation, legislature=model.legislature,
        state="live", published_at=timezone.now(), merge_identical=True)
    committee = Legislature.objects.create(slug="meals-committee", name="Committee on School Meals", kind="list",
        country="GB", translations={"ar": {"name": "لجنة وجبات المدارس"}})
    people = [("Jonas Quill", "Chair", "jonas@example.org"),
        ("Wilhelmina Featherstonehaugh-Cholmondeley", "Member", ""),
        ("Kim Sorrel", "Member", "kim@example.org"), ("Noor Haddad", "Clerk", "noor@example.org")]
    made = [Representative.objects.create(legislature=committee, name=name, role=role, email=email,
        address="Town Hall\\nBIRMINGHAM", contact_form="" if email else "https://example.org/write/")
        for name, role, email in people]
    campaign.also_to.add(committee)
    LetterVariant.objects.create(campaign=campaign, number=1, representative=made[2], deed="nobody", words={
        "en": {"reason": "Kim Sorrel has asked for the meals herself and needs no letter."},
        "ar": {"reason": "طلبت كيم سوريل الوجبات بنفسها ولا تحتاج إلى رسالة."}})
    LetterVariant.objects.create(campaign=campaign, number=2, representative=made[3], words={
        "en": {"reason": "Noor Haddad agrees already: thank her.", "subject": "Thank you for school meals",
            "body": "Thank you for asking for free meals at every school.", "points": [], "ask": ""},
        "ar": {"reason": "نور حداد توافق أصلًا: اشكرها.", "subject": "شكرًا من أجل وجبات المدارس",
            "body": "شكرًا لأنكم طلبتم وجبات مجانية في كل مدرسة.", "points": [], "ask": ""}})
    text = model.texts.get(language="en", superseded_at=None).wording() | {
        "title": "A warm meal at every school", "letter_subject": "A warm meal at every school",
        "letter_body": "I write to you, {representative}, about meals at our schools.",
        "letter_points": [
            "Children who are hungry cannot learn. Teachers in our town bring bread from home, and say that the "
            "mornings are lost without it.",
            "A free meal for all is simpler and cheaper than asking parents for proof of what they earn.",
            "Other towns have done it. Their figures are public."],
        "letter_ask": "Will you ask for free meals at every school, and tell me what came of it?"}
    publishing.publish_text(campaign, "en", text)
    publishing.publish_text(campaign, "ar", text | {
        "title": "وجبة ساخنة في كل مدرسة", "letter_subject": "وجبة ساخنة في كل مدرسة",
        "letter_body": "أكتب إليكم، {representative}، عن الوجبات في مدارسنا.",
        "letter_points": [
            "الطفل الجائع لا يستطيع أن يتعلّم. يجلب المعلّمون في بلدتنا الخبز من بيوتهم.",
            "الوجبة المجانية للجميع أبسط وأقلّ كلفة من مطالبة الأهل بإثبات دخلهم.",
            "فعلت ذلك مدن أخرى، وأرقامها منشورة."],
        "letter_ask": "هل تطالبون بوجبات مجانية في كل مدرسة، وتخبرونني بالنتيجة؟"})
"""


def furnish(site: Site) -> None:
    """Once or again: what is there already stays."""
    site.run(ROWS)
