"""The start page, and the way to one's desk."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from instrument_share.web.desks import OWN, desks


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "instrument_share/home.html")


@require_safe
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """To the desk where the person's work waits; after login everybody comes here."""
    places = desks(request.user)
    return HttpResponseRedirect((places[0] if places else OWN).address)
