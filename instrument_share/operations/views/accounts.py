"""Accounts: the list, one account, and what an administrator does to it."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import AccountState
from instrument_share.kernel.errors import require_found
from instrument_share.operations.forms import AccountFilterForm
from instrument_share.operations.selectors.details import FACTORS
from instrument_share.operations.selectors.journal import NEWEST_FIRST, entries_of_account
from instrument_share.operations.selectors.journal_rows import describe_entries
from instrument_share.operations.views.tabs import build_system_tabs
from instrument_share.personal.selectors import get_open_deletion
from instrument_share.personal.services.disclosures import people_disclosed
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.lists.tables import ListColumn, ListTable, get_address
from instrument_share.web.login.adapter import send_password_reset
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import ROLES

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import SecondFactorReset, User

PER_PAGE = 50
BATCH_SIZE = 500
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("Name"), "name"),
        ListColumn(gettext_lazy("User name"), "username"),
        ListColumn(gettext_lazy("Email"), "email"),
        ListColumn(gettext_lazy("Roles")),
        ListColumn(gettext_lazy("Last login"), "login", "logged_in_at", is_descending=True),
        ListColumn(gettext_lazy("State")),
    ),
    ordering=("name", "id"),
    first="name",
)
LAST_ENTRIES = 10


@login_required
@require_safe
def accounts(request: SignedInRequest) -> HttpResponseBase:
    """List accounts: `?q=` searches, `?state=` and `?role=` narrow, `?format=csv` exports what is found."""
    require(request.user, "accounts.maintain_accounts")
    form, state = AccountFilterForm(request), request.GET.get("state", "")
    found = selectors.accounts(request.user, text=form.get("q"), state=state, role=form.get("role"))
    ordering = TABLE.get_ordering(request)
    if request.GET.get("format") == "csv":
        return _export(request.user, found.order_by(*ordering))
    page = cursor.page(found, ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE)
    people_disclosed(actor=request.user, what="accounts.list", count=len(page.items), now=clock.now())
    chips = [
        (word, get_address(request, state="" if one == state else one), one == state)
        for one, word in get_state_words().items()
    ]
    context = {
        "tabs": build_system_tabs("system_accounts"),
        "page": page,
        "heads": TABLE.build_heads(request),
        "form": form,
        "chips": chips,
    }
    return render(request, "operations/accounts.html", context)


def get_state_words() -> dict[AccountState, str]:
    """Return the states of accounts in words."""
    return {
        AccountState.OPEN: _("In use"),
        AccountState.LOCKED: _("Locked"),
        AccountState.UNUSED: _("Never logged in"),
    }


def _export(viewer: "User", found: "QuerySet[User]") -> HttpResponseBase:
    heads = [
        _("Number"),
        _("Name"),
        _("User name"),
        _("Email"),
        _("Roles"),
        _("Last login"),
        _("State"),
    ]
    people_disclosed(actor=viewer, what="accounts.export", count=found.count(), now=clock.now())
    words = get_state_words()
    return csv_response("accounts", heads, (_to_row(one, words) for one in found.iterator(BATCH_SIZE)))


def _to_row(one: "User", words: dict[AccountState, str]) -> list[Any]:
    roles = (
        f"{bilingual(held.organization, 'name')} {ROLES[Role(held.role)]}"
        for held in one.active_memberships  # type: ignore[attr-defined]
    )
    state = selectors.get_account_state(one)
    names = [one.public_id, one.name, one.username, one.email]
    return [*names, " / ".join(roles), one.last_login, words[state]]


@login_required
@require_safe
def account(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show one account: roles, sessions, tokens and what was done lately."""
    found = _account(request, public_id)
    entries = entries_of_account(request.user, found).order_by(*NEWEST_FIRST)[:LAST_ENTRIES]
    now = clock.now()
    access = selectors.account_access(found, now)
    context = {
        "account": found,
        "lockouts": [one for one in selectors.lockouts(request.user, now) if one.user == found],
        "access": access,
        "feeds": bookings.count_feeds(found),
        "has_feeds": bookings.has_feeds(found),
        "factors": list(dict.fromkeys(FACTORS[kind] for kind in access.factors)),
        "resets": [one for one in selectors.second_factor_resets(request.user, now) if one.user == found],
        "can_be_agreed": selectors.second_factor_deciders(request.user, found).exists(),
        "rows": describe_entries(request.user, list(entries)),
        "is_oneself": found.pk == request.user.pk,
    }
    return render(request, "operations/account.html", context)


@confirmation_view
def account_lock(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm locking an account, with the reason that the person reads."""
    found = _account(request, public_id)
    form = ReasonForm(request.POST or None, help_text=_("The person can read it at login."))
    has_reset = _has_reset(request, found)
    return Confirmation(
        **_common(found),
        heading=_("Lock the account of {name}?").format(name=found.get_full_name()),
        consequences=[
            _ended_sentence(found),
            *_describe_keys(found),
            *_describe_left_alone(found),
            *_describe_bookings(found),
            *([_("The request to remove its second factors is refused.")] if has_reset else []),
            *([_("The request to delete the account is stopped.")] if get_open_deletion(found) else []),
            _("Roles and hours stay as they are; mails of the platform are no longer sent to it."),
            _("At login the person is shown the reason and whom to ask."),
        ],
        action=_("Lock the account"),
        perform=lambda: services.account_lock(**_act(request, found), **form.cleaned_data),
        success=_("The account of {name} is locked.").format(name=found.get_full_name()),
        form=form,
        tone="danger",
    )


@confirmation_view
def account_unlock(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm unlocking an account."""
    found = _account(request, public_id)
    return Confirmation(
        **_common(found),
        heading=_("Unlock the account of {name}?").format(name=found.get_full_name()),
        consequences=[
            _("The person can log in again, with the same password and the same roles."),
            _("API tokens and calendar addresses that ended stay ended; new ones can be made."),
        ],
        action=_("Unlock the account"),
        perform=lambda: services.account_unlock(**_act(request, found)),
        success=_("The account of {name} is unlocked.").format(name=found.get_full_name()),
    )


@confirmation_view
def account_lift_lockout(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm forgetting the wrong passwords of an account."""
    found = _account(request, public_id)
    return Confirmation(
        **_common(found),
        heading=_("Let {name} log in again now?").format(name=found.get_full_name()),
        consequences=[
            _("The wrong passwords are no longer counted; the person can try again at once."),
            _("The password stays as it is. Ask first whether it was the person who tried."),
        ],
        action=_("Lift the lock-out"),
        perform=lambda: services.account_lift_lockout(**_act(request, found)),
        success=_("{name} can log in again.").format(name=found.get_full_name()),
    )


@confirmation_view
def account_end_access(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm ending all sessions, API tokens and calendar addresses of an account."""
    found = _account(request, public_id)
    return Confirmation(
        **_common(found),
        heading=_("End the sessions, tokens and calendar addresses of {name}?").format(
            name=found.get_full_name()
        ),
        consequences=[
            _ended_sentence(found),
            _("The account stays open: whoever knows the password can log in again."),
        ],
        action=_("End sessions, tokens and calendar addresses"),
        perform=lambda: services.account_end_access(**_act(request, found)),
        success=_("All sessions, API tokens and calendar addresses of {name} have ended.").format(
            name=found.get_full_name()
        ),
        tone="danger",
    )


@confirmation_view
def account_send_reset(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm mailing the link to choose a new password."""
    found = _account(request, public_id)
    return Confirmation(
        **_common(found),
        heading=_("Send {name} a link to choose a new password?").format(name=found.get_full_name()),
        consequences=[
            _("The link goes to {email} only; nobody else sees or sets the password.").format(
                email=found.email
            ),
            _("The current password works until the person has chosen a new one."),
        ],
        action=_("Send the link"),
        perform=lambda: services.account_send_reset(
            **_act(request, found), send=lambda user: send_password_reset(request, user)
        ),
        success=_("The mail with the link is on its way to {email}.").format(email=found.email),
    )


@confirmation_view
def second_factor_reset_ask(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm asking for the removal of an account's second factors, with how the person was recognised.

    Raises ResetAlreadyAsked where a colleague asked meanwhile.
    """
    found = _account(request, public_id)
    # What is sent is refused by the service, and the form keeps the reason.
    if request.method != "POST" and _has_reset(request, found):
        raise services.ResetAlreadyAsked
    form = ReasonForm(
        request.POST or None,
        help_text=_("How the person has proved who they are. The other administrator can read it."),
    )
    return Confirmation(
        **_common(found),
        heading=_("Ask for the removal of the second factors of {name}?").format(name=found.get_full_name()),
        consequences=[
            _("Nothing changes until another administrator agrees; the request lapses after 7 days."),
            _("The person is told at once, in case it was not them who asked."),
        ],
        action=_("Ask for the removal"),
        perform=lambda: services.second_factor_reset_ask(**_act(request, found), **form.cleaned_data),
        success=_("The request waits for another administrator."),
        form=form,
    )


@confirmation_view
def second_factor_reset_grant(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm, as a second administrator, that an account loses its second factors."""
    asked = _reset(request, public_id)
    return Confirmation(
        **_common(asked.user),
        heading=_("Remove the second factors of {name}?").format(name=asked.user.get_full_name()),
        consequences=[
            _("{name} asked for it: {reason}").format(
                name=asked.requested_by.get_full_name(), reason=asked.reason
            ),
            _ended_sentence(asked.user),
            _("The person logs in with the password and sets a second factor up again."),
        ],
        action=_("Remove them"),
        perform=lambda: services.second_factor_reset_grant(**_decide(request, asked)),
        success=_("{name} logs in with the password now.").format(name=asked.user.get_full_name()),
        tone="danger",
    )


@confirmation_view
def second_factor_reset_refuse(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm, as a second administrator, that an account keeps its second factors."""
    asked = _reset(request, public_id)
    return Confirmation(
        **_common(asked.user),
        heading=_("Leave the second factors of {name} as they are?").format(name=asked.user.get_full_name()),
        consequences=[_("The request is over. It can be asked for again.")],
        action=_("Refuse the request"),
        perform=lambda: services.second_factor_reset_refuse(**_decide(request, asked)),
        success=_("The request is refused."),
    )


def _has_reset(request: SignedInRequest, account: "User") -> bool:
    """Return whether a request to remove the account's second factors waits."""
    return selectors.second_factor_resets(request.user, clock.now()).filter(user=account).exists()


def _reset(request: SignedInRequest, public_id: str) -> "SecondFactorReset":
    require(request.user, "accounts.maintain_accounts")
    waiting = selectors.second_factor_resets(request.user, clock.now())
    return require_found(waiting.filter(public_id=public_id).first())


def _decide(request: SignedInRequest, asked: "SecondFactorReset") -> dict[str, Any]:
    return {"actor": request.user, "reset_id": asked.public_id, "now": clock.now()}


def _account(request: SignedInRequest, public_id: str) -> "User":
    require(request.user, "accounts.maintain_accounts")
    return require_found(selectors.account(request.user, public_id))


def _common(found: "User") -> dict[str, Any]:
    return {"back_address": reverse("system_account", args=[found.public_id])}


def _act(request: SignedInRequest, found: "User") -> dict[str, Any]:
    return {"actor": request.user, "user_id": found.pk, "now": clock.now()}


def _describe_keys(found: "User") -> list[str]:
    """Return what stops of the devices, kiosks and calendars that the person set up, a sentence for each."""
    units = [one.organization for one in selectors.belongings(found) if one.active]
    keys = sum(bookings.count_keys_ending(found, unit) for unit in units)
    of_keys = ngettext(
        "{count} device or kiosk stops for good, as its key is this person's: its unit makes a new one.",
        "{count} devices and kiosks stop for good, as their keys are this person's: their unit makes others.",
        keys,
    )
    calendars = sum(bookings.count_calendars_ending(found, unit) for unit in units)
    of_calendars = ngettext(
        "{count} external calendar that this person connected is not followed while the account is locked.",
        "{count} external calendars that this person connected are not followed while the account is locked.",
        calendars,
    )
    stopping = [(keys, of_keys), (calendars, of_calendars)]
    return [sentence.format(count=count) for count, sentence in stopping if count]


def _describe_bookings(found: "User") -> list[str]:
    """Return what becomes of the person's bookings ahead, as a sentence; none where there are none."""
    ahead = bookings.count_bookings_ahead_of(found, clock.now())
    sentence = ngettext(
        "{count} booking ahead stays. If nobody is checked in for it while the account is locked, it is "
        "cancelled without charge and does not count on the credit; its keepers are told then.",
        "{count} bookings ahead stay. If nobody is checked in for one while the account is locked, it is "
        "cancelled without charge and does not count on the credit; its keepers are told then.",
        ahead,
    )
    return [sentence.format(count=ahead)] if ahead else []


def _describe_left_alone(found: "User") -> list[str]:
    """Return a sentence for each organization that nobody answers for while the person is locked out."""
    sentence = _(
        "Nobody else answers for {organization}: what waits there is not decided until somebody is given the "
        "role."
    )
    alone = selectors.organizations_held_alone(found)
    return [sentence.format(organization=bilingual(one, "name")) for one in alone]


def _ended_sentence(found: "User") -> str:
    access = selectors.account_access(found, clock.now())
    sessions, tokens, feeds = len(access.sessions), access.tokens, bookings.count_feeds(found)
    return _("It ends at once: {sessions}, {tokens}, {feeds}.").format(
        sessions=ngettext("{count} session", "{count} sessions", sessions).format(count=sessions),
        tokens=ngettext("{count} API token", "{count} API tokens", tokens).format(count=tokens),
        feeds=ngettext("{count} calendar address", "{count} calendar addresses", feeds).format(count=feeds),
    )
