"""Services of links between instruments and of groups."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.journal.services import record
from instrument_share.kernel.errors import (
    Conflict,
    DomainError,
    Invalid,
    Problem,
    RevisionMismatch,
    gettext_noop,
    require_found,
)
from providers.instruments.domain.choices import GroupKind, InstrumentState
from providers.instruments.models import Instrument, InstrumentGroup, InstrumentLink
from providers.instruments.registry import tell_link_followers
from providers.instruments.selectors.relations import get_needs, merge_links
from providers.instruments.services.common import lock_instrument_in_use, lock_unit

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class GroupNameTaken(Conflict):
    """Another group of the unit has this name."""

    code = "group.name_taken"
    message = gettext_noop("The unit already has a group “{name}”. Choose another name, or change that one.")


class NotOfTheUnit(DomainError):
    """An instrument does not belong to the unit."""

    code = "instrument.not_of_the_unit"
    message = gettext_noop("Only instruments of the same unit that are not retired can be chosen.")


@transaction.atomic
def instrument_links_set(
    *,
    actor: "User",
    instrument_id: int,
    linked_ids: Collection[int],
    now: datetime,
    shown_ids: Collection[int] | None = None,
) -> list[int]:
    """Set the other instruments of the unit that a booking includes; return their ids in order.

    Existing bookings stay as they are; who follows the links is told (`providers.instruments.registry`).
    `shown_ids` are the links that the actor was shown; what else was linked or unlinked since stays so.
    Raises Retired and NotOfTheUnit.
    """
    instrument = lock_instrument_in_use(actor, instrument_id, permission="providers.edit_instrument")
    chosen = set(linked_ids) - {instrument.pk}
    _require_own(chosen, instrument.organization_id)
    links = InstrumentLink.objects.filter(instrument=instrument)
    held = set(links.values_list("linked_id", flat=True))
    shown = held if shown_ids is None else set(shown_ids)
    wanted = merge_links(held, chosen, shown)
    if wanted == held:
        return sorted(wanted)
    former_needs, needs = get_needs(instrument.pk, wanted)
    links.exclude(linked_id__in=wanted).delete()
    InstrumentLink.objects.bulk_create(
        InstrumentLink(instrument=instrument, linked_id=pk) for pk in sorted(wanted - held)
    )
    _record(actor, "instrument.linked", instrument, now, instrument.organization_id, wanted)
    tell_link_followers(actor, instrument.pk, former_needs, needs, now)
    return sorted(wanted)


@transaction.atomic
def instrument_group_save(
    *,
    actor: "User",
    organization_id: int,
    name_zh: str,
    kind: GroupKind,
    instrument_ids: Collection[int],
    now: datetime,
    name_en: str = "",
    group_id: int | None = None,
    seen: str | None = None,
) -> InstrumentGroup:
    """Create a group of a unit's instruments, or change the one with `group_id`.

    `seen` is the version of the group that the actor began with; raises RevisionMismatch where it is another
    by now.
    """
    organization = lock_unit(actor, organization_id, permission="providers.edit_instrument")
    if not name_zh.strip() or len(set(instrument_ids)) < 2:
        message = gettext_noop("A group needs a Chinese name and at least two instruments.")
        raise Invalid(problems=[Problem("group.incomplete", message, field="name_zh")])
    _require_own(instrument_ids, organization_id)
    same_name = InstrumentGroup.objects.filter(organization=organization, name_zh=name_zh.strip())
    if (same_name if group_id is None else same_name.exclude(pk=group_id)).exists():
        raise GroupNameTaken(name=name_zh.strip())
    new = InstrumentGroup(organization=organization, created_at=now)
    group = new if group_id is None else _group(group_id, organization_id)
    if group_id is not None and seen not in (None, group.version):
        raise RevisionMismatch
    group.name_zh, group.name_en, group.kind = name_zh.strip()[:50], name_en.strip()[:100], kind.value
    group.save()
    group.instruments.set(sorted(set(instrument_ids)))
    _record(actor, "instrument_group.saved", group, now, organization_id, instrument_ids)
    return group


@transaction.atomic
def instrument_group_remove(*, actor: "User", organization_id: int, group_id: int, now: datetime) -> None:
    """Remove a group; its instruments stay."""
    lock_unit(actor, organization_id, permission="providers.edit_instrument")
    group = _group(group_id, organization_id)
    ids = list(group.instruments.values_list("pk", flat=True))
    _record(actor, "instrument_group.removed", group, now, organization_id, ids)
    group.delete()


def _group(group_id: int, organization_id: int) -> InstrumentGroup:
    return require_found(InstrumentGroup.objects.filter(pk=group_id, organization_id=organization_id).first())


def _require_own(instrument_ids: Collection[int], organization_id: int) -> None:
    wanted = set(instrument_ids)
    own = Instrument.objects.filter(pk__in=wanted, organization_id=organization_id)
    if own.exclude(state=InstrumentState.RETIRED).count() != len(wanted):
        raise NotOfTheUnit


def _record(
    actor: "User", action: str, subject: Any, now: datetime, organization_id: int, ids: Collection[int]
) -> None:
    named = Instrument.objects.filter(pk__in=list(ids)).order_by("pk").values_list("public_id", flat=True)
    record(
        actor=actor,
        action=action,
        subject=subject,
        now=now,
        organization_id=organization_id,
        details={"instruments": list(named)},
    )
