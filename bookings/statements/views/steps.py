"""Pages that ask before something is done with statements."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.statements.domain.billing import require_owed, to_fen
from bookings.statements.domain.states import StatementState, get_next_state
from bookings.statements.forms import MonthForm, PaymentForm, SendingForm
from bookings.statements.selectors.accounts import get_present_account
from bookings.statements.selectors.statements import (
    drafts_to_send,
    get_payment,
    get_statement,
    require_lines,
    statements_of_unit,
)
from bookings.statements.services.drafting import Drafted, statements_draft
from bookings.statements.services.payments import statement_payment_record, statement_payment_reverse
from bookings.statements.services.statements import (
    get_due_date,
    statement_answer,
    statement_confirm,
    statement_dispute,
    statement_send,
    statements_send,
)
from bookings.statements.views.statement_list import get_payer_name
from bookings.statements.views.statements import PERMISSIONS, get_managed_unit
from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only, yuan

if TYPE_CHECKING:
    from decimal import Decimal

    from bookings.statements.domain.billing import Billable
    from bookings.statements.models import Statement, StatementAccount


def _statement_for(request: SignedInRequest, public_id: str, move: str) -> "Statement":
    """Return the statement if the viewer may do this now. Raises NotFound, Forbidden, IllegalMove.

    What is sent is refused by the service, so that the form comes back with what was typed.
    """
    found = get_statement(request.user, public_id)
    require(request.user, PERMISSIONS[move], found)
    if request.method != "POST":
        get_next_state(found.state, move)
    return found


@confirmation_view
def statements_draft_month(request: SignedInRequest, organization_id: str) -> Confirmation:
    """Draft the statements of a month."""
    unit = get_managed_unit(request.user, organization_id)
    now = clock.now()
    form = MonthForm(
        request.POST if request.method == "POST" else None, today=now.astimezone(CITY_TIME).date()
    )
    address = reverse("unit_statements", args=[organization_id])
    done: list[Drafted] = []

    def draft() -> None:
        month = form.cleaned_data["month"]
        done.append(statements_draft(actor=request.user, organization_id=unit.pk, month=month, now=now))

    return Confirmation(
        heading=_("Draft statements"),
        consequences=[
            _("One draft per payer, with the confirmed uses of the month that are not billed yet."),
            _("Charges for late cancellations and no-shows are added once the booked time is over."),
            _("Corrections of uses billed earlier are added as differences."),
            _("What is new for a payer whose statement of the month was sent goes onto their next one."),
            *_what_is_settled_elsewhere(),
            _("Payers see a statement only once you send it."),
        ],
        action=pgettext("statement", "Draft"),
        perform=draft,
        success=lambda: _describe_drafted(*done[0]),
        back_address=address,
        next_address=f"{address}?state=draft",
        form=form,
    )


def _describe_drafted(drafts: "list[Statement]", waiting: "list[Billable]") -> str:
    if waiting and not drafts:
        return _(
            "What is left of that month goes onto the next statements: those of its payers for that month "
            "were sent."
        )
    if not drafts:
        return _("Nothing of that month is left to bill; the drafts are as they were.")
    sentence = ngettext(
        "%(count)s draft is ready. Check it, then send it.",
        "%(count)s drafts are ready. Check them, then send them.",
        len(drafts),
    )
    return sentence % {"count": len(drafts)}


def _what_is_settled_elsewhere() -> list[str]:
    since = settings.STATEMENTS_SINCE
    return [_("Uses and charges before {day} are not billed.").format(day=date_only(since))] if since else []


@confirmation_view
def statements_send_all(request: SignedInRequest, organization_id: str) -> Confirmation:
    """Send all drafts of a unit."""
    unit = get_managed_unit(request.user, organization_id)
    address = reverse("unit_statements", args=[organization_id])
    drafts = drafts_to_send(statements_of_unit(request.user, unit.pk))
    found, account = list(drafts.order_by("month", "number")), get_present_account(unit.pk)
    form = SendingForm(request.POST if request.method == "POST" else None, drafts=found, account=account)
    sent: list[Statement] = []
    return Confirmation(
        heading=_("Send all drafts?"),
        consequences=[
            *(_describe(one) for one in found),
            *_describe_account(account),
            _after_sending(),
            _("Every payer is notified here and by mail."),
            *filter(None, map(_describe_suspension, found)),
        ],
        action=pgettext("statement", "Send"),
        perform=lambda: sent.extend(
            statements_send(actor=request.user, organization_id=unit.pk, now=clock.now(), **form.cleaned_data)
        ),
        success=lambda: (
            ngettext("%(count)s statement is sent.", "%(count)s statements are sent.", len(sent))
            % {"count": len(sent)}
        ),
        back_address=address,
        next_address=f"{address}?state=sent",
        form=form,
        template="bookings/statements/send.html",
        extra_context={"account": account, "unit": unit},
    )


def _describe(statement: "Statement") -> str:
    payer = get_payer_name(statement.payer_organization or statement.payer_person)
    return _("{number}, {payer}: {amount}").format(
        number=statement, payer=payer, amount=yuan(statement.total_yuan)
    )


def _describe_suspension(statement: "Statement") -> str:
    """Return that nobody is notified where the payer is suspended, else nothing."""
    payer = statement.payer_organization
    if payer is None or payer.state != OrganizationState.SUSPENDED:
        return ""
    return _(
        "{payer} is suspended: nobody there is notified, or can open the statement until it is reinstated. "
        "Its term begins then."
    ).format(payer=get_payer_name(payer))


def _describe_account(account: "StatementAccount | None") -> list[str]:
    """Return which account is named by what is sent now; without one the page says so with a link."""
    return [] if account is None else [_("Account to pay to: {account}").format(account=account)]


def _after_sending() -> str:
    return _("A sent statement cannot be changed; later corrections go onto the next one.")


@confirmation_view
def statement_sending(request: SignedInRequest, public_id: str) -> Confirmation:
    """Send a draft."""
    found = _statement_for(request, public_id, "send")
    require_lines(found)
    account = get_present_account(found.organization_id)
    form = SendingForm(request.POST if request.method == "POST" else None, drafts=[found], account=account)
    payer = get_payer_name(found.payer_organization or found.payer_person)
    return Confirmation(
        heading=_("Send the statement to {payer}?").format(payer=payer),
        consequences=[
            _("Amount: {amount}").format(amount=yuan(found.total_yuan)),
            *_describe_account(account),
            _after_sending(),
            _describe_suspension(found) or _("{payer} is notified here and by mail.").format(payer=payer),
        ],
        action=pgettext("statement", "Send"),
        perform=lambda: statement_send(
            actor=request.user, statement_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The statement is sent. You will be notified when it is confirmed or disputed."),
        back_address=_address(found),
        form=form,
        template="bookings/statements/send.html",
        extra_context={"account": account, "unit": found.organization},
    )


@confirmation_view
def statement_confirming(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm a statement."""
    found = _statement_for(request, public_id, "confirm")
    unit = bilingual(found.organization, "name")
    return Confirmation(
        heading=_("Confirm the statement?"),
        consequences=_describe_confirming(found.total_yuan, unit),
        action=_("Confirm"),
        perform=lambda: statement_confirm(actor=request.user, statement_id=found.pk, now=clock.now()),
        success=_("The statement is confirmed. {unit} has been notified.").format(unit=unit),
        back_address=_address(found),
    )


def _describe_confirming(total: "Decimal", unit: str) -> list[str]:
    if total > 0:
        return [
            _("You confirm that {amount} is owed to {unit}.").format(amount=yuan(total), unit=unit),
            _("Payment is by bank transfer; the unit records it when it arrives."),
        ]
    if total < 0:
        return [
            _("You confirm that {unit} gives back {amount}.").format(amount=yuan(-total), unit=unit),
            _("The unit pays it back by bank transfer and records that."),
        ]
    return [_("You confirm that nothing is owed. That settles the statement.")]


@confirmation_view
def statement_disputing(request: SignedInRequest, public_id: str) -> Confirmation:
    """Question a statement."""
    found = _statement_for(request, public_id, "dispute")
    unit = bilingual(found.organization, "name")
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_("Name the lines that are wrong. {unit} can read this.").format(unit=unit),
    )
    return Confirmation(
        heading=_("Dispute the statement"),
        consequences=[_("No reminders are sent until {unit} has answered.").format(unit=unit)],
        action=_("Send the dispute"),
        perform=lambda: statement_dispute(
            actor=request.user, statement_id=found.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The dispute is sent. You will be notified of the answer."),
        back_address=_address(found),
        form=form,
    )


@confirmation_view
def statement_answering(request: SignedInRequest, public_id: str) -> Confirmation:
    """Answer a question about a statement."""
    found = _statement_for(request, public_id, "answer")
    payer = get_payer_name(found.payer_organization or found.payer_person)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_("{payer} can read this.").format(payer=payer),
    )
    form.fields["reason"].label = pgettext("disagreement", "Answer")
    return Confirmation(
        heading=_("Answer the dispute"),
        consequences=[
            _("{payer} can then confirm the statement or dispute it again.").format(payer=payer),
            *_tell_of_new_term(found),
            _("If a usage log is wrong, correct it: the difference goes onto the next statement."),
        ],
        action=_("Send the answer"),
        perform=lambda: statement_answer(
            actor=request.user, statement_id=found.pk, text=form.cleaned_data["reason"], now=clock.now()
        ),
        success=_("The answer is sent."),
        back_address=_address(found),
        form=form,
    )


def _tell_of_new_term(statement: "Statement") -> list[str]:
    if statement.total_yuan <= 0:
        return []
    due = date_only(get_due_date(clock.now()))
    return [_("A new term begins: the statement is then due by {date}.").format(date=due)]


@confirmation_view
def statement_payment_new(request: SignedInRequest, public_id: str) -> Confirmation:
    """Record a payment. Raises NothingOwed."""
    found = _statement_for(request, public_id, "pay")
    now = clock.now()
    owed = to_fen(found.owed_yuan)  # type: ignore[attr-defined]
    if request.method != "POST":
        require_owed(owed)
    form = PaymentForm(
        request.POST if request.method == "POST" else None, owed=owed, today=now.astimezone(CITY_TIME).date()
    )
    return Confirmation(
        heading=_("Record a payment"),
        consequences=[
            _("{owed} of {amount} is outstanding.").format(owed=yuan(owed), amount=yuan(found.total_yuan)),
            _("A recorded payment cannot be changed. The statement is settled once nothing is outstanding."),
        ],
        action=pgettext("statement", "Record the payment"),
        perform=lambda: statement_payment_record(
            actor=request.user, statement_id=found.pk, now=now, **form.cleaned_data
        ),
        success=lambda: _("The payment of {amount} is recorded.").format(
            amount=yuan(form.cleaned_data["amount_yuan"])
        ),
        back_address=_address(found),
        form=form,
    )


@confirmation_view
def statement_payment_reversing(request: SignedInRequest, public_id: str, payment_id: str) -> Confirmation:
    """Take back a payment that was recorded by mistake."""
    found = _statement_for(request, public_id, "reverse")
    payment = get_payment(found, payment_id)
    payer = get_payer_name(found.payer_organization or found.payer_person)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_("Say what was recorded by mistake. {payer} can read this.").format(payer=payer),
    )
    return Confirmation(
        heading=_("Reverse the payment of {amount}?").format(amount=yuan(payment.amount_yuan)),
        consequences=[
            _("The amount is outstanding again; a settled statement is reopened."),
            *_tell_of_claims(found),
            _("The payment and its reversal both stay visible. The voucher can be recorded again."),
        ],
        action=pgettext("statement", "Reverse the payment"),
        perform=lambda: statement_payment_reverse(
            actor=request.user, payment_id=payment.pk, now=clock.now(), **form.cleaned_data
        ),
        success=_("The payment is reversed. {payer} has been notified.").format(payer=payer),
        back_address=_address(found),
        form=form,
    )


def _tell_of_claims(statement: "Statement") -> list[str]:
    """Return what follows for claims on vouchers: its payer agreed to the statement by paying it only."""
    if statement.state != StatementState.SETTLED or statement.confirmed_at is not None:
        return []
    return [
        _(
            "No claim on an innovation voucher against it goes onto a payout list until it is paid or "
            "confirmed again; one that stands on a list already is paid."
        )
    ]


def _address(found: "Statement") -> str:
    return reverse("statement", args=[found.public_id])
