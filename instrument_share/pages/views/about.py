"""The guide, and the privacy notice."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.domain import EVENT_LIFETIME, SUSPENSION_THRESHOLD
from instrument_share.accounts.domain.privacy import NOTICE_DATE, NOTICE_VERSION, PURPOSES
from instrument_share.accounts.selectors.organizations import city_bureaus


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Show how to book, how a unit begins, what states and colours mean, and whom to ask."""
    context = {
        "bureaus": list(city_bureaus()),
        "no_show_minutes": settings.BOOKING_NO_SHOW_MINUTES,
        "confirm_days": settings.USAGE_CONFIRM_DAYS,
    }
    return render(request, "pages/guide.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice in the reader's language, with its version and date."""
    context = {
        "version": NOTICE_VERSION,
        "date": NOTICE_DATE,
        "purposes": PURPOSES,
        "suspends_at": SUSPENSION_THRESHOLD,
        "credit_days": EVENT_LIFETIME.days,
        "appeal_days": settings.CREDIT_APPEAL_DAYS,
        "answer_days": settings.CREDIT_ANSWER_WORKING_DAYS,
        "bureaus": list(city_bureaus()),
    }
    return render(request, "pages/privacy.html", context)
