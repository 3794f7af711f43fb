"""A role ends: what becomes of the bookings that the organization pays, and of the instruments kept by it."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.services.membership import membership_end, organization_leave
from bookings.requests.services.notifications import (
    CANCELLED_WITH_OWN_MEMBERSHIP,
    KEPT_WITH_MEMBERSHIP,
    KEPT_WITH_OWN_MEMBERSHIP,
    WITHDRAWN_WITH_MEMBERSHIP,
)
from bookings.usage.services.attendance import booking_check_in
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from instrument_share.accounts.services import LastOfRole
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import ReasonMissing
from instrument_share.web.responses import problem
from providers.instruments.models import Keeper
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.bookings.waiting.waiting import held, join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
LEFT = (
    "The booking of {instrument} from {starts_at} was cancelled: {user} no longer belongs to "
    "“{organization}”, which was to pay."
)


@pytest.fixture
def city():
    return factories.city(cancel_deadline_minutes=1440, late_cancel_percent=50)


@pytest.fixture
def admin(city):
    return factories.member(city.company, Role.ORG_ADMIN, name="辛")


@pytest.fixture
def admin_of_linked():
    city = linked_city()
    return city, factories.member(city.company, Role.ORG_ADMIN, name="辛")


def of(person):
    return Membership.objects.get(user=person)


def told(person):
    return [one.message for one in journal.notifications(person)]


def states():
    return list(Booking.objects.order_by("starts_at").values_list("state", flat=True))


def take(city, admin, **more):
    return membership_end(actor=admin, membership_id=of(city.researcher).pk, reason="离职", now=NOW, **more)


def test_a_sysadmin_who_leaves_locks_the_offices_of_all_at_once(statements):
    offices = [factories.organization(f"云屏市第{number}中心") for number in "一二三"]
    _first, leaving, _third = [factories.member(office, Role.SYSADMIN) for office in offices]
    done = statements.of(lambda: organization_leave(actor=leaving, organization_id=offices[1].pk, now=NOW))
    first = next(one for one in done if 'FROM "accounts_organization"' in one)
    found = re.search(r'"id" IN \(([\d, ]+)\) ORDER BY "accounts_organization"."id"', first)
    assert found
    assert {int(pk) for pk in found[1].split(",")} == {office.pk for office in offices}
    assert not accounts.active_roles(leaving.pk, offices[1].pk)


def test_managers_are_told_once_of_who_leaves_with_several_roles(city):
    leaving = factories.member(city.owner, Role.ORG_ADMIN, name="辛")
    factories.member(city.owner, Role.KEEPER, leaving)
    organization_leave(actor=leaving, organization_id=city.owner.pk, now=NOW)
    assert told(city.manager).count("{user} has left “{organization}”.") == 1


def test_future_bookings_are_cancelled_free_and_keeper_notified(city, admin):
    soon, later = book(city, slot(day=0, hour=10)), book(city, slot(day=5))
    for _twice in range(2):
        assert take(city, admin).state == "ended"
    assert states() == [BookingState.CANCELLED, BookingState.CANCELLED]
    soon.refresh_from_db()
    assert (soon.late_cancel, soon.charged_yuan, soon.decision_note) == (False, None, "离职")
    assert not CreditEvent.objects.exists()
    assert told(city.keeper).count(LEFT) == 2
    assert told(city.researcher).count(CANCELLED_WITH_OWN_MEMBERSHIP) == 2
    assert LEFT not in told(city.researcher)
    (mine, *_others) = journal.notifications(city.researcher)
    with translation.override("zh-hans"):
        text = problem.told(mine.message, mine.params)
    assert text.endswith("不收取费用：您已不再是付费单位“云屏测试科技有限公司”的成员。")
    assert accounts.active_roles(city.researcher.pk, city.company.pk) == frozenset()
    assert later.pk != soon.pk


def test_an_offer_that_the_organization_was_to_pay_is_withdrawn(city, admin):
    offer = held(join(city, city.researcher, wanted=slot(day=5)))
    take(city, admin)
    offer.refresh_from_db()
    assert offer.state == BookingState.LAPSED
    assert WITHDRAWN_WITH_MEMBERSHIP in told(city.researcher)
    assert CANCELLED_WITH_OWN_MEMBERSHIP not in told(city.researcher)
    assert LEFT not in told(city.keeper)


def test_offer_of_linked_instruments_is_withdrawn_once(admin_of_linked):
    city, admin = admin_of_linked
    entry = join(city, city.researcher, wanted=slot(day=5))
    take(city, admin)
    assert [state for *_, state in offered(entry)] == ["lapsed"]
    assert states() == [BookingState.LAPSED, BookingState.LAPSED]
    (withdrawn,) = journal.notifications(city.researcher).filter(message=WITHDRAWN_WITH_MEMBERSHIP)
    assert withdrawn.params["instrument"]["zh"] == city.instrument.name_zh
    assert withdrawn.params["organization"]["zh"] == city.company.name_zh


def test_future_bookings_can_be_kept_for_organization(city, admin):
    book(city, slot(day=5))
    take(city, admin, bookings="keep")
    assert states() == [BookingState.APPROVED]
    assert LEFT not in told(city.keeper)
    assert told(city.researcher).count(KEPT_WITH_OWN_MEMBERSHIP) == 1
    (kept,) = journal.notifications(city.keeper).filter(message=KEPT_WITH_MEMBERSHIP)
    with translation.override("zh-hans"):
        text = problem.told(kept.message, kept.params)
    assert text.endswith("未取消：戊已不再是付费单位“云屏测试科技有限公司”的成员，费用仍由该单位支付。")


def test_begun_and_privately_paid_bookings_stay(city, admin):
    running = book(city, slot(day=0, hour=8))
    booking_check_in(actor=city.keeper, booking_id=running.pk, now=NOW)
    book(city, slot(day=5), payer=False)
    take(city, admin)
    assert states() == [BookingState.IN_USE, BookingState.APPROVED]


def test_bookings_are_kept_if_another_role_remains(city, admin):
    factories.member(city.company, Role.ORG_ADMIN, city.researcher)
    book(city, slot(day=5))
    held = Membership.objects.get(user=city.researcher, role=Role.RESEARCHER)
    membership_end(actor=admin, membership_id=held.pk, reason="改任", now=NOW)
    assert states() == [BookingState.APPROVED]


def test_leaving_late_charges_as_late_cancel(city):
    soon, later = book(city, slot(day=0, hour=10)), book(city, slot(day=5))
    organization_leave(actor=city.researcher, organization_id=city.company.pk, now=NOW)
    organization_leave(actor=city.researcher, organization_id=city.company.pk, now=NOW)
    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.late_cancel, later.late_cancel) == (True, False)
    assert soon.charged_yuan == soon.quoted_yuan / 2
    assert LEFT not in told(city.researcher)
    assert told(city.keeper).count(LEFT) == 2


def test_last_administrator_cannot_leave_and_nothing_changes(city, admin):
    factories.member(city.company, Role.RESEARCHER, admin)
    with pytest.raises(LastOfRole):
        organization_leave(actor=admin, organization_id=city.company.pk, now=NOW)
    assert accounts.active_roles(admin.pk, city.company.pk) == {Role.ORG_ADMIN, Role.RESEARCHER}


def test_a_role_is_not_taken_without_a_reason(city, admin):
    with pytest.raises(ReasonMissing):
        membership_end(
            actor=admin, membership_id=of(city.researcher).pk, reason=" ", now=NOW + timedelta(hours=1)
        )


def test_former_keeper_keeps_no_instrument(city):
    held = of(city.keeper)
    membership_end(actor=city.manager, membership_id=held.pk, reason="轮岗", now=NOW)
    assert not Keeper.objects.exists()
    assert [one.action for one in journal.history(city.instrument)][-1] == "keeper.removed"
