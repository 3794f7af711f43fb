"""A booking goes to a colleague of the organization that pays, if that person might have booked it."""

import re
from datetime import timedelta

import pytest

from bookings.groups.domain import HandOverRefused, NotPaidByOrganization, Scope
from bookings.groups.selectors.hand_over import is_decided_again
from bookings.groups.selectors.together import Wanted
from bookings.groups.services.hand_over import booking_hand_over
from bookings.groups.services.series import series_cancel
from bookings.groups.services.together import series_book
from bookings.requests.domain.cancellation import get_cancel_deadline
from bookings.requests.domain.errors import KeeperDecidesFirst
from bookings.requests.models import Booking, CreditEvent
from bookings.requests.selectors.companions import get_companions
from bookings.requests.selectors.costs import get_cancel_cost
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.deciding import booking_agree, booking_approve
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.usage.services.attendance import booking_check_in
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import DomainError, NotFound
from providers.domain import ServiceMode
from providers.instruments.models import InstrumentLink, Qualification
from providers.public import terms_at
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.bookings.requests.test_together import linked_city
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


def town(**rule):
    city = factories.city(**rule)
    city.colleague = factories.member(city.company, name="己")
    return city


@pytest.fixture
def city():
    return town()


def hand_over(city, booking, to=None, now=NOW):
    return booking_hand_over(
        actor=city.researcher, booking_id=booking.pk, colleague_id=(to or city.colleague).pk, now=now
    )


def test_booking_keeps_time_price_and_approval_at_once(city):
    before = book(city)
    after = hand_over(city, before)
    after.refresh_from_db()
    assert (after.user, after.state, after.starts_at, after.quoted_yuan) == (
        city.colleague,
        "approved",
        before.starts_at,
        before.quoted_yuan,
    )
    assert [len(journal.notifications(one)) for one in (city.colleague, city.keeper)] == [1, 2]
    told = list(journal.history(after))[-1]
    assert told.action == "booking.handed_over"
    assert told.details == {
        "from": city.researcher.public_id,
        "to": city.colleague.public_id,
        "state": "approved",
    }


def test_keeper_decides_again_about_another_person():
    city = town(decision="by_keeper", decision_hours=4)
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    after = hand_over(city, booking)
    after.refresh_from_db()
    assert (after.state, after.decided_by, after.decide_by > NOW) == ("requested", None, True)
    told = list(journal.history(after))[-1].details
    assert (told["state"], told["until"]) == ("requested", after.decide_by.isoformat())


def test_keeper_of_a_linked_instrument_alone_decides_again_about_another_person():
    city = linked_city(decision="by_keeper", decision_hours=4)
    booking = book(city)
    (mate,) = get_companions(booking)
    assert not is_decided_again(city.researcher, booking)
    booking_approve(actor=city.keeper, booking_id=mate.pk, now=NOW)
    assert is_decided_again(city.researcher, booking)
    after = hand_over(city, booking, factories.member(city.company))
    assert [one.state for one in (after, *get_companions(after))] == ["approved", "requested"]


def moved_by_unit_and_handed_over(city):
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(hour=12), now=NOW)
    return hand_over(city, booking)


def test_colleague_cannot_approve_the_booking_by_agreeing_to_a_time_of_the_unit(client, clock):
    city = town(decision="by_keeper", decision_hours=4)
    booking = moved_by_unit_and_handed_over(city)
    with pytest.raises(KeeperDecidesFirst):
        booking_agree(actor=city.colleague, booking_id=booking.pk, now=NOW)
    booking.refresh_from_db()
    assert (booking.user, booking.state) == (city.colleague, "requested")
    clock.set(NOW)
    client.force_login(city.colleague)
    page = client.get(f"/bookings/{booking.public_id}/").content.decode()
    assert f"/bookings/{booking.public_id}/agree/" not in page


def test_colleague_who_has_not_agreed_to_the_time_of_the_unit_cancels_free_once_it_is_approved(client, clock):
    city = town(decision="by_keeper", decision_hours=4)
    booking = moved_by_unit_and_handed_over(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    booking.refresh_from_db()
    late = booking.starts_at - timedelta(minutes=30)
    assert get_cancel_cost(city.colleague, booking, late).charge_yuan == 0
    clock.set(late)
    client.force_login(city.colleague)
    page = client.get(f"/bookings/{booking.public_id}/").content.decode()
    assert f"/bookings/{booking.public_id}/agree/" in page
    booking_agree(actor=city.colleague, booking_id=booking.pk, now=late)
    booking.refresh_from_db()
    assert (booking.state, get_cancel_cost(city.colleague, booking, late).late) == ("approved", True)


def test_linked_instrument_goes_with_it(city):
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second)
    factories.windows(second)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    hand_over(city, book(city))
    assert set(Booking.objects.values_list("user", flat=True)) == {city.colleague.pk}


def test_use_of_who_handed_the_rest_over_does_not_save_the_colleague_from_coming(city):
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second)
    factories.windows(second)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    used = book(city, slot(day=3))
    (rest,) = get_companions(used)
    early = used.starts_at - timedelta(minutes=10)
    booking_check_in(actor=city.keeper, booking_id=used.pk, now=early)
    rest = hand_over(city, rest, now=early)
    assert get_cancel_cost(city.colleague, rest, early).late
    assert bookings_no_show_due(used.starts_at + timedelta(minutes=30)) == 1
    assert CreditEvent.objects.get().user == city.colleague


def test_colleague_without_qualification_is_refused():
    city = town(needs_qualification=True)
    booking = book(city, service_mode=ServiceMode.OPERATED)
    Booking.objects.update(service_mode=ServiceMode.SELF_OPERATED)
    with pytest.raises(HandOverRefused) as refused:
        hand_over(city, booking)
    assert codes(refused) == ["booking.qualification_missing"]
    Qualification.objects.create(
        instrument=city.instrument,
        user=city.colleague,
        granted_by=city.keeper,
        granted_at=NOW,
        expires_at=slot(day=9).start,
    )
    assert hand_over(city, booking).user == city.colleague


def test_colleague_who_is_suspended_is_refused(city):
    booking = book(city)
    for _ in range(3):
        CreditEvent.objects.create(
            user=city.colleague, kind="no_show", occurred_at=NOW, ends_at=slot(day=60).start
        )
    with pytest.raises(HandOverRefused) as refused:
        hand_over(city, booking)
    assert codes(refused) == ["booking.credit_suspended"]


def test_quota_is_the_colleagues_own():
    city = town(quotas=[{"holder": "user", "span": "day", "most_bookings": 1}])
    booking = book(city)
    book(city, slot(hour=14), actor=city.colleague)
    with pytest.raises(HandOverRefused) as refused:
        hand_over(city, booking)
    assert codes(refused) == ["booking.quota_user_day_bookings"]


def test_lead_and_deadline_of_changes_do_not_bind():
    city = town(lead_minutes=24 * 60, change_deadline_minutes=24 * 60)
    booking = book(city, slot(day=2))
    assert hand_over(city, booking, now=slot(day=2, hour=8).start).user == city.colleague


def test_nobody_is_handed_what_another_has_missed(city):
    booking = book(city, slot(day=2))
    with pytest.raises(HandOverRefused) as refused:
        hand_over(city, booking, now=booking.starts_at)
    assert codes(refused) == ["booking.hand_over_begun"]
    bookings_no_show_due(booking.starts_at + timedelta(hours=1))
    assert CreditEvent.objects.get().user == city.researcher


def test_request_that_can_only_lapse_is_handed_over_to_nobody(client, clock):
    city = town(decision="by_keeper", decision_hours=4)
    booking = book(city)
    with pytest.raises(HandOverRefused) as refused:
        hand_over(city, booking, now=booking.decide_by)
    assert codes(refused) == ["booking.decision_overdue"]
    client.force_login(city.researcher)
    offers = []
    for now in (booking.decide_by - timedelta(minutes=1), booking.decide_by):
        clock.set(now)
        page = client.get(f"/bookings/{booking.public_id}/").content.decode()
        offers.append(f"/bookings/{booking.public_id}/hand-over/" in page)
    assert offers == [True, False]


def test_approved_booking_does_not_escape_its_charge_by_becoming_a_request():
    city = town(decision="by_keeper", decision_hours=4)
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    deadline = get_cancel_deadline(terms_at(booking.instrument_id, booking.starts_at), booking.starts_at)
    with pytest.raises(HandOverRefused) as refused:
        hand_over(city, booking, now=deadline + timedelta(minutes=1))
    assert codes(refused) == ["booking.hand_over_late"]
    assert hand_over(city, booking, now=deadline).state == "requested"


def test_booking_that_the_unit_moved_has_no_charge_to_escape_and_may_be_handed_over_to_its_start():
    city = town(decision="by_keeper", decision_hours=4)
    booking = book(city)
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=NOW)
    moved = booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(hour=14), now=NOW)
    late = moved.starts_at - timedelta(minutes=30)
    assert get_cancel_cost(city.researcher, moved, late).charge_yuan == 0
    assert hand_over(city, moved, now=late).state == "requested"


def test_colleague_is_told_that_what_they_are_handed_late_costs_something_to_cancel(city, client, clock):
    early, late = book(city), book(city, slot(day=2))
    hand_over(city, early)
    now = late.starts_at - timedelta(minutes=30)
    clock.set(now)
    client.force_login(city.researcher)
    page = client.get(f"/bookings/{late.public_id}/hand-over/").content.decode()
    assert "已不能免费取消" in page
    hand_over(city, late, now=now)
    told = [one.params.get("amount") for one in journal.notifications(city.colleague).order_by("pk")]
    late.refresh_from_db()
    assert told == [None, f"{get_cancel_cost(city.colleague, late, now).charge_yuan:.2f}"]


def test_stranger_and_own_payment_are_no_way(city):
    stranger = factories.member(factories.organization("别的公司"), name="庚")
    with pytest.raises(NotFound):
        hand_over(city, book(city), to=stranger)
    with pytest.raises(NotPaidByOrganization):
        hand_over(city, book(city, slot(day=2), payer=False))


def test_what_has_begun_is_not_handed_over(city):
    booking = book(city)
    Booking.objects.update(state="in_use")
    with pytest.raises(DomainError, match="is not possible"):
        hand_over(city, booking)


def test_date_that_was_handed_over_is_no_longer_in_the_series_of_its_maker(city):
    dates = [slot(day=1), slot(day=8)]
    requests = [
        Wanted(city.instrument, one, ServiceMode.SELF_OPERATED, city.company, "薄膜") for one in dates
    ]
    first, second = series_book(actor=city.researcher, requests=requests, now=NOW).booked
    hand_over(city, second)
    series_cancel(actor=city.researcher, booking_id=first.pk, scope=Scope.ALL, now=NOW)
    second.refresh_from_db()
    assert second.state == "approved"


def test_colleagues_of_one_name_are_told_apart_by_their_address(city, client, clock):
    for address in ("wei@one.example", "wei@two.example"):
        person = factories.member(city.company, name="李伟")
        person.email = address
        person.save()
    clock.set(NOW)
    client.force_login(city.researcher)
    page = client.get(f"/bookings/{book(city).public_id}/hand-over/").content.decode()
    assert [part.split("<")[0].split(">")[-1] for part in page.split("<option")[2:]] == [
        "己",
        "李伟（w…@one.example）",
        "李伟（w…@two.example）",
    ]


def test_booking_is_handed_over_only_at_the_time_that_its_page_has_shown(city, client, clock):
    """The unit may move it while the dialog is open."""
    booking = book(city)
    clock.set(NOW)
    client.force_login(city.researcher)
    address = f"/bookings/{booking.public_id}/hand-over/?revision="
    assert (
        f'href="{address}{booking.revision}"'
        in client.get(f"/bookings/{booking.public_id}/").content.decode()
    )
    booking_move(actor=city.keeper, booking_id=booking.pk, interval=slot(hour=12), now=NOW)
    opened = f"{address}{booking.revision}"
    told = "本预约在您查看之后有变化，现为：2026年3月3日 周二 12:00–14:00，已通过，¥200.00。请核对后再转交。"
    assert client.get(opened).context["consequences"][0] == told
    chosen = {"colleague": city.colleague.public_id}
    refused = client.post(opened, chosen)
    assert (refused.status_code, refused.context["form"].non_field_errors()) == (422, [told])
    assert told not in refused.context["consequences"]
    assert Booking.objects.get().user == city.researcher
    again = re.search(r'action="([^"]+/hand-over/[^"]+)"', refused.content.decode())[1]
    assert again != opened
    client.post(again, chosen)
    assert Booking.objects.get().user == city.colleague
