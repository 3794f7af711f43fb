"""What pages offer of bookings that were made for several instruments."""

from datetime import timedelta

from django.urls import reverse

from bookings.requests.services.instrument_decisions import instrument_suspend
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.factories import NOW, slot


def test_booking_again_is_offered_while_what_is_booked_together_with_it_is_in_service(db, see):
    city = linked_city()
    booking = book(city, slot(day=3))
    again = f"{reverse('book', args=[city.instrument.public_id])}?like={booking.public_id}"
    assert again in see(city.researcher, "booking", booking.public_id).content.decode()
    city.second.state = "suspended"
    city.second.save()
    assert again not in see(city.researcher, "booking", booking.public_id).content.decode()


def test_another_time_is_proposed_only_while_all_that_was_booked_together_is_in_service(db, see):
    city = linked_city()
    city.instrument.rules.update(decision="by_keeper", decision_hours=24)
    booking = book(city, slot(day=3))
    assert booking.state == "requested"
    address = reverse("booking_move", args=[booking.public_id])
    last_day = {"now": booking.decide_by - timedelta(hours=1)}
    desks = ((city.keeper, "keeper", {}), (city.manager, "unit_desk", last_day))
    for person, desk, at in desks:
        assert address in see(person, desk, **at).content.decode()
    mate = booking.group.bookings.get(instrument=city.second)
    instrument_suspend(
        actor=city.manager,
        instrument_id=city.second.pk,
        reason="更换探测器",
        outcomes={mate.public_id: "keep"},
        now=NOW,
    )
    for person, desk, at in desks:
        page = see(person, desk, **at).content.decode()
        assert address not in page
        assert reverse("booking_approve", args=[booking.public_id]) in page
        assert "一并预约的仪器暂停服务，不能改期。" in page
