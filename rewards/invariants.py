"""What must be true of innovation vouchers, whatever happened to processes and machines.

Each function yields what is not so, in English, with public ids: for who operates the site.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import F, Q, Sum

from instrument_share.transparency.registry import whole
from rewards.vouchers.domain.choices import ClaimState
from rewards.vouchers.models import (
    VoucherClaim,
    VoucherGrant,
    VoucherPayout,
    VoucherPayoutList,
    VoucherPayoutRow,
    VoucherScheme,
)

_IN_FORCE = ~Q(state=ClaimState.REFUSED.value)


def find_broken_vouchers() -> Iterator[str]:
    """Yield grants above budgets and caps, claims above grants, and payouts that do not add up."""
    yield from _find_overspent()
    for claim in VoucherClaim.objects.annotate(of_uses=Sum("uses__billed_yuan", default=0)).order_by("pk"):
        if claim.of_uses != claim.basis_yuan:
            told = f"is based on {claim.basis_yuan:.2f}, and its uses cost {claim.of_uses:.2f} yuan"
            yield f"{claim.public_id} {told}"
    for one in VoucherPayoutList.objects.annotate(of_rows=Sum("rows__amount_yuan", default=0)):
        if one.of_rows != one.total_yuan:
            yield f"{one.public_id} has a total of {one.total_yuan:.2f}, and rows of {one.of_rows:.2f} yuan"
    for row in VoucherPayoutRow.objects.exclude(amount_yuan=F("claim__amount_yuan")).select_related("claim"):
        yield f"{row.claim.public_id} is listed with another amount than it claims"
    for payout in VoucherPayout.objects.exclude(amount_yuan=F("row__amount_yuan")).order_by("pk"):
        yield f"{payout.public_id} is another amount than its list has"
    standing = VoucherPayout.objects.filter(reversal=None).values_list("row__claim__public_id", flat=True)
    seen: set[str] = set()
    for public_id in standing.order_by("pk"):
        if public_id in seen:
            yield f"{public_id} is paid twice"
        seen.add(public_id)


def _find_overspent() -> Iterator[str]:
    for scheme in VoucherScheme.objects.annotate(granted=Sum("grants__amount_yuan", default=0)):
        if scheme.granted > scheme.budget_yuan:
            yield f"{scheme.public_id} granted {scheme.granted:.2f} of {scheme.budget_yuan:.2f} yuan"
    claims = VoucherClaim.objects.filter(_IN_FORCE)
    of_grants = dict(claims.values_list("grant").annotate(Sum("amount_yuan")))
    for grant in VoucherGrant.objects.filter(pk__in=of_grants).order_by("pk"):
        if of_grants[grant.pk] > grant.amount_yuan:
            claimed = of_grants[grant.pk]
            yield f"{claimed:.2f} yuan are claimed on {grant.public_id} of {grant.amount_yuan:.2f}"
    of_years: dict[tuple[str, int, int], Decimal] = defaultdict(Decimal)
    caps: dict[str, Decimal] = {}
    rows = claims.values_list(
        "grant__scheme__code", "grant__organization_id", "year", "amount_yuan", "grant__scheme__cap_yuan"
    )
    for code, organization_id, year, amount, cap in rows.iterator():
        of_years[code, organization_id, year] += amount
        caps[code] = max(cap, caps.get(code, cap))
    for (code, organization_id, year), claimed in sorted(of_years.items()):
        if claimed > caps[code]:
            yield (
                f"the organization with the id {organization_id} claims {claimed:.2f} yuan of {code} "
                f"in {year}, above the cap of {caps[code]:.2f}"
            )


INVARIANTS = (whole("vouchers", find_broken_vouchers),)
