"""Applications, vouchers and claims as tables for other programs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from instrument_share.web.responses.exports import csv_response
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import label
from rewards.vouchers.domain.choices import ApplicationState, ClaimState
from rewards.vouchers.selectors.vouchers import get_balances

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rewards.vouchers.models import VoucherApplication, VoucherClaim, VoucherGrant, VoucherScheme

    Rows = Iterator[list[Any]]

BATCH_SIZE = 500


def export_applications(found: "QuerySet[VoucherApplication]") -> HttpResponseBase:
    """Send applications as CSV."""
    return _export("applications", _application_heads(), _application_rows(found))


def export_grants(found: "QuerySet[VoucherGrant]") -> HttpResponseBase:
    """Send vouchers with what is left of each as CSV."""
    return _export("grants", _grant_heads(), _grant_rows(found))


def export_claims(found: "QuerySet[VoucherClaim]") -> HttpResponseBase:
    """Send claims as CSV."""
    return _export("claims", _claim_heads(), _claim_rows(found))


def _export(what: str, heads: list[str], rows: "Rows") -> HttpResponseBase:
    return csv_response(f"vouchers-{what}", [*_of_whom_heads(), *heads], rows)


def _of_whom_heads() -> list[str]:
    return [_("Number"), _("Organization"), _("USCC"), _("Scheme"), pgettext("voucher", "Batch")]


def _of_whom(public_id: str, organization: Any, scheme: "VoucherScheme") -> list[Any]:
    names = (bilingual(organization, "name"), organization.uscc, bilingual(scheme, "name"))
    return [public_id, *names, scheme.batch]


def _application_heads() -> list[str]:
    return [
        _("Amount in yuan"),
        pgettext("voucher", "Sent"),
        _("State"),
        pgettext("voucher", "Decided"),
        _("Reason"),
    ]


def _application_rows(found: "QuerySet[VoucherApplication]") -> "Rows":
    for one in found.iterator(BATCH_SIZE):
        yield [
            *_of_whom(one.public_id, one.organization, one.scheme),
            one.amount_yuan,
            one.submitted_at,
            label("voucher_application", ApplicationState(one.state)).text,
            one.decided_at,
            one.reason,
        ]


def _grant_heads() -> list[str]:
    return [
        _("Granted in yuan"),
        _("Balance in yuan"),
        pgettext("voucher", "Granted"),
        pgettext("voucher", "Valid through"),
        _("Claims through"),
    ]


def _grant_rows(found: "QuerySet[VoucherGrant]") -> "Rows":
    rows = list(found)
    balances = get_balances(rows)
    for one in rows:
        yield [
            *_of_whom(one.public_id, one.organization, one.scheme),
            one.amount_yuan,
            balances[one.pk],
            one.granted_at,
            one.scheme.use_until,
            one.scheme.terms.claim_until,
        ]


def _claim_heads() -> list[str]:
    return [
        _("Voucher"),
        _("Statement"),
        _("Unit"),
        _("Invoice number"),
        _("Invoice date"),
        _("Cost of the uses in yuan"),
        _("Amount in yuan"),
        pgettext("voucher", "Sent"),
        _("State"),
        _("Reason"),
    ]


def _claim_rows(found: "QuerySet[VoucherClaim]") -> "Rows":
    for one in found.iterator(BATCH_SIZE):
        yield [
            *_of_whom(one.public_id, one.grant.organization, one.grant.scheme),
            one.grant.public_id,
            one.statement.public_id,
            bilingual(one.seller, "name"),
            one.invoice_number,
            one.invoice_date,
            one.basis_yuan,
            one.amount_yuan,
            one.submitted_at,
            label("voucher_claim", ClaimState(one.stage)).text,  # type: ignore[attr-defined]
            one.reason,
        ]
