"""Uses cited by open-service cases."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.usage.models import CaseUse
from bookings.usage.selectors.cases import citable_bookings
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Invalid, Problem, gettext_noop
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def case_uses_set(
    *,
    actor: "User",
    case_id: int,
    booking_ids: Collection[str],
    now: datetime,
    shown_ids: Collection[str] | None = None,
) -> int:
    """Set the uses that a case cites, by public ids of bookings; return their number.

    Only completed uses of the unit's instruments by others can be cited; setting the same again changes
    nothing. `shown_ids` are those that the actor was shown as cited; what else is cited or taken off since
    stays so. Raises Invalid.
    """
    case = providers.case_lock(case_id)
    require(actor, "providers.edit_unit", case)
    wanted = set(booking_ids)
    found = {
        one.public_id: one
        for one in citable_bookings(actor, case.organization_id).filter(public_id__in=wanted)
    }
    if foreign := sorted(wanted - found.keys()):
        message = gettext_noop("{booking} is not a completed use of your instruments by an outside user.")
        problems = [Problem("case.not_citable", message, {"booking": one}, "uses") for one in foreign]
        raise Invalid(problems=problems)
    held = dict(CaseUse.objects.filter(case=case).values_list("booking__public_id", "pk"))
    shown = held.keys() if shown_ids is None else set(shown_ids)
    wanted = (held.keys() - (shown - wanted)) | (wanted - shown)
    if held.keys() == wanted:
        return len(held)
    CaseUse.objects.filter(pk__in=[pk for name, pk in held.items() if name not in wanted]).delete()
    CaseUse.objects.bulk_create(CaseUse(case=case, booking=found[name]) for name in wanted - held.keys())
    record(
        actor=actor,
        action="case.uses_set",
        subject=case,
        now=now,
        organization_id=case.organization_id,
        details={"bookings": sorted(wanted)},
    )
    return len(wanted)
