"""Edit links and groups of instruments."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from instrument_share.accounts.permissions import require
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual
from instrument_share.web import clock
from instrument_share.web.forms.two_versions import Difference, save_or_compare
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, name_columns
from providers.instruments.domain.choices import GroupKind, InstrumentState
from providers.instruments.forms.relations import GroupForm, LinksForm, describe_group
from providers.instruments.registry import tell_whom_links_hit
from providers.instruments.selectors.instruments import instruments
from providers.instruments.selectors.relations import (
    get_needs,
    groups_of_unit,
    instrument_group,
    linked_ids,
    linked_instruments,
    linking_ids,
    merge_links,
    own_link_ids,
)
from providers.instruments.services.relations import (
    instrument_group_remove,
    instrument_group_save,
    instrument_links_set,
)
from providers.instruments.views.common import managed_unit, own_instrument, person

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from providers.instruments.models import Instrument, InstrumentGroup

TOGETHER = "providers/instruments/together.html"
UNTIL_IN_SERVICE = gettext_noop("It can't be booked until these are in service: {names}.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def together(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose what is booked together with an instrument; whom that hits is shown before it is saved."""
    instrument = own_instrument(request, public_id)
    others = _own(request, instrument.organization_id).exclude(pk=instrument.pk)
    held = own_link_ids(instrument.pk)
    form = LinksForm(request.POST if request.method == "POST" else None, others=others, held=held)
    effects: list[str] = []

    def describe() -> dict[str, Any]:
        return {
            "instrument": instrument,
            "unit": instrument.organization,
            "form": form,
            "effects": effects,
            "retired": instrument.state == InstrumentState.RETIRED,
            "has_others": bool(others),
            "linking": linked_instruments(request.user, linking_ids(instrument.pk)),
            "groups": groups_of_unit(request.user, instrument.organization_id),
        }

    if request.method == "POST" and form.is_valid():
        shown = form.get_shown()
        wanted = merge_links(set(held), form.get_chosen(), set(held) if shown is None else shown)
        effects = tell_whom_links_hit(*get_needs(instrument.pk, wanted), clock.now())
        if form.asks_for_a_look(effects):
            return render(request, TOGETHER, describe())
    return answer_form(
        request,
        form,
        save=lambda: instrument_links_set(
            actor=person(request),
            instrument_id=instrument.pk,
            linked_ids=form.get_chosen(),
            shown_ids=form.get_shown(),
            now=clock.now(),
        ),
        respond=lambda _linked: redirect_with_message(
            request, _after_linking(linked_instruments(request.user, linked_ids(instrument.pk))), request.path
        ),
        template=TOGETHER,
        context=describe,
    )


def _after_linking(linked: "QuerySet[Instrument]") -> str:
    """Return what a booking takes now: all that the links lead to, as some may not be in service."""
    if not linked:
        return _("Saved. It is booked on its own.")
    sentence = ngettext(
        "Saved. A booking now takes {count} more instrument for the same time.",
        "Saved. A booking now takes {count} more instruments for the same time.",
        len(linked),
    ).format(count=len(linked))
    names = tuple(
        Bilingual(one.name_zh, one.name_en) for one in linked if one.state != InstrumentState.PUBLISHED
    )
    return f"{sentence} {told(UNTIL_IN_SERVICE, {'names': names})}" if names else sentence


def _own(request: HttpRequest, organization_id: int) -> "QuerySet[Instrument]":
    """Return the unit's instruments that can be linked or grouped, by name."""
    found = instruments(request.user).filter(organization_id=organization_id)
    return found.exclude(state=InstrumentState.RETIRED).order_by(*name_columns(), "id")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def group_new(request: HttpRequest, organization_id: str) -> HttpResponse:
    unit = managed_unit(request, organization_id)
    return _group(request, unit, None, {"kind": GroupKind.INTERCHANGEABLE.value})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def group_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    group, members = instrument_group(request.user, public_id)
    require(request.user, "providers.edit_instrument", group)
    return _group(request, group.organization, group, describe_group(group, members))


def _group(
    request: HttpRequest, unit: Any, group: "InstrumentGroup | None", initial: dict[str, Any]
) -> HttpResponse:
    form = GroupForm(
        request.POST if request.method == "POST" else None, own=_own(request, unit.pk), initial=initial
    )
    meanwhile: list[Difference] = []

    def save() -> "InstrumentGroup":
        return instrument_group_save(
            actor=person(request),
            organization_id=unit.pk,
            group_id=group.pk if group else None,
            name_zh=form.cleaned_data["name_zh"],
            name_en=form.cleaned_data["name_en"],
            kind=GroupKind(form.cleaned_data["kind"]),
            instrument_ids=[int(pk) for pk in form.cleaned_data["instruments"]],
            seen=form.cleaned_data["seen"],
            now=clock.now(),
        )

    def describe() -> dict[str, Any]:
        assert group is not None  # a new one is not changed meanwhile
        return describe_group(*instrument_group(request.user, group.public_id))

    return answer_form(
        request,
        form,
        save=lambda: save_or_compare(form, save, present=describe, meanwhile=meanwhile),
        respond=lambda saved: redirect_with_message(
            request,
            _("Saved. The group is shown on the page of each of its instruments."),
            reverse("group_edit", args=[saved.public_id]),
        ),
        template="providers/instruments/group.html",
        context=lambda: {"unit": unit, "group": group, "form": form, "meanwhile": meanwhile},
    )


@confirmation_view
def group_remove(request: SignedInRequest, public_id: str) -> Confirmation:
    group, _members = instrument_group(request.user, public_id)
    require(request.user, "providers.edit_instrument", group)
    return Confirmation(
        heading=_("Dissolve the group “{name}”").format(name=bilingual(group, "name")),
        consequences=[_("Its instruments stay; they no longer refer to each other.")],
        action=_("Dissolve the group"),
        perform=lambda: instrument_group_remove(
            actor=request.user,
            organization_id=group.organization_id,
            group_id=group.pk,
            now=clock.now(),
        ),
        success=_("The group is dissolved."),
        back_address=reverse("group_edit", args=[public_id]),
        next_address=page_address("unit_instruments", group.organization.public_id),
        tone="danger",
    )
