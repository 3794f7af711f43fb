"""The reason of a closure stands wherever its time does, in the reader's language."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bookings.requests.services.closures import closure_place
from bookings.requests.services.next_free import next_free_rebuild
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db

DAY = "2026-03-03"
SPAN = ("2026-03-02T16:00:00Z", "2026-03-03T16:00:00Z")
ZH, EN = "zh-Hans", "en"
BOTH, CHINESE = ("更换灯丝", "Filament change"), ("年度校准", "")


@pytest.fixture
def closed(city, clock):
    """An instrument that is closed twice on 3 March; one reason lacks its English."""
    clock.set(NOW)
    for hour, (zh, en) in ((9, BOTH), (14, CHINESE)):
        closure_place(
            actor=city.keeper,
            instrument_id=city.instrument.pk,
            interval=slot(day=1, hour=hour),
            reason_zh=zh,
            reason_en=en,
            now=NOW,
        )
    next_free_rebuild(NOW)
    return city


def get(language, name, *ids, person=None, **query):
    client = Client(headers={"Accept-Language": language})
    if person is not None:
        client.force_login(person)
    answer = client.get(reverse(name, args=ids), query)
    assert answer.status_code == 200
    return answer


def closures_in(answer):
    return [(one["start"], one["title"]) for one in answer.json()["events"] if one["kind"] == "closed"]


TITLES = {ZH: ["停用：更换灯丝", "停用：年度校准"], EN: ["Closed: Filament change", "Closed: 年度校准"]}
STARTS = ["2026-03-03T01:00:00Z", "2026-03-03T06:00:00Z"]


@pytest.mark.parametrize("language", [ZH, EN])
def test_calendar_and_timeline_name_the_reason(closed, language):
    start, end = SPAN
    expected = list(zip(STARTS, TITLES[language], strict=True))
    one = closed.instrument.public_id
    for person in (None, closed.researcher):
        week = get(language, "instrument_availability", one, person=person, start=start, end=end)
        assert closures_in(week) == expected
        assert closures_in(get(language, "timeline_events", person=person, day=DAY)) == expected


def test_closures_that_touch_or_overlap_keep_their_own_reasons(closed):
    closure_place(
        actor=closed.keeper,
        instrument_id=closed.instrument.pk,
        interval=slot(day=1, hour=10),
        reason_zh="停电",
        now=NOW,
    )
    events = get(ZH, "timeline_events", day=DAY).json()["events"]
    found = [one for one in events if one["kind"] == "closed"]
    assert [one["title"] for one in found] == ["停用：更换灯丝", "停用：停电", "停用：年度校准"]
    assert len({one["id"] for one in events}) == len(events)


def test_a_closure_is_cut_to_the_days_that_are_shown(closed):
    start, end = "2026-03-03T02:00:00Z", "2026-03-03T07:00:00Z"
    shown = get(ZH, "instrument_availability", closed.instrument.public_id, start=start, end=end).json()
    times = [(one["start"], one["end"]) for one in shown["events"] if one["kind"] == "closed"]
    assert times == [(start, "2026-03-03T03:00:00Z"), ("2026-03-03T06:00:00Z", end)]


@pytest.mark.parametrize("language", [ZH, EN])
def test_lists_beside_the_pictures_name_the_reason(closed, language):
    pages = (
        get(language, "instrument", closed.instrument.public_id),
        get(language, "book", closed.instrument.public_id, person=closed.researcher),
        get(language, "timeline", day=DAY),
    )
    for page in pages:
        plain = re.findall(r"<noscript>(.*?)</noscript>", page.content.decode(), re.DOTALL)
        words = " ".join(re.sub(r"<[^>]+>", "", "".join(plain)).split())
        for title in TITLES[language]:
            assert title in words


def test_a_fully_closed_day_of_the_timeline_says_why(closed):
    closure_place(
        actor=closed.keeper,
        instrument_id=closed.instrument.pk,
        interval=slot(day=3, hour=0, length=24),
        reason_zh="搬迁",
        now=NOW,
    )
    assert "停用：搬迁" in get(ZH, "timeline", day="2026-03-05").content.decode()


@pytest.mark.parametrize(("language", "reason"), [(ZH, "（更换灯丝）"), (EN, "(Filament change)")])
def test_a_refused_booking_names_the_reason(closed, language, reason):
    client = Client(headers={"Accept-Language": language})
    client.force_login(closed.researcher)
    asked = {
        "starts_at": f"{DAY}T09:00",
        "ends_at": f"{DAY}T10:00",
        "payer": closed.company.public_id,
        "service_mode": "operated",
        "subject": "薄膜",
        "direction": "research",
    }
    answer = client.post(reverse("book", args=[closed.instrument.public_id]), asked)
    assert reason in answer.content.decode()


def test_the_api_gives_both_reasons_as_they_were_entered(closed):
    span = dict(zip(("from", "until"), SPAN, strict=True))
    shown = get(EN, "api-v1:availability", closed.instrument.public_id, **span).json()
    assert shown["closed"] == [
        {
            "starts_at": "2026-03-03T01:00:00Z",
            "ends_at": "2026-03-03T03:00:00Z",
            "reason_zh": BOTH[0],
            "reason_en": BOTH[1],
        },
        {
            "starts_at": "2026-03-03T06:00:00Z",
            "ends_at": "2026-03-03T08:00:00Z",
            "reason_zh": CHINESE[0],
            "reason_en": "",
        },
    ]
