"""The managers of a suspended unit can do nothing, and are told what is decided on what it has."""

from datetime import timedelta

import pytest
from django.urls import reverse

from instrument_share.accounts.models import Organization
from instrument_share.accounts.services import organization_reinstate, organization_suspend
from instrument_share.journal.selectors import notifications
from providers.instruments.services import instruments, suspension
from providers.units.domain.publications import PublicationKind
from providers.units.models import UnitNews, UnitProfile
from providers.units.services import profiles
from providers.units.services.publications import (
    publication_publish,
    publication_withdraw,
    publications_publish_due,
)
from tests.page_fixtures import text_of
from tests.providers.conftest import NOW, PROFILE, published

DAY = timedelta(days=1)
WHY = {"reason": "电话打不通"}


@pytest.fixture
def unit(world):
    """Something of each kind waits for the bureau, or is public, when the unit is suspended."""
    own = {"actor": world.manager, "organization_id": world.unit.pk, "now": NOW}
    profiles.unit_profile_save(**own, values=PROFILE)
    profiles.unit_profile_submit(**own)
    world.live = published(world)
    change = {"actor": world.manager, "instrument_id": world.live.pk, "now": NOW}
    instruments.instrument_update(**change, values={"value_yuan": "2600000"})
    text = {"title_zh": "开放日", "body_zh": "欢迎参观。"}
    world.news = publication_publish(**own, kind=PublicationKind.NEWS, values=text)
    facts = {"organization_id": world.unit.pk, "reason": "未按要求整改", "now": NOW}
    organization_suspend(actor=world.officer, **facts)
    return world


def decide(world, what):
    by_officer = {"actor": world.officer, "now": NOW}
    match what:
        case "profile":
            profiles.unit_profile_return(**by_officer, organization_id=world.unit.pk, **WHY)
        case "changes":
            instruments.instrument_changes_refuse(**by_officer, instrument_id=world.live.pk, **WHY)
        case "instrument":
            suspension.instrument_suspend(**by_officer, instrument_id=world.live.pk, **WHY)
        case "news":
            publication_withdraw(**by_officer, kind=PublicationKind.NEWS, publication_id=world.news.pk, **WHY)


@pytest.mark.parametrize("what", ["profile", "changes", "instrument", "news"])
def test_managers_of_a_suspended_unit_are_told_and_led_to_a_page_that_they_may_open(at, unit, what):
    known = set(notifications(unit.manager).values_list("pk", flat=True))
    decide(unit, what)
    told = notifications(unit.manager).exclude(pk__in=known).get()
    assert told.params["reason"] == WHY["reason"]
    page = at("manager").get(told.path)
    assert (page.status_code, "未按要求整改" in text_of(page)) == (200, True)


@pytest.mark.parametrize(("what", "words"), [("profile", "立即向公众公开"), ("changes", "新内容立即公开")])
def test_the_officer_reads_that_nobody_sees_it_yet(at, unit, what, words):
    found = UnitProfile.objects.get() if what == "profile" else unit.live
    address = reverse("review_publish", args=[found.public_id])
    asked = at("officer").get(address)
    assert ("单位已被暂停" in text_of(asked), words in text_of(asked)) == (True, False)
    seen = {"seen": asked.context["form"]["seen"].value()}
    assert at("officer").post(address, seen).status_code == 302
    public = reverse("unit" if what == "profile" else "instrument", args=[found.public_id])
    assert at().get(public).status_code == 404
    Organization.objects.update(state="admitted")
    assert at().get(public).status_code == 200


def test_of_an_admitted_unit_the_officer_reads_that_everybody_sees_it(at, unit):
    Organization.objects.update(state="admitted")
    page = text_of(at("officer").get(reverse("review_publish", args=[UnitProfile.objects.get().public_id])))
    assert ("单位已被暂停" in page, "立即向公众公开" in page) == (False, True)


def test_a_draft_that_becomes_due_while_the_unit_is_suspended_waits_for_its_reinstatement(unit):
    text = {"title_zh": "开放周", "body_zh": "欢迎参观。", "scheduled_at": NOW + DAY}
    draft = UnitNews.objects.create(organization=unit.unit, created_at=NOW, **text)
    assert publications_publish_due(NOW + 2 * DAY) == 0
    assert "published" not in notifications(unit.manager).first().message
    organization_reinstate(actor=unit.officer, organization_id=unit.unit.pk, now=NOW + 3 * DAY)
    assert publications_publish_due(NOW + 3 * DAY) == 1
    draft.refresh_from_db()
    assert draft.published_at == NOW + 3 * DAY
