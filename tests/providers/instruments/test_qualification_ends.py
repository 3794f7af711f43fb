"""Who may operate an instrument, and its keepers, are told 30 days before the right ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from instrument_share.accounts.domain import Role
from instrument_share.journal.models import Notification
from instrument_share.web.responses.problem import told
from providers.instruments.services.people import (
    keeper_assign,
    qualification_ends_tell,
    qualification_grant,
    qualification_revoke,
)
from providers.instruments.services.suspension import instrument_suspend
from providers.terms.services.retirement import instrument_retire
from tests.providers.conftest import NOW, person, published

DAY = timedelta(days=1)
END = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)  # 18:00 in the city
YOURS = "您对“透射电子显微镜”的上机资格将于2026年3月10日到期。如需继续使用，请联系机组负责人续期。"
ANOTHERS = "user对“透射电子显微镜”的上机资格将于2026年3月10日到期。如仍需使用，请予续期。"


@pytest.fixture
def kept(world, instrument):
    keeper_assign(actor=world.manager, instrument_id=instrument.pk, user_id=world.keeper.pk, now=NOW)
    return instrument


def grant(world, instrument, user=None, expires_at=END, now=NOW):
    return qualification_grant(
        actor=world.manager,
        instrument_id=instrument.pk,
        user=user or world.user,
        expires_at=expires_at,
        now=now,
    )


def about_ends(user):
    found = Notification.objects.filter(user=user, message__contains="ends on").order_by("pk")
    return [(told(one.message, one.params), one.path) for one in found]


def at(day, hour):
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


def test_the_person_and_the_keepers_are_told_once_thirty_days_ahead(world, kept):
    grant(world, kept)
    told_on, day = {}, date(2026, 1, 20)
    while day < date(2026, 3, 20):
        for hour in (7, 8, 19):
            if done := qualification_ends_tell(now=at(day, hour)):
                told_on[day, hour] = done
        day += DAY
    assert told_on == {(date(2026, 2, 8), 19): 1}  # 30 days before 18:00 on 10 March
    assert about_ends(world.user) == [(YOURS, f"/instruments/{kept.public_id}/")]
    assert about_ends(world.keeper) == [(ANOTHERS, f"/unit/instruments/{kept.public_id}/people/")]
    assert about_ends(world.manager) == []


def test_renewed_revoked_or_short_qualification_sends_no_notice(world, kept):
    renewed, revoked, short = (person(f"user{n}", world.company, Role.RESEARCHER) for n in range(3))
    grant(world, kept, renewed)
    grant(world, kept, renewed, END + 365 * DAY)
    ended = grant(world, kept, revoked)
    qualification_revoke(actor=world.manager, qualification_id=ended.pk, reason="离岗", now=NOW)
    grant(world, kept, short, now=END - 20 * DAY)
    assert qualification_ends_tell(now=END - DAY) == 0


def test_renewed_qualification_sends_notice_before_new_end(world, kept):
    grant(world, kept)
    assert qualification_ends_tell(now=END - 29 * DAY) == 1
    grant(world, kept, expires_at=END + 365 * DAY, now=END - 10 * DAY)
    assert qualification_ends_tell(now=END - 5 * DAY) == 0
    assert qualification_ends_tell(now=END + 340 * DAY) == 1


def test_retired_instrument_sends_no_notice(world, kept):
    grant(world, kept)
    instrument_suspend(actor=world.manager, instrument_id=kept.pk, reason="报废", now=NOW)
    instrument_retire(actor=world.manager, instrument_id=kept.pk, reason="报废", now=NOW)
    assert qualification_ends_tell(now=END - DAY) == 0


def test_keepers_are_told_of_their_own_instruments(world, kept):
    other = published(world, inner_number="A-2")
    grant(world, kept)
    grant(world, other)
    assert qualification_ends_tell(now=END - DAY) == 2
    assert (len(about_ends(world.user)), len(about_ends(world.keeper))) == (2, 1)
