"""Pages about instruments that are booked together: prices, companions and links, from both sides."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import translation

from bookings.requests.selectors.companions import get_companions
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.deciding import booking_approve
from bookings.requests.services.instrument_decisions import instrument_suspend
from bookings.requests.services.notifications import APPROVED, APPROVED_IN_PART
from bookings.requests.views.next_steps import describe_new_booking
from instrument_share.journal import selectors as journal
from instrument_share.web.text import formats
from providers.instruments.models import InstrumentLink
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.requests.test_together import linked_city
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

MINUTE = timedelta(minutes=1)
ASKED = {"starts_at": "2026-03-03T09:00", "ends_at": "2026-03-03T11:00"}


@pytest.fixture
def city(db):
    return linked_city()


def test_quote_shows_the_lines_of_both_and_the_total_of_all(city, see):
    typed = {**ASKED, "payer": city.company.public_id, "service_mode": "self_operated"}
    page = text_of(see(city.researcher, "quote", city.instrument.public_id, **typed))
    for words in ("2 × ¥100.00 /小时", "2 × ¥30.00 /小时", "总计 ¥260.00"):
        assert words in page
    alone = text_of(see(city.researcher, "quote", city.second.public_id, **typed))
    assert "总计" not in alone


def test_quote_of_a_move_counts_both(city, see):
    booking = book(city, slot(day=2))
    asked = {"starts_at": "2026-03-04T09:00", "ends_at": "2026-03-04T12:00"}
    page = text_of(see(city.researcher, "booking_move_quote", booking.public_id, **asked))
    assert "总计 ¥390.00" in page
    assert "¥260.00" in page


@pytest.mark.django_db
def test_time_that_is_never_cancelled_free_of_charge_is_quoted_with_what_that_costs(see):
    city = linked_city(cancel_deadline_minutes=0, late_cancel_percent=100)
    typed = {**ASKED, "payer": city.company.public_id, "service_mode": "self_operated"}
    asked = ("quote", city.instrument.public_id)
    in_time = slot().start - timedelta(days=1)
    words = "取消最多收取"
    assert words not in text_of(see(city.researcher, *asked, now=in_time, **typed))
    assert f"{words} ¥100.00" in text_of(see(city.researcher, *asked, now=in_time + MINUTE, **typed))


@pytest.mark.django_db
def test_move_to_a_time_that_is_never_cancelled_free_of_charge_says_so_to_its_user(see):
    city = linked_city(cancel_deadline_minutes=1440, late_cancel_percent=100)
    booking = book(city, slot(day=5))
    asked = ("booking_move_quote", booking.public_id)
    late = {"now": slot().start - timedelta(days=1) + MINUTE, **ASKED}
    assert "取消最多收取 ¥160.00" in text_of(see(city.researcher, *asked, **late))
    assert "取消最多收取" not in text_of(see(city.keeper, *asked, **late))


def test_each_booking_shows_its_companion_and_its_state(city, see):
    booking = book(city, slot(day=2))
    (mate,) = get_companions(booking)
    for one, other in ((booking, mate), (mate, booking)):
        page = see(city.researcher, "booking", one.public_id)
        together = page.content.decode().split('id="together"')[1].split("</section>")[0]
        assert f'href="/bookings/{other.public_id}/"' in together
        assert "已通过" in together
    booking_cancel(actor=city.researcher, booking_id=booking.pk, now=NOW)
    page = see(city.researcher, "booking", booking.public_id).content.decode()
    assert "已取消" in page.split('id="together"')[1].split("</section>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("main", "words"),
    [
        ({}, "同时预约的样品制备仪尚待审批，最迟 2026年3月2日 12:00；如未通过，本预约随之取消。"),
        ({"decision": "by_keeper", "decision_hours": 8}, "机组将于 2026年3月2日 12:00 前审批，在此之前"),
    ],
)
def test_booking_is_promised_once_the_last_keeper_has_approved_it(see, main, words):
    city = linked_city(decision="by_keeper", decision_hours=4)
    city.instrument.rules.update(**main)
    typed = {**ASKED, "payer": city.company.public_id, "service_mode": "self_operated"}
    quoted = text_of(see(city.researcher, "quote", city.instrument.public_id, **typed))
    assert "符合全部规则，机组将于 2026年3月2日 12:00 前审批" in quoted
    booking = book(city, slot(day=1))
    page = ("booking", booking.public_id)
    with translation.override("en"):
        assert describe_new_booking(booking).startswith("Requested. The keeper decides by 2 Mar 2026, 12:00;")
    assert words in text_of(see(city.researcher, *page))
    for one in (*get_companions(booking), booking):
        if one.state == "requested":
            booking_approve(actor=city.keeper, booking_id=one.pk, now=NOW)
    booking.refresh_from_db()
    with translation.override("en"):
        assert describe_new_booking(booking).startswith("Booked.")
    assert "到场并出示签到码" in text_of(see(city.researcher, *page))
    told = journal.notifications(city.researcher).filter(message__in=[APPROVED, APPROVED_IN_PART])
    in_part = [APPROVED_IN_PART] if main else []
    assert [one.message for one in told.order_by("pk")] == [*in_part, APPROVED, APPROVED]


@pytest.mark.django_db
@pytest.mark.parametrize("decision", ["at_once", "by_keeper"])
def test_booking_beside_an_instrument_out_of_service_says_that_it_cant_be_moved(see, decision):
    city = linked_city()
    city.instrument.rules.update(decision=decision, decision_hours=24)
    booking = book(city, slot(day=5))
    promised = "改期截止时间：" if decision == "at_once" else "在审批之前可随时免费改期或取消。"
    page = text_of(see(city.researcher, "booking", booking.public_id))
    assert (promised in page, "暂停服务期间" in page) == (True, False)
    instrument_suspend(
        actor=city.manager,
        instrument_id=city.second.pk,
        reason="更换探测器",
        outcomes={get_companions(booking)[0].public_id: "keep"},
        now=NOW,
    )
    for person in (city.researcher, city.keeper):
        answer = see(person, "booking", booking.public_id)
        page = text_of(answer)
        assert "样品制备仪暂停服务期间，本预约不能改期。" in page
        assert promised not in page
        assert reverse("booking_move", args=[booking.public_id]) not in answer.text
    own = text_of(see(city.researcher, "booking", booking.public_id))
    assert ("在审批之前可随时免费取消。" in own) == (decision == "by_keeper")


@pytest.mark.django_db
def test_unit_is_not_offered_to_move_what_lapses_with_an_overdue_request(see, client, clock):
    city = linked_city(decision="by_keeper", decision_hours=4)
    booking = book(city, slot(day=5))
    (mate,) = get_companions(booking)
    address = reverse("booking_move", args=[booking.public_id])
    late = mate.decide_by

    def offers(person, now):
        return address in see(person, "booking", booking.public_id, now=now).text

    asked = [(city.keeper, late - MINUTE), (city.keeper, late), (city.researcher, late)]
    assert [offers(*one) for one in asked] == [True, False, True]
    why = f"未在 {formats.moment(late)} 前审批，本预约不能改期。"
    told = [why in text_of(see(person, "booking", booking.public_id, now=now)) for person, now in asked]
    assert told == [False, True, False]
    client.force_login(city.manager)
    ways = []
    for now in (late - MINUTE, late):
        clock.set(now)
        form = client.get(reverse("instrument_suspend", args=[city.instrument.public_id]))
        field = form.context["fates"].fields[f"outcome_{booking.public_id}"]
        ways.append(("move" in dict(field.choices), str(field.help_text)))
    assert ways == [(True, ""), (False, "目前不能改期，原因见预约页面。")]


def test_link_is_told_on_the_pages_of_both_instruments(city, see):
    first = text_of(see(None, "instrument", city.instrument.public_id))
    second = text_of(see(None, "instrument", city.second.public_id))
    assert "样品制备仪" in first
    assert "预约以下仪器时，将同时占用本仪器的相同时段。 场发射扫描电子显微镜" in " ".join(second.split())
    managed = text_of(see(city.manager, "instrument_together", city.second.public_id))
    assert "预约以下仪器时，将同时占用本仪器" in managed


def test_saved_link_says_what_a_booking_takes_and_what_is_not_in_service(city, see, send):
    third = factories.instrument(city.owner, name_zh="冷却水机", state="suspended")
    fourth = factories.instrument(city.owner, name_zh="真空泵")
    InstrumentLink.objects.create(instrument=city.second, linked=third)
    page = see(city.manager, "instrument_together", city.instrument.public_id)
    assert f"冷却水机（{third.inner_number}） · 已暂停" in page.content.decode()
    sent = {"linked": [city.second.pk, fourth.pk], "shown": f"{city.second.pk}"}
    answer = send(city.manager, "instrument_together", city.instrument.public_id, **sent)
    assert [str(one) for one in get_messages(answer.wsgi_request)] == [
        "已保存。预约时将同时占用另外 3 台仪器。 以下仪器投入服务前不能预约：冷却水机。"
    ]


def test_decision_about_an_instrument_names_what_needs_it(city, see):
    page = text_of(see(city.manager, "instrument_suspend", city.second.public_id))
    assert "也将不能预约：场发射扫描电子显微镜" in page
    assert "也将不能预约" not in text_of(see(city.manager, "instrument_suspend", city.instrument.public_id))


def test_quote_of_api_names_linked_instruments_and_their_total(city, client, clock):
    clock.set(NOW)
    asked = {
        "starts_at": "2026-03-03T01:00:00Z",
        "ends_at": "2026-03-03T03:00:00Z",
        "service_mode": "self_operated",
    }
    answer = client.post(
        f"/api/v1/instruments/{city.instrument.public_id}/quote", asked, content_type="application/json"
    ).json()
    assert answer["linked"] == [{"instrument": city.second.public_id, "total_yuan": "60.00"}]
    assert (answer["total_yuan"], answer["group_total_yuan"]) == ("200.00", "260.00")
