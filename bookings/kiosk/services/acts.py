"""Taking what is done at kiosks: each act once, at the time at which it happened."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from bookings.devices.services.notes import incident_keep
from bookings.devices.services.starts import use_begin
from bookings.kiosk.domain import (
    LONGEST_DELAY,
    Act,
    ActKind,
    EndedAlready,
    GivenBack,
    KeyReused,
    KioskLocked,
    NotCheckedIn,
    TooLate,
    WrongCode,
)
from bookings.kiosk.models import Kiosk, KioskAct
from bookings.kiosk.selectors import find_ended, find_missed, find_presented, require_attempts_left
from bookings.requests.domain.errors import StillInUse
from bookings.requests.domain.states import BookingState
from bookings.requests.selectors.bookings import find_running_use
from bookings.requests.selectors.holds import booking_lock
from bookings.requests.services.lapses_and_no_shows import no_show_take_back
from bookings.requests.services.notifications import (
    NO_SHOW_TAKEN_BACK,
    get_instrument_name,
    list_answerers,
)
from bookings.usage.selectors.amounts import calculate_use
from bookings.usage.services.attendance import get_operator_id, write_check_out
from bookings.usage.services.notifications import tell_of_record
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import DomainError, gettext_noop, require_reason
from instrument_share.kernel.wording import Sentence, Words, to_plain, word
from instrument_share.web.responses.problem import problems_told, told
from instrument_share.web.text.formats import join_sentences

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from bookings.usage.models import UsageLog

FAULT = gettext_noop("A fault was reported at the kiosk of {instrument}: {detail}")
REFUSED = gettext_noop(
    "What {person} did at the kiosk of {instrument} at {at} ({act}) could not be recorded: {detail} Record "
    "the time by hand where it is missing, within {days} days of the start of the use."
)
SOMEBODY = gettext_noop("somebody")
CHECKED_OUT = gettext_noop(
    "You checked out of {instrument} at its kiosk; the use from {starts_at} is recorded and the unit "
    "confirms it. Disagree if the hours are wrong."
)
AT_ONCE = timedelta(minutes=1)
"""What arrives later than so was delayed by the line, and its person may be gone."""


@transaction.atomic
def kiosk_act_receive(*, kiosk_id: int, act: Act, now: datetime) -> KioskAct:
    """Take an act of a kiosk and return what came of it; sent again it does nothing twice.

    What the rules refuse is kept with its refusal; if the line has delayed it, the keepers are told. A
    no-show who had checked in here in time is not charged. Raises KioskLocked once the kiosk was ended,
    TooManyGuesses, TooManyFaults, KeyReused.
    """
    kiosk = _lock(kiosk_id)
    act = replace(act, at=min(act.at, now))
    digest = hashlib.sha256(act.to_text().encode()).hexdigest()
    earlier = kiosk.acts.filter(key=act.key).select_related("booking").first()
    if earlier is not None:
        if earlier.digest != digest:
            raise KeyReused
        return earlier
    require_attempts_left(kiosk, act.kind, now)
    taken = KioskAct(kiosk=kiosk, key=act.key, kind=act.kind.value, at=act.at, received_at=now, digest=digest)
    refused: DomainError | None = None
    try:
        with transaction.atomic():
            taken.booking = _carry_out(kiosk, act, now)
            taken.detail = act.text
    except DomainError as refusal:
        refused, taken.booking = refusal, None
        taken.refusal, taken.detail = refusal.code, _tell(refusal)
        if isinstance(refusal, TooLate | GivenBack) and act.kind is ActKind.CHECK_IN:
            _take_no_show_back(kiosk, act, now)
        if now - act.at >= AT_ONCE and not isinstance(refusal, EndedAlready):
            _tell_keepers_of_refusal(kiosk, act, refusal, now)
    taken.save(force_insert=True)
    _record(kiosk, taken, refused, now)
    return taken


def _lock(kiosk_id: int) -> Kiosk:
    found = Kiosk.objects.select_for_update(of=("self",)).select_related("instrument__organization")
    kiosk = found.filter(pk=kiosk_id, ended_at__isnull=True).first()
    if kiosk is None:
        raise KioskLocked
    return kiosk


def _carry_out(kiosk: Kiosk, act: Act, now: datetime) -> "Booking | None":
    is_awaited = act.kind is ActKind.FAULT or find_presented(kiosk, act.code, act.at) is not None
    if now - act.at > LONGEST_DELAY and not is_awaited:
        if not (find_missed(kiosk, act.code, act.at) or find_ended(kiosk, act.code, act.at)):
            raise WrongCode
        raise TooLate(minutes=LONGEST_DELAY // timedelta(minutes=1))
    return ACTS[act.kind](kiosk, act, now)


def _take_no_show_back(kiosk: Kiosk, act: Act, now: datetime) -> None:
    """Charge nobody for not coming who checked in here in time, though it is known only now."""
    if missed := find_missed(kiosk, act.code, act.at):
        no_show_take_back(
            missed.pk,
            came_at=act.at,
            message=NO_SHOW_TAKEN_BACK,
            actor=None,
            now=now,
            details=_get_details(kiosk, act),
        )


def _check_in(kiosk: Kiosk, act: Act, now: datetime) -> "Booking":
    found = find_presented(kiosk, act.code, act.at)
    if found is None and (missed := find_missed(kiosk, act.code, act.at)):
        raise GivenBack(given_back=missed.ended_at)
    if found is None:
        raise WrongCode
    return use_begin(found.pk, at=act.at, now=now, details=_get_details(kiosk, act))


def _check_out(kiosk: Kiosk, act: Act, now: datetime) -> "Booking":
    """End the use as somebody at its instrument says; the unit confirms the hours as a second person."""
    found = find_presented(kiosk, act.code, act.at)
    if found is None:
        raise EndedAlready if find_ended(kiosk, act.code, act.at) else WrongCode
    booking = booking_lock(found.pk)
    if booking.state != BookingState.IN_USE:
        raise StillInUse if find_running_use(booking.instrument_id) else NotCheckedIn
    write_check_out(
        booking,
        calculate_use(booking, now=now, ends_at=act.ends_at or act.at, samples=act.samples),
        actor=booking.user,
        operator_id=get_operator_id(booking, kiosk.made_by_id),
        now=now,
        tell=_tell_user,
        details=_get_details(kiosk, act),
    )
    return booking


def _fault(kiosk: Kiosk, act: Act, now: datetime) -> None:
    """Keep an incident, and tell the keepers what is broken."""
    text = require_reason(act.text, code="note.empty")
    incident_keep(kiosk.instrument, text, act.at)
    _notify_keepers(kiosk, FAULT, now, detail=text)


ACTS = {ActKind.CHECK_IN: _check_in, ActKind.CHECK_OUT: _check_out, ActKind.FAULT: _fault}


def _tell(refusal: DomainError) -> str:
    """Return a refusal in the language of the kiosk, which shows it."""
    problems = [one.detail for one in problems_told(refusal.problems)]
    return join_sentences([told(refusal.message, refusal.params), *problems])[:500]


def _to_sentence(refusal: DomainError) -> Sentence:
    return Sentence(refusal.message, refusal.params)


def _tell_user(log: "UsageLog", now: datetime) -> None:
    tell_of_record(log, CHECKED_OUT, now)


def _tell_keepers_of_refusal(kiosk: Kiosk, act: Act, refusal: DomainError, now: datetime) -> None:
    by_code = (find_presented, find_missed) if act.code else ()
    booking = next((found for find in by_code if (found := find(kiosk, act.code, act.at))), None)
    person = booking.user.name if booking else Words(SOMEBODY)
    about = {
        "person": person,
        "at": act.at,
        "act": word(act.kind),
        "days": settings.MANUAL_ENTRY_LIMIT_DAYS,
    }
    detail = _to_sentence(refusal)
    lines = [Sentence(problem.message, problem.params) for problem in refusal.problems]
    _notify_keepers(kiosk, REFUSED, now, lines, detail=detail, **about)


def _notify_keepers(
    kiosk: Kiosk, message: str, now: datetime, lines: Iterable[Sentence] = (), **params: Any
) -> None:
    instrument = kiosk.instrument
    notify(
        users=list_answerers(instrument),
        message=message,
        now=now,
        path=page_address("instrument_kiosks", instrument.public_id),
        params={"instrument": get_instrument_name(instrument), **params},
        lines=lines,
        kind=NotificationKind.USES,
        act_by=now,
    )


def _get_details(kiosk: Kiosk, act: Act) -> dict[str, Any]:
    return {"kiosk": kiosk.public_id, "at": act.at.isoformat()}


def _record(kiosk: Kiosk, taken: KioskAct, refused: DomainError | None, now: datetime) -> None:
    record(
        actor=taken.booking.user if taken.booking else None,
        action="kiosk.act_refused" if taken.refusal else "kiosk.act_taken",
        subject=kiosk,
        now=now,
        organization_id=kiosk.instrument.organization_id,
        details={
            "instrument": kiosk.instrument.public_id,
            "act": taken.kind,
            "key": taken.key,
            "at": taken.at.isoformat(),
            "booking": taken.booking and taken.booking.public_id,
            "refusal": refused and {"code": refused.code, **to_plain(_to_sentence(refused))},
        },
    )
