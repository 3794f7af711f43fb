"""A voucher with its balance, claims on it, and what the bureau says of them."""

from typing import TYPE_CHECKING

import rules
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only, moment, yuan
from rewards.cycle.selectors.browsing import viewable_log_ids
from rewards.findings.selectors.findings import findings_invalidating
from rewards.payments.selectors.accounts import get_accounts
from rewards.vouchers.domain.choices import MOVES, OPEN_STAGES, ClaimState, get_next_state
from rewards.vouchers.forms import ClaimForm
from rewards.vouchers.selectors.claims import (
    claim_uses,
    claims,
    find_waiting_claims,
    get_claim,
    get_offer,
    get_uses_of,
    offered_statements,
)
from rewards.vouchers.selectors.payouts import get_payouts_of_claim
from rewards.vouchers.selectors.vouchers import get_balances, get_file, get_grant
from rewards.vouchers.services.claiming import (
    find_hindrance,
    require_approvable,
    require_offered,
    voucher_claim,
    voucher_claim_audit,
    voucher_claim_check,
    voucher_claim_refuse,
)
from rewards.vouchers.views.granting import send_file
from rewards.vouchers.views.lists import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bookings.public import BilledUse
    from rewards.vouchers.models import VoucherClaim, VoucherUse

PER_PAGE = 30
PERMISSIONS = {
    "check": "rewards.decide_voucher",
    "audit": "rewards.audit_voucher",
    "refuse": "rewards.audit_voucher",
}


@login_required
@require_safe
def voucher(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a voucher: what is left, until when, its claims, and statements to claim against."""
    found = get_grant(request.user, public_id)
    today = clock.now().astimezone(CITY_TIME).date()
    may_claim = rules.has_perm("rewards.claim_voucher", request.user, found)
    account = get_accounts([found.organization_id]).get(found.organization_id)
    context = {
        "grant": found,
        "left": get_balances([found])[found.pk],
        "is_valid": found.scheme.terms.takes_claims(today),
        "may_claim": may_claim,
        "claims": cursor.page(
            claims(request.user).filter(grant=found),
            ordering=("-id",),
            cursor=request.GET.get("claims"),
            limit=PER_PAGE,
        ),
        "claim_heads": CLAIMS.plain_heads,
        "offered": offered_statements(found, today) if may_claim else [],
        "lacks_account": may_claim and (account is None or account.checked_at is None),
        "may_see_account": rules.has_perm("rewards.see_account", request.user, found),
    }
    return render(request, "rewards/vouchers/voucher.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def claim_new(request: SignedInRequest, public_id: str, statement_id: str) -> HttpResponse:
    """Claim on a voucher against a statement.

    Raises VoucherExpired, RelatedUnit, ClaimedAlready, NothingClaimable.
    """
    grant, now = get_grant(request.user, public_id), clock.now()
    require(request.user, "rewards.claim_voucher", grant)
    today = now.astimezone(CITY_TIME).date()
    # What is sent is refused by the service, and the form keeps what was entered.
    is_sent = request.method == "POST"
    offer = get_offer(grant, statement_id) if is_sent else require_offered(grant, statement_id, today)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None,)
    form = ClaimForm(*posted, amount=offer.claimable.amount_yuan, today=today)
    return answer_form(
        request,
        form,
        save=lambda: voucher_claim(
            actor=request.user,
            grant_id=grant.pk,
            statement_id=offer.statement.pk,
            now=now,
            **form.claimed,
        ),
        respond=lambda made: redirect_with_message(
            request,
            _("The claim is sent. You will be notified of the decision."),
            reverse("voucher_claim", args=[made.public_id]),
        ),
        template="rewards/vouchers/claim_new.html",
        context=lambda: {
            "form": form,
            "grant": grant,
            "offer": offer,
            **_list_uses(request, get_uses_of(offer.statement, grant.scheme.terms)),
        },
    )


@login_required
@require_safe
def claim(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a claim with its uses, files, decisions and payouts."""
    found = get_claim(request.user, public_id)
    oversees = rules.has_perm("rewards.see_vouchers", request.user)
    is_open = found.stage in OPEN_STAGES  # type: ignore[attr-defined]
    hindrance = find_hindrance(request.user, found, clock.now()) if oversees and is_open else None
    waiting = find_waiting_claims([found] if is_open else [])
    uses = list(claim_uses(found))
    logs = [use.log.public_id for use in uses]
    context = {
        "claim": found,
        "invalidated": findings_invalidating(request.user, found.seller_id, logs) if oversees else [],
        "waits_for_bill": found.pk in waiting.for_bill,
        "waits_for_agreement": found.pk in waiting.for_agreement,
        **_list_uses(request, uses),
        "files": [
            (one.name, reverse("voucher_claim_file", args=[public_id, one.sha256]))
            for one in found.files.order_by("id")
        ],
        "steps": _steps(found),
        "moves": get_possible_moves(request, found, is_approvable=hindrance is None),
        "oversees": oversees,
        "hindrance": told(hindrance.message, hindrance.params) if hindrance else "",
        "payouts": get_payouts_of_claim(found),
    }
    return render(request, "rewards/vouchers/claim.html", context)


def _list_uses(
    request: SignedInRequest, uses: "Iterable[BilledUse | VoucherUse]"
) -> "dict[str, list[BilledUse | VoucherUse] | frozenset[str]]":
    """Return the uses that a claim covers, and the ids of the logs that the viewer may open from there."""
    listed = list(uses)
    return {
        "uses": listed,
        "opens": viewable_log_ids(request.user, [use.log.public_id for use in listed]),
    }


def get_possible_moves(request: SignedInRequest, found: "VoucherClaim", *, is_approvable: bool) -> set[str]:
    """Return what the viewer may do with the claim now: only refuse it where something hinders the rest."""
    moves = {
        move
        for move in MOVES.get(found.stage, {})  # type: ignore[attr-defined]
        if rules.has_perm(PERMISSIONS[move], request.user, found.grant)
    }
    return moves if is_approvable else moves & {"refuse"}


def _steps(found: "VoucherClaim") -> "list[tuple[str, str, str]]":
    stage = found.stage  # type: ignore[attr-defined]
    names = (
        pgettext("voucher", "Sent"),
        pgettext("voucher", "Checked"),
        _("Audited"),
        _("With Finance"),
        pgettext("voucher", "Paid"),
    )
    reached = {
        ClaimState.SUBMITTED: 1,
        ClaimState.CHECKED: 2,
        ClaimState.AUDITED: 3,
        ClaimState.LISTED: 4,
        ClaimState.PAID: 5,
        ClaimState.REFUSED: 1 + (found.checked_at is not None) + (found.audited_at is not None),
    }[stage]
    at = (found.submitted_at, found.checked_at, found.audited_at, None, None)
    waits = "next" if stage == ClaimState.REFUSED else "now"
    return [
        (
            name,
            "done" if number < reached else waits if number == reached else "next",
            moment(when) if when else "",
        )
        for number, (name, when) in enumerate(zip(names, at, strict=True))
    ]


@login_required
@require_safe
def claim_file(request: SignedInRequest, public_id: str, sha256: str) -> FileResponse:
    """Serve a file of a claim, to be saved."""
    return send_file(get_file(get_claim(request.user, public_id), sha256))


def _claim_for(request: SignedInRequest, public_id: str, move: str) -> "VoucherClaim":
    """Return the claim if the viewer may do this now.

    What is sent is refused by the service, so that the form comes back with what was typed.
    Raises NotFound, Forbidden, IllegalMove, AuditedBySame, RelatedSince, UsesChanged.
    """
    found = get_claim(request.user, public_id)
    require(request.user, PERMISSIONS[move], found.grant)
    if request.method == "POST":
        return found
    get_next_state(found.stage, move)  # type: ignore[attr-defined]
    if move != "refuse":
        require_approvable(request.user, found, clock.now())
    return found


def _describe(found: "VoucherClaim") -> str:
    return _("{organization} claims {amount}, invoice {invoice}.").format(
        organization=bilingual(found.grant.organization, "name"),
        amount=yuan(found.amount_yuan),
        invoice=found.invoice_number,
    )


@confirmation_view
def claim_check(request: SignedInRequest, public_id: str) -> Confirmation:
    """Check a claim."""
    found = _claim_for(request, public_id, "check")
    return Confirmation(
        heading=_("Is the claim right?"),
        consequences=[
            _describe(found),
            _("You have compared the invoice and the proof of payment with the uses."),
            _("Another person audits it; then it can go onto a payout list."),
        ],
        action=_("I have compared it and it is correct"),
        perform=lambda: voucher_claim_check(actor=request.user, claim_id=found.pk, now=clock.now()),
        success=_("The claim is checked. It waits for another person’s audit."),
        back_address=reverse("voucher_claim", args=[public_id]),
    )


@confirmation_view
def claim_audit(request: SignedInRequest, public_id: str) -> Confirmation:
    """Audit a claim."""
    found = _claim_for(request, public_id, "audit")
    waits = found in find_waiting_claims([found])
    return Confirmation(
        heading=_("Approve the claim?"),
        consequences=[
            _describe(found),
            _("{name} has checked it.").format(name=found.checked_by.name if found.checked_by else ""),
            _(
                "It goes onto a payout list once its statement is paid or confirmed again and corrections "
                "are billed; from then on it can’t be refused any more."
            )
            if waits
            else _("It goes onto the next payout list; from then on it can’t be refused any more."),
        ],
        action=_("Approve the claim"),
        perform=lambda: voucher_claim_audit(actor=request.user, claim_id=found.pk, now=clock.now()),
        success=_("The claim is approved. The organization has been notified."),
        back_address=reverse("voucher_claim", args=[public_id]),
    )


@confirmation_view
def claim_refuse(request: SignedInRequest, public_id: str) -> Confirmation:
    """Refuse a claim."""
    found = _claim_for(request, public_id, "refuse")
    terms, today = found.grant.scheme.terms, clock.now().astimezone(CITY_TIME).date()
    form = ReasonForm(
        request.POST if request.method == "POST" else None, help_text=_("The organization can read it.")
    )
    return Confirmation(
        heading=_("Refuse the claim?"),
        consequences=[
            _describe(found),
            _("Its hours, its invoice and its part of the voucher are free for another claim.")
            if terms.takes_claims(today)
            else _("Claims were taken through {last}: the organization can make no other one.").format(
                last=date_only(terms.claim_until)
            ),
        ],
        action=_("Refuse the claim"),
        perform=lambda: voucher_claim_refuse(
            actor=request.user, claim_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The claim is refused. The organization has been notified."),
        back_address=reverse("voucher_claim", args=[public_id]),
        form=form,
        tone="danger",
    )
