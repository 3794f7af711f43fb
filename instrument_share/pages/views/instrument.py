"""Page and data sheet of an instrument."""

from dataclasses import replace

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings import public as bookings
from instrument_share.pages.booking_card import build_booking_card
from instrument_share.pages.coming_rules import get_coming_rules
from instrument_share.pages.data_sheet import render_data_sheet
from instrument_share.pages.eligibility import filter_prices, get_eligibility
from instrument_share.pages.prices import build_price_rows
from instrument_share.pages.structured import (
    build_absolute_url,
    build_instrument_data,
    get_picture_address,
    render_script,
)
from instrument_share.pages.views.units import find_unit_page
from instrument_share.web import clock
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.forms.params import parse_day
from instrument_share.web.responses.replica_pages import read_from_replica
from instrument_share.web.responses.shared_pages import share_among_visitors
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from providers import public as providers
from providers.domain import PublicationKind, ServiceMode, sentences_by_topic


@require_safe
@read_from_replica
@share_among_visitors
def instrument(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an instrument, with the bookable times from `?day=…` on; 410 with the date if it is retired."""
    now = clock.now()
    try:
        found = providers.instrument(request.user, public_id)
    except providers.InstrumentRetired as retired:
        gone = {
            "instrument": retired.instrument,
            "unit_page": find_unit_page(request.user, retired.instrument.organization),
        }
        return render(request, "pages/instrument_gone.html", gone, status=410)
    versions = providers.terms_versions([found.pk]).get(found.pk, [])
    terms = providers.version_in_force(versions, now)
    prices = build_price_rows(terms)
    may = get_eligibility(request.user, found, terms, now)
    pictures = providers.pictures_of([found.pk])[found.pk]
    ratings = bookings.get_ratings(found.pk)
    cases = providers.publications(request.user, PublicationKind.CASE, found.organization_id)
    week = bookings.get_bookable_week(request.user, found, now, parse_day(request.GET.get("day", "")))
    gaps = providers.booking_gaps([found.pk], now)[found.pk]
    card = build_booking_card(request.user, found, terms, week, may, gaps, now)
    context = {
        "instrument": found,
        "unit_page": find_unit_page(request.user, found.organization),
        "terms": terms,
        "coming_rules": get_coming_rules(versions, now),
        "rule": sentences_by_topic(replace(terms, prices=())).items() if terms else [],
        "may": may,
        "prices": filter_prices(prices, may),
        "gaps": gaps,
        "card": card,
        "takes_samples": terms is not None and ServiceMode.SAMPLES in terms.service_modes and card.is_open,
        "is_waiting": bookings.is_waiting(request.user, found.pk),
        "may_wait": card.is_open and bookings.takes_waits(found, terms),
        "week": week,
        "pictures": pictures,
        "attachments": providers.attachments_of(request.user, found, now),
        "linked": providers.linked_instruments(request.user, week.linked_ids),
        "linking": providers.linked_instruments(request.user, providers.linking_ids(found.pk)),
        "groups": providers.groups_of(request.user, found.pk),
        "cases": cases.filter(instruments=found, withdrawn_at__isnull=True)[:5],
        "ratings": ratings,
        "address": build_absolute_url(request.path),
        "social_picture": build_absolute_url(get_picture_address(pictures[0], "large")) if pictures else "",
        "structured": render_script(build_instrument_data(found, pictures, prices, ratings)),
        "may_edit": rules.has_perm("providers.edit_instrument", request.user, found),
        "may_suspend": rules.has_perm("providers.suspend_instrument", request.user, found),
        "is_recused": providers.is_recused(request.user, found),
        "may_take_suspension_over": providers.can_take_suspension_over(request.user, found),
        "may_resume": not providers.is_suspended_by_bureau_for(request.user, found),
        "may_qualify": rules.has_perm("providers.qualify_user", request.user, found),
    }
    return render(request, "pages/instrument.html", context)


@counts_as("export")
@shown_by_browser
@require_safe
def sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the data sheet as a PDF in the reader's language."""
    now = clock.now()
    found = providers.instrument(request.user, public_id)
    pictures = providers.pictures_of([found.pk])[found.pk]
    versions = providers.terms_versions([found.pk]).get(found.pk, [])
    terms = providers.version_in_force(versions, now)
    response = HttpResponse(
        render_data_sheet(found, pictures, terms, now, get_coming_rules(versions, now)),
        content_type="application/pdf",
    )
    response["Content-Disposition"] = f'inline; filename="{public_id}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
