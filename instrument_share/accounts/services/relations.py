"""Writers of declared relations between organizations."""

from datetime import datetime

from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.models import Organization, OrganizationRelation, User
from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.journal.addresses import page_address
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import Invalid, Problem, gettext_noop, require_found, require_reason
from instrument_share.kernel.wording import Bilingual

DECLARED = gettext_noop("“{name}” and “{other}” are declared related; rewards leave out use between them.")
ENDED = gettext_noop("“{name}” and “{other}” no longer count as related: {reason}")


@transaction.atomic
def relation_declare(
    *, actor: User | None, first: Organization, second: Organization, now: datetime
) -> OrganizationRelation:
    """Declare that `first` is related to `second`, which excludes their mutual use from rewards.

    One side's word is enough; the other is told. A second time changes nothing.
    """
    require_unless_system(actor, "accounts.declare_relation", first)
    if first.pk == second.pk:
        message = gettext_noop("An organization is always related to itself. Enter another one's code.")
        raise Invalid(problems=[Problem("relation.with_itself", message, field="other_uscc")])
    low, high = _lock_organizations(first.pk, second.pk)
    relation, created = OrganizationRelation.objects.get_or_create(
        first=low, second=high, ended_at__isnull=True, defaults={"declared_at": now, "declared_by": actor}
    )
    if created:
        _record(actor, "organization.related", relation, now)
        _tell(first, second, DECLARED, now)
    return relation


@transaction.atomic
def relation_end(
    *, actor: User, organization_id: int, other_id: int, reason: str, now: datetime
) -> OrganizationRelation:
    """End a declared relation, with a reason; what was logged meanwhile stays.

    For the bureau, by somebody who belongs to neither of the two.
    """
    low, high = _lock_organizations(organization_id, other_id)
    named, other = (low, high) if low.pk == organization_id else (high, low)
    require(actor, "accounts.end_relation", named)
    require(actor, "accounts.be_outside", other)
    relation = require_found(
        OrganizationRelation.objects.filter(first=low, second=high).order_by("-id").first()
    )
    if relation.ended_at is None:
        relation.ended_at, relation.end_reason = now, require_reason(reason)
        relation.save(update_fields=["ended_at", "end_reason"])
        _record(actor, "organization.unrelated", relation, now)
        _tell(low, high, ENDED, now, reason=relation.end_reason)
    return relation


def _lock_organizations(*ids: int) -> tuple[Organization, Organization]:
    low, high = sorted(ids)
    return selectors.organization_lock(low), selectors.organization_lock(high)


def _record(actor: User | None, action: str, relation: OrganizationRelation, now: datetime) -> None:
    for organization_id in (relation.first_id, relation.second_id):
        record(actor=actor, action=action, subject=relation, now=now, organization_id=organization_id)


def _tell(first: Organization, second: Organization, message: str, now: datetime, **params: str) -> None:
    for one, other in ((first, second), (second, first)):
        notify(
            users=selectors.managers_of(one),
            message=message,
            params={
                "name": Bilingual(one.name_zh, one.name_en),
                "other": Bilingual(other.name_zh, other.name_en),
                **params,
            },
            path=page_address("organization", one.public_id),
            now=now,
        )
