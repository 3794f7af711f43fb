"""Versions of a rule with real opening hours, and what becomes of bookings that they leave outside."""

from datetime import date, time
from decimal import Decimal

from bookings.requests.services.rules import rule_put_in_force
from providers.terms.domain.choices import Decision, HolidayTreatment, ServiceMode, UserKind
from providers.terms.domain.terms import OpeningPattern, Price, TermsDraft
from tests.factories import NOW, slot


def hours(opens=8, closes=20, price=100, **changes):
    """Terms that open every day between these hours of the city's clocks."""
    return TermsDraft(
        **{
            "patterns": (OpeningPattern(time(opens), time(closes), date(2026, 3, 2), tuple(range(7))),),
            "user_kinds": frozenset(UserKind),
            "service_modes": frozenset(ServiceMode),
            "prices": (Price(Decimal(price)),),
            "decision": Decision.AT_ONCE,
            "holidays": HolidayTreatment.IGNORED,
            **changes,
        }
    )


def put_in_force(city, draft, day=0, *, hour=8, now=NOW, actor=None, **facts):
    """Publish terms that apply from 08:00, or another hour, of a day after NOW's."""
    return rule_put_in_force(
        actor=actor or city.manager,
        instrument_id=city.instrument.pk,
        draft=draft,
        applies_from=slot(day=day, hour=hour).start,
        now=now,
        **facts,
    )
