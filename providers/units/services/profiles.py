"""Services of a unit's profile: draft → submitted → published, then edited live with revisions."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import (
    Invalid,
    Problem,
    RevisionMismatch,
    gettext_noop,
    require_found,
    require_reason,
    require_revision,
)
from instrument_share.kernel.states import next_state
from providers.instruments.services.common import (
    ChangedSinceOpened,
    InReview,
    lock_unit,
    save_and_record,
    tell_managers,
)
from providers.units.domain.choices import ProfileState
from providers.units.domain.profiles import PROFILE_FIELDS, problems_of_publication, problems_of_values
from providers.units.domain.states import PROFILE_MOVES
from providers.units.models import UnitProfile

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class ProfileChanged(RevisionMismatch):
    """A profile that is no longer the one which the bureau has read."""

    code = "unit_profile.changed_since_read"
    message = gettext_noop(
        "The unit has changed this since you read it. Look at it as it is now, then decide."
    )


@transaction.atomic
def unit_profile_save(
    *,
    actor: "User",
    organization_id: int,
    values: Mapping[str, Any],
    now: datetime,
    revision: int | None = None,
) -> UnitProfile:
    """Create or change a unit's profile; a published one changes at once and counts as confirmed.

    `revision` is the one that the editor began with, 0 where there was no profile; raises RevisionMismatch
    if it has changed.
    """
    organization = lock_unit(actor, organization_id, permission="providers.edit_unit")
    stored = UnitProfile.objects.select_for_update().filter(organization=organization).first()
    profile = stored or UnitProfile(organization=organization)
    if profile.state == ProfileState.SUBMITTED:
        raise InReview(state=profile.state)
    require_revision(revision, stored.revision if stored else 0)
    if problems := find_profile_problems(stored, values):
        raise Invalid(problems=problems)
    for name, value in values.items():
        setattr(profile, name, value.strip() if isinstance(value, str) else value)
    if profile.state == ProfileState.PUBLISHED:
        profile.confirmed_at = now
    profile.revision += 1
    save_and_record(profile, actor, "unit_profile.saved", now, fields=sorted(values))
    return profile


@transaction.atomic
def unit_profile_submit(*, actor: "User", organization_id: int, now: datetime) -> UnitProfile:
    """Submit the profile for review; it must have all that publication needs."""
    profile = _move_profile(actor, organization_id, "submit", permission="providers.edit_unit")
    if problems := problems_of_publication(profile_values(profile)):
        raise Invalid(problems=problems)
    profile.submitted_at, profile.return_reason = now, ""
    save_and_record(profile, actor, "unit_profile.submitted", now)
    return profile


@transaction.atomic
def unit_profile_publish(
    *, actor: "User", organization_id: int, now: datetime, revision: int | None = None
) -> UnitProfile:
    """Publish a submitted profile; raises ProfileChanged where `revision`, which was read, is not it."""
    profile = _move_profile(actor, organization_id, "publish", permission="providers.review_publication")
    require_revision(revision, profile.revision, ProfileChanged)
    profile.published_at = profile.confirmed_at = now
    save_and_record(profile, actor, "unit_profile.published", now)
    _tell(profile, gettext_noop("The bureau has published your unit's profile."), now)
    return profile


@transaction.atomic
def unit_profile_return(
    *, actor: "User", organization_id: int, reason: str, now: datetime, revision: int | None = None
) -> UnitProfile:
    """Return a submitted profile to its unit with a reason; `revision` is as for `unit_profile_publish`."""
    profile = _move_profile(actor, organization_id, "return", permission="providers.review_publication")
    require_revision(revision, profile.revision, ProfileChanged)
    profile.return_reason = require_reason(reason)
    save_and_record(profile, actor, "unit_profile.returned", now, reason=profile.return_reason)
    message = gettext_noop("The bureau has returned your unit's profile: {reason}")
    _tell(profile, message, now, reason=profile.return_reason)
    return profile


@transaction.atomic
def unit_profile_confirm(
    *, actor: "User", organization_id: int, now: datetime, revision: int | None = None
) -> UnitProfile:
    """Confirm that the published profile is still right, as units do once a year.

    Raises ChangedSinceOpened where `revision`, which was read, is not the present one.
    """
    profile = _lock_profile(actor, organization_id, permission="providers.edit_unit")
    if profile.state != ProfileState.PUBLISHED:
        raise InReview(state=profile.state)
    require_revision(revision, profile.revision, ChangedSinceOpened)
    profile.confirmed_at = now
    save_and_record(profile, actor, "unit_profile.confirmed", now)
    return profile


def find_profile_problems(profile: UnitProfile | None, values: Mapping[str, Any]) -> list[Problem]:
    """Return everything that keeps a unit's profile, None where it has none yet, from getting these values.

    A published one keeps all that publication needs.
    """
    problems = problems_of_values(values)
    if profile is not None and profile.state == ProfileState.PUBLISHED:
        problems += problems_of_publication({**profile_values(profile), **values})
    return problems


def profile_values(profile: UnitProfile) -> dict[str, Any]:
    """Return the profile's values by field name."""
    return {name: getattr(profile, name) for name in PROFILE_FIELDS}


def _lock_profile(actor: "User", organization_id: int, *, permission: str) -> UnitProfile:
    rows = UnitProfile.objects.select_for_update().filter(organization_id=organization_id)
    profile = require_found(rows.first())
    require(actor, permission, profile)
    return profile


def _move_profile(actor: "User", organization_id: int, move: str, *, permission: str) -> UnitProfile:
    """Lock and return the profile in the state after `move`, unsaved."""
    profile = _lock_profile(actor, organization_id, permission=permission)
    profile.state = next_state(PROFILE_MOVES, profile.state, move)
    return profile


def _tell(profile: UnitProfile, message: str, now: datetime, **params: Any) -> None:
    tell_managers(profile, message, now, path=page_address("unit", profile.public_id), **params)
