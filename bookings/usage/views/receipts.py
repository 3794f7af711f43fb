"""Receipts of uses: the file, and the public page that verifies one."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from bookings.usage.forms.receipts import RECEIPT_AT_MOST, ReceiptForm
from bookings.usage.selectors.receipts import examine_receipt, get_usage_receipt
from bookings.usage.selectors.usage import get_usage_log
from instrument_share.transparency.domain.receipts import FORMAT
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.signed_in import SignedInRequest


@login_required
@require_safe
def usage_receipt(request: SignedInRequest, public_id: str, number: int) -> HttpResponse:
    """Send the receipt of an entry of a use."""
    log = get_usage_log(request.user, public_id)
    receipt = get_usage_receipt(log, number, clock.now())
    content = json.dumps(receipt, ensure_ascii=False, indent=1) + "\n"
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{public_id}-{number}.json"'
    return response


@counts_as("verify")
@require_http_methods(["GET", "HEAD", "POST"])
def verify_receipt(request: HttpRequest) -> HttpResponse:
    """Verify a receipt that somebody has, without a login."""
    form = ReceiptForm(request.POST, request.FILES) if request.method == "POST" else ReceiptForm()
    return _examine(request, form) if form.is_bound else _answer(request, form)


def is_receipt(content: bytes) -> bool:
    """Return whether a file that somebody wants verified is a receipt, and not a paper."""
    is_small = len(content) <= RECEIPT_AT_MOST
    return is_small and content.lstrip().startswith(b"{") and FORMAT.encode() in content


def answer_receipt(request: HttpRequest, content: bytes) -> HttpResponse:
    """Answer what a receipt proves that was given on the page for papers."""
    return _examine(request, ReceiptForm({"text": content.decode("utf-8", "replace")}))


def _examine(request: HttpRequest, form: ReceiptForm) -> HttpResponse:
    if not form.is_valid():
        return _answer(request, form, status=422)
    return _answer(request, ReceiptForm(), answer=examine_receipt(form.receipt))


def _answer(request: HttpRequest, form: ReceiptForm, *, status: int = 200, **found: object) -> HttpResponse:
    return render(request, "bookings/usage/verify_receipt.html", {"form": form, **found}, status=status)
