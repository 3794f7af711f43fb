"""Public page to verify a paper by code or file, without a login."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from bookings.public import answer_receipt, is_receipt
from instrument_share.web.edge.limits import counts_as
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import yuan
from rewards.report.domain.errors import ReportDamaged
from rewards.report.forms import MEGABYTE, PAPER_AT_MOST, CodeForm, PaperForm
from rewards.report.selectors.certificates import find_certificate_by_code
from rewards.report.selectors.issued import IssuedPaper, find_issued_paper
from rewards.report.selectors.sealed import get_sealed_units
from rewards.report.selectors.verification import find_report_by_code, verify_file

ENVELOPE = 64 * 1024
"""What a form puts around a file."""
DRAINED_AT_MOST = 5 * PAPER_AT_MOST
CHUNK = 256 * 1024


@counts_as("verify")
# The token against foreign forms is checked in `_with_file`, after the length: it reads the whole body.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Verify a code or a file."""
    if request.method != "POST":
        return _by_code(request)
    if _length(request) > PAPER_AT_MOST + ENVELOPE:
        _drain(request)
        form = PaperForm({})
        form.errors.clear()
        message = _(
            "The file is larger than {megabytes} MB, which is too large here. Upload the files of a "
            "package one by one."
        )
        form.add_error("file", message.format(megabytes=PAPER_AT_MOST // MEGABYTE))
        return _answer(request, paper_form=form, status=413)
    return _with_file(request)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _drain(request: HttpRequest) -> None:
    """Read and discard the body up to a limit; a client that is cut off would not see the response."""
    left = min(_length(request), DRAINED_AT_MOST)
    while left > 0 and (chunk := request.read(min(CHUNK, left))):
        left -= len(chunk)


def _by_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.GET if "code" in request.GET else None)
    if not form.is_bound:
        return _answer(request)
    if not form.is_valid():
        return _answer(request, code_form=form, status=422)
    code = form.cleaned_data["code"]
    asked = {"asked_code": code, "by_code": True}
    try:
        certificate = find_certificate_by_code(code)
        report = certificate.report if certificate else find_report_by_code(code)
        units = (certificate.unit,) if certificate else get_sealed_units(report) if report else ()
    except ReportDamaged:
        return _answer(request, code_form=form, damaged=True, **asked)
    issued = find_issued_paper(code) if report is None else None
    return _answer(
        request,
        code_form=form,
        units=units,
        report=report,
        certificate=certificate,
        issued=issued,
        facts=_tell_facts(issued),
        **asked,
    )


@csrf_protect
def _with_file(request: HttpRequest) -> HttpResponse:
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, paper_form=form, status=422)
    file = form.cleaned_data["file"]
    content = file.read()
    if is_receipt(content):
        return answer_receipt(request, content)
    verdict = verify_file(content)
    found = verdict.certificate
    return _answer(
        request,
        verdict=verdict,
        file_name=file.name,
        report=verdict.report,
        certificate=found,
        units=(found.unit,) if found else (),
        issued=verdict.issued,
        facts=_tell_facts(verdict.issued),
    )


def _tell_facts(issued: IssuedPaper | None) -> list[tuple[str, str]]:
    """Return what is kept of a paper in the reader's language."""
    return [(_(name), _tell(value)) for name, value in issued.facts] if issued else []


def _tell(value: Any) -> str:
    return yuan(value) if isinstance(value, Decimal) else told("{value}", {"value": value})


def _answer(
    request: HttpRequest,
    *,
    code_form: CodeForm | None = None,
    paper_form: PaperForm | None = None,
    status: int = 200,
    **found: Any,
) -> HttpResponse:
    context = {"code_form": code_form or CodeForm(), "paper_form": paper_form or PaperForm(), **found}
    return render(request, "rewards/report/verify.html", context, status=status)
