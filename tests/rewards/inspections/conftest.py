from datetime import timedelta

import pytest

from instrument_share.accounts.domain import Role
from instrument_share.kernel.city_time import CITY_TIME
from rewards.inspections.domain.choices import CHECKLIST, DrawnFrom, InspectionOutcome, Seen
from rewards.inspections.models import InspectionDraw, RandomInspection
from rewards.inspections.services.draws import NamedInspector, auditors_named, draw_announce, draw_make
from tests.rewards.builders import AFTER
from tests.rewards.conftest import DAY

SEEN = dict.fromkeys(CHECKLIST, Seen.YES)


class Draws:
    """Draws of the builders' year as its officer makes them: announced, then drawn three days on."""

    def __init__(self, steps, bureau):
        self.steps, self.city = steps, steps.city
        self.second_auditor = self.city.person("核查二", bureau, Role.BUREAU_AUDITOR)
        self.announced = AFTER + 2 * DAY
        self.drawn = self.announced + 3 * DAY

    @property
    def inspectors(self):
        auditors = auditors_named([self.city.auditor.pk, self.second_auditor.pk], {})
        return [*auditors, NamedInspector("专家甲", "云屏理工大学")]

    def announce(self, **values):
        facts = {
            "actor": self.city.officer,
            "cycle_id": self.steps.id,
            "over": DrawnFrom.UNITS,
            "size": 2,
            "source_zh": "双色球第2026004期开奖号码",
            "seed_date": (self.announced + 2 * DAY).astimezone(CITY_TIME).date(),
            "inspectors": self.inspectors,
            "now": self.announced,
        }
        return draw_announce(**(facts | values))

    def make(self, seed="03 07 11 18 24 33 + 09", **values):
        draw = InspectionDraw.objects.get()
        facts = {"actor": self.city.officer, "draw_id": draw.pk, "seed": seed, "now": self.drawn}
        draw_make(**(facts | values))
        return list(RandomInspection.objects.order_by("position"))

    def record(self, inspection, **values):
        from rewards.inspections.services.inspections import inspection_record

        facts = {
            "actor": inspection.lead.user,
            "inspection_id": inspection.pk,
            "outcome": InspectionOutcome.NO_OBJECTION,
            "inspected_date": (self.drawn + DAY).astimezone(CITY_TIME).date(),
            "checklist": SEEN,
            "notes": "",
            "now": self.drawn + 2 * DAY + timedelta(hours=1),
        }
        return inspection_record(**(facts | values))


@pytest.fixture
def draws(steps):
    """The year is checked, nothing is announced yet."""
    from instrument_share.accounts.models import Organization

    steps.through("check")
    return Draws(steps, Organization.objects.get(kind="bureau"))
