"""Baskets: priced together, booked whole or not at all."""

import re

import pytest
from django.db import connection
from django.urls import reverse
from lxml import html

from bookings.groups.domain import MOST_ITEMS, BasketEmpty, BasketFull
from bookings.groups.models import BasketItem
from bookings.groups.selectors.basket import basket_items, get_basket_request
from bookings.groups.selectors.together import Wanted, check_together
from bookings.groups.services.basket import basket_add, basket_book, basket_remove
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.selectors.companions import get_companions
from bookings.requests.services import held_time
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.kernel.errors import NotFound
from providers.domain import ServiceMode
from providers.instruments.models import Instrument, InstrumentLink
from tests import factories
from tests.bookings.groups import race
from tests.bookings.requests.booking import book
from tests.factories import NOW, slot
from tests.page_fixtures import text_of
from tests.processes import in_two_processes


def add_instrument(city):
    city.second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(city.second, price="30.00")
    factories.windows(city.second)
    return city


@pytest.fixture
def city(db, clock):
    clock.set(NOW)
    return add_instrument(factories.city())


def put(city, instrument, interval, actor=None, subject="薄膜"):
    wanted = Wanted(instrument, interval, ServiceMode.SELF_OPERATED, city.company, subject)
    return basket_add(actor=actor or city.researcher, wanted=wanted, now=NOW)


def put_both(city, **changes):
    """Both instruments at the same time, and the first one once more."""
    put(city, city.second, slot(day=1), **changes)
    put(city, city.instrument, slot(day=1), **changes)
    put(city, city.instrument, slot(day=2), **changes)


def test_basket_holds_nothing_and_is_booked_as_one_group(city):
    put_both(city)
    assert Booking.objects.count() == 0
    booked = basket_book(actor=city.researcher, now=NOW)
    assert [one.group.kind for one in booked] == ["basket"] * 3
    assert (BookingGroup.objects.count(), basket_items(city.researcher).count()) == (1, 0)


def test_price_shown_is_that_of_the_bookings(city):
    put_both(city)
    items = basket_items(city.researcher)
    checked = check_together(city.researcher, [get_basket_request(one) for one in items], NOW)
    shown = sum(one.total_yuan for one in checked)
    assert shown == sum(one.quoted_yuan for one in basket_book(actor=city.researcher, now=NOW)) == 460


def test_basket_says_what_cancelling_costs_where_it_starts_too_soon(city, see):
    InstrumentLink.objects.create(instrument=city.instrument, linked=city.second)
    put(city, city.instrument, slot(day=0, hour=15))
    put(city, city.instrument, slot(day=2))
    page = text_of(see(city.researcher, "basket"))
    assert (page.count("已过免费取消时限"), page.count("取消最多收取 ¥130.00")) == (1, 1)


def test_what_a_part_frees_is_passed_on_for_its_own_instrument_only(city, monkeypatch):
    """The instruments of the other parts are not locked."""
    put_both(city)
    booked = basket_book(actor=city.researcher, now=NOW)
    passed_on = []
    monkeypatch.setattr(held_time, "_takers", [lambda ids, _now: passed_on.append(set(ids))])
    on_second = next(one for one in booked if one.instrument == city.second)
    booking_cancel(actor=city.researcher, booking_id=on_second.pk, now=NOW)
    assert passed_on == [{city.second.pk}]


def test_one_refusal_leaves_nothing_booked_and_the_basket_full(city):
    put_both(city)
    book(city, slot(day=2), subject="别的")
    with pytest.raises(BookingRefused) as refused:
        basket_book(actor=city.researcher, now=NOW)
    assert [one.code for one in refused.value.problems] == ["booking.slot_taken"]
    assert refused.value.problems[0].params["name"].params["instrument"].zh == city.instrument.name_zh
    assert (Booking.objects.count(), basket_items(city.researcher).count()) == (1, 3)


def test_bookings_of_a_basket_at_the_same_time_do_not_follow_each_other(city):
    put_both(city)
    first, second, _third = basket_book(actor=city.researcher, now=NOW)
    assert get_companions(first) == []
    booking_cancel(actor=city.researcher, booking_id=first.pk, now=NOW)
    second.refresh_from_db()
    assert second.state == "approved"


def test_same_time_is_in_the_basket_once(city):
    put(city, city.instrument, slot(day=1))
    put(city, city.instrument, slot(day=1, length=3))
    assert basket_items(city.researcher).get().ends_at == slot(day=1, length=3).end


def test_basket_has_a_limit(city):
    for day in range(MOST_ITEMS):
        put(city, city.instrument, slot(day=day))
    with pytest.raises(BasketFull):
        put(city, city.instrument, slot(day=MOST_ITEMS))
    put(city, city.instrument, slot(day=1, length=3))


def test_basket_leads_to_no_page_of_an_instrument_that_is_gone(city, see):
    put_both(city)
    links = [reverse("instrument", args=[one.public_id]) for one in (city.instrument, city.second)]
    assert [f'href="{one}"' in see(city.researcher, "basket").text for one in links] == [True, True]
    Instrument.objects.filter(pk=city.second.pk).update(state="retired")
    page = see(city.researcher, "basket")
    assert [f'href="{one}"' in page.text for one in links] == [True, False]
    assert "样品制备仪" in text_of(page)


def test_full_basket_is_said_to_be_full_and_takes_no_further_proposal(city, see):
    def offers():
        page = see(city.researcher, "find")
        return "加入预约篮" in text_of(page), "预约篮最多容纳 20 个时段" in text_of(page)

    for day in range(MOST_ITEMS - 1):
        put(city, city.instrument, slot(day=day))
    before = offers()
    put(city, city.second, slot(day=1))
    assert [before, offers()] == [(True, False), (False, True)]


def test_basket_of_somebody_else_is_not_seen(city):
    item = put(city, city.instrument, slot(day=1))
    with pytest.raises(NotFound):
        basket_remove(actor=city.keeper, public_id=item.public_id, now=NOW)
    with pytest.raises(BasketEmpty):
        basket_book(actor=city.keeper, now=NOW)


def test_form_and_proposal_put_times_into_the_basket(city, client, see):
    client.force_login(city.researcher)
    typed = {
        "starts_at": "2026-03-03T09:00",
        "ends_at": "2026-03-03T11:00",
        "service_mode": "self_operated",
        "payer": city.company.public_id,
    }
    answer = client.post(reverse("basket_add", args=[city.instrument.public_id]), typed)
    assert answer["Location"] == reverse("basket")
    page = text_of(see(city.researcher, "basket"))
    assert "2026年3月3日 周二 09:00–11:00 · ¥200.00" in page
    assert client.post(reverse("basket"), {"subject": ""}).status_code == 422
    booked = client.post(reverse("basket"), {"subject": "薄膜"})
    made = Booking.objects.get()
    assert (booked["Location"], made.subject) == (
        reverse("booking_group", args=[made.group.public_id]),
        "薄膜",
    )


def test_basket_that_another_tab_has_booked_leads_to_the_bookings(city, client):
    client.force_login(city.researcher)
    put_both(city)
    item = basket_items(city.researcher).first()
    (first, *_others) = basket_book(actor=city.researcher, now=NOW)
    for address in (reverse("basket"), reverse("basket_remove", args=[item.public_id])):
        answer = client.post(address, {"subject": "薄膜"}, follow=True)
        assert answer.redirect_chain == [(reverse("booking_group", args=[first.group.public_id]), 302)]
        assert "预约篮中的时段已于 2026年3月2日 08:00 提交预约，本次未重复预约。" in text_of(answer)
    assert BookingGroup.objects.count() == 1


def test_basket_that_another_tab_has_emptied_says_so(city, client):
    client.force_login(city.researcher)
    put(city, city.instrument, slot(day=1))
    remove = reverse("basket_remove", args=[basket_items(city.researcher).get().public_id])
    for _tab in range(2):
        assert client.post(remove)["Location"] == reverse("basket")
    page = client.post(reverse("basket"), {"subject": "薄膜"})
    assert "已于 2026年3月2日 08:00 全部移出，本次未作预约" in text_of(page)


def test_incomplete_time_comes_back_on_the_booking_form(city, client):
    client.force_login(city.researcher)
    answer = client.post(
        reverse("basket_add", args=[city.instrument.public_id]), {"starts_at": "2026-03-03T09:00"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'action="{reverse("book", args=[city.instrument.public_id])}"' in page
    assert 'value="2026-03-03T09:00"' in page


def test_basket_with_a_problem_names_it_and_offers_no_booking(city, see, client):
    put_both(city)
    book(city, slot(day=2), subject="别的")
    page = text_of(see(city.researcher, "basket"))
    assert "您本人已预约本仪器（2026年3月4日 周三 09:00–11:00）" in page
    assert "全部预约" not in page
    for item in basket_items(city.researcher).filter(starts_at=slot(day=2).start):
        client.post(reverse("basket_remove", args=[item.public_id]))
    assert "全部预约" in text_of(see(city.researcher, "basket"))


def test_subject_that_was_typed_stays_where_the_basket_cannot_be_booked(city, see, client):
    put_both(city, subject="")
    read = shown_in(see(city.researcher, "basket"))
    book(city, slot(day=2), subject="别的")
    client.force_login(city.researcher)
    refused = client.post(reverse("basket"), {"subject": "薄膜厚度", "shown": read})
    page = refused.content.decode()
    assert (refused.status_code, page.count('value="薄膜厚度"'), "全部预约" in page) == (422, 1, False)


def test_subject_that_was_typed_stays_where_a_time_is_removed(city, see, client):
    put_both(city, subject="")
    book(city, slot(day=2), subject="别的")
    client.force_login(city.researcher)
    form = read_form(see(city.researcher, "basket"))
    by_enter, *others = form.xpath(".//button")
    removing = [one.get("formaction") for one in others]
    items = basket_items(city.researcher).order_by("starts_at", "id")
    assert removing == [reverse("basket_remove", args=[one.public_id]) for one in items]
    assert by_enter.get("formaction") is None
    for address in (removing[-1], removing[0]):  # what can't be booked, then what could
        removed = client.post(address, {"subject": "薄膜 & 厚度", "shown": ""})
        form = read_form(client.get(removed["Location"]))
        assert dict(form.form_values())["subject"] == "薄膜 & 厚度"
        assert form.xpath(".//button")[-1].text_content().strip() == "全部预约"
    client.post(reverse("basket"), dict(form.form_values()))
    assert [one.subject for one in Booking.objects.exclude(subject="别的")] == ["薄膜 & 厚度"]


def read_form(answer):
    """The one form of the basket: whatever is pressed in it is sent with what was typed."""
    (form,) = [one for one in html.fromstring(answer.text).forms if one.xpath(".//ul")]
    return form


@pytest.mark.parametrize("change", ["one more", "dearer", "dearer to cancel", "removed"])
def test_basket_is_booked_only_as_it_was_read(city, see, client, change):
    """As in another window, where a time was put into it, or after its price has changed."""
    put_both(city)
    read = shown_in(see(city.researcher, "basket"))
    if change == "one more":
        put(city, city.instrument, slot(day=3))
    elif change == "dearer":
        factories.rule(city.instrument, price="130.00")
    elif change == "dearer to cancel":
        factories.rule(city.instrument, late_cancel_percent=100)
    else:
        basket_items(city.researcher).first().delete()
    client.force_login(city.researcher)
    refused = client.post(reverse("basket"), {"subject": "", "shown": read})
    assert (refused.status_code, Booking.objects.count()) == (422, 0)
    assert "请核对后再预约" in text_of(refused)
    booked = client.post(reverse("basket"), {"subject": "", "shown": shown_in(refused)})
    assert (booked.status_code, basket_items(city.researcher).count()) == (302, 0)


def test_basket_with_an_instrument_that_brings_another_is_booked_as_it_was_read(city, see, client):
    """The sum that was read and the sum that is booked both count what is booked together with a time."""
    InstrumentLink.objects.create(instrument=city.instrument, linked=city.second)
    put(city, city.instrument, slot(day=1))
    put(city, city.instrument, slot(day=2))
    read = shown_in(see(city.researcher, "basket"))
    client.force_login(city.researcher)
    assert client.post(reverse("basket"), {"subject": "", "shown": read}).status_code == 302
    assert Booking.objects.count() == 4


def shown_in(answer):
    return re.search(r'name="shown"\s+value="([^"]+)"', answer.content.decode())[1]


@pytest.mark.django_db(transaction=True)
def test_two_baskets_in_opposite_orders_end_with_one_booked(process_environment):
    """Locked one by one in the order of the baskets, that would be a deadlock on PostgreSQL."""
    city = add_instrument(factories.city())
    other = factories.member(city.company, name="己")
    for actor, order in ((city.researcher, (1, 2)), (other, (2, 1))):
        instruments = [city.instrument, city.second]
        for number in order:
            put(city, instruments[number - 1], slot(day=1), actor=actor)
    next_free_rebuild(NOW)
    connection.close()
    outcomes = in_two_processes(
        process_environment,
        (race.book_basket_slowly, {"actor_id": city.researcher.pk, "now": NOW}),
        (race.book_basket_meanwhile, {"actor_id": other.pk, "now": NOW}),
    )
    assert outcomes == ["basket_book", "BookingRefused"]
    assert Booking.objects.count() == 2
    assert set(BasketItem.objects.values_list("user", flat=True)) == {other.pk}


def test_booking_form_offers_no_place_in_a_full_basket_but_to_change_what_is_there(city, see):
    third = factories.instrument(city.owner, name_zh="离心机")
    factories.rule(third)

    def offers(instrument):
        page = text_of(see(city.researcher, "book", instrument.public_id))
        return "加入预约篮" in page, "预约篮最多容纳 20 个时段" in page

    for day in range(MOST_ITEMS - 1):
        put(city, city.instrument, slot(day=day))
    before = offers(third)
    put(city, city.second, slot(day=1))
    assert [before, offers(third), offers(city.second)] == [(True, False), (False, True), (True, False)]
