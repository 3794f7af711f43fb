"""Services of keepers and qualifications."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import people_with_role
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError, gettext_noop
from instrument_share.kernel.wording import Bilingual
from providers.instruments.domain.notices import FIRST_HOUR, NOTICE_AHEAD
from providers.instruments.domain.states import PUBLIC
from providers.instruments.models import Instrument, Keeper, Qualification
from providers.instruments.selectors.instruments import (
    instrument_locks,
    keepers_of,
    kept_instrument_ids,
    qualification_lock,
    qualifications_ending,
)
from providers.instruments.services.common import lock_instrument, lock_instrument_in_use
from providers.revisions.services import record_change

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class NotAKeeper(DomainError):
    """The person does not have the role of keeper in the unit."""

    code = "keeper.without_role"
    message = gettext_noop(
        "This person does not have the role of instrument keeper in the unit. Grant the role first."
    )


class QualificationTooShort(DomainError):
    """The qualification would end before it begins."""

    code = "qualification.expired"
    field = "until"
    message = gettext_noop("A qualification can’t end before it is granted. Choose a date in the future.")


NAMED = gettext_noop("You are a keeper of “{name}” now: you decide on its requests and check its users in.")
NO_LONGER = gettext_noop("You are no longer a keeper of “{name}”.")
GRANTED = gettext_noop("You may now operate “{name}”, through {date}.")
REVOKED = gettext_noop("Your right to operate “{name}” has ended: {reason}")
YOURS_ENDS = gettext_noop(
    "Your right to operate “{name}” ends on {date}. Ask its keepers to renew it if you need it longer."
)
ANOTHERS_ENDS = gettext_noop(
    "The right of {person} to operate “{name}” ends on {date}. Renew it if it is still needed."
)


@transaction.atomic
def keeper_assign(*, actor: "User", instrument_id: int, user_id: int, now: datetime) -> Keeper:
    """Name a member with the role of keeper as keeper of an instrument; repeating changes nothing.

    Raises Retired and NotAKeeper.
    """
    instrument = lock_instrument_in_use(actor, instrument_id, permission="providers.edit_instrument")
    user = people_with_role(Role.KEEPER, instrument.organization_id).filter(pk=user_id).first()
    if user is None:
        raise NotAKeeper
    keeper, created = Keeper.objects.get_or_create(instrument=instrument, user=user)
    if created:
        record_change(actor, "keeper.assigned", instrument, now, user=user.public_id)
        if user != actor:
            _tell(user, NAMED, instrument, now)
    return keeper


@transaction.atomic
def keeper_remove(*, actor: "User", instrument_id: int, user_id: int, now: datetime) -> None:
    """Remove a keeper from an instrument; does nothing if they are none."""
    instrument = lock_instrument(actor, instrument_id, permission="providers.edit_instrument")
    keeper = Keeper.objects.select_related("user").filter(instrument=instrument, user_id=user_id).first()
    if keeper is not None:
        keeper.delete()
        record_change(actor, "keeper.removed", instrument, now, user=keeper.user.public_id)
        if keeper.user != actor:
            _tell(keeper.user, NO_LONGER, instrument, now)


@transaction.atomic
def keepers_set(
    *,
    actor: "User",
    instrument_id: int,
    user_ids: Collection[int],
    now: datetime,
    shown_ids: Collection[int] | None = None,
) -> list["User"]:
    """Replace the keepers of an instrument; return them by name.

    `shown_ids` are the keepers whom the actor was shown; who else is named or removed since stays so.
    """
    instrument = lock_instrument(actor, instrument_id, permission="providers.edit_instrument")
    held = set(Keeper.objects.filter(instrument=instrument).values_list("user_id", flat=True))
    wanted, shown = set(user_ids), held if shown_ids is None else set(shown_ids)
    for user_id in sorted(held & shown - wanted):
        keeper_remove(actor=actor, instrument_id=instrument_id, user_id=user_id, now=now)
    for user_id in sorted(wanted - shown - held):
        keeper_assign(actor=actor, instrument_id=instrument_id, user_id=user_id, now=now)
    return sorted(keepers_of([instrument_id])[instrument_id], key=lambda keeper: keeper.name)


@transaction.atomic
def keeper_links_drop(*, actor: "User", organization_id: int, user: "User", now: datetime) -> None:
    """Remove a person, whose role of keeper has ended, from all of the unit's instruments.

    Called by `bookings.requests.services.membership_end`, which checks the permission.
    """
    for instrument in instrument_locks(kept_instrument_ids(user.pk, organization_id)):
        Keeper.objects.filter(instrument=instrument, user=user).delete()
        record_change(actor, "keeper.removed", instrument, now, user=user.public_id)


@transaction.atomic
def qualification_grant(
    *, actor: "User", instrument_id: int, user: "User", expires_at: datetime, now: datetime
) -> Qualification:
    """Allow a person to operate an instrument through `expires_at`. Raises Retired."""
    instrument = lock_instrument_in_use(actor, instrument_id, permission="providers.qualify_user")
    if expires_at <= now:
        raise QualificationTooShort
    qualification = Qualification(
        instrument=instrument, user=user, granted_by=actor, granted_at=now, expires_at=expires_at
    )
    qualification.save(force_insert=True)
    record_change(
        actor,
        "qualification.granted",
        instrument,
        now,
        user=user.public_id,
        expires_at=expires_at.isoformat(),
    )
    _tell(user, GRANTED, instrument, now, date=qualification.last_day)
    return qualification


@transaction.atomic
def qualification_revoke(
    *, actor: "User", qualification_id: int, reason: str, now: datetime
) -> Qualification:
    """Revoke a qualification now, with a reason that the person reads; repeating changes nothing.

    `bookings.requests.services.qualification_revoke` decides on bookings that need it.
    """
    found = qualification_lock(qualification_id)
    instrument = found.instrument
    require(actor, "providers.qualify_user", instrument)
    if found.revoked_at is None:
        found.revoked_at = now
        found.save(update_fields=["revoked_at"])
        record_change(
            actor, "qualification.revoked", instrument, now, user=found.user.public_id, reason=reason
        )
        _tell(found.user, REVOKED, instrument, now, reason=reason)
    return found


@transaction.atomic
def qualification_ends_tell(*, now: datetime) -> int:
    """Tell people and keepers 30 days ahead which qualifications end; return how many.

    By a job, from 8 in the morning, once for each qualification. Leaves out those granted for less than 30
    days, and those that a longer one of the person replaces.
    """
    if now.astimezone(CITY_TIME).hour < FIRST_HOUR:
        return 0
    ending = list(qualifications_ending(now, NOTICE_AHEAD))
    keepers = keepers_of({one.instrument_id for one in ending})
    for one in ending:
        name = Bilingual(one.instrument.name_zh, one.instrument.name_en)
        day = one.last_day
        _tell(one.user, YOURS_ENDS, one.instrument, now, date=day)
        notify(
            users=keepers[one.instrument_id],
            kind=NotificationKind.UNIT,
            message=ANOTHERS_ENDS,
            params={"person": one.user.name, "name": name, "date": day},
            path=page_address("instrument_people", one.instrument.public_id),
            now=now,
        )
    Qualification.objects.filter(pk__in=[one.pk for one in ending]).update(end_told_at=now)
    return len(ending)


def _tell(user: "User", message: str, instrument: Instrument, now: datetime, **params: Any) -> None:
    notify(
        users=[user],
        kind=NotificationKind.UNIT,
        message=message,
        params={"name": Bilingual(instrument.name_zh, instrument.name_en), **params},
        path=page_address("instrument", instrument.public_id) if instrument.state in PUBLIC else "",
        now=now,
    )
