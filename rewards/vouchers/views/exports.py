"""Applications, vouchers and claims as tables for other programs."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from instrument_share.kernel.errors import require_found
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import label
from rewards.vouchers.domain.choices import ApplicationState, ClaimState
from rewards.vouchers.selectors.claims import claims
from rewards.vouchers.selectors.vouchers import applications, get_balances, grants

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from rewards.vouchers.models import VoucherScheme

    Rows = Iterator[list[Any]]

BATCH_SIZE = 500


def export(viewer: "Viewer", what: str) -> HttpResponseBase:
    """Send all that the viewer sees of `what`. Raises NotFound where there is no such list."""
    heads, rows = require_found(EXPORTS.get(what))
    return csv_response(f"vouchers-{what}", [*_of_whom_heads(), *heads()], rows(viewer))


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


def _application_rows(viewer: "Viewer") -> "Rows":
    for one in applications(viewer).iterator(BATCH_SIZE):
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
    ]


def _grant_rows(viewer: "Viewer") -> "Rows":
    rows = list(grants(viewer))
    balances = get_balances(rows)
    for one in rows:
        yield [
            *_of_whom(one.public_id, one.organization, one.scheme),
            one.amount_yuan,
            balances[one.pk],
            one.granted_at,
            one.scheme.use_until,
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


def _claim_rows(viewer: "Viewer") -> "Rows":
    for one in claims(viewer).iterator(BATCH_SIZE):
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


EXPORTS: "Mapping[str, tuple[Callable[[], list[str]], Callable[[Viewer], Rows]]]" = {
    "applications": (_application_heads, _application_rows),
    "grants": (_grant_heads, _grant_rows),
    "claims": (_claim_heads, _claim_rows),
}
