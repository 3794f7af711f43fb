"""Instruments, their categories, keepers and qualified users."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from instrument_share.accounts.domain import MembershipState, OrganizationState, Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing
from instrument_share.journal import selectors as journal
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Kind, NotFound, gettext_noop, require_found
from instrument_share.kernel.wording import Bilingual
from instrument_share.web.text.formats import name_columns
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.domain.states import LIVE, PUBLIC
from providers.instruments.models import Instrument, InstrumentCategory, Keeper, Qualification

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer

CHANGES_REFUSED = "instrument.changes_refused"
DECISIONS_ON_CHANGES = (CHANGES_REFUSED, "instrument.changes_accepted")
SEES_ALL_BUT_DRAFTS = (Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER)


IS_PUBLIC = Q(state__in=PUBLIC, organization__state=OrganizationState.ADMITTED)
"""What everybody may see."""


def is_public(instrument: Instrument) -> bool:
    """Return whether everybody may see the instrument that has been read; of rows `IS_PUBLIC` says it."""
    return instrument.state in PUBLIC and instrument.organization.state == OrganizationState.ADMITTED


class InstrumentRetired(NotFound):
    """The instrument was public and is now retired; its address says so to those who cannot see it."""

    code = "instrument.retired"
    kind: Kind = "gone"
    message = gettext_noop(
        "“{name}” was retired on {since} and can't be used any more. Look in the catalogue for another."
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        since = instrument.retired_at and instrument.retired_at.astimezone(CITY_TIME).date()
        super().__init__(name=Bilingual(instrument.name_zh, instrument.name_en), since=since)


def instruments(viewer: "Viewer") -> QuerySet[Instrument]:
    """Return the instruments that the viewer may see.

    Everybody sees published and suspended ones, managers and keepers all of their unit, the bureau and
    Finance everything that a unit has submitted.
    """
    visible = IS_PUBLIC
    mine = standing(viewer)
    own = mine.organization_ids(Role.UNIT_MANAGER, Role.KEEPER)
    if own:
        visible |= Q(organization_id__in=own)
    if region := region_of(viewer, *SEES_ALL_BUT_DRAFTS):
        visible |= ~Q(state=InstrumentState.DRAFT) & region.within("organization")
    return instruments_with_related().filter(visible)


def managed_or_supervised(viewer: "Viewer") -> Q:
    """Return the condition for rows of units that the viewer manages or supervises."""
    region = region_of(viewer)
    if region.whole:
        return Q()
    managed = Q(organization_id__in=standing(viewer).organization_ids(Role.UNIT_MANAGER))
    return managed | region.within("organization")


def instruments_with_related() -> QuerySet[Instrument]:
    """Return all instruments with related rows, without a check of the viewer.

    Filter by keys that were found among what the viewer may see.
    """
    return Instrument.objects.select_related("organization__district", "category")


def instrument(viewer: "Viewer", public_id: str) -> Instrument:
    """Return one visible instrument. Raises InstrumentRetired if it was public once, else NotFound."""
    found = instruments(viewer).filter(public_id=public_id).first()
    if found is None:
        raise _not_visible(public_id)
    return found


def instrument_id(viewer: "Viewer", public_id: str) -> int:
    """Return the key of one visible instrument; raises as `instrument` does.

    For who locks and reads it anew: without its sixty columns the statement is composed three times as fast.
    """
    found = instruments(viewer).filter(public_id=public_id).values_list("pk", flat=True).first()
    if found is None:
        raise _not_visible(public_id)
    return found


def _not_visible(public_id: str) -> NotFound:
    gone = instruments_with_related().filter(
        public_id=public_id,
        state=InstrumentState.RETIRED,
        published_at__isnull=False,
        organization__state=OrganizationState.ADMITTED,
    )
    row = gone.first()
    return InstrumentRetired(row) if row else NotFound()


def kept_instruments(viewer: "User") -> QuerySet[Instrument]:
    """Return instruments that the viewer keeps and still has the role for in their unit, by name."""
    units = standing(viewer).organization_ids(Role.KEEPER)
    return (
        instruments(viewer)
        .filter(keeper_links__user=viewer, organization_id__in=units)
        .order_by(*name_columns(), "id")
    )


def instruments_kept_while_suspended(viewer: "User") -> QuerySet[Instrument]:
    """Return the instruments of suspended units that the viewer keeps, unordered."""
    return Instrument.objects.filter(
        keeper_links__user=viewer,
        organization__state=OrganizationState.SUSPENDED,
        organization__memberships__user=viewer,
        organization__memberships__role=Role.KEEPER,
        organization__memberships__state=MembershipState.ACTIVE,
    )


def refused_values(instrument: Instrument) -> dict[str, Any]:
    """Return the values that the bureau refused last, by field, while the unit has not answered it."""
    if instrument.state not in LIVE or instrument.pending_values or not instrument.return_reason:
        return {}
    last = journal.history(instrument).filter(action__in=DECISIONS_ON_CHANGES).last()
    return dict(last.details["values"]) if last and last.action == CHANGES_REFUSED else {}


def kept_instrument_ids(user_id: int, organization_id: int) -> set[int]:
    """Return the ids of the unit's instruments that name the person as keeper, whatever the role."""
    kept = Instrument.objects.filter(organization_id=organization_id, keeper_links__user_id=user_id)
    return set(kept.values_list("pk", flat=True))


def instruments_by_id(instrument_ids: Iterable[int]) -> list[Instrument]:
    """Return the instruments with these ids in any state, by id."""
    return list(
        Instrument.objects.filter(pk__in=list(instrument_ids)).select_related("organization").order_by("pk")
    )


def instrument_ids(public_ids: Iterable[str]) -> dict[str, int]:
    """Return primary keys by public id, for instruments in any state."""
    return dict(Instrument.objects.filter(public_id__in=set(public_ids)).values_list("public_id", "pk"))


def instrument_lock(instrument_id: int) -> Instrument:
    """Lock and return the instrument until the transaction ends. Raises NotFound."""
    return require_found(Instrument.objects.select_for_update().filter(pk=instrument_id).first())


def instrument_locks(instrument_ids: Iterable[int]) -> list[Instrument]:
    """Lock and return several instruments in order of id, which avoids deadlocks."""
    return list(Instrument.objects.select_for_update().filter(pk__in=list(instrument_ids)).order_by("pk"))


def instrument_locks_of_unit(organization_id: int) -> list[Instrument]:
    """Lock and return all instruments of a unit in order of id, until the transaction ends."""
    ids = Instrument.objects.filter(organization_id=organization_id).values_list("pk", flat=True)
    return instrument_locks(ids)


def service_days(instrument: Instrument) -> tuple[date | None, date | None]:
    """Return the first and last day of service, in Asia/Shanghai, as an assessment counts them.

    The first is None where the instrument was never published, the last where it is not retired.
    """
    published, retired = (
        instant and instant.astimezone(CITY_TIME).date()
        for instant in (instrument.published_at, instrument.retired_at)
    )
    return published and (instrument.in_service_date or published), retired


def has_instruments(organization_id: int) -> bool:
    """Return whether the unit has instruments that were handed in and are not retired."""
    over = (InstrumentState.DRAFT, InstrumentState.RETIRED)
    return Instrument.objects.filter(organization_id=organization_id).exclude(state__in=over).exists()


def owner_ids() -> list[int]:
    """Return the organizations that have, or had, published instruments, in order; of any state."""
    rows = Instrument.objects.filter(published_at__isnull=False).order_by("organization_id")
    return list(rows.values_list("organization_id", flat=True).distinct())


def category_table() -> QuerySet[InstrumentCategory]:
    """Return the categories of the version that was loaded last."""
    latest = InstrumentCategory.objects.order_by("-id").values("version")[:1]
    return InstrumentCategory.objects.filter(version=Subquery(latest))


def categories_with_parts() -> QuerySet[InstrumentCategory]:
    """Return the categories in use, each with `has_parts`: whether the table divides it further."""
    parts = InstrumentCategory.objects.filter(parent=OuterRef("pk"))
    return category_table().annotate(has_parts=Exists(parts))


def has_qualification(user_id: int, instrument_id: int, until: datetime) -> bool:
    """Return whether the person may operate the instrument through `until`."""
    return qualification_rows(user_id, [instrument_id]).filter(expires_at__gte=until).exists()


def qualification_rows(user_id: int, instrument_ids: Collection[int]) -> QuerySet[Qualification]:
    """Return the person's qualifications for the instruments that were not revoked, ended ones too."""
    return Qualification.objects.filter(
        user_id=user_id, instrument_id__in=list(instrument_ids), revoked_at__isnull=True
    )


def keeper_rows(instrument_ids: Collection[int]) -> QuerySet[Keeper]:
    """Return who keeps the instruments and has an active account."""
    return Keeper.objects.filter(instrument_id__in=list(instrument_ids), user__is_active=True)


def qualified_until(user_id: int, instrument_ids: Collection[int]) -> dict[int, datetime]:
    """Return through when the person may operate each of the instruments, as far as they are qualified."""
    rows = qualification_rows(user_id, instrument_ids)
    return dict(rows.order_by().values_list("instrument_id").annotate(Max("expires_at")))


def qualifications_of(instrument_ids: Collection[int], now: datetime) -> QuerySet[Qualification]:
    """Return current qualifications for the instruments, by expiry; the caller checks the viewer."""
    return (
        Qualification.objects.filter(
            instrument_id__in=list(instrument_ids), expires_at__gt=now, revoked_at__isnull=True
        )
        .select_related("user", "granted_by", "instrument")
        .order_by("expires_at", "id")
    )


def qualifications_ending(now: datetime, ahead: timedelta) -> QuerySet[Qualification]:
    """Return qualifications that expire within `ahead` and nobody was told of, locked.

    Leaves out those granted for less than `ahead`, and those that a longer one of the person replaces.
    """
    longer = Qualification.objects.filter(
        instrument_id=OuterRef("instrument_id"),
        user_id=OuterRef("user_id"),
        expires_at__gt=OuterRef("expires_at"),
        revoked_at__isnull=True,
    )
    return (
        Qualification.objects.select_for_update(of=("self",))
        .filter(
            ~Exists(longer),
            expires_at__gt=now,
            expires_at__lte=now + ahead,
            granted_at__lt=F("expires_at") - ahead,
            revoked_at__isnull=True,
            end_told_at__isnull=True,
            user__is_active=True,
        )
        .exclude(instrument__state=InstrumentState.RETIRED)
        .select_related("user", "instrument")
        .order_by("id")
    )


def qualification_end(user_id: int, instrument_id: int, *, exclude_id: int) -> datetime | None:
    """Return when the last of the person's other qualifications for the instrument ends, or None."""
    others = Qualification.objects.filter(
        user_id=user_id, instrument_id=instrument_id, revoked_at__isnull=True
    ).exclude(pk=exclude_id)
    return others.order_by("-expires_at").values_list("expires_at", flat=True).first()


def qualification_instrument_id(qualification_id: int) -> int:
    """Return the id of the qualification's instrument. Raises NotFound."""
    rows = Qualification.objects.filter(pk=qualification_id)
    return require_found(rows.values_list("instrument_id", flat=True).first())


def qualification_lock(qualification_id: int) -> Qualification:
    """Lock and return the qualification and its instrument. Raises NotFound."""
    instrument_lock(qualification_instrument_id(qualification_id))
    return Qualification.objects.select_related("instrument", "user").get(pk=qualification_id)


def keepers_of(instrument_ids: Collection[int]) -> dict[int, list["User"]]:
    """Return the people named as keepers, by instrument id."""
    found: dict[int, list[User]] = {instrument_id: [] for instrument_id in instrument_ids}
    links = Instrument.keepers.through.objects.filter(instrument_id__in=list(instrument_ids))
    for link in links.select_related("user").order_by("instrument_id", "id"):
        found[link.instrument_id].append(link.user)
    return found
