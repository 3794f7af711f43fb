"""Payout lists, their rows and what was paid of them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import rules
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import people_for_city, standing
from instrument_share.kernel.errors import gettext_noop, require_found
from instrument_share.kernel.wording import Bilingual
from rewards.payments.selectors.payments import get_account_reasons
from rewards.report.selectors.issued import IssuedPaper
from rewards.vouchers.domain.choices import ClaimState
from rewards.vouchers.domain.codes import get_list_id
from rewards.vouchers.models import (
    VoucherClaim,
    VoucherPayout,
    VoucherPayoutList,
    VoucherPayoutRow,
    VoucherReversal,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer

_IN_FORCE_OF_ROW = VoucherPayout.objects.filter(row=OuterRef("pk"), reversal__isnull=True)
_IN_FORCE = Q(rows__payouts__isnull=False, rows__payouts__reversal__isnull=True)


def audited_claims_lock(scheme_id: int) -> list[VoucherClaim]:
    """Lock the audited claims of a batch that stand on no payout list, so that nobody refuses them."""
    return list(audited_claims(scheme_id).select_for_update(of=("self",)))


def audited_claims(scheme_id: int | None = None) -> QuerySet[VoucherClaim]:
    """Return the audited claims of a batch, or of all, that stand on no payout list, first received first."""
    found = VoucherClaim.objects.filter(state=ClaimState.AUDITED, row__isnull=True)
    if scheme_id is not None:
        found = found.filter(grant__scheme=scheme_id)
    related = ("grant__scheme", "grant__organization", "seller", "statement", "checked_by", "audited_by")
    return found.select_related(*related).order_by("id")


def get_involvement(viewer: "Viewer") -> Q:
    """Return the condition on rows of lists whose payout somebody else than the viewer records.

    The viewer claims for the organization, or decided on the claim or its list, or belongs to the
    organization, or did not long ago.
    """
    acted = ("claim__submitted_by", "claim__checked_by", "claim__audited_by", "payout_list__made_by")
    condition = Q(claim__grant__organization__in=standing(viewer).bound_to)
    for path in acted:
        condition |= Q(**{path: viewer.pk})
    return condition


def is_involved(viewer: "Viewer", row: VoucherPayoutRow) -> bool:
    """Return whether somebody else than the viewer records the payout of a row: see `get_involvement`."""
    return VoucherPayoutRow.objects.filter(get_involvement(viewer), pk=row.pk).exists()


def payout_lists(viewer: "Viewer") -> QuerySet[VoucherPayoutList]:
    """Return the lists that the viewer may see, newest first, with how many claims are `paid`."""
    if not rules.has_perm("rewards.see_vouchers", viewer):
        return VoucherPayoutList.objects.none()
    return (
        VoucherPayoutList.objects.select_related("scheme", "made_by")
        .annotate(
            listed=Count("rows", distinct=True),
            paid=Count("rows", distinct=True, filter=_IN_FORCE),
        )
        .order_by("-id")
    )


def lists_to_pay(viewer: "Viewer") -> QuerySet[VoucherPayoutList]:
    """Return the lists of which the viewer, who pays, still has claims to pay, the oldest first.

    Claims that somebody else pays (`get_involvement`) make no list wait for the viewer.
    """
    if not rules.has_perm("rewards.pay_voucher", viewer):
        return VoucherPayoutList.objects.none()
    unpaid = VoucherPayoutRow.objects.filter(~Exists(_IN_FORCE_OF_ROW), payout_list=OuterRef("pk"))
    return payout_lists(viewer).filter(Exists(unpaid.exclude(get_involvement(viewer)))).order_by("id")


def payers_of(payout_list: VoucherPayoutList) -> "list[User]":
    """Return who at Finance pays claims of a list; all of them if nobody does: the list tells them why."""
    finance = list(people_for_city(Role.FINANCE_OFFICER))
    return [one for one in finance if lists_to_pay(one).filter(pk=payout_list.pk).exists()] or finance


def get_payout_list(viewer: "Viewer", public_id: str) -> VoucherPayoutList:
    """Return a payout list that the viewer may see. Raises NotFound."""
    return require_found(payout_lists(viewer).filter(public_id=public_id).first())


def is_payout_reference(number: str) -> bool:
    """Return whether the bank's number of a transfer stands on a payout or on what came back."""
    return any(
        model._default_manager.filter(bank_reference=number).exists()
        for model in (VoucherPayout, VoucherReversal)
    )


def find_list_paper(code: str) -> IssuedPaper | None:
    """Return what everybody may compare of the list with a printed code: no names, no accounts."""
    found = VoucherPayoutList.objects.filter(public_id=get_list_id(code)).select_related("scheme").first()
    if found is None:
        return None
    scheme = found.scheme
    facts = (
        (gettext_noop("Scheme"), Bilingual(scheme.name_zh, scheme.name_en)),
        (gettext_noop("Batch and number of the list"), f"{scheme.batch} / {found.number}"),
        (gettext_noop("Made"), found.made_at),
        (gettext_noop("Number of claims"), found.rows.count()),
        (gettext_noop("Total"), found.total_yuan),
    )
    return IssuedPaper(code, gettext_noop("Payout list of vouchers"), facts)


def payout_rows(payout_list: VoucherPayoutList) -> QuerySet[VoucherPayoutRow]:
    """Return the rows of a list in their order, with `made` payouts and whether it `is_paid`."""
    made = VoucherPayout.objects.select_related("reversal", "payee_account", "recorded_by").order_by("number")
    return (
        VoucherPayoutRow.objects.filter(payout_list=payout_list)
        .select_related("claim__grant__organization", "claim__seller", "claim__statement")
        .select_related("claim__checked_by", "claim__audited_by")
        .prefetch_related(Prefetch("payouts", made, to_attr="made"))
        .annotate(is_paid=Exists(_IN_FORCE_OF_ROW))
        .order_by("position")
    )


def rows_of_others(viewer: "Viewer", payout_list: VoucherPayoutList) -> frozenset[int]:
    """Return the keys of the rows of a list whose payout somebody else than the viewer records."""
    rows = VoucherPayoutRow.objects.filter(get_involvement(viewer), payout_list=payout_list)
    return frozenset(rows.values_list("pk", flat=True))


def get_payout_reasons(rows: Iterable[VoucherPayoutRow]) -> dict[str, str]:
    """Return why payouts of `payout_rows` went to an account that had been replaced, by their public id."""
    made = [payout.public_id for row in rows for payout in vars(row)["made"]]
    return get_account_reasons(VoucherPayout, made)


def get_row(payout_list: VoucherPayoutList, claim_id: str) -> VoucherPayoutRow:
    """Return the row of a claim (public id) on a list. Raises NotFound."""
    return require_found(payout_rows(payout_list).filter(claim__public_id=claim_id).first())


def row_lock(row_id: int) -> VoucherPayoutRow:
    """Return a row with its claim and list, locked until the transaction ends. Raises NotFound."""
    return require_found(
        VoucherPayoutRow.objects.select_for_update(of=("self",))
        .select_related("payout_list", "claim__grant__organization")
        .filter(pk=row_id)
        .first()
    )


def payout_lock(payout_id: int) -> VoucherPayout:
    """Return a payout with its row, locked until the transaction ends. Raises NotFound."""
    return require_found(
        VoucherPayout.objects.select_for_update(of=("self",))
        .select_related("row__payout_list", "row__claim__grant__organization")
        .filter(pk=payout_id)
        .first()
    )


def get_payout(payout_list: VoucherPayoutList, public_id: str) -> VoucherPayout:
    """Return a payout of a list with its row, also one that came back. Raises NotFound."""
    found = VoucherPayout.objects.select_related("row").filter(row__payout_list=payout_list)
    return require_found(found.filter(public_id=public_id).first())


def get_payout_in_force(row: VoucherPayoutRow) -> VoucherPayout | None:
    """Return the payout of a row that did not come back, or None."""
    return row.payouts.filter(reversal__isnull=True).first()


def get_payouts_of_claim(claim: VoucherClaim) -> list[VoucherPayout]:
    """Return what was paid of a claim with what came back, the first payout first; the caller may see it."""
    found = VoucherPayout.objects.filter(row__claim=claim).select_related("reversal", "payee_account")
    return list(found.order_by("number"))
