"""The bureau's pages of organizations: list and admission."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.people.forms import OrganizationFilterForm
from instrument_share.people.views.organizations import get_organization_address, list_facts
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import ReasonForm, RefusalForm, SeenForm
from instrument_share.web.lists.tables import ListColumn, ListTable, ShownName, get_address
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, date_only, in_english
from instrument_share.web.text.labels import KINDS, STATES
from providers import public as providers
from rewards import public as rewards

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import Organization

PER_PAGE = 50
BATCH_SIZE = 500
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("Name of the organization"), "name", ShownName("name")),
        ListColumn(gettext_lazy("Unified social credit code"), "uscc"),
        ListColumn(gettext_lazy("Kind"), "kind"),
        ListColumn(gettext_lazy("District"), "district", "district_code"),
        ListColumn(gettext_lazy("Registered on"), "registered", "created_at", is_descending=True),
        ListColumn(gettext_lazy("State")),
    ),
    ordering=(ShownName("name"), "id"),
    first="name",
)


@login_required
@require_safe
def organizations(request: SignedInRequest) -> HttpResponseBase:
    """List organizations of the region, for the bureau and administrators: `?state=`, `?kind=`, `?q=`.

    `?format=csv` exports what is found.
    """
    if not (accounts.region_of(request.user) or accounts.standing(request.user).holds(Role.SYSADMIN)):
        raise Forbidden
    form, state = OrganizationFilterForm(request), request.GET.get("state", "")
    found = accounts.organizations_supervised(
        request.user, state=state, text=form.get("q"), kind=form.get("kind")
    )
    ordering = TABLE.get_ordering(request)
    if request.GET.get("format") == "csv":
        return _export(found.order_by(*ordering))
    chips = [
        (
            STATES[f"organization.{one}"].text,
            get_address(request, state="" if one == state else one),
            one == state,
        )
        for one in OrganizationState
    ]
    context = {
        "page": cursor.page(found, ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE),
        "heads": TABLE.build_heads(request),
        "form": form,
        "chips": chips,
        "without_days": providers.years_without_days(clock.now().astimezone(CITY_TIME).date()),
    }
    return render(request, "people/organizations.html", context)


def _export(found: "QuerySet[Organization]") -> HttpResponseBase:
    heads = [
        _("Number"),
        _("Name (Chinese)"),
        _("Name (English)"),
        _("Unified social credit code"),
        _("Kind"),
        _("Owns instruments"),
        _("District"),
        _("State"),
        _("Registered on"),
    ]
    return csv_response("organizations", heads, (_to_row(one) for one in found.iterator(BATCH_SIZE)))


def _to_row(one: "Organization") -> list[Any]:
    return [
        one.public_id,
        one.name_zh,
        one.name_en,
        one.uscc,
        str(KINDS.get(one.kind, one.kind)),
        one.owns_instruments,
        bilingual(one.district, "name") if one.district else "",
        STATES[f"organization.{one.state}"].text,
        one.created_at,
    ]


@confirmation_view
def organization_decide(request: SignedInRequest, public_id: str, move: str) -> Confirmation:
    """Confirm admitting, refusing, suspending or reinstating an organization."""
    permission = (
        "accounts.admit_organization" if move in ("admit", "refuse") else "accounts.suspend_organization"
    )
    require(request.user, permission)
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, permission, found)
    address, name = get_organization_address(found), bilingual(found, "name")
    decision: dict[str, Any] = {"actor": request.user, "organization_id": found.pk, "now": clock.now()}
    form = ReasonForm(request.POST or None)
    match move:
        case "admit":
            owns = _("It has stated that it owns instruments: it can publish them, each after your review.")
            uses = _("It uses instruments of others: its people can book for it.")
            return Confirmation(
                heading=_("Admit {name}").format(name=name),
                consequences=[owns if found.owns_instruments else uses],
                action=_("Admit"),
                perform=lambda: services.organization_admit(
                    **decision, submission=request.POST.get("seen", "")
                ),
                success=_("{name} is admitted; its people can act for it now.").format(name=name),
                back_address=address,
                form=SeenForm({"seen": found.submission}),
                template="people/organization_admit.html",
                extra_context={"facts": list_facts(found)},
            )
        case "refuse":
            form = RefusalForm(request.POST or None, seen=found.submission)
            return Confirmation(
                heading=_("Do not admit {name}?").format(name=name),
                consequences=[
                    _(
                        "Whoever registered it can read the reason, correct the registration and "
                        "submit it again."
                    )
                ],
                action=_("Do not admit, for this reason"),
                perform=lambda: services.organization_refuse(
                    **decision,
                    reason=form.cleaned_data["reason"],
                    submission=request.POST.get("seen", ""),
                ),
                success=_("{name} is not admitted; whoever registered it is told why.").format(name=name),
                back_address=address,
                form=form,
                tone="danger",
            )
        case "suspend":
            return _build_suspension(request, found, decision)
    return Confirmation(
        heading=_("Reinstate {name}").format(name=name),
        consequences=[
            _("Its people act for it again, in the roles that they had, and are told."),
            *_tell_askers_of_return(found),
            *_tell_who_is_told(found),
            *_tell_who_is_told_of_payer(found),
            _("Bookings that the suspension cancelled stay cancelled."),
            _("Statements that it was sent meanwhile are due a whole term from today."),
        ],
        action=_("Reinstate"),
        perform=lambda: bookings.organization_reinstate(**decision),
        success=_("{name} is reinstated.").format(name=name),
        back_address=address,
    )


def _build_suspension(
    request: SignedInRequest, found: "Organization", decision: dict[str, Any]
) -> Confirmation:
    """Ask before suspending, with the bookings, the uses under way and the people that it hits."""
    effects = bookings.get_organization_suspension_effects(request.user, found)
    form = ReasonForm(request.POST or None, help_text=_("Everybody concerned can read it."))
    name = bilingual(found, "name")
    ending, going_on = len(effects.ending), len(effects.under_way)
    affected = [
        (
            ngettext("{count} booking ahead", "{count} bookings ahead", ending).format(count=ending),
            _("Cancelled without charge; nothing counts on anybody’s credit. Users and keepers are told."),
            [(booking, "") for booking in effects.ending],
        ),
        (
            ngettext("{count} use under way", "{count} uses under way", going_on).format(count=going_on),
            _("Goes on. Its keeper can still check it out; the time used is charged as agreed."),
            [(booking, "") for booking in effects.under_way],
        ),
    ]
    return Confirmation(
        heading=_("Suspend {name}?").format(name=name),
        consequences=_list_consequences(found, effects),
        action=_("Suspend with this reason"),
        perform=lambda: bookings.organization_suspend(**decision, **form.cleaned_data),
        success=_("{name} is suspended; everybody affected has been told.").format(name=name),
        back_address=get_organization_address(found),
        form=form,
        tone="danger",
        template="people/confirm_with_bookings.html",
        extra_context={"affected": affected},
    )


def _tell_askers_of_return(found: "Organization") -> list[str]:
    asking = accounts.people_asking(found).count()
    sentence = ngettext(
        "{count} person who asks to join it is told that the request can be decided on again.",
        "{count} people who ask to join it are told that their requests can be decided on again.",
        asking,
    )
    return [sentence.format(count=asking)] if asking else []


def _tell_who_is_told(found: "Organization") -> list[str]:
    text = _("Who waits for one of its instruments, or has an open sample order for one, is told.")
    return [text] if found.owns_instruments else []


def _tell_who_awaits_at_its_expense(found: "Organization") -> list[str]:
    orders = len(bookings.orders_to_pay_elsewhere(found.pk))
    of_orders = ngettext(
        "{count} sample order elsewhere that it is to pay: no quote is accepted and no time planned while "
        "it is suspended, and it does not lapse. Its user and the keepers are told.",
        "{count} sample orders elsewhere that it is to pay: no quote is accepted and no time planned while "
        "it is suspended, and they do not lapse. Their users and the keepers are told.",
        orders,
    )
    waits = bookings.waits_to_pay_elsewhere(found.pk).count()
    of_waits = ngettext(
        "{count} wait elsewhere that it is to pay: nothing is offered while it is suspended. Whoever waits "
        "is told.",
        "{count} waits elsewhere that it is to pay: nothing is offered while it is suspended. Whoever "
        "waits is told.",
        waits,
    )
    resting = [(orders, of_orders), (waits, of_waits)]
    return [sentence.format(count=count) for count, sentence in resting if count]


def _tell_who_is_told_of_payer(found: "Organization") -> list[str]:
    text = _("Who waits elsewhere at its expense, or has an open sample order that it is to pay, is told.")
    is_awaited = bookings.orders_to_pay_elsewhere(found.pk) or bookings.waits_to_pay_elsewhere(found.pk)
    return [text] if is_awaited else []


def _tell_claim_ends(found: "Organization") -> list[str]:
    ends = rewards.get_claim_ends(found.pk, clock.now().astimezone(CITY_TIME).date())
    days = (", " if in_english() else "、").join(map(date_only, ends))
    text = _("Nobody can claim on its vouchers while it is suspended; last days of claims stay: {days}.")
    return [text.format(days=days)] if ends else []


def _list_consequences(found: "Organization", effects: bookings.OrganizationSuspensionEffects) -> list[str]:
    people = len(effects.people)
    sentences = [
        ngettext(
            "Its {count} member can no longer act for it, and is told why and whom to ask.",
            "Its {count} members can no longer act for it, and are told why and whom to ask.",
            people,
        ).format(count=people)
    ]
    if asking := accounts.people_asking(found).count():
        sentences.append(
            ngettext(
                "{count} person who asks to join it is told that the request waits.",
                "{count} people who ask to join it are told that their requests wait.",
                asking,
            ).format(count=asking)
        )
    if found.owns_instruments:
        sentences.append(_("Its instruments leave the catalogue until it is reinstated."))
    sentences += [
        *_tell_who_is_told(found),
        *_tell_who_awaits_at_its_expense(found),
        *_tell_claim_ends(found),
    ]
    if not effects.ending and not effects.under_way:
        sentences.append(_("It has no bookings ahead and no uses under way."))
    return sentences
