"""Schemes, applications and vouchers, and what is left of them."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import rules
from django.db.models import Q, QuerySet, Sum

from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import require_found
from rewards.vouchers.domain.choices import ApplicationState, ClaimState
from rewards.vouchers.domain.terms import get_left
from rewards.vouchers.models import VoucherApplication, VoucherClaim, VoucherFile, VoucherGrant, VoucherScheme

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer


def schemes() -> QuerySet[VoucherScheme]:
    """Return every batch of every scheme, those that take applications longest first; they are public."""
    return VoucherScheme.objects.order_by("-apply_until", "code", "-batch")


def get_scheme(public_id: str) -> VoucherScheme:
    """Return a batch. Raises NotFound."""
    return require_found(VoucherScheme.objects.filter(public_id=public_id).first())


def scheme_lock(scheme_id: int) -> VoucherScheme:
    """Return a batch, locked until the transaction ends. Raises NotFound."""
    return require_found(VoucherScheme.objects.select_for_update().filter(pk=scheme_id).first())


def get_granted_by_scheme() -> Mapping[int, Decimal]:
    """Return what each batch has granted, by its id, without those that have granted nothing."""
    return dict(VoucherGrant.objects.order_by().values_list("scheme").annotate(Sum("amount_yuan")))


def granted_amounts(scheme_id: int) -> list[Decimal]:
    """Return what every voucher of a batch is worth."""
    return list(VoucherGrant.objects.filter(scheme=scheme_id).values_list("amount_yuan", flat=True))


def _visible(viewer: "Viewer") -> Q:
    if rules.has_perm("rewards.see_vouchers", viewer):
        return Q()
    return Q(organization__in=standing(viewer).organization_ids(Role.ORG_ADMIN))


def applications(viewer: "Viewer") -> QuerySet[VoucherApplication]:
    """Return the applications that the viewer may see, in the order of their receipt."""
    found = VoucherApplication.objects.filter(_visible(viewer))
    return found.select_related("scheme", "organization", "submitted_by", "decided_by", "grant").order_by(
        "id"
    )


def find_applications(
    viewer: "Viewer", *, state: str = "", scheme: str = "", text: str = ""
) -> QuerySet[VoucherApplication]:
    """Return the applications that the viewer may see, of a state, of a scheme, by organization or number."""
    found = applications(viewer).filter(is_found("organization", "scheme", scheme, text))
    return found.filter(state=state) if state else found


def is_found(organization: str, of_scheme: str, scheme: str, text: str) -> Q:
    """Return the condition for rows of a scheme (its public id) with `text` in the organization or number.

    The first two are the paths from a row to its organization and its scheme.
    """
    condition = Q(**{f"{of_scheme}__public_id": scheme}) if scheme else Q()
    if not text:
        return condition
    named = (Q(**{f"{organization}__{name}__icontains": text}) for name in ("name_zh", "name_en"))
    exact = Q(public_id__iexact=text) | Q(**{f"{organization}__uscc__iexact": text})
    return condition & (reduce(or_, named) | exact)


def get_application(viewer: "Viewer", public_id: str) -> VoucherApplication:
    """Return an application that the viewer may see. Raises NotFound."""
    return require_found(applications(viewer).filter(public_id=public_id).first())


def application_lock(application_id: int) -> VoucherApplication:
    """Return an application with its organization, locked until the transaction ends. Raises NotFound."""
    return require_found(
        VoucherApplication.objects.select_for_update(of=("self",))
        .select_related("organization", "scheme")
        .filter(pk=application_id)
        .first()
    )


def waiting_before(application: VoucherApplication) -> VoucherApplication | None:
    """Return the first application of the same batch that was received earlier and still waits."""
    earlier = VoucherApplication.objects.filter(scheme=application.scheme_id, pk__lt=application.pk)
    return (
        earlier.filter(state=ApplicationState.SUBMITTED).select_related("organization").order_by("id").first()
    )


def grants(viewer: "Viewer") -> QuerySet[VoucherGrant]:
    """Return the vouchers that the viewer may see, newest first."""
    return (
        VoucherGrant.objects.filter(_visible(viewer)).select_related("scheme", "organization").order_by("-id")
    )


def find_grants(viewer: "Viewer", *, scheme: str = "", text: str = "") -> QuerySet[VoucherGrant]:
    """Return the vouchers that the viewer may see, of a scheme, by organization or number."""
    return grants(viewer).filter(is_found("organization", "scheme", scheme, text))


def get_grant(viewer: "Viewer", public_id: str) -> VoucherGrant:
    """Return a voucher that the viewer may see. Raises NotFound."""
    return require_found(grants(viewer).filter(public_id=public_id).first())


def claims_in_force() -> QuerySet[VoucherClaim]:
    """Return the claims that were not refused: they hold a part of their voucher."""
    return VoucherClaim.objects.exclude(state=ClaimState.REFUSED)


def claimed_on_grant(grant_id: int) -> list[Decimal]:
    """Return the amounts of the claims in force on a voucher."""
    return list(claims_in_force().filter(grant=grant_id).values_list("amount_yuan", flat=True))


def claimed_in_year(organization_id: int, code: str, year: int) -> list[Decimal]:
    """Return the amounts of an organization's claims in force of a year, on any batch of a scheme."""
    found = claims_in_force().filter(grant__organization=organization_id, grant__scheme__code=code, year=year)
    return list(found.values_list("amount_yuan", flat=True))


def get_balances(grant_rows: Collection[VoucherGrant]) -> Mapping[int, Decimal]:
    """Return what is left of each voucher, by its id. One statement."""
    sums = claims_in_force().filter(grant__in=[one.pk for one in grant_rows]).order_by()
    claimed = dict(sums.values_list("grant").annotate(Sum("amount_yuan")))
    return {one.pk: get_left(one.amount_yuan, [claimed.get(one.pk, Decimal(0))]) for one in grant_rows}


def get_claim_ends(organization_id: int, day: date) -> list[date]:
    """Return the last days of claims, from a day on, on an organization's vouchers that are not used up."""
    held = VoucherGrant.objects.filter(organization=organization_id).select_related("scheme")
    claimable = [one for one in held if one.scheme.terms.takes_claims(day)]
    balances = get_balances(claimable)
    return sorted({one.scheme.terms.claim_until for one in claimable if balances[one.pk]})


def administered_organizations(viewer: "Viewer") -> "list[Organization]":
    """Return the admitted organizations that the viewer administers."""
    return [
        one.organization
        for one in standing(viewer).memberships
        if one.role == Role.ORG_ADMIN and one.organization.state == OrganizationState.ADMITTED
    ]


def applying_organizations(viewer: "Viewer", scheme: VoucherScheme, day: date) -> "list[Organization]":
    """Return the organizations for which the viewer may apply for a batch on a day."""
    if not scheme.terms.takes_applications(day) or not has_budget_left(scheme):
        return []
    own = administered_organizations(viewer)
    open_or_granted = VoucherApplication.objects.filter(scheme=scheme, organization__in=own).exclude(
        state=ApplicationState.REFUSED
    )
    applied = set(open_or_granted.values_list("organization", flat=True))
    return [one for one in own if one.pk not in applied and scheme.terms.qualifies(one.kind, one.size_class)]


def has_budget_left(scheme: VoucherScheme) -> bool:
    """Return whether anything of the batch is not granted yet; what was granted does not come back."""
    return bool(get_left(scheme.terms.budget_yuan, granted_amounts(scheme.pk)))


def get_file(of: VoucherApplication | VoucherClaim, sha256: str) -> VoucherFile:
    """Return a file of an application or a claim that the viewer may see. Raises NotFound."""
    return require_found(of.files.filter(sha256=sha256).first())
