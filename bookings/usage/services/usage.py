"""Usage logs, their corrections and confirmations: each a link of its instrument's chain."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from bookings.requests.domain import pricing
from bookings.requests.domain.choices import Direction
from bookings.requests.services._facts import payer_of, user_side
from bookings.usage.domain import chain
from bookings.usage.domain.choices import Capture, EntryKind, Rating, UsagePurpose
from bookings.usage.domain.errors import AlreadyConfirmed, AlreadyReviewed, SamePerson, UsageRefused
from bookings.usage.domain.usage import (
    Spent,
    by_hand_problems,
    content_missing,
    correction_problems,
    whole_seconds,
)
from bookings.usage.models import Review, UsageConfirmation, UsageCorrection, UsageLog
from bookings.usage.selectors.usage import confirmation_problems, log_lock, log_row, values_of
from bookings.usage.services import _messages as messages
from bookings.usage.services._chaining import append
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors.standing import standing
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.money import yuan
from providers import public as providers
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms


def log_write(log: UsageLog, *, actor: "User", now: datetime) -> UsageLog:
    """Append a log to its instrument's chain, under the caller's lock of that instrument."""
    log.entry = append(instrument=log.instrument, kind=EntryKind.LOG, row=log_row(log), actor=actor, now=now)
    log.save(force_insert=True)
    _record(log, log, "usage.recorded", actor, now, {"entry": log.entry.number, "hash": log.entry.hash})
    return log


@transaction.atomic
def usage_log_by_hand(
    *,
    actor: "User",
    instrument_id: int,
    interval: Interval,
    user: "User",
    payer_organization_id: int | None,
    service_mode: ServiceMode,
    content: str,
    now: datetime,
    operator: "User | None" = None,
    setup_seconds: int = 0,
    measuring_seconds: int | None = None,
    post_seconds: int = 0,
    idle_seconds: int = 0,
    direction: Direction = Direction.RESEARCH,
    purpose: UsagePurpose = UsagePurpose.SERVICE,
    project: str = "",
    funding_sources: Sequence[str] = (),
    samples: int = 0,
    results: str = "",
    amount_yuan: Decimal | None = None,
) -> UsageLog:
    """A keeper or unit manager records a use that had no booking.

    Priced under the rule that was in force at its start, unless an amount is given. Raises UsageRefused with
    everything that is wrong, hours too old to be entered by hand among it.
    """
    instrument = providers.instrument_lock(instrument_id)
    require(actor, "bookings.log_by_hand", instrument)
    payer = payer_of(actor, payer_organization_id)
    time = Interval(whole_seconds(interval.start), whole_seconds(interval.end))
    spent = Spent.of(
        time,
        setup_seconds=setup_seconds,
        measuring_seconds=measuring_seconds,
        post_seconds=post_seconds,
        idle_seconds=idle_seconds,
    )
    terms = providers.terms_at(instrument_id, time.start)
    problems = [
        *by_hand_problems(time, now, settings.MANUAL_ENTRY_LIMIT_DAYS),
        *spent.problems(time),
        *_fact_problems(user, payer, content, terms, amount_yuan),
    ]
    if problems:
        raise UsageRefused(problems=problems)
    kind = providers.user_kind(user, payer, instrument)
    price = (
        None if terms is None else pricing.quote(terms, time, kind, service_mode, samples, spent.effective)
    )
    amount, lines = _charged(amount_yuan, price)
    log = UsageLog(
        instrument=instrument,
        user=user,
        operator=operator or actor,
        payer_organization=payer,
        payer_person=None if payer else user,
        **vars(user_side(instrument, payer, kind)),
        starts_at=time.start,
        ends_at=time.end,
        **spent.fields(),
        service_mode=service_mode.value,
        direction=direction.value,
        purpose=purpose.value,
        content=content.strip(),
        project=project.strip(),
        funding_sources=list(funding_sources),
        samples=samples,
        results=results.strip(),
        amount_yuan=amount,
        price=lines,
        capture=Capture.MANUAL.value,
    )
    log_write(log, actor=actor, now=now)
    messages.tell_user_of_log(log, messages.CONFIRM, now)
    return log


def _fact_problems(
    user: "User",
    payer: "Organization | None",
    content: str,
    terms: "Terms | None",
    amount_yuan: Decimal | None,
) -> Iterator[Problem]:
    """What stands against the facts of a use by hand, its time aside."""
    if not content.strip():
        yield content_missing()
    if payer is not None and payer.pk not in standing(user).organization_ids():
        yield Problem(
            "usage.payer_not_of_user",
            gettext_noop("The user is not a member of this organization. Choose one that they belong to."),
            field="payer_organization",
        )
    if terms is None and amount_yuan is None:
        yield Problem(
            "usage.amount_missing",
            gettext_noop("No rule was in force then. Enter the amount, 0 if it was free."),
            field="amount_yuan",
        )


def _charged(given: Decimal | None, price: pricing.Quote | None) -> tuple[Decimal, list[dict[str, Any]]]:
    """The amount that was given, else the price; and the lines that it comes from."""
    if given is not None or price is None:
        return yuan(given or 0), []
    return price.total, price.as_rows()


@transaction.atomic
def usage_correct(
    *, actor: "User", log_id: int, changes: Mapping[str, Any], reason: str, now: datetime
) -> UsageCorrection:
    """Say what should be read instead of a log's values; it counts once a second person confirms it.

    `changes` name fields of `chain.CORRECTABLE` with values as a log has them (aware datetimes, Decimal).
    Raises UsageRefused with everything that is wrong.
    """
    log = log_lock(log_id)
    require(actor, "bookings.correct_usage", log)
    before = values_of(log)
    differing = {name: value for name, value in changes.items() if before.get(name) != value}
    after = {**before, **differing}
    problems = list(correction_problems(before, after, differing, reason))
    if problems:
        raise UsageRefused(problems=problems)
    correction = UsageCorrection(log=log, changes=chain.plain(differing), reason=reason.strip())
    correction.entry = append(
        instrument=log.instrument,
        kind=EntryKind.CORRECTION,
        row=chain.correction_row(
            correction.public_id, log=log.public_id, changes=correction.changes, reason=correction.reason
        ),
        actor=actor,
        now=now,
    )
    correction.save(force_insert=True)
    _record(correction, log, "usage.corrected", actor, now, {"fields": sorted(differing)})
    messages.tell_user_of_log(log, messages.CORRECTED, now)
    return correction


@transaction.atomic
def usage_confirm(
    *, actor: "User", log_id: int, now: datetime, correction_id: int | None = None
) -> UsageConfirmation:
    """A second person's word that a log, or a correction of it, is right.

    Whoever recorded it can't give it (SamePerson). Raises AlreadyConfirmed a second time, and UsageRefused
    where a correction does not go together with what others have corrected since.
    """
    log = log_lock(log_id)
    require(actor, "bookings.confirm_usage", log)
    correction = (
        None if correction_id is None else log.corrections.select_related("entry").get(pk=correction_id)
    )
    recorded = log.entry if correction is None else correction.entry
    if recorded.recorded_by_id == actor.pk:
        raise SamePerson
    if UsageConfirmation.objects.filter(log=log, correction=correction).exists():
        raise AlreadyConfirmed
    problems = [] if correction is None else confirmation_problems(log, correction)
    if problems:
        raise UsageRefused(problems=problems)
    confirmation = UsageConfirmation(log=log, correction=correction)
    confirmation.entry = append(
        instrument=log.instrument,
        kind=EntryKind.CONFIRMATION,
        row=chain.confirmation_row(
            confirmation.public_id,
            log=log.public_id,
            correction=None if correction is None else correction.public_id,
        ),
        actor=actor,
        now=now,
    )
    confirmation.save(force_insert=True)
    _record(
        confirmation, log, "usage.confirmed", actor, now, {"correction": correction and correction.public_id}
    )
    return confirmation


@transaction.atomic
def usage_review(*, actor: "User", log_id: int, rating: Rating, now: datetime, comment: str = "") -> Review:
    """The user rates one use, once."""
    log = log_lock(log_id)
    require(actor, "bookings.review_usage", log)
    if Review.objects.filter(log=log).exists():
        raise AlreadyReviewed
    review = Review.objects.create(
        log=log, rating=rating.value, comment=comment.strip()[:500], created_at=now
    )
    _record(log, log, "usage.reviewed", actor, now, {"rating": rating.value})
    return review


def _record(
    subject: Any, log: UsageLog, action: str, actor: "User", now: datetime, details: dict[str, Any]
) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=subject,
        now=now,
        organization_id=log.instrument.organization_id,
        details={"log": log.public_id, **details},
    )
