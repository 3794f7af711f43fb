"""Edit the keepers and qualified users of an instrument."""

from datetime import datetime, time, timedelta
from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import answer_form, posted_from, redirect_with_message
from instrument_share.web.text.formats import date_only
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.forms.instrument import KeepersForm, QualificationForm
from providers.instruments.registry import tell_what_stops
from providers.instruments.selectors.instruments import keepers_of, qualifications_of
from providers.instruments.services import people as people_services
from providers.instruments.services.people import qualification_grant
from providers.instruments.views.common import own_instrument, person


@login_required
@require_safe
def people(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show keepers and qualifications, for managers and keepers."""
    instrument = own_instrument(request, public_id, "providers.qualify_user")
    return render(request, "providers/instruments/people.html", _context(request, instrument))


def _context(request: HttpRequest, instrument: Any, **forms: Any) -> dict[str, Any]:
    keepers = keepers_of([instrument.pk])[instrument.pk]
    with_role = list(
        accounts.people_with_role(Role.KEEPER, instrument.organization_id).order_by("name", "pk")
    )
    now = clock.now()
    qualified = qualifications_of([instrument.pk], now)
    people_listed(
        actor=person(request),
        what="qualifications.list",
        people=[one.user_id for one in qualified],
        now=now,
        subject=instrument.organization,
        organization_id=instrument.organization_id,
    )
    may_edit = rules.has_perm("providers.edit_instrument", request.user, instrument)
    return {
        "instrument": instrument,
        "may_edit": may_edit,
        "retired": instrument.state == InstrumentState.RETIRED,
        "keepers": keepers,
        "stopping": tell_what_stops(instrument, keepers) if may_edit else [],
        "candidates": with_role,
        "keepers_form": KeepersForm(people=with_role, keepers=keepers),
        "qualification_form": QualificationForm(),
        "qualified": qualified,
        **forms,
    }


@login_required
@posted_from("instrument_people")
@idempotent_form
def keepers_set(request: HttpRequest, public_id: str) -> HttpResponse:
    """Set the ticked people as keepers."""
    instrument = own_instrument(request, public_id)
    with_role = accounts.people_with_role(Role.KEEPER, instrument.organization_id)
    form = KeepersForm(request.POST, people=with_role)
    address = reverse("instrument_people", args=[public_id])
    if not form.is_valid():
        context = _context(request, instrument, keepers_form=form)
        return render(request, "providers/instruments/people.html", context, status=422)
    named = people_services.keepers_set(
        actor=person(request),
        instrument_id=instrument.pk,
        user_ids=[int(pk) for pk in form.cleaned_data["keepers"]],
        shown_ids=form.get_shown(),
        now=clock.now(),
    )
    if not named:
        return redirect_with_message(
            request, _("This instrument has no keeper now: requests wait for the managers."), address
        )
    names = "、".join(person.name for person in named)
    return redirect_with_message(
        request, _("Keepers now: {names}. They decide its requests.").format(names=names), address
    )


@login_required
@posted_from("instrument_people")
@idempotent_form
def qualification_new(request: HttpRequest, public_id: str) -> HttpResponse:
    instrument = own_instrument(request, public_id, "providers.qualify_user")
    form = QualificationForm(request.POST)

    def grant() -> Any:
        named = accounts.person_named(form.cleaned_data["person"])
        if named is None:
            form.add_error("person", _("Nobody has this user name or email address. Ask them for it."))
            return None
        until = datetime.combine(form.cleaned_data["until"] + timedelta(days=1), time(), CITY_TIME)
        return qualification_grant(
            actor=person(request), instrument_id=instrument.pk, user=named, expires_at=until, now=clock.now()
        )

    return answer_form(
        request,
        form,
        save=grant,
        respond=lambda granted: redirect_with_message(
            request,
            _("{name} may operate the instrument through {day} and has been told.").format(
                name=granted.user.name, day=date_only(granted.last_day)
            ),
            reverse("instrument_people", args=[public_id]),
        ),
        template="providers/instruments/people.html",
        context=lambda: _context(request, instrument, qualification_form=form),
    )
