"""Services of instruments: draft → submitted → published ⇄ suspended → retired (see domain.states)."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require_unless_system
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.addresses import page_address
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import (
    Conflict,
    Problem,
    RevisionMismatch,
    gettext_noop,
    refuse,
    require_reason,
    require_revision,
)
from instrument_share.kernel.wording import Bilingual
from providers.instruments.domain import fields
from providers.instruments.domain.states import LIVE
from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import categories_with_parts
from providers.instruments.services.changes import instruments_changed
from providers.instruments.services.common import (
    ChangedSinceOpened,
    InReview,
    lock_editable_instrument,
    lock_instrument,
    lock_instrument_in_use,
    move_instrument,
    save_and_record,
    tell_managers,
    values_to_json,
)
from providers.revisions.services import record_change, save_with_history

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class InnerNumberTaken(Conflict):
    """Another instrument of the unit has this internal number."""

    code = "instrument.inner_number_taken"
    field = "inner_number"
    message = gettext_noop("The unit already has an instrument with the internal number “{inner_number}”.")


class NothingWaits(Conflict):
    """No change of the instrument waits for review."""

    code = "instrument.nothing_waits"
    message = gettext_noop("No change of this instrument waits for review. Reload the page.")


class ChangedSinceRead(RevisionMismatch):
    """Changes that are no longer those which the bureau has read."""

    code = "instrument.changed_since_read"
    message = gettext_noop(
        "The unit has changed this since you read it. Look at it as it is now, then decide."
    )


@transaction.atomic
def instrument_create(
    *, actor: "User | None", organization_id: int, values: Mapping[str, Any], now: datetime
) -> Instrument:
    """Create a draft from `values` by field name (`domain.fields`), with `category` as a code."""
    organization = organization_lock(organization_id)
    require_unless_system(actor, "providers.edit_instrument", organization)
    given = {**dict.fromkeys(fields.ESSENTIAL, ""), **values}
    clean, problems = _clean_values(given, today=_city_day(now))
    instrument = Instrument(organization=organization, created_at=now)
    refuse([*problems, *_find_taken_number(instrument, clean)], InnerNumberTaken)
    assign_values(instrument, clean)
    with _raise_when_number_taken(instrument):
        save_with_history(instrument, actor=actor, now=now)
    instruments_changed([instrument.pk])
    record_change(actor, "instrument.created", instrument, now)
    return instrument


@transaction.atomic
def instrument_update(
    *,
    actor: "User | None",
    instrument_id: int,
    values: Mapping[str, Any],
    now: datetime,
    revision: int | None = None,
) -> Instrument:
    """Change fields of an instrument; nothing is written if nothing differs.

    A draft changes at once. Of a published instrument, descriptions change at once and count as confirmed;
    reviewed fields (`domain.fields.REVIEWED`) wait in `pending_values` until the bureau decides or the old
    value is entered again. `revision` is the one that the editor began with; raises RevisionMismatch if it
    has changed. Who saves a published instrument unchanged, as they have read it, confirms it.
    """
    instrument = lock_editable_instrument(actor, instrument_id)
    given_values, problems = _clean_values(values, instrument, today=_city_day(now))
    clean = changed_values(instrument, given_values)
    live = instrument.state in LIVE
    if live:
        problems += _find_missing(clean, instrument, known=problems)
    refuse([*problems, *_find_taken_number(instrument, clean)], InnerNumberTaken)
    require_revision(revision, instrument.revision)
    waiting = {name: clean.pop(name) for name in fields.REVIEWED & clean.keys()} if live else {}
    waits = {name: value for name, value in instrument.pending_values.items() if name not in given_values}
    waits |= values_to_json(waiting)
    is_answered = bool(live and instrument.return_reason and fields.REVIEWED & given_values.keys())
    if not clean and waits == instrument.pending_values and not is_answered:
        if live and revision is not None:
            _confirm(instrument, actor, now)
        return instrument
    assign_values(instrument, clean)
    instrument.revision += 1
    if live:
        instrument.confirmed_at = now
    if is_answered:
        instrument.return_reason = ""
    if waits != instrument.pending_values:
        instrument.pending_values = waits
        instrument.pending_since = now if waits else None
    with _raise_when_number_taken(instrument):
        save_with_history(instrument, actor=actor, now=now)
    instruments_changed([instrument.pk])
    record_change(actor, "instrument.updated", instrument, now, fields=sorted(clean), waiting=sorted(waiting))
    return instrument


@transaction.atomic
def instrument_changes_accept(
    *, actor: "User", instrument_id: int, now: datetime, revision: int | None = None
) -> Instrument:
    """Apply the waiting changes of a published instrument, for the bureau.

    `revision` is the one that the actor has read. Raises ChangedSinceRead where the unit has gone on editing.
    """
    instrument = _with_waiting_changes(actor, instrument_id)
    require_revision(revision, instrument.revision, ChangedSinceRead)
    accepted = instrument.pending_values
    assign_values(instrument, clean_instrument_values(accepted))
    instrument.revision += 1
    instrument.pending_values, instrument.pending_since, instrument.confirmed_at = {}, None, now
    instrument.return_reason = ""
    save_and_record(instrument, actor, "instrument.changes_accepted", now, values=accepted)
    instruments_changed([instrument.pk])
    _tell(instrument, gettext_noop("The bureau has accepted the changes of “{name}”."), now)
    return instrument


@transaction.atomic
def instrument_changes_refuse(
    *, actor: "User", instrument_id: int, reason: str, now: datetime, revision: int | None = None
) -> Instrument:
    """Refuse the waiting changes with a reason; the published values stay.

    `revision` is the one that the actor has read. Raises ChangedSinceRead where the unit has gone on editing.
    The form keeps what was refused (`selectors.refused_values`) until the reviewed fields are saved again.
    """
    instrument = _with_waiting_changes(actor, instrument_id)
    require_revision(revision, instrument.revision, ChangedSinceRead)
    refused, why = instrument.pending_values, require_reason(reason)
    instrument.pending_values, instrument.pending_since, instrument.return_reason = {}, None, why
    instrument.revision += 1
    save_and_record(instrument, actor, "instrument.changes_refused", now, values=refused, reason=why)
    message = gettext_noop("The bureau has refused the changes of “{name}”: {reason}")
    _tell(instrument, message, now, reason=why)
    return instrument


@transaction.atomic
def instrument_confirm(
    *, actor: "User", instrument_id: int, now: datetime, revision: int | None = None
) -> Instrument:
    """Confirm that the published data is still right, as units do once a year.

    Raises ChangedSinceOpened where `revision`, which was read, is not the present one.
    """
    instrument = lock_instrument_in_use(actor, instrument_id, permission="providers.edit_instrument")
    if instrument.state not in LIVE:
        raise InReview(state=instrument.state)
    require_revision(revision, instrument.revision, ChangedSinceOpened)
    _confirm(instrument, actor, now)
    return instrument


@transaction.atomic
def instrument_submit(*, actor: "User", instrument_id: int, now: datetime) -> Instrument:
    """Submit an instrument for review; it must have all that publication needs.

    What is handed in again is another revision: its pictures and files may be others, which makes none.
    """
    instrument = move_instrument(actor, instrument_id, "submit", permission="providers.edit_instrument")
    refuse(_find_missing({}, instrument))
    if instrument.submitted_at is not None:
        instrument.revision += 1
    instrument.submitted_at, instrument.return_reason = now, ""
    save_and_record(instrument, actor, "instrument.submitted", now)
    return instrument


@transaction.atomic
def instrument_return(
    *, actor: "User", instrument_id: int, reason: str, now: datetime, revision: int | None = None
) -> Instrument:
    """Return a submitted instrument to its unit with a reason; `revision` is as for `instrument_publish`."""
    instrument = move_instrument(actor, instrument_id, "return", permission="providers.review_publication")
    require_revision(revision, instrument.revision, ChangedSinceRead)
    instrument.return_reason = require_reason(reason)
    save_and_record(instrument, actor, "instrument.returned", now, reason=instrument.return_reason)
    message = gettext_noop("The bureau has returned “{name}”: {reason}")
    _tell(instrument, message, now, reason=instrument.return_reason)
    return instrument


@transaction.atomic
def instrument_publish(
    *, actor: "User", instrument_id: int, now: datetime, revision: int | None = None
) -> Instrument:
    """Publish a submitted instrument; raises ChangedSinceRead where `revision`, which was read, is not it."""
    instrument = move_instrument(actor, instrument_id, "publish", permission="providers.review_publication")
    require_revision(revision, instrument.revision, ChangedSinceRead)
    instrument.published_at = instrument.confirmed_at = now
    save_and_record(instrument, actor, "instrument.published", now)
    _tell(instrument, gettext_noop("The bureau has published “{name}”."), now)
    return instrument


# --- Values, shared with the import of sheets ---------------------------------------------------------------


def clean_instrument_values(
    values: Mapping[str, Any], instrument: Instrument | None = None, today: date | None = None
) -> dict[str, Any]:
    """Return the values as the fields hold them, with `category` as a row.

    A code that `instrument` has stays usable when the current table lacks or divides it. Raises Invalid with
    every problem.
    """
    clean, problems = _clean_values(values, instrument, today)
    refuse(problems)
    return clean


def _clean_values(
    values: Mapping[str, Any], instrument: Instrument | None = None, today: date | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values as the fields hold them, as far as they do, and the problems of the others."""
    clean, problems = fields.clean_values(values, today)
    code = clean.get("category")
    if (
        code
        and instrument is not None
        and instrument.category is not None
        and instrument.category.code == code
    ):
        clean["category"] = instrument.category
    elif code:
        clean["category"] = categories_with_parts().filter(code=code).first()
        if problem := problem_of_category(code, clean["category"]):
            problems.append(problem)
    elif "category" in clean:
        clean["category"] = None
    return clean, problems


def problem_of_category(code: str, category: InstrumentCategory | None) -> Problem | None:
    """Return the problem of a code that the table lacks or divides further.

    `category` is the code's row as `categories_with_parts` returns it.
    """
    if category is None:
        message = gettext_noop("“{code}” is not in the category table. Look the code up there.")
        return Problem("instrument.category_unknown", message, {"code": code}, "category")
    if category.has_parts:  # type: ignore[attr-defined] # annotated by categories_with_parts
        message = gettext_noop("“{code}” has finer categories below it. Choose one of them.")
        return Problem("instrument.category_divided", message, {"code": code}, "category")
    return None


def changed_values(instrument: Instrument, clean: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that differ from those of the instrument."""
    return {name: value for name, value in clean.items() if getattr(instrument, name) != value}


def assign_values(instrument: Instrument, clean: Mapping[str, Any]) -> None:
    """Set the values; the caller saves the instrument."""
    for name, value in clean.items():
        setattr(instrument, name, value)


def instrument_values(instrument: Instrument) -> dict[str, Any]:
    """Return the instrument's values by field name."""
    return {name: getattr(instrument, name) for name in fields.FIELDS}


def _city_day(now: datetime) -> date:
    return now.astimezone(CITY_TIME).date()


def _find_missing(
    clean: Mapping[str, Any], instrument: Instrument, known: Sequence[Problem] = ()
) -> list[Problem]:
    """Return what publication needs and the instrument would lack; a field with a known problem gets none."""
    lacking = fields.missing_fields({**instrument_values(instrument), **clean})
    wrong = {one.field for one in known}
    return [one for one in fields.problems_of_missing(lacking) if one.field not in wrong]


def _find_taken_number(instrument: Instrument, clean: Mapping[str, Any]) -> list[Problem]:
    """Return the problem of an internal number that another instrument of the unit has."""
    number = clean.get("inner_number")
    others = Instrument.objects.filter(organization_id=instrument.organization_id).exclude(pk=instrument.pk)
    if not number or not others.filter(inner_number=number).exists():
        return []
    return [InnerNumberTaken.to_problem(inner_number=number)]


def _raise_when_number_taken(instrument: Instrument) -> AbstractContextManager[None]:
    """Raise InnerNumberTaken if the database finds the number taken by a concurrent change."""
    refusal = InnerNumberTaken(inner_number=instrument.inner_number)
    return raise_when_taken(refusal, Instrument, "organization", "inner_number")


def _confirm(instrument: Instrument, actor: "User | None", now: datetime) -> None:
    instrument.confirmed_at = now
    save_and_record(instrument, actor, "instrument.confirmed", now)


def _with_waiting_changes(actor: "User", instrument_id: int) -> Instrument:
    instrument = lock_instrument(actor, instrument_id, permission="providers.review_publication")
    if not instrument.pending_values:
        raise NothingWaits
    return instrument


def _tell(instrument: Instrument, message: str, now: datetime, **params: Any) -> None:
    path = page_address("instrument", instrument.public_id)
    name = Bilingual(instrument.name_zh, instrument.name_en)
    tell_managers(instrument, message, now, path=path, name=name, **params)
