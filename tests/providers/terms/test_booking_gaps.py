"""What published instruments lack before people can book and use them."""

from datetime import timedelta

import pytest

from providers.instruments.models import Instrument, InstrumentLink
from providers.terms.domain.booking_gaps import BookingGap, find_booking_gaps
from providers.terms.selectors.booking_gaps import HAS_GAPS, annotate_booking_gaps, booking_gaps
from tests import factories
from tests.factories import NOW

RULE, PRICE, COMPANION, KEEPER = BookingGap


def test_without_a_rule_the_price_is_no_gap_of_its_own():
    nothing = dict.fromkeys(("has_rule", "has_price", "has_companions", "has_keeper"), False)
    whole = dict.fromkeys(nothing, True)
    assert find_booking_gaps(**nothing) == (RULE, COMPANION, KEEPER)
    assert find_booking_gaps(**{**whole, "has_price": False}) == (PRICE,)
    assert find_booking_gaps(**whole) == ()


@pytest.mark.django_db
def test_gaps_are_those_of_the_version_in_force():
    city = factories.city()
    for _ in range(3):  # ids of rules, prices and instruments differ
        factories.rule(city.instrument)
    other = factories.instrument(city.owner)
    factories.keeper(other)
    coming = factories.rule(other, applies_from=NOW + timedelta(days=1))
    ids = [city.instrument.pk, other.pk]
    assert booking_gaps(ids, NOW) == {city.instrument.pk: (), other.pk: (RULE,)}
    assert booking_gaps(ids, NOW + timedelta(days=1)) == {city.instrument.pk: (), other.pk: ()}
    coming.price_lines.all().delete()
    assert booking_gaps(ids, NOW + timedelta(days=1))[other.pk] == (PRICE,)
    city.instrument.rules.order_by("-version").first().price_lines.all().delete()
    assert booking_gaps(ids, NOW)[city.instrument.pk] == (PRICE,)


@pytest.mark.django_db
def test_each_gap_makes_a_published_instrument_unbookable():
    city = factories.city()
    without_keeper = factories.instrument(city.owner)
    factories.rule(without_keeper)
    without_rule = factories.instrument(city.owner)
    without_price = factories.instrument(city.owner)
    factories.rule(without_price).price_lines.all().delete()
    for kept in (without_rule, without_price):
        factories.keeper(kept)
    left = factories.keeper(without_keeper)
    left.is_active = False
    left.save()
    found = annotate_booking_gaps(Instrument.objects.order_by("pk"), NOW).filter(HAS_GAPS)
    assert list(found) == [without_keeper, without_rule, without_price]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "suspended", "retired"])
def test_what_needs_an_instrument_that_is_not_in_service_is_unbookable(state):
    city = factories.city()
    other = factories.instrument(city.owner)
    InstrumentLink.objects.create(instrument=city.instrument, linked=other)
    assert booking_gaps([city.instrument.pk], NOW) == {city.instrument.pk: ()}
    Instrument.objects.filter(pk=other.pk).update(state=state)
    assert booking_gaps([city.instrument.pk], NOW) == {city.instrument.pk: (COMPANION,)}
    found = annotate_booking_gaps(Instrument.objects.all(), NOW).filter(HAS_GAPS)
    assert list(found) == [city.instrument]


@pytest.mark.django_db
def test_what_is_booked_with_it_by_further_links_keeps_an_instrument_from_being_booked():
    first, second, third = (factories.city().instrument for _ in range(3))
    for one, other in ((first, second), (second, third), (third, second)):
        InstrumentLink.objects.create(instrument=one, linked=other)
    assert booking_gaps([first.pk], NOW) == {first.pk: ()}
    Instrument.objects.filter(pk=third.pk).update(state="suspended")
    assert booking_gaps([first.pk], NOW) == {first.pk: (COMPANION,)}
    found = annotate_booking_gaps(Instrument.objects.order_by("pk"), NOW).filter(HAS_GAPS)
    assert list(found) == [first, second]


@pytest.mark.django_db
def test_only_published_instruments_count_as_unbookable():
    city = factories.city()
    bare = factories.instrument(city.owner)
    factories.instrument(city.owner, state="draft")
    factories.instrument(city.owner, state="suspended")
    found = annotate_booking_gaps(Instrument.objects.all(), NOW).filter(HAS_GAPS)
    assert list(found) == [bare]
