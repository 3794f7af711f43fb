"""Refusals of the rules, of ninja and of Django as they are answered."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.types import DictStrAny

from instrument_share.kernel.errors import DomainError, Invalid, NotFound, Problem, gettext_noop
from instrument_share.web.responses import problem
from instrument_share.web.text import formats

MEGABYTE = 1024 * 1024


MISTAKES: Mapping[tuple[str, ...], str] = {
    ("missing",): gettext_noop("This is needed and missing."),
    ("string_type", "string_unicode"): gettext_noop("This has to be text."),
    ("bytes_type", "base64_decode"): gettext_noop("This has to be a file in base64."),
    ("string_too_long",): gettext_noop("This is too long: at most {max_length} characters."),
    ("string_too_short",): gettext_noop("This is too short: at least {min_length} characters."),
    ("string_pattern_mismatch",): gettext_noop("This does not have the required form: {pattern}"),
    ("int_type", "int_parsing", "int_from_float", "int_parsing_size"): gettext_noop(
        "This has to be a whole number."
    ),
    ("decimal_type", "decimal_parsing", "float_type", "float_parsing", "finite_number"): gettext_noop(
        "This has to be a number."
    ),
    ("decimal_max_digits", "decimal_whole_digits"): gettext_noop("This number has too many digits."),
    ("decimal_max_places",): gettext_noop("This has at most {decimal_places} decimal places."),
    ("amount_type",): gettext_noop("Send the amount as text, such as “200.00”."),
    ("bool_type", "bool_parsing"): gettext_noop("This has to be true or false."),
    ("greater_than",): gettext_noop("This has to be more than {gt}."),
    ("greater_than_equal",): gettext_noop("This has to be at least {ge}."),
    ("less_than",): gettext_noop("This has to be less than {lt}."),
    ("less_than_equal",): gettext_noop("This may be at most {le}."),
    ("enum", "literal_error"): gettext_noop("This has to be one of: {expected}."),
    ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"): gettext_noop(
        "This has to be a time with its zone, such as 2026-12-01T09:00:00+08:00."
    ),
    ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"): gettext_noop(
        "This has to be a date, such as 2026-12-01."
    ),
    ("year_out_of_range",): gettext_noop("Choose a year from 2000 to 2099."),
    ("list_type", "set_type", "tuple_type"): gettext_noop("This has to be a list."),
    ("model_attributes_type", "model_type"): gettext_noop("This has to be an object with its fields."),
    ("too_long",): gettext_noop("Too many: at most {max_length}."),
    ("too_short",): gettext_noop("Too few: at least {min_length}."),
    ("extra_forbidden",): gettext_noop("There is no such field here."),
    ("sequence_number",): gettext_noop(
        "Every event but a heartbeat has a sequence number; a heartbeat has none."
    ),
}
"""What is said of the kinds of mistakes that schemas find (pydantic's `type`), with their limits."""
OTHER_MISTAKE = gettext_noop("This value can't be used: {reason}.")


class ContentTypeWrong(Exception):
    """A body that is declared to be something else than JSON."""


class JSONParser(Parser):
    """Reads bodies that are declared as JSON; what declares nothing is taken for it."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        if request.content_type not in {"", "application/json"}:
            raise ContentTypeWrong
        return super().parse_body(request)


class PreconditionMissing(Exception):
    """An edit without the revision that it starts from."""


class PreconditionFailed(Exception):
    """An edit of a revision that is not the present one; carries the domain's words."""

    def __init__(self, error: DomainError) -> None:
        self.error = error
        super().__init__(error.code)


def add_error_handlers(api: NinjaAPI) -> None:
    """Answer errors of the rules, of ninja and of Django as `application/problem+json`."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        DomainError: lambda _request, error: problem.response_of(error),
        PreconditionFailed: _precondition_failed,
        PreconditionMissing: _precondition_missing,
        ValidationError: _not_valid,
        AuthenticationError: _not_logged_in,
        RequestDataTooBig: _too_large,
        RawPostDataException: _content_type_wrong,  # the body was read as a form, to find the CSRF token
        HttpError: _of_the_protocol,
        Http404: lambda _request, _error: problem.response_of(NotFound()),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _precondition_failed(_request: HttpRequest, failed: PreconditionFailed) -> HttpResponse:
    error = failed.error
    return problem.response(
        problem.body(
            status=412,
            code=error.code,
            detail=problem.told(error.message, error.params),
            problems=problem.problems_told(error.problems),
        )
    )


def _precondition_missing(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return problem.response(
        problem.body(status=428, code="precondition.missing", detail=gettext("Send the ETag as If-Match."))
    )


def _not_valid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        {**one, "loc": [part for part in one["loc"][1:] if part not in {"data", "body"}]}
        for one in error.errors
    ]
    return problem.response_of(build_invalid(found))


def build_invalid(errors: Iterable[Mapping[str, Any]]) -> Invalid:
    """Return the refusal of values that a schema does not take, by the errors that pydantic has found."""
    return Invalid(problems=[build_problem(one) for one in errors])


def build_problem(error: Mapping[str, Any]) -> Problem:
    """Return what is wrong with one value, by the error that pydantic has found."""
    kind = error["type"]
    message = next((told for kinds, told in MISTAKES.items() if kind in kinds), OTHER_MISTAKE)
    field = ".".join(str(part) for part in error["loc"]) or None
    params = {"reason": error["msg"], **error.get("ctx", {})}
    if "expected" in params:  # “'a', 'b' or 'c'”, whatever the reader's language
        params["expected"] = params["expected"].replace(" or ", ", ").split(", ")
    return Problem(f"field.{kind}", message, params, field)


def _not_logged_in(_request: HttpRequest, _error: Exception) -> HttpResponse:
    answer = problem.response(
        problem.body(
            status=401,
            code="authentication.missing",
            detail=gettext("Log in, or send a valid personal token."),
        )
    )
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _too_large(_request: HttpRequest, _error: Exception) -> HttpResponse:
    detail = gettext("The body is too large: at most {megabytes} MB.").format(
        megabytes=formats.number(settings.DATA_UPLOAD_MAX_MEMORY_SIZE / MEGABYTE)
    )
    return problem.response(problem.body(status=413, code="request.too_large", detail=detail))


def _content_type_wrong(_request: HttpRequest, _error: Exception) -> HttpResponse:
    detail = gettext("Send the body as JSON, with Content-Type: application/json.")
    return problem.response(problem.body(status=415, code="request.content_type", detail=detail))


def _of_the_protocol(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, ContentTypeWrong):
        return _content_type_wrong(request, error.__cause__)
    if error.status_code == 403 and "Authorization" in request.headers:
        # Where a token is taken, sessions are not asked for theirs.
        message = gettext("This needs the session of a page, not a token: open “API tokens” on your desk.")
        return problem.response(problem.body(status=403, code="session.missing", detail=message))
    if error.status_code == 403 and not request.user.is_authenticated:
        return _not_logged_in(request, error)  # who has no session has no CSRF token to mend
    said = {
        400: ("request.unreadable", _("The body is not JSON.")),
        403: ("csrf.failed", _("The CSRF token is missing or too old. Reload the page and try again.")),
    }
    code, detail = said.get(error.status_code, ("request.refused", str(error)))
    return problem.response(problem.body(status=error.status_code, code=code, detail=str(detail)))
