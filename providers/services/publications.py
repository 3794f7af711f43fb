"""Writers of news, regulations, cases and openness statements: they go out at once and can be taken down."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock, people_with
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import DomainError, Invalid, Kind, NotFound, gettext_noop
from instrument_share.kernel.wording import Bilingual
from providers.domain.publications import FIELDS, PublicationKind, problems_of
from providers.models import Instrument, OpennessStatement
from providers.selectors.units import MODELS
from providers.services.common import given, keep

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.models.publications import Publication


class StatementExists(DomainError):
    code = "publication.year_taken"
    kind: Kind = "conflict"
    message = gettext_noop("The openness statement of {year} exists already. Change that one.")


class AlreadyWithdrawn(DomainError):
    code = "publication.withdrawn"
    kind: Kind = "conflict"
    message = gettext_noop("This has been taken down already. Reload the page.")


@transaction.atomic
def publication_publish(
    *,
    actor: "User",
    kind: PublicationKind,
    organization_id: int,
    values: Mapping[str, Any],
    now: datetime,
) -> "Publication":
    """Publish news, a regulation, a case or a yearly openness statement of a unit, at once.

    `values` go by field name (`domain.publications.FIELDS`); `instruments` of a case is a list of ids.
    """
    organization = organization_lock(organization_id)
    require(actor, "providers.edit_unit", organization)
    if problems := problems_of(kind, values):
        raise Invalid(problems=problems)
    _need_free_year(kind, organization.pk, values)
    publication = MODELS[kind](organization=organization, created_at=now, published_at=now)
    _fill(publication, values, actor, now)
    _record(actor, "published", kind, publication, now)
    return publication


@transaction.atomic
def publication_update(
    *, actor: "User", kind: PublicationKind, publication_id: int, values: Mapping[str, Any], now: datetime
) -> "Publication":
    """Change what is published, with a revision; the date of publication stays."""
    publication = _locked(kind, publication_id)
    require(actor, "providers.edit_unit", publication)
    if publication.withdrawn_at is not None:
        raise AlreadyWithdrawn
    now_held = {name: getattr(publication, name) for name in FIELDS[kind] - {"instruments"}}
    if problems := problems_of(kind, {**now_held, **values}):
        raise Invalid(problems=problems)
    if values.get("year", now_held.get("year")) != now_held.get("year"):
        _need_free_year(kind, publication.organization_id, values)
    _fill(publication, values, actor, now)
    _record(actor, "updated", kind, publication, now, fields=sorted(values))
    return publication


@transaction.atomic
def publication_withdraw(
    *, actor: "User", kind: PublicationKind, publication_id: int, reason: str, now: datetime
) -> "Publication":
    """Take something down, with a reason: the unit its own, the bureau anybody's."""
    publication = _locked(kind, publication_id)
    require(actor, "providers.withdraw_publication", publication)
    if publication.withdrawn_at is not None:
        raise AlreadyWithdrawn
    publication.withdrawn_at, publication.withdrawn_reason = now, given(reason)
    keep(publication, actor=actor, now=now)
    _record(actor, "withdrawn", kind, publication, now, reason=publication.withdrawn_reason)
    notify(
        users=people_with(Role.UNIT_MANAGER, publication.organization_id).exclude(pk=actor.pk),
        message=gettext_noop("“{title}” has been taken down: {reason}"),
        params={
            "title": Bilingual(publication.title_zh, publication.title_en),
            "reason": publication.withdrawn_reason,
        },
        path="/unit/",
        now=now,
    )
    return publication


def _fill(publication: "Publication", values: Mapping[str, Any], actor: "User", now: datetime) -> None:
    for name, value in values.items():
        if name != "instruments":
            setattr(publication, name, value.strip() if isinstance(value, str) else value)
    keep(publication, actor=actor, now=now)
    if "instruments" in values:
        own = Instrument.objects.filter(
            organization_id=publication.organization_id, pk__in=values["instruments"]
        )
        publication.instruments.set(own)  # type: ignore[attr-defined]


def _need_free_year(kind: PublicationKind, organization_id: int, values: Mapping[str, Any]) -> None:
    if kind is PublicationKind.OPENNESS:
        of_unit = OpennessStatement.objects.filter(organization_id=organization_id)
        if of_unit.filter(year=values["year"]).exists():
            raise StatementExists(year=values["year"])


def _locked(kind: PublicationKind, publication_id: int) -> "Publication":
    found = MODELS[kind]._default_manager.select_for_update().filter(pk=publication_id).first()
    if found is None:
        raise NotFound
    return found


def _record(
    actor: "User", act: str, kind: PublicationKind, publication: "Publication", now: datetime, **details: Any
) -> None:
    record(
        actor=actor,
        action=f"{kind.value}.{act}",
        subject=publication,
        now=now,
        organization_id=publication.organization_id,
        details=details,
    )
