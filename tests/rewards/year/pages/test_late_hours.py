"""Hours recorded or confirmed after the freeze: who does so reads before and after what becomes of them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.usage.models import UsageConfirmation
from instrument_share.accounts.domain import Role
from instrument_share.journal.models import AuditEntry
from rewards.cycle.models import AssessmentCycle
from tests.rewards.builders import AFTER, YEAR, local
from tests.rewards.reading import text_of

FROZEN = f"{YEAR} 年度数据已于"
DAY = timedelta(days=1)


@pytest.fixture
def waiting(year):
    """A use of the year that its user has not confirmed."""
    facts = {"payer": year.client, "external": True, "amount": 1000, "confirmed": False}
    return year.city.log(year.first_instrument, local(YEAR, 12, 30, 8), **facts)


def test_who_confirms_hours_after_the_freeze_reads_it(login, steps, year, waiting, clock):
    clock.set(AFTER)
    client, address = login(year.manager), reverse("usage_log", args=[waiting.public_id])
    assert FROZEN not in text_of(client.get(address))
    steps.through("freeze")
    clock.set(AssessmentCycle.objects.get().frozen_at + DAY)
    assert FROZEN in text_of(client.get(address))
    answer = client.post(reverse("usage_confirm", args=[waiting.public_id]), follow=True)
    assert "已确认。该年度数据已冻结，机时不计入任何年度评价。" in text_of(answer)
    entry = AuditEntry.objects.get(action="usage.confirmed", details__log=waiting.public_id)
    assert entry.details["frozen"] == AssessmentCycle.objects.get().frozen_at.date().isoformat()
    assert UsageConfirmation.objects.filter(log=waiting).exists()
    shown = text_of(login(steps.city.officer).get(reverse("cycle", args=[YEAR])))
    assert "另有 1 条上机记录在数据冻结" in shown


def test_who_records_hours_by_hand_reads_it_before(login, steps, year, clock):
    keeper = steps.city.person("机组", year.first, Role.KEEPER)
    year.first_instrument.keepers.add(keeper)
    clock.set(AFTER)
    client = login(keeper)
    assert FROZEN not in text_of(client.get(reverse("usage_by_hand")))
    steps.through("freeze")
    assert FROZEN in text_of(client.get(reverse("usage_by_hand")))
