"""Publish versions of open-service rules, and withdraw those that have not begun."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from instrument_share.journal.services import record
from instrument_share.kernel.errors import (
    Conflict,
    DomainError,
    Problem,
    gettext_noop,
    refuse,
    require_reason,
)
from instrument_share.kernel.public_id import new_public_id
from providers.instruments.models import Instrument
from providers.instruments.services.common import lock_instrument, lock_instrument_in_use
from providers.terms.domain.choices import HolidayTreatment
from providers.terms.domain.rule_columns import terms_to_columns
from providers.terms.domain.terms import MINUTE, TermsDraft, problems_of_terms
from providers.terms.models import OpenServiceRule, PriceLine, RuleException, RuleQuota
from providers.terms.openings import calendar_rows, local_date
from providers.terms.selectors.published_terms import fingerprint_rule
from providers.terms.selectors.rules import published_rule
from providers.terms.selectors.workdays import day_table
from providers.terms.services.listed_prices import prices_list
from providers.terms.services.windows import windows_cut, windows_extend, windows_redraw

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class RuleInThePast(DomainError):
    """A rule cannot apply from before now."""

    code = "rule.in_the_past"
    field = "applies_from"
    message = gettext_noop(
        "The rule would apply from {applies_from}, which has passed. Choose a time from {now} on; "
        "what was open before stays as it was."
    )


class RuleHasBegun(Conflict):
    """A version that applies already, or has applied, cannot be withdrawn."""

    code = "rule.has_begun"
    message = gettext_noop(
        "Version {version} has applied since {applies_from} and can't be withdrawn. Publish a new version "
        "instead."
    )


class RuleWithdrawn(Conflict):
    """The version has been withdrawn already."""

    code = "rule.withdrawn"
    message = gettext_noop("Version {version} has been withdrawn already. Reload the page.")


@transaction.atomic
def rule_publish(
    *, actor: "User", instrument_id: int, draft: TermsDraft, applies_from: datetime, now: datetime
) -> OpenServiceRule:
    """Publish new terms as a version that applies from an instant and never changes.

    From `applies_from` on open windows follow the new pattern; before it, and in existing bookings, nothing
    changes. Raises Retired, and CalendarYearUnknown if the pattern follows holidays of an unknown year.
    """
    instrument = lock_instrument_in_use(actor, instrument_id, permission="providers.set_rule")
    refuse(find_rule_problems(draft, applies_from, now), RuleInThePast)
    if draft.holidays is not HolidayTreatment.IGNORED:
        first_day = local_date(applies_from)
        day_table([first_day.year]).kind(first_day)
    rule = _create(actor, instrument, draft, applies_from, now)
    windows_cut(instrument_ids=[instrument.pk], since=applies_from)
    windows_extend(now=now, instrument_ids=[instrument.pk])
    prices_list([instrument.pk])
    _record(actor, "rule.published", rule, instrument, now, terms_sha256=fingerprint_rule(rule.pk))
    return rule


def find_rule_problems(draft: TermsDraft, applies_from: datetime, now: datetime) -> list[Problem]:
    """Return every reason why these terms cannot be published to apply from an instant."""
    problems = problems_of_terms(draft)
    if applies_from < now:
        problems.append(RuleInThePast.to_problem(applies_from=applies_from, now=now))
    return problems


@transaction.atomic
def rule_withdraw(*, actor: "User", rule_id: int, reason: str, now: datetime) -> OpenServiceRule:
    """Withdraw a version that has not begun; from its start on, the other versions apply without it.

    The version and the terms of bookings made by it stay. `bookings` calls this and settles the bookings.
    Raises RuleHasBegun from its start on, and RuleWithdrawn.
    """
    instrument_id = published_rule(rule_id).instrument_id
    instrument = lock_instrument(actor, instrument_id, permission="providers.set_rule")
    rule = published_rule(rule_id)
    require_withdrawable(rule, now)
    rule.withdrawn_at, rule.withdrawn_by = now, actor
    rule.save(update_fields=["withdrawn_at", "withdrawn_by"])
    windows_redraw(now=now, instrument_ids=[instrument_id], since=rule.applies_from)
    prices_list([instrument_id])
    _record(actor, "rule.withdrawn", rule, instrument, now, reason=require_reason(reason))
    return rule


def require_withdrawable(rule: OpenServiceRule, now: datetime) -> None:
    """Raise RuleWithdrawn or RuleHasBegun if the version can't be withdrawn now."""
    if rule.withdrawn_at is not None:
        raise RuleWithdrawn(version=rule.version)
    if rule.applies_from <= now:
        raise RuleHasBegun(version=rule.version, applies_from=rule.applies_from)


def _record(
    actor: "User", action: str, rule: OpenServiceRule, instrument: Instrument, now: datetime, **details: str
) -> None:
    record(
        actor=actor,
        action=action,
        subject=rule,
        now=now,
        organization_id=instrument.organization_id,
        details={
            "instrument": instrument.public_id,
            "version": rule.version,
            "applies_from": rule.applies_from.isoformat(),
            **details,
        },
    )


def _create(
    actor: "User", instrument: Instrument, draft: TermsDraft, applies_from: datetime, now: datetime
) -> OpenServiceRule:
    public_id = new_public_id("RUL")
    calendar, events = calendar_rows(public_id.lower(), draft.patterns)
    calendar.save(force_insert=True)
    for recurrence, event in events:
        recurrence.save(force_insert=True)
        event.calendar, event.rule = calendar, recurrence
        event.save(force_insert=True)
    last = OpenServiceRule.objects.filter(instrument=instrument).aggregate(last=Max("version"))["last"]
    rule = OpenServiceRule(
        public_id=public_id,
        instrument=instrument,
        version=(last or 0) + 1,
        applies_from=applies_from,
        calendar=calendar,
        created_at=now,
        created_by=actor,
        **terms_to_columns(draft),
    )
    rule.save(force_insert=True)
    _create_rows(rule, draft)
    return rule


def _create_rows(rule: OpenServiceRule, draft: TermsDraft) -> None:
    RuleException.objects.bulk_create(
        RuleException(rule=rule, date=one.day, opens=one.opens, closes=one.closes) for one in draft.exceptions
    )
    RuleQuota.objects.bulk_create(
        RuleQuota(
            rule=rule,
            holder=quota.holder.value,
            span=quota.span.value,
            most_minutes=None if quota.most_time is None else quota.most_time // MINUTE,
            most_bookings=quota.most_bookings,
        )
        for quota in draft.quotas
    )
    PriceLine.objects.bulk_create(
        PriceLine(
            rule=rule,
            user_kind=price.user_kind or "",
            service_mode=price.service_mode or "",
            unit=price.unit.value,
            price_yuan=price.price_yuan,
            from_time=price.from_time,
            until_time=price.until_time,
            weekdays=list(price.weekdays),
        )
        for price in draft.prices
    )
