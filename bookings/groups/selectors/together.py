"""Check requests that are made together, each as if those before it were booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bookings.requests.domain import pricing
from bookings.requests.domain.choices import BookingGroupKind, Direction
from bookings.requests.domain.decision import get_first_deadline
from bookings.requests.selectors.admission import find_problems_in
from bookings.requests.selectors.costs import build_conditions, get_linked_quotes, get_prices, get_quote
from bookings.requests.selectors.request_facts import HOLD, Part, RequestFacts, read_request_facts
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual, Sentence
from providers import public as providers
from providers.domain import QuotaHolder, ServiceMode

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms
    from providers.models import Instrument

PLANNED = 0
"""The key of a booking that is not made yet."""


@dataclass(frozen=True)
class Wanted:
    """One request of a series or a basket."""

    instrument: "Instrument"
    interval: Interval
    service_mode: ServiceMode
    payer: "Organization | None"
    subject: str
    samples: int = 0
    project: str = ""
    organization_project: "Project | None" = None
    direction: str = Direction.RESEARCH.value
    shown: str | None = None
    """The conditions that a page has shown (`Conditions.to_text`), on which alone it is booked."""

    def at(self, interval: Interval) -> "Wanted":
        """Return the same request for another time."""
        return replace(self, interval=interval)

    def with_subject(self, subject: str) -> "Wanted":
        """Return the request with this subject where it has none."""
        return replace(self, subject=self.subject or subject)

    def as_request(self) -> dict[str, Any]:
        """Return the keyword arguments of `booking_create`."""
        return {
            "instrument_id": self.instrument.pk,
            "interval": self.interval,
            "service_mode": self.service_mode,
            "payer_organization_id": None if self.payer is None else self.payer.pk,
            "subject": self.subject,
            "samples": self.samples,
            "project": self.project,
            "organization_project_id": self.organization_project and self.organization_project.pk,
            "direction": self.direction,
            "shown": self.shown,
        }

    def get_name(self, kind: BookingGroupKind) -> Interval | Sentence:
        """Return what tells it from the others: in a series its time, in a basket its instrument too."""
        if kind is BookingGroupKind.SERIES:
            return self.interval
        name = Bilingual(self.instrument.name_zh, self.instrument.name_en)
        return Sentence("{instrument} {time}", {"instrument": name, "time": self.interval})


@dataclass(frozen=True)
class Checked:
    """A request with its price, and what would stand against it once those before it are booked."""

    wanted: Wanted
    problems: Sequence[Problem]
    quote: pricing.Quote | None
    linked: "Sequence[tuple[Instrument, pricing.Quote]]"
    conditions: pricing.Conditions | None
    """None where no rule is in force."""
    decide_by: datetime | None
    """Until when the first keeper decides on it or on what is booked with it; None where none has to."""

    @cached_property
    def total_yuan(self) -> Decimal:
        """Return the price with the instruments that are booked with it."""
        own = Decimal("0.00") if self.quote is None else self.quote.total
        return sum((quote.total for _, quote in self.linked), own)

    @property
    def cancel_yuan(self) -> Decimal | None:
        """Return what cancelling it would cost once it is approved; None if that is free."""
        return None if self.conditions is None else self.conditions.cancel_yuan


def check_together(user: "User", requests: Sequence[Wanted], now: datetime) -> list[Checked]:
    """Return each request with its price and problems; what is admitted counts for those after it."""
    planned: list[tuple[Part, Wanted]] = []
    checked: list[Checked] = []
    for wanted in requests:
        facts = _read_facts(user, wanted, planned, now)
        asked: dict[str, Any] = {
            "interval": wanted.interval,
            "service_mode": wanted.service_mode,
            "payer_organization": wanted.payer,
            "samples": wanted.samples,
        }
        problems = find_problems_in(
            user,
            user,
            facts,
            dict.fromkeys(facts),
            subject=wanted.subject,
            project=wanted.organization_project,
            planned_yuan=_sum_planned(checked, wanted),
            now=now,
            **asked,
        )
        pk, *linked_ids = facts
        terms_by_id = {key: one.terms for key, one in facts.items() if one.terms is not None}
        quote = get_quote(user, wanted.instrument, **asked) if pk in terms_by_id else None
        linked = get_linked_quotes(user, linked_ids, **asked)
        conditions = _find_conditions(wanted, terms_by_id, quote, linked, now)
        decide_by = get_first_deadline(now, wanted.interval.start, terms_by_id.values())
        checked.append(Checked(wanted, problems, quote, linked, conditions, decide_by))
        if not problems:
            planned += [(_as_hold(one, wanted), wanted) for one in facts.values()]
    return checked


def _find_conditions(
    wanted: Wanted,
    terms_by_id: "Mapping[int, Terms]",
    quote: pricing.Quote | None,
    linked: "Sequence[tuple[Instrument, pricing.Quote]]",
    now: datetime,
) -> pricing.Conditions | None:
    if quote is None:
        return None
    prices = get_prices(wanted.instrument, quote, linked)
    return build_conditions(terms_by_id, prices, wanted.interval, now)


def _sum_planned(checked: Sequence[Checked], wanted: Wanted) -> Decimal:
    """Return what earlier requests that are admitted will take of the budget of the same project."""
    same = (
        one.total_yuan
        for one in checked
        if not one.problems and one.wanted.organization_project == wanted.organization_project
    )
    return sum(same, Decimal(0))


def _read_facts(
    user: "User", wanted: Wanted, planned: Sequence[tuple[Part, Wanted]], now: datetime
) -> dict[int, RequestFacts]:
    """Return the facts about the instrument, then those booked with it, with what is planned before."""
    ids = [wanted.instrument.pk, *providers.linked_ids(wanted.instrument.pk)]
    payer_id = None if wanted.payer is None else wanted.payer.pk
    facts = read_request_facts(user, ids, interval=wanted.interval, payer_id=payer_id, now=now)
    parts = [part for hold, before in planned for part in _as_parts(hold, before, wanted)]
    return {pk: replace(facts[pk], parts=facts[pk].parts.with_parts(parts)) for pk in ids}


def _as_hold(facts: RequestFacts, wanted: Wanted) -> Part:
    start, end = wanted.interval.start, wanted.interval.end
    turnaround = end - end if facts.terms is None else facts.terms.turnaround
    return Part(HOLD, facts.instrument.pk, PLANNED, start, end + turnaround)


def _as_parts(hold: Part, before: Wanted, wanted: Wanted) -> list[Part]:
    """Return what an earlier request holds, and how it counts towards the quotas of this one."""
    holders = [QuotaHolder.USER]
    if before.payer is not None and before.payer == wanted.payer:
        holders.append(QuotaHolder.ORGANIZATION)
    return [hold, *(hold._replace(name=holder, end=before.interval.end) for holder in holders)]
