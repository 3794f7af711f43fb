"""Declare facts of a year, confirm them, and return them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.accounts.services import unit_managers_tell
from instrument_share.accounts.services.documents import LONGEST_NAME, CheckedUpload, Upload, check_uploads
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import (
    DomainError,
    Forbidden,
    Problem,
    gettext_noop,
    require_found,
    require_reason,
)
from instrument_share.kernel.money import FEN
from instrument_share.kernel.states import next_state
from instrument_share.kernel.wording import Bilingual
from providers.public import instruments, store_once
from rewards.declarations.domain.errors import (
    FactConfirmed,
    FactDeclaredAnew,
    FactIncomplete,
    FactOfBureau,
    FactOfDeclarer,
    FactYearFrozen,
    SheetRefused,
)
from rewards.declarations.domain.facts import LONGEST_EVIDENCE, MOST_FIGURE, MOVES, FactKind, FactState
from rewards.declarations.domain.sheet import DeclaredRow
from rewards.declarations.models import DeclaredFact, FactProof
from rewards.declarations.permissions import is_declarer, may_replace, require_on_other_unit
from rewards.declarations.registry import get_frozen_date
from rewards.declarations.selectors import declared_before_lock, fact_lock, known_codes, proofs_of

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models import Instrument

REASON_MISSING = "reward.reason_missing"
FOLDER = "facts"
MOST_FILES = 5
DECIDED = {
    FactState.CONFIRMED: gettext_noop(
        "{year}: a fact declared for {unit} (proof: {evidence}) was confirmed."
    ),
    FactState.RETURNED: gettext_noop(
        "{year}: a fact declared for {unit} (proof: {evidence}) was returned: {reason}"
    ),
}

WITHDRAWN = gettext_noop(
    "{year}: a fact declared for {unit} (proof: {evidence}) was withdrawn by its unit: {reason}"
)


@transaction.atomic
def fact_declare(
    *,
    actor: "User",
    organization_id: int,
    year: int,
    kind: FactKind,
    evidence: str,
    now: datetime,
    code: str = "",
    instrument: str = "",
    figure: Decimal | None = None,
    valid_through: date | None = None,
    uploads: Iterable[Upload] = (),
) -> DeclaredFact:
    """Declare a fact of a unit, or of its instrument (public id); declaring it anew replaces the waiting one.

    `uploads` prove it: PDF, JPEG or PNG; without any, those of the earlier declaration stay. Raises
    FactIncomplete with every problem, FactConfirmed where the bureau has confirmed it before, FactOfBureau
    where what waits was declared by the bureau.
    """
    unit = organization_lock(organization_id)
    require(actor, "rewards.declare_fact", unit)
    files, unusable = check_uploads(uploads)
    told = find_fact_problems(
        actor, unit.pk, kind=kind, code=code, instrument=instrument, figure=figure, evidence=evidence
    )
    if problems := [*told, *unusable, *_too_many(files)]:
        raise FactIncomplete(problems=problems)
    about = {FactKind.QUALIFICATION: code}.get(kind, instrument if kind.is_of_instrument else "")
    fact = declared_before_lock(unit, year, kind, about)
    fact = fact or DeclaredFact(organization=unit, year=year, kind=kind, about=about)
    if fact.state == FactState.CONFIRMED:
        raise FactConfirmed
    if fact.pk and fact.state == FactState.DECLARED and not may_replace(actor, fact):
        raise FactOfBureau
    if kind.is_of_instrument:
        fact.instrument = require_found(_get_instrument(actor, unit.pk, instrument))
    fact.code = code if kind in {FactKind.QUALIFICATION, FactKind.GRADE} else ""
    fact.figure = figure if kind.has_figure else None
    fact.evidence, fact.valid_through = evidence.strip(), valid_through
    fact.state, fact.reason, fact.decided_at, fact.decided_by = FactState.DECLARED, "", None, None
    fact.declared_at, fact.declared_by = now, actor
    fact.save()
    if files:
        _keep(fact, files, now)
    files_now = sorted(proofs_of(fact).values_list("sha256", flat=True))
    _record(actor, "fact.declared", fact, now, files=files_now, proofs=fact.proofs_fingerprint)
    return fact


def facts_check(
    *, actor: "User", year: int, rows: Iterable[DeclaredRow], now: datetime
) -> dict[int, DomainError]:
    """Return what would refuse each row of a sheet of facts, by its number; nothing is declared."""
    with transaction.atomic():
        refused = _declare_each(actor, year, rows, now)
        transaction.set_rollback(True)
    return refused


@transaction.atomic
def facts_declare(*, actor: "User", year: int, rows: Iterable[DeclaredRow], now: datetime) -> None:
    """Declare the facts of a sheet, all or none. Raises SheetRefused where one cannot be declared."""
    if _declare_each(actor, year, rows, now):
        raise SheetRefused


def _declare_each(
    actor: "User", year: int, rows: Iterable[DeclaredRow], now: datetime
) -> dict[int, DomainError]:
    """Declare facts in order of their units, which are locked, and return what refused which row."""
    refused: dict[int, DomainError] = {}
    for row in sorted(rows, key=lambda row: (row.organization_id, row.row)):
        declared = asdict(row)
        number = declared.pop("row")
        try:
            fact_declare(actor=actor, year=year, now=now, **declared)
        except Forbidden:
            raise
        except DomainError as refusal:
            refused[number] = refusal
    return refused


def _too_many(files: Sequence[CheckedUpload]) -> Iterator[Problem]:
    if len(files) > MOST_FILES:
        message = gettext_noop("Choose at most {most} files.")
        yield Problem("reward.proofs_too_many", message, {"most": MOST_FILES}, "documents")


def _keep(fact: DeclaredFact, files: Iterable[CheckedUpload], now: datetime) -> None:
    """Keep the files as the fact's proofs; those that are not among them count as replaced."""
    proofs_of(fact).update(replaced_at=now)
    for one in files:
        content = ContentFile(one.content, name=f"{one.sha256[:32]}.{one.extension}")
        kept = {"name": one.name[-LONGEST_NAME:], "media_type": one.media_type, "replaced_at": None}
        kept["file"] = store_once(FOLDER, content)
        FactProof.objects.update_or_create(fact=fact, sha256=one.sha256, defaults=kept)


def find_fact_problems(
    actor: "User",
    organization_id: int,
    *,
    kind: FactKind,
    code: str,
    instrument: str,
    figure: Decimal | None,
    evidence: str,
) -> list[Problem]:
    """Return everything that keeps a fact of a unit from being declared so, apart from its files."""
    problems = list(_problems(kind, code, instrument, figure, evidence))
    found = _get_instrument(actor, organization_id, instrument) if instrument else None
    if found and (problem := find_value_problem(kind, found, figure)):
        problems.append(problem)
    return problems


def _get_instrument(actor: "User", organization_id: int, public_id: str) -> "Instrument | None":
    """Return the unit's instrument, if the actor sees it."""
    return instruments(actor).filter(organization_id=organization_id, public_id=public_id).first()


def _problems(
    kind: FactKind, code: str, instrument: str, figure: Decimal | None, evidence: str
) -> Iterator[Problem]:
    is_known = (kind, code) in {(known, each.code) for known, each in known_codes()}
    if not evidence.strip():
        message = gettext_noop("Name the document that proves it, with its number.")
        yield Problem("reward.evidence_missing", message, field="evidence")
    if len(evidence.strip()) > LONGEST_EVIDENCE:
        message = gettext_noop("The proof has at most {most} characters.")
        yield Problem("reward.evidence_too_long", message, {"most": LONGEST_EVIDENCE}, "evidence")
    if kind is FactKind.QUALIFICATION and not is_known:
        message = gettext_noop("Choose a qualification that a loaded policy knows.")
        yield Problem("reward.qualification_unknown", message, field="fact")
    if kind is FactKind.GRADE and not is_known:
        yield Problem("reward.grade_unknown", gettext_noop("Choose a grade."), field="fact")
    if kind.is_of_instrument and not instrument:
        message = gettext_noop("Choose the instrument concerned.")
        yield Problem("reward.instrument_missing", message, field="instrument")
    if kind.has_figure:
        yield from _figure_problems(kind, figure)


def _figure_problems(kind: FactKind, figure: Decimal | None) -> Iterator[Problem]:
    if figure is None or not figure.is_finite() or figure < 0:
        yield Problem("reward.figure_missing", gettext_noop("Enter the figure."), field="figure")
    elif figure > MOST_FIGURE:
        message = gettext_noop("The figure is at most {most}.")
        yield Problem("reward.figure_too_large", message, {"most": f"{MOST_FIGURE:,}"}, "figure")
    elif kind is FactKind.MAJOR_PROJECTS and figure != int(figure):
        message = gettext_noop("The number of projects must be a whole number.")
        yield Problem("reward.figure_not_whole", message, field="figure")
    elif figure != figure.quantize(FEN):  # as a fraction, 1e-99999999 would take hours
        message = gettext_noop("The figure has at most two decimals.")
        yield Problem("reward.figure_too_fine", message, field="figure")


def find_value_problem(kind: str, instrument: "Instrument", figure: Decimal | None) -> Problem | None:
    """Return what stands against a figure where it says more was paid than the instrument cost."""
    value = instrument.value_yuan
    if kind != FactKind.NONFISCAL_VALUE or figure is None or value is None or figure <= value:
        return None
    message = gettext_noop(
        "The instrument’s original value is ¥{value}; no more of it can have been paid. "
        "Correct this figure, or first the instrument’s original value."
    )
    return Problem("reward.figure_above_value", message, {"value": f"{value:,.2f}"}, "figure")


def _require_part_of_value(kind: str, instrument: "Instrument", figure: Decimal | None) -> None:
    """Raise FactIncomplete where more is said to be paid from non-fiscal funds than the instrument cost."""
    if problem := find_value_problem(kind, instrument, figure):
        raise FactIncomplete(problems=[problem])


def require_confirmable(actor: "User", fact: DeclaredFact) -> None:
    """Raise what keeps an officer of the bureau from confirming a fact as it is.

    FactOfDeclarer for who declared it, FactIncomplete where its figure is above the original value that the
    instrument has by now, IllegalMove where it is decided on.
    """
    if is_declarer(actor, fact):
        raise FactOfDeclarer
    if fact.instrument is not None:
        _require_part_of_value(fact.kind, fact.instrument, fact.figure)
    next_state(MOVES, fact.state, "confirm", kind="fact")


@transaction.atomic
def fact_confirm(
    *, actor: "User", fact_id: int, now: datetime, declaration: str | None = None
) -> DeclaredFact:
    """Confirm a declared fact: it counts from the next freeze on.

    `declaration` is the one that the actor has read; by default whichever there is. Raises OwnUnit for who is
    bound to its unit, FactDeclaredAnew where `declaration` is past, and what `require_confirmable` does.
    """
    fact = _lock_to_decide(actor, fact_id)
    _require_read(fact, declaration)
    require_confirmable(actor, fact)
    return _decide(actor, fact, "confirm", "", now)


@transaction.atomic
def fact_return(
    *, actor: "User", fact_id: int, reason: str, now: datetime, declaration: str | None = None
) -> DeclaredFact:
    """Return a fact to its unit with a reason, a confirmed one too; what is frozen stays as it was.

    `declaration` is as for `fact_confirm`. Raises OwnUnit, FactDeclaredAnew.
    """
    fact = _lock_to_decide(actor, fact_id)
    _require_read(fact, declaration)
    return _decide(actor, fact, "return", require_reason(reason, code=REASON_MISSING), now)


def require_withdrawable(fact: DeclaredFact) -> None:
    """Raise what keeps the unit of a fact from taking it back.

    IllegalMove where it no longer waits for the bureau, FactYearFrozen once the data of its year are frozen.
    """
    next_state(MOVES, fact.state, "withdraw")
    if get_frozen_date(fact.year) is not None:
        raise FactYearFrozen(year=fact.year)


@transaction.atomic
def fact_withdraw(
    *, actor: "User", fact_id: int, reason: str, now: datetime, declaration: str | None = None
) -> DeclaredFact:
    """Take back a fact on which nobody has decided, with a reason; what it declares and its files stay.

    It can be declared anew like one that was returned. `declaration` is as for `fact_confirm`. Raises
    FactDeclaredAnew, and what `require_withdrawable` does.
    """
    fact = fact_lock(fact_id)
    require(actor, "rewards.withdraw_fact", fact)
    _require_read(fact, declaration)
    require_withdrawable(fact)
    fact.state = next_state(MOVES, fact.state, "withdraw")
    fact.reason = require_reason(reason, code=REASON_MISSING)
    fact.save()
    _record(actor, "fact.withdrawn", fact, now)
    if actor != fact.declared_by:
        notify(users=[fact.declared_by], message=WITHDRAWN, now=now, **_describe(fact))
    return fact


def _require_read(fact: DeclaredFact, declaration: str | None) -> None:
    if declaration not in (None, fact.declaration):
        raise FactDeclaredAnew


def _lock_to_decide(actor: "User", fact_id: int) -> DeclaredFact:
    fact = fact_lock(fact_id)
    require_on_other_unit(actor, "rewards.decide_fact", fact)
    return fact


def _decide(actor: "User", fact: DeclaredFact, move: str, reason: str, now: datetime) -> DeclaredFact:
    fact.state, fact.reason = next_state(MOVES, fact.state, move, kind="fact"), reason
    fact.decided_at, fact.decided_by = now, actor
    fact.save()
    _record(actor, f"fact.{fact.state}", fact, now)
    _tell(fact, now)
    return fact


def _tell(fact: DeclaredFact, now: datetime) -> None:
    """Tell everybody who manages the unit, and who declared the fact, of the decision."""
    message, told = DECIDED[FactState(fact.state)], _describe(fact)
    unit_managers_tell(fact.organization, message, now, exclude=fact.declared_by, **told)
    notify(users=[fact.declared_by], message=message, now=now, **told)


def _describe(fact: DeclaredFact) -> dict[str, Any]:
    """Return what a notification about a fact says, and the page to which it leads."""
    unit = fact.organization
    return {
        "params": {
            "year": str(fact.year),
            "unit": Bilingual(unit.name_zh, unit.name_en),
            "evidence": fact.evidence,
            "reason": fact.reason,
        },
        "path": page_address("declared_facts", fact.year),
        "kind": NotificationKind.ASSESSMENT,
    }


def _record(actor: "User", action: str, fact: DeclaredFact, now: datetime, **more: Any) -> None:
    details = {
        "kind": fact.kind,
        "year": fact.year,
        "about": fact.about,
        "code": fact.code,
        "figure": None if fact.figure is None else str(fact.figure),
        "instrument": fact.instrument.public_id if fact.instrument else "",
        "evidence": fact.evidence,
        "valid_through": fact.valid_through and fact.valid_through.isoformat(),
        "reason": fact.reason,
        **more,
    }
    record(
        actor=actor,
        action=action,
        subject=fact,
        organization_id=fact.organization_id,
        now=now,
        details=details,
    )
