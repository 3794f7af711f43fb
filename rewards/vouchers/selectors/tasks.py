"""What of vouchers waits for the person of the bureau who asks."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import rules
from django.db.models import Count, Q, QuerySet, Value

from instrument_share.accounts.selectors.standing import standing
from rewards.vouchers.domain.choices import ApplicationState, ClaimState
from rewards.vouchers.models import VoucherApplication, VoucherClaim
from rewards.vouchers.selectors.claims import find_waiting_claims
from rewards.vouchers.selectors.payouts import audited_claims

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

DECIDE, CHECK, AUDIT, LIST = "decide", "check", "audit", "list"


def count_tasks(viewer: "Viewer") -> Mapping[str, int]:
    """Return how many applications the viewer may decide on, and claims check, audit or put on a payout list.

    Takes one statement where no claim is approved.
    """
    parts = [
        found.order_by().annotate(task=Value(task)).values_list("task").annotate(Count("pk"))
        for task, found in _find_waiting(viewer)
    ]
    if not parts:
        return {}
    counted = dict(parts[0].union(*parts[1:], all=True))
    return counted | {LIST: len(split_audited_claims(viewer).to_list)} if counted.get(LIST) else counted


def is_waiting_for(viewer: "Viewer", *tasks: str) -> Q:
    """Return the condition for rows of one kind on which the viewer may do one of these tasks."""
    condition = Q(pk__in=[])
    for task, found in _find_waiting(viewer):
        if task in tasks:
            condition |= Q(pk__in=found.values("pk"))
    return condition


def _find_waiting(viewer: "Viewer") -> Iterator[tuple[str, QuerySet[Any]]]:
    bound_to, claims = standing(viewer).bound_to, VoucherClaim.objects
    if rules.has_perm("rewards.decide_voucher", viewer):
        to_decide = VoucherApplication.objects.filter(state=ApplicationState.SUBMITTED)
        yield DECIDE, to_decide.exclude(organization__in=bound_to)
        to_check = claims.filter(state=ClaimState.SUBMITTED)
        yield CHECK, to_check.exclude(grant__organization__in=bound_to)
    if rules.has_perm("rewards.audit_voucher", viewer):
        checked_by_others = claims.filter(state=ClaimState.CHECKED).exclude(checked_by=viewer.pk)
        yield AUDIT, checked_by_others.exclude(grant__organization__in=bound_to)
    if rules.has_perm("rewards.list_vouchers", viewer):
        yield LIST, audited_claims()


class AuditedClaims(NamedTuple):
    """Claims on no payout list, first received first; those that wait by what has to come before."""

    to_list: list[VoucherClaim]
    for_bill: list[VoucherClaim]
    for_agreement: list[VoucherClaim]


def split_audited_claims(viewer: "Viewer", scheme_id: int | None = None) -> AuditedClaims:
    """Return the audited claims of one batch or of all to who makes payout lists, none to others."""
    if not rules.has_perm("rewards.list_vouchers", viewer):
        return AuditedClaims([], [], [])
    audited = list(audited_claims(scheme_id))
    waiting = find_waiting_claims(audited)
    return AuditedClaims(
        to_list=[claim for claim in audited if claim not in waiting],
        for_bill=[claim for claim in audited if claim.pk in waiting.for_bill],
        for_agreement=[claim for claim in audited if claim.pk in waiting.for_agreement],
    )
