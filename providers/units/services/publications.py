"""Services of news, regulations, cases and statements: draft → scheduled → published → withdrawn."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import record
from instrument_share.kernel.errors import (
    Conflict,
    Invalid,
    Problem,
    RevisionMismatch,
    gettext_noop,
    refuse,
    require_found,
    require_reason,
    require_revision,
)
from instrument_share.kernel.states import require_transition
from instrument_share.kernel.wording import Bilingual
from providers.instruments.models import Instrument
from providers.instruments.services.common import lock_unit, tell_managers
from providers.revisions.services import save_with_history
from providers.units.domain.choices import PublicationState
from providers.units.domain.publications import (
    FIELDS,
    PublicationKind,
    problem_of_schedule,
    problems_of_draft,
    problems_of_publication,
)
from providers.units.domain.states import PUBLICATION_MOVES
from providers.units.models import OpennessStatement
from providers.units.selectors.publications import MODELS

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.units.models import Publication


class StatementExists(Conflict):
    """The unit has an openness statement of this year already."""

    code = "publication.year_taken"
    field = "year"
    message = gettext_noop("The openness statement of {year} exists already. Change that one.")


class AlreadyWithdrawn(Conflict):
    """The publication has been withdrawn already."""

    code = "publication.withdrawn"
    message = gettext_noop(
        "This has been taken down and stays as it was. What is to be public again goes into a new text."
    )


class PublicationChanged(RevisionMismatch):
    """A text that is no longer the one which the person who decides on it has read."""

    code = "publication.changed_since_read"
    message = gettext_noop("Somebody has changed this since you read it. Read it as it is now, then decide.")


@transaction.atomic
def publication_draft(
    *, actor: "User", kind: PublicationKind, organization_id: int, values: Mapping[str, Any], now: datetime
) -> "Publication":
    """Create a draft that only the unit sees; `values` as in `publication_publish`, as far as known."""
    publication = _begun(actor, kind, organization_id, values, now, is_draft=True)
    _fill(actor, "drafted", kind, publication, now, values)
    return publication


@transaction.atomic
def publication_publish(
    *, actor: "User", kind: PublicationKind, organization_id: int, values: Mapping[str, Any], now: datetime
) -> "Publication":
    """Publish news, a regulation, a case or a yearly openness statement at once.

    `values` are by field name (`domain.publications.FIELDS`); `instruments` of a case is a list of ids.
    """
    publication = _begun(actor, kind, organization_id, values, now, is_draft=False)
    publication.published_at = now
    _fill(actor, "published", kind, publication, now, values)
    return publication


@transaction.atomic
def publication_update(
    *,
    actor: "User",
    kind: PublicationKind,
    publication_id: int,
    values: Mapping[str, Any],
    now: datetime,
    revision: int | None = None,
) -> "Publication":
    """Change a draft or a publication with a revision; the date of publication stays.

    `revision` is the one that the editor began with; raises RevisionMismatch if it has changed. What is
    published or scheduled keeps all that publication needs.
    """
    publication = _locked_with_unit(kind, publication_id)
    require(actor, "providers.edit_unit", publication)
    if publication.state is PublicationState.WITHDRAWN:
        raise AlreadyWithdrawn
    require_revision(revision, publication.revision)
    is_draft = publication.state is PublicationState.DRAFT
    refuse(find_problems_of_update(kind, publication, values, is_draft=is_draft), StatementExists)
    publication.revision += 1
    _fill(actor, "updated", kind, publication, now, values, fields=sorted(values))
    return publication


@transaction.atomic
def publication_release(
    *,
    actor: "User",
    kind: PublicationKind,
    publication_id: int,
    now: datetime,
    revision: int | None = None,
) -> "Publication":
    """Publish a draft now, even if it is scheduled for later.

    Raises PublicationChanged where `revision`, which was read, is not the present one.
    """
    publication = _to_be_published(actor, kind, publication_id, "publish", revision)
    _publish(kind, publication, actor, now)
    return publication


@transaction.atomic
def publication_schedule(
    *,
    actor: "User",
    kind: PublicationKind,
    publication_id: int,
    at: datetime,
    now: datetime,
    revision: int | None = None,
) -> "Publication":
    """Schedule a draft to be published at an instant; `revision` is as for `publication_release`."""
    publication = _to_be_published(actor, kind, publication_id, "schedule", revision)
    if problem := problem_of_schedule(at, now):
        raise Invalid(problems=[problem])
    publication.scheduled_at = at
    _save(actor, "scheduled", kind, publication, now, at=at.isoformat())
    return publication


@transaction.atomic
def publication_unschedule(
    *, actor: "User", kind: PublicationKind, publication_id: int, now: datetime
) -> "Publication":
    """Cancel a schedule; the draft stays."""
    publication = _lock_for_move(actor, kind, publication_id, "unschedule")
    publication.scheduled_at = None
    _save(actor, "unscheduled", kind, publication, now)
    return publication


@transaction.atomic
def publication_discard(
    *,
    actor: "User",
    kind: PublicationKind,
    publication_id: int,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Delete a draft that was never published; its revisions and the journal stay.

    `revision` is as for `publication_release`.
    """
    publication = _lock_for_move(actor, kind, publication_id, "discard", revision)
    _record(actor, "discarded", kind, publication, now, title=publication.title_zh)
    publication._history_user = actor  # type: ignore[attr-defined]
    publication._history_date = now  # type: ignore[attr-defined]
    publication.delete()


@transaction.atomic
def publication_withdraw(
    *,
    actor: "User",
    kind: PublicationKind,
    publication_id: int,
    reason: str,
    now: datetime,
    revision: int | None = None,
) -> "Publication":
    """Withdraw a publication with a reason: the unit its own, the bureau any.

    `revision` is as for `publication_release`.
    """
    publication = _lock_publication(kind, publication_id)
    require(actor, "providers.withdraw_publication", publication)
    if publication.state is PublicationState.WITHDRAWN:
        raise AlreadyWithdrawn
    require_transition(PUBLICATION_MOVES, publication.state, "withdraw")
    require_revision(revision, publication.revision, PublicationChanged)
    publication.withdrawn_at, publication.withdrawn_reason = now, require_reason(reason)
    _save(actor, "withdrawn", kind, publication, now, reason=publication.withdrawn_reason)
    message = gettext_noop("“{title}” has been taken down: {reason}")
    _tell(publication, message, now, exclude=actor, reason=publication.withdrawn_reason)
    return publication


def publications_publish_due(now: datetime) -> int:
    """Publish every draft that is due, one by one, for a job; return their number.

    Those of a suspended unit, for which nothing is published, are due once it is reinstated.
    """
    due = {
        one.public_id: (kind, one.pk)  # type: ignore[attr-defined]
        for kind, model in MODELS.items()
        for one in model._default_manager.filter(
            scheduled_at__lte=now, organization__state=OrganizationState.ADMITTED
        )
    }
    return do_one_by_one("publication", due, lambda public_id: _publish_due(*due[public_id], now))


@transaction.atomic
def _publish_due(kind: PublicationKind, publication_id: int, now: datetime) -> bool:
    publication = MODELS[kind]._default_manager.select_for_update().filter(pk=publication_id).first()
    if publication is None or publication.scheduled_at is None or publication.scheduled_at > now:
        return False
    require_transition(PUBLICATION_MOVES, publication.state, "publish")
    _publish(kind, publication, None, now)
    _tell(publication, gettext_noop("“{title}” has been published, as you planned."), now)
    return True


def _begun(
    actor: "User",
    kind: PublicationKind,
    organization_id: int,
    values: Mapping[str, Any],
    now: datetime,
    *,
    is_draft: bool,
) -> "Publication":
    """Return a new unsaved row if the actor may write it."""
    organization = lock_unit(actor, organization_id, permission="providers.edit_unit")
    problems = find_publication_problems(kind, organization.pk, values, is_draft=is_draft)
    refuse(problems, StatementExists)
    return MODELS[kind](organization=organization, created_at=now)


def _to_be_published(
    actor: "User", kind: PublicationKind, publication_id: int, move: str, revision: int | None
) -> "Publication":
    """Lock and return a draft that has all that publication needs."""
    publication = _lock_for_move(actor, kind, publication_id, move, revision)
    if problems := find_problems_of_release(kind, publication):
        raise Invalid(problems=problems)
    return publication


def _lock_for_move(
    actor: "User", kind: PublicationKind, publication_id: int, move: str, revision: int | None = None
) -> "Publication":
    """Lock and return a publication of the actor's unit if `move` is possible from its state.

    Raises PublicationChanged where the actor has read another revision than the present one.
    """
    publication = _lock_publication(kind, publication_id)
    require(actor, "providers.edit_unit", publication)
    require_transition(PUBLICATION_MOVES, publication.state, move)
    require_revision(revision, publication.revision, PublicationChanged)
    return publication


def _publish(kind: PublicationKind, publication: "Publication", actor: "User | None", now: datetime) -> None:
    publication.published_at, publication.scheduled_at = now, None
    _save(actor, "published", kind, publication, now)


def publication_values(kind: PublicationKind, publication: "Publication") -> dict[str, Any]:
    """Return the fields of a publication by name, without the instruments of a case."""
    return {name: getattr(publication, name) for name in FIELDS[kind] if name != "instruments"}


def _fill(
    actor: "User",
    act: str,
    kind: PublicationKind,
    publication: "Publication",
    now: datetime,
    values: Mapping[str, Any],
    **details: Any,
) -> None:
    """Set the values, then save and record the publication, with the instruments before and after."""
    for name, value in values.items():
        if name != "instruments":
            setattr(publication, name, value.strip() if isinstance(value, str) else value)
    if "instruments" not in values:
        _save(actor, act, kind, publication, now, **details)
        return
    own = Instrument.objects.filter(organization_id=publication.organization_id, pk__in=values["instruments"])
    before = _name_instruments(publication.instruments) if publication.pk else ""  # type: ignore[attr-defined]
    after = _name_instruments(own)
    if before != after:
        details |= {"before": {"instruments": before}, "after": {"instruments": after}}
    _save(actor, act, kind, publication, now, **details)
    publication.instruments.set(own)  # type: ignore[attr-defined]


def _name_instruments(instruments: Any) -> str:
    return ", ".join(instruments.order_by("pk").values_list("public_id", flat=True))


def find_publication_problems(
    kind: PublicationKind, organization_id: int, values: Mapping[str, Any], *, is_draft: bool
) -> list[Problem]:
    """Return everything that keeps a unit from saving these values as a draft, or from publishing them."""
    check = problems_of_draft if is_draft else problems_of_publication
    return [*check(kind, values), *_problems_of_year(kind, organization_id, values.get("year"))]


def find_problems_of_release(kind: PublicationKind, publication: "Publication") -> list[Problem]:
    """Return everything that keeps a draft from being published or scheduled as it is."""
    return problems_of_publication(kind, publication_values(kind, publication))


def find_problems_of_update(
    kind: PublicationKind, publication: "Publication", values: Mapping[str, Any], *, is_draft: bool
) -> list[Problem]:
    """Return everything that keeps a publication from getting these values; the others stay as they are.

    `is_draft` as for `find_publication_problems`.
    """
    held = publication_values(kind, publication)
    check = problems_of_draft if is_draft else problems_of_publication
    problems = check(kind, {**held, **values})
    if values.get("year", held.get("year")) != held.get("year"):
        problems += _problems_of_year(kind, publication.organization_id, values["year"])
    return problems


def _problems_of_year(kind: PublicationKind, organization_id: int, year: int | None) -> list[Problem]:
    if kind is not PublicationKind.OPENNESS or not year:
        return []
    of_unit = OpennessStatement.objects.filter(organization_id=organization_id, withdrawn_at__isnull=True)
    if not of_unit.filter(year=year).exists():
        return []
    return [StatementExists.to_problem(year=year)]


def _locked_with_unit(kind: PublicationKind, publication_id: int) -> "Publication":
    """Lock the unit, then the publication, so that checks for a free year wait for each other."""
    of_kind = MODELS[kind]._default_manager.filter(pk=publication_id)
    for organization_id in of_kind.values_list("organization_id", flat=True):
        organization_lock(organization_id)
    return _lock_publication(kind, publication_id)


def _lock_publication(kind: PublicationKind, publication_id: int) -> "Publication":
    return require_found(MODELS[kind]._default_manager.select_for_update().filter(pk=publication_id).first())


def _save(
    actor: "User | None",
    act: str,
    kind: PublicationKind,
    publication: "Publication",
    now: datetime,
    **details: Any,
) -> None:
    save_with_history(publication, actor=actor, now=now)
    _record(actor, act, kind, publication, now, **details)


def _record(
    actor: "User | None",
    act: str,
    kind: PublicationKind,
    publication: "Publication",
    now: datetime,
    **details: Any,
) -> None:
    record(
        actor=actor,
        action=f"{kind.value}.{act}",
        subject=publication,
        now=now,
        organization_id=publication.organization_id,
        details=details,
    )


def _tell(
    publication: "Publication", message: str, now: datetime, *, exclude: "User | None" = None, **params: Any
) -> None:
    tell_managers(
        publication,
        message,
        now,
        path=page_address("publication", publication.public_id),  # type: ignore[attr-defined]
        exclude=exclude,
        title=Bilingual(publication.title_zh, publication.title_en),
        **params,
    )
