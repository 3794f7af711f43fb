"""Joint decisions on findings in the API: each finding is decided or refused by itself."""

import json
from datetime import timedelta

import pytest

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.accounts.services import api_token_create
from instrument_share.journal.guards import guards_lifted
from rewards.findings.models import Finding
from tests.rewards.builders import AFTER, YEAR, local

DAY = timedelta(days=1)


@pytest.fixture
def ask(client, clock):
    clock.set(AFTER + 2 * DAY)

    def ask(person, method, path="", key="once", **data):
        _, secret = api_token_create(actor=person, name="试", now=AFTER)
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key, "Accept-Language": "en"}
        body = {"data": json.dumps(data), "content_type": "application/json"} if data else {}
        answer = getattr(client, method)(f"/api/v1/findings{path}", headers=headers, **body)
        return answer.status_code, answer.json()

    return ask


@pytest.fixture
def found(steps, year):
    """A finding that the unit has answered, and one that it has not."""
    for day, payer in ((20, year.first), (31, year.client)):
        year.city.log(year.first_instrument, local(YEAR, 12, day, 8), payer=payer, external=True, amount=1000)
    steps.through("check")
    answered, silent = Finding.objects.order_by("id")[:2]
    steps.city.answer(answered, AFTER + DAY)
    return answered, silent


def test_a_joint_decision_tells_what_was_decided_and_what_was_refused(ask, found, steps, year):
    answered, silent = found
    decision = {
        "year": YEAR,
        "findings": [answered.public_id, silent.public_id],
        "outcome": "uphold",
        "reason": "一并认定",
    }
    assert ask(steps.city.officer, "post", "/decide", **decision)[0] == 403
    first, second = (ask(steps.city.auditor, "post", "/decide", **decision) for _ in range(2))
    assert first == second
    status, outcome = first
    assert (status, outcome["decided"]) == (200, [answered.public_id])
    assert [(one["finding"], one["code"]) for one in outcome["refused"]] == [
        (silent.public_id, "reward.answer_awaited")
    ]
    status, told = ask(steps.city.auditor, "get", f"/{answered.public_id}")
    assert (told["state"], told["decision_number"], told["reason"]) == ("upheld", 1, "一并认定")
    assert told["invalidated_logs"] == told["logs"] == sorted(answered.logs)
    listed = ask(year.manager, "get", f"?year={YEAR}&state=open")[1]["items"]
    assert silent.public_id in {one["id"] for one in listed}


def test_units_are_named_as_at_the_freeze(ask, found, steps, year):
    with guards_lifted():
        Organization.objects.filter(pk=year.first.pk).update(name_zh="改名大学")
    path = f"/{found[0].public_id}"
    listed, single = (ask(steps.city.auditor, "get", each)[1] for each in (f"?year={YEAR}", path))
    assert {one["unit"]["name_zh"] for one in (*listed["items"], single)} == {"云屏大学"}


def test_a_decision_that_another_auditor_made_meanwhile_is_not_written_over_unread(ask, found, steps):
    answered, _silent = found
    decision = {"year": YEAR, "findings": [answered.public_id], "seen_decision_number": 0}
    ask(steps.city.auditor, "post", "/decide", outcome="uphold", reason="属实", **decision)
    other = steps.city.person(
        "另一核查", steps.city.auditor.memberships.get().organization, Role.BUREAU_AUDITOR
    )
    dismissal = {"outcome": "dismiss", "reason": "无误"}
    outcome = ask(other, "post", "/decide", **decision, **dismissal)[1]
    assert [one["code"] for one in outcome["refused"]] == ["reward.decided_meanwhile"]
    assert "decision no. 1" in outcome["refused"][0]["detail"]
    answered.refresh_from_db()
    assert (answered.state, answered.decision_number) == ("upheld", 1)
    read = {**decision, "seen_decision_number": 1}
    assert ask(other, "post", "/decide", key="read", **read, **dismissal)[1]["decided"] == [
        answered.public_id
    ]


def test_an_answer_that_came_meanwhile_is_not_passed_over_unread(ask, found, steps, clock):
    """The unit changed its answer after the auditor had read the earlier one."""
    answered, _silent = found
    read_at = (AFTER + DAY).isoformat()
    steps.city.answer(answered, AFTER + DAY + timedelta(hours=1), text="已补充原始数据")
    decision = {"year": YEAR, "findings": [answered.public_id], "outcome": "uphold", "reason": "属实"}
    outcome = ask(steps.city.auditor, "post", "/decide", read_at=read_at, **decision)[1]
    assert [one["code"] for one in outcome["refused"]] == ["reward.answered_meanwhile"]
    answered.refresh_from_db()
    assert answered.state == "open"
    decision["read_at"] = clock.now().isoformat()
    later = ask(steps.city.auditor, "post", "/decide", key="read", **decision)[1]
    assert later["decided"] == [answered.public_id]


def test_an_unknown_finding_decides_none(ask, found, steps):
    answered, _silent = found
    decision = {"year": YEAR, "outcome": "dismiss", "reason": "无误"}
    ids = [answered.public_id, "FND-0000000000"]
    assert ask(steps.city.auditor, "post", "/decide", findings=ids, **decision)[0] == 404
    answered.refresh_from_db()
    assert answered.state == "open"
