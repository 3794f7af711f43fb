"""The page where the decided policy replaces a year's draft."""

import re

import pytest
from django.urls import reverse

from instrument_share.journal.models import AuditEntry
from rewards.cycle.models import AssessmentCycle
from rewards.policy.services import policy_load
from tests.rewards.assessment.test_adopting import DECIDED, DRAFT, REASON
from tests.rewards.builders import AFTER, YEAR
from tests.rewards.conftest import DAY, Steps
from tests.rewards.objections.conftest import Objections
from tests.rewards.page_fixtures import build_small_city
from tests.rewards.reading import text_of

ADDRESS = f"/bureau/cycles/{YEAR}/adopt/"


@pytest.fixture
def draft(db, clock):
    clock.set(AFTER)
    return Steps(build_small_city(), policy=DRAFT)


def test_an_officer_replaces_the_draft_from_the_desk_once(login, draft):
    client = login(draft.city.officer)
    desk = reverse("cycle", args=[YEAR])
    assert client.get(desk).content.decode().count(f'href="{ADDRESS}"') == 2  # in the warning and as a button
    assert "尚未载入正式办法。" in text_of(client.get(ADDRESS))
    policy = policy_load(actor=draft.city.officer, document=DECIDED, now=AFTER)
    draft.through("announce")
    asked = text_of(client.get(ADDRESS))
    assert "公示将撤回，须重新公示结果。" in asked
    assert "预算 ¥100,000.00 不变" in asked
    typed = {"policy": policy.pk, "reason": REASON, "form_token": "one"}
    twice = [client.post(ADDRESS, typed) for _ in range(2)]
    assert [answer["Location"] for answer in twice] == [desk, desk]
    assert AuditEntry.objects.filter(action="cycle.policy_adopted").count() == 1
    cycle = AssessmentCycle.objects.get()
    assert (cycle.state, cycle.policy) == ("checked", policy)
    client.logout()
    public = reverse("result", args=[YEAR])
    withdrawn = client.get(public)
    assert REASON in text_of(withdrawn)
    assert re.search(r'class="back"[^>]*>\s*<a\b[^>]*href="/openness/"', withdrawn.content.decode())
    draft.score()
    assert "公示已撤回" in text_of(client.get(public))
    draft.announce()
    assert REASON not in text_of(client.get(public))
    client = login(draft.city.officer)
    assert ADDRESS not in client.get(desk).content.decode()


def test_the_notice_of_a_draft_promises_no_day_of_approval(login, draft, clock):
    draft.through("announce")
    clock.set(AFTER + 4 * DAY)
    shown = text_of(login(draft.city.reviewer).get(reverse("cycle", args=[YEAR])))
    assert "公示至2026年1月15日。奖励办法为草案，改用正式办法后方可审定。" in shown
    assert "2026年1月16日" not in shown


def test_the_page_names_the_objections_to_what_is_withdrawn(login, draft):
    draft.through("announce")
    client = login(draft.city.officer)
    assert "再次提出异议" not in text_of(client.get(ADDRESS))
    objections = Objections(draft)
    objections.raise_one()
    assert "再次提出异议；尚待答复的异议：1 件。" in text_of(client.get(ADDRESS))
    objections.answer()
    assert "再次提出异议；尚待答复的异议：0 件。" in text_of(client.get(ADDRESS))


def test_a_refusal_stands_in_the_form(login, draft):
    policy = policy_load(actor=draft.city.officer, document=DECIDED, now=AFTER)
    client = login(draft.city.officer)
    client.post(ADDRESS, {"policy": policy.pk, "reason": REASON})
    again = client.post(ADDRESS, {"policy": policy.pk, "reason": REASON})
    assert again.status_code == 409
    assert "为正式办法，不能更换" in text_of(again)


def test_only_an_officer_is_shown_the_way(login, draft):
    assert ADDRESS not in login(draft.city.auditor).get(reverse("cycle", args=[YEAR])).content.decode()
