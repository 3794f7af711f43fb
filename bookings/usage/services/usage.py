"""Usage logs, corrections and confirmations, each linked into its instrument's chain."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from bookings.requests.domain import pricing
from bookings.requests.domain.choices import Direction
from bookings.requests.selectors.bookings import find_missed_by
from bookings.requests.selectors.holds import instrument_locks_with_missed
from bookings.requests.selectors.request_facts import get_payer
from bookings.requests.services.held_time import late_charges_refresh
from bookings.requests.services.lapses_and_no_shows import no_show_take_back
from bookings.requests.services.notifications import HOURS_INSTEAD_OF_NO_SHOW
from bookings.usage.domain import chain
from bookings.usage.domain.choices import Capture, EntryKind, Rating, UsagePurpose
from bookings.usage.domain.errors import (
    AlreadyConfirmed,
    AlreadyReviewed,
    AlreadyWithdrawn,
    AmountUnread,
    CorrectedMeanwhile,
    DisputeOpen,
    NotConfirmedYet,
    OwnKey,
    SamePerson,
    UsageRefused,
)
from bookings.usage.domain.usage import (
    OVERLAPS_BY_HAND,
    Spent,
    content_missing_problem,
    find_amount_problems,
    find_by_hand_problems,
    find_overlap_problems,
    find_samples_problems,
    find_service_problems,
    truncate_to_seconds,
)
from bookings.usage.keys import is_by_key_of
from bookings.usage.models import (
    Review,
    UsageConfirmation,
    UsageCorrection,
    UsageLog,
    UsageOverlap,
    UsageWithdrawal,
)
from bookings.usage.registry import get_frozen_date
from bookings.usage.selectors.amounts import Use, calculate_correction
from bookings.usage.selectors.disputes import has_open_dispute
from bookings.usage.selectors.usage import (
    find_confirmation_problems,
    find_overlapping_times,
    get_current_number,
    get_current_values,
    log_lock,
)
from bookings.usage.selectors.user_facts import (
    get_left_ids,
    get_related_ids_then,
    get_user_facts,
    get_user_kind_then,
    is_of_user,
)
from bookings.usage.services import notifications
from bookings.usage.services.chain import append_entry
from bookings.usage.services.days import usage_days_add, usage_days_change
from bookings.usage.services.waiting import waiting_add, waiting_end
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import Problem, gettext_noop, require_found
from instrument_share.kernel.interval import Interval, in_hours
from instrument_share.kernel.money import round_to_fen
from providers import public as providers
from providers.domain import OPERATED_BY_USER, ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms
    from providers.models import Instrument


def log_write(
    log: UsageLog,
    *,
    actor: "User",
    now: datetime,
    overlapping: Mapping[str, Interval] | None = None,
    overlap_reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> UsageLog:
    """Append a log to its instrument's chain, under the caller's lock of that instrument.

    `overlapping` are the times of earlier uses that it overlaps, by public id, and the reason why it is
    recorded nevertheless; `details` are further ones for the journal. Who cancelled this time late pays for
    it no more.
    """
    append_entry(log, EntryKind.LOG, instrument=log.instrument, actor=actor, now=now)
    overlap = None
    told: dict[str, Any] = {"entry": log.entry.number, "hash": log.entry.hash, **(details or {})}
    if overlapping:
        taken = {public_id: time.to_text() for public_id, time in overlapping.items()}
        overlap = UsageOverlap.objects.create(log=log, taken=taken, reason=overlap_reason.strip()[:500])
        told |= {"overlaps": taken, "reason": overlap.reason}
    usage_days_add([log], overlap=overlap)
    waiting_add([log])
    _record(log, log, "usage.recorded", actor, now, told)
    late_charges_refresh(log.instrument_id, Interval(log.starts_at, log.ends_at), actor=actor, now=now)
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
    overlap_reason: str = "",
    shown: str | None = None,
    capture: Capture = Capture.MANUAL,
    tell: Callable[[UsageLog, datetime], None] = notifications.ask_to_confirm,
    details: Mapping[str, Any] | None = None,
) -> UsageLog:
    """Record a use without a booking, as a keeper or unit manager.

    Whose booking of then was a no-show, since nobody checked them in, has that taken back. The
    user operated the instrument where it was self-operated or remote, else the actor. The price is that
    of the rule in force at its start, unless an amount is given. A use that overlaps others is recorded with
    an `overlap_reason` only; it is marked, and the common time counts once. Raises UsageRefused with
    everything that is wrong, including hours that are too old or outside the instrument's days of service.
    `shown` is what a page has shown (`Use.to_text`); raises AmountUnread where something else would be
    recorded.
    """
    instrument = require_found(by_hand_locks([instrument_id], now).get(instrument_id))
    require(actor, "bookings.log_by_hand", instrument)
    payer = get_payer(actor, payer_organization_id)
    time = Interval(truncate_to_seconds(interval.start), truncate_to_seconds(interval.end))
    spent = Spent.from_interval(
        time,
        setup_seconds=setup_seconds,
        measuring_seconds=measuring_seconds,
        post_seconds=post_seconds,
        idle_seconds=idle_seconds,
    )
    terms = providers.terms_at(instrument_id, time.start)
    left = get_left_ids(user, payer, time.start)
    kind = get_user_kind_then(user, payer, instrument, left)
    overlapping = find_overlapping_times(instrument_id, time)
    problems = [
        *find_entry_problems(instrument, time, spent, now=now),
        *find_fact_problems(user, payer, content, time),
        *find_samples_problems(samples),
        *find_amount_problems(amount_yuan, terms, kind, service_mode),
        *(() if overlap_reason.strip() else find_overlap_problems(overlapping, OVERLAPS_BY_HAND)),
    ]
    if problems:
        raise UsageRefused(problems=problems)
    use = Use(
        time, spent, samples, _price_by_hand(terms, time, kind, service_mode, samples, spent, amount_yuan)
    )
    if shown is not None and shown != use.to_text():
        raise AmountUnread(use=use, hours=in_hours(spent.effective_seconds), amount=use.price.total)
    related = get_related_ids_then(instrument.organization_id, time.start)
    log = UsageLog(
        instrument=instrument,
        user=user,
        operator=user if service_mode in OPERATED_BY_USER else actor,
        payer_organization=payer,
        payer_person=None if payer else user,
        **get_user_facts(instrument, user, payer, kind, related, left),
        starts_at=time.start,
        ends_at=time.end,
        **spent.to_fields(),
        service_mode=service_mode.value,
        direction=direction.value,
        purpose=purpose.value,
        content=content.strip(),
        project=project.strip(),
        funding_sources=list(funding_sources),
        samples=samples,
        results=results.strip(),
        amount_yuan=use.price.total,
        price=use.price.as_rows(),
        capture=capture.value,
    )
    log_write(
        log, actor=actor, now=now, overlapping=overlapping, overlap_reason=overlap_reason, details=details
    )
    _take_back_missed(log, actor, now)
    tell(log, now)
    return log


def _price_by_hand(
    terms: "Terms | None",
    time: Interval,
    kind: UserKind,
    service_mode: ServiceMode,
    samples: int,
    spent: Spent,
    amount_yuan: Decimal | None,
) -> pricing.Quote:
    """Return the price of a use by hand; a given amount has no lines."""
    if amount_yuan is not None or terms is None:
        return pricing.AgreedQuote((), round_to_fen(amount_yuan or 0))
    return pricing.calculate_quote(terms, time, kind, service_mode, samples, spent.effective)


def by_hand_locks(instrument_ids: Collection[int], now: datetime) -> "dict[int, Instrument]":
    """Lock instruments to enter uses of, with those whose no-shows these take back; return all by id."""
    oldest = now - timedelta(days=settings.MANUAL_ENTRY_LIMIT_DAYS)
    return instrument_locks_with_missed(instrument_ids, (oldest - timedelta(days=1), now))


def _take_back_missed(log: UsageLog, actor: "User", now: datetime) -> None:
    """Take back the no-show of whoever was there, as the log says."""
    for missed_id in find_missed_by(log.user, log.instrument_id, log.starts_at):
        no_show_take_back(
            missed_id,
            came_at=log.starts_at,
            message=HOURS_INSTEAD_OF_NO_SHOW,
            actor=actor,
            now=now,
            details={"log": log.public_id},
        )


def find_entry_problems(
    instrument: "Instrument", time: Interval, spent: Spent, *, now: datetime
) -> Iterator[Problem]:
    """Yield problems of the hours of a use by hand, apart from overlaps."""
    yield from find_by_hand_problems(time, now, settings.MANUAL_ENTRY_LIMIT_DAYS)
    yield from find_service_problems(time, *providers.service_days(instrument))
    yield from spent.find_problems(time)


def find_fact_problems(
    user: "User", payer: "Organization | None", content: str, time: Interval
) -> Iterator[Problem]:
    """Yield problems of who used the instrument for what, in a use by hand at that time."""
    if not content.strip():
        yield content_missing_problem()
    if payer is not None and not is_of_user(payer, user, time.start):
        yield Problem(
            "usage.payer_not_of_user",
            gettext_noop(
                "The user was not a member of this organization then. Choose one that they belong to."
            ),
            field="payer_organization",
        )


@transaction.atomic
def usage_correct(
    *, actor: "User", log_id: int, changes: Mapping[str, Any], reason: str, now: datetime
) -> UsageCorrection:
    """Propose new values for a log; they count once a second person confirms them.

    `changes` maps fields of `chain.CORRECTABLE` to values as a log has them (aware datetimes, Decimal);
    the amount follows from them where it is not named (`calculate_correction`). Raises UsageRefused with
    everything that is wrong.
    """
    log = log_lock(log_id)
    require(actor, "bookings.correct_usage", log)
    differing = calculate_correction(log, changes, reason, now)
    correction = UsageCorrection(log=log, changes=chain.to_plain_value(differing), reason=reason.strip())
    append_entry(correction, EntryKind.CORRECTION, instrument=log.instrument, actor=actor, now=now)
    waiting_add([log])
    _record(correction, log, "usage.corrected", actor, now, {"fields": sorted(differing)})
    if actor.pk == log.user_id:
        notifications.ask_colleagues_to_confirm(log, notifications.CONFIRM_OWN_CORRECTION, now)
    else:
        notifications.notify_user_of_log(log, notifications.CORRECTED, now)
    return correction


@transaction.atomic
def usage_confirm(
    *,
    actor: "User",
    log_id: int,
    now: datetime,
    correction_id: int | None = None,
    seen: int | None = None,
) -> UsageConfirmation:
    """Confirm a log, or a correction of it, as a second person; of a correction the user is told.

    Raises SamePerson for whoever recorded it, OwnKey for who made the key with which it was recorded,
    AlreadyConfirmed the second time, AlreadyWithdrawn for a correction that was taken back, DisputeOpen for
    the unit while the user disputes the log, and UsageRefused where a correction conflicts with later ones.
    `seen` is the `get_current_number` of the values that the actor has seen; raises CorrectedMeanwhile where
    others count by now.
    """
    log = log_lock(log_id)
    require(actor, "bookings.confirm_usage", log)
    correction = (
        None if correction_id is None else log.corrections.select_related("entry").get(pk=correction_id)
    )
    recorded = log.entry if correction is None else correction.entry
    if recorded.recorded_by_id == actor.pk:
        raise SamePerson
    if correction is None and is_by_key_of(actor, log):
        raise OwnKey
    if UsageConfirmation.objects.filter(log=log, correction=correction).exists():
        raise AlreadyConfirmed
    if correction is not None and UsageWithdrawal.objects.filter(correction=correction).exists():
        raise AlreadyWithdrawn
    if correction is None and actor.pk != log.user_id and has_open_dispute(log):
        raise DisputeOpen
    problems = [] if correction is None else find_confirmation_problems(log, correction)
    if problems:
        raise UsageRefused(problems=problems)
    _require_seen(log, seen)
    if correction is None:
        return confirmation_write(log, None, actor=actor, now=now)
    before, after = get_current_values(log), get_current_values(log, extra_correction_id=correction.pk)
    usage_days_change(log, before, after)
    if actor.pk != log.user_id:
        notifications.notify_user_of_log(log, notifications.CORRECTION_CONFIRMED, now)
    confirmation = confirmation_write(log, correction, actor=actor, now=now)
    for values in (before, after):
        time = Interval(values["starts_at"], values["ends_at"])
        late_charges_refresh(log.instrument_id, time, actor=actor, now=now)
    return confirmation


def _require_seen(log: UsageLog, seen: int | None) -> None:
    """Raise CorrectedMeanwhile, with what counts now, where a correction counts that was not seen."""
    if seen is None or seen == get_current_number(log):
        return
    values = get_current_values(log)
    raise CorrectedMeanwhile(hours=in_hours(values["effective_seconds"]), amount=values["amount_yuan"])


def confirmation_write(
    log: UsageLog, correction: UsageCorrection | None, *, actor: "User | None", now: datetime
) -> UsageConfirmation:
    """Append a confirmation to the chain, under the caller's lock; `actor` is None for the clock."""
    confirmation = UsageConfirmation(log=log, correction=correction)
    append_entry(confirmation, EntryKind.CONFIRMATION, instrument=log.instrument, actor=actor, now=now)
    waiting_end(log)
    details = {"correction": correction and correction.public_id}
    _record(confirmation, log, "usage.confirmed", actor, now, details)
    return confirmation


@transaction.atomic
def usage_review(*, actor: "User", log_id: int, rating: Rating, now: datetime, comment: str = "") -> Review:
    """Rate a use whose hours are confirmed, as its user. Raises NotConfirmedYet and AlreadyReviewed."""
    log = log_lock(log_id)
    require(actor, "bookings.review_usage", log)
    if not log.is_confirmed:  # type: ignore[attr-defined]
        raise NotConfirmedYet
    if Review.objects.filter(log=log).exists():
        raise AlreadyReviewed
    review = Review.objects.create(
        log=log, rating=rating.value, comment=comment.strip()[:500], created_at=now
    )
    _record(log, log, "usage.reviewed", actor, now, {"rating": rating.value})
    return review


def _record(
    subject: Any, log: UsageLog, action: str, actor: "User | None", now: datetime, details: dict[str, Any]
) -> None:
    if frozen := get_frozen_date(log.starts_at):
        details = {**details, "frozen": frozen.isoformat()}
    journal.record(
        actor=actor,
        action=action,
        subject=subject,
        now=now,
        organization_id=log.instrument.organization_id,
        details={"log": log.public_id, **details},
    )
