"""The site's addresses, and a few that only these tests need."""

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path
from ninja import NinjaAPI, Schema, Status

from instrument_share.accounts.models import District
from instrument_share.kernel.errors import DomainError, Forbidden
from instrument_share.pages import styleguide
from instrument_share.urls import urlpatterns as of_the_site
from instrument_share.web.idempotency import idempotent_form, idempotent_operation
from instrument_share.web.responses import problem

engine = engines["django"]


class Refused(DomainError):
    code = "refused"
    message = "“{code}” is refused."


class DistrictIn(Schema):
    code: str


def enter(code):
    District.objects.create(code=code, name_zh=code)
    if code == "bad":
        raise Refused(code=code)
    return District.objects.get(code=code)


class DistrictForm(forms.Form):
    code = forms.CharField(max_length=6)


@idempotent_form
def enter_by_form(request):
    file = request.FILES.get("sheet")
    form = DistrictForm(request.POST if file is None else {"code": file.read().decode()})
    if not form.is_valid():
        return HttpResponse("mistakes", status=200)
    return HttpResponseRedirect(f"/districts/{enter(form.cleaned_data['code']).pk}/")


def frame(request):
    return HttpResponse(engine.from_string('{% extends "instrument_share/base.html" %}').render({}, request))


def refuse(request):
    raise Forbidden


api = NinjaAPI(urls_namespace="of-these-tests")


@api.exception_handler(DomainError)
def refused(request, error):
    return problem.response_of(error)


@api.post("/districts", response={201: dict})
@idempotent_operation
def enter_by_api(request, district: DistrictIn):
    return Status(201, {"id": enter(district.code).pk})


urlpatterns = [
    path("form/", enter_by_form),
    path("frame/", frame),
    path("refuse/", refuse),
    path("test-api/", api.urls),
    path("styleguide/", styleguide.styleguide),
    path("styleguide/times.json", styleguide.times),
    path("styleguide/confirm/", styleguide.confirm, name="styleguide_confirm"),
    *of_the_site,
]
