"""What is shown as free is the same on every page and in the API, and is free for who asks."""

import re
from html import unescape

import pytest

from bookings.requests.services.next_free import next_free_rebuild
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db

DAY = {"day": "2026-03-03"}
SPAN = ("2026-03-02T16:00:00Z", "2026-03-03T16:00:00Z")


@pytest.fixture
def shown(city, see):
    """Return what each place says to a person of the bookable time of 3 March, in the city's hours."""

    def shown(person):
        public_id = city.instrument.public_id
        start, end = SPAN
        calendar = see(person, "instrument_availability", public_id, start=start, end=end).json()
        timeline = see(person, "timeline_events", **DAY).json()
        api = see(person, "api-v1:availability", public_id, **{"from": start, "until": end}).json()
        page = unescape(see(person, "timeline", **DAY).content.decode())
        (plain,) = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
        return {
            "calendar": opened(calendar["events"]),
            "timeline": opened(timeline["events"]),
            "timeline without JavaScript": re.findall(r"\d\d:\d\d–\d\d:\d\d", plain),
            "API": [hours(one["starts_at"], one["ends_at"]) for one in api["free"]],
        }

    return shown


def everywhere(times):
    return dict.fromkeys(("calendar", "timeline", "timeline without JavaScript", "API"), times)


def opened(events):
    return [hours(one["start"], one["end"]) for one in events if one["kind"] == "open"]


def hours(start, end):
    return "–".join(f"{int(one[11:13]) + 8:02}:{one[14:16]}" for one in (start, end))


def test_every_place_leaves_out_the_lead_time_and_the_pauses(city, see, shown):
    city.rule.lead_minutes, city.rule.turnaround_minutes = 30 * 60, 30
    city.rule.save()
    book(city, slot(day=1, hour=16, length=1), actor=city.keeper, payer=False, now=NOW.replace(day=1))
    next_free_rebuild(NOW)
    assert shown(None) == everywhere(["14:00–15:30", "17:30–20:00"])
    for name, *ids in (("catalogue",), ("instrument", city.instrument.public_id)):
        assert "明天 14:00" in text_of(see(None, name, *ids))
    found = {
        hours: bool(see(None, "catalogue", **DAY, begins=hours[0], ends=hours[1]).context["rows"])
        for hours in (("13:30", "14:30"), ("14:00", "15:30"), ("14:00", "16:00"), ("17:00", "18:00"))
    }
    assert [hours for hours, is_found in found.items() if is_found] == [("14:00", "15:30")]


def test_every_place_shows_only_what_the_reader_may_book(city, shown):
    city.rule.user_kinds = ["inside"]
    city.rule.save()
    for person, times in ((city.manager, ["08:00–20:00"]), (city.researcher, [])):
        assert shown(person) == dict.fromkeys(shown(None), times)
