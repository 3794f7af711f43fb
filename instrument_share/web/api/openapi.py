"""Refusals as the OpenAPI document declares them: problem details (RFC 9457), each with an example."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils.translation import get_language, gettext
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from pydantic import Field

from instrument_share.kernel.errors import (
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    RevisionMismatch,
    gettext_noop,
)
from instrument_share.kernel.wording import Bilingual
from instrument_share.web.api.auth import PersonalToken
from instrument_share.web.api.descriptions import Descriptions
from instrument_share.web.api.errors import build_invalid
from instrument_share.web.api.examples import REF, Examples
from instrument_share.web.api.parameters import build_unknown, refuse_unknown_parameters
from instrument_share.web.idempotency import IDEMPOTENCY_KEY, REPLAYED
from instrument_share.web.responses import problem
from instrument_share.web.responses.failures import describe_busy, describe_failure

TOKEN = PersonalToken.__name__


class ProblemPart(Schema):
    """One rule or field that stands against the request."""

    code: str = Field(
        description=gettext_noop("stable code of the rule or of the kind of mistake"),
        examples=["booking.slot_taken"],
    )
    detail: str
    field: str | None = Field(
        None, description=gettext_noop("the input that it belongs to; null: to none alone")
    )


class ProblemDetails(Schema):
    """RFC 9457, with the stable `code` and every single problem."""

    type: str = Field(
        examples=["urn:instrument-share:problem:booking.refused"],
        description=gettext_noop("URI of the kind of problem; ends with `code`"),
    )
    title: str = Field(description=gettext_noop("what happened, in a few words of the reader's language"))
    status: int = Field(description=gettext_noop("the HTTP status, repeated"))
    detail: str
    code: str = Field(examples=["booking.refused"])
    problems: list[ProblemPart] = Field(
        description=gettext_noop("every rule or field that stands against it; empty: none")
    )
    request_id: str = Field(
        "", description=gettext_noop("with 500 and 503, the number under which the site’s log has it")
    )


def error_responses(*statuses: int) -> dict[int, type[ProblemDetails]]:
    """Return the error responses that an operation may give besides 401 and 422."""
    return dict.fromkeys(sorted({401, 422, *statuses}), ProblemDetails)


PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
"""Phrases of the statuses in the OpenAPI document. Those of `http` differ between versions of Python."""

REFUSALS: Mapping[int, Problem] = {
    400: Problem("request.unreadable", gettext_noop("The body is not JSON.")),
    401: Problem("authentication.missing", gettext_noop("Log in, or send a valid personal token.")),
    403: Problem(Forbidden.code, Forbidden.message),
    404: Problem(NotFound.code, NotFound.message),
    410: Problem(
        "instrument.retired",
        gettext_noop(
            "“{name}” was retired on {since} and can't be used any more. Look in the catalogue for another."
        ),
        {"name": Bilingual("X射线衍射仪", "X-ray diffractometer"), "since": date(2025, 6, 30)},
    ),
    412: Problem(RevisionMismatch.code, RevisionMismatch.message),
    413: Problem(
        "request.too_large",
        gettext_noop("The body is too large: at most {megabytes} MB."),
        {"megabytes": Decimal("2.5")},
    ),
    415: Problem(
        "request.content_type",
        gettext_noop("Send the body as JSON, with Content-Type: application/json."),
    ),
    428: Problem("precondition.missing", gettext_noop("Send the ETag as If-Match.")),
    429: Problem(
        "request.too_many",
        gettext_noop(
            "More requests have come from your account or network than this site answers in a minute. "
            "Wait a minute, then try again."
        ),
    ),
}
"""One refusal for each status, with the words in which the site refuses.

Some operations have others (`ShareAPI.refusals`); each names its own conflict there. What is wrong with a
request depends on what the operation takes (`_compose_mistake`).
"""

UNKNOWN_FILTER = "page"
"""A parameter that no operation takes: lists go on by a cursor."""

FAILURES = {500: describe_failure, 503: describe_busy}
"""What every operation may answer by no fault of who asks."""

RETRY_AFTER = {
    "Retry-After": {
        "description": gettext_noop("seconds to wait"),
        "schema": {"type": "integer"},
        "required": True,
    }
}

GIVEN_AGAIN = {
    REPLAYED: {
        "description": gettext_noop("`true` where this is the first answer to the `Idempotency-Key` again"),
        "schema": {"type": "string", "enum": ["true"]},
    }
}

OF_BODIES = (400, 413, 415)
"""What is answered to a body that can't be read, wherever one is taken."""


class _Schema(OpenAPISchema):
    """ninja's document, in which each operation names the scope that a token needs for it."""

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] | None = super().operation_security(operation)
        tokens = [auth for auth in operation.auth_callbacks if isinstance(auth, PersonalToken)]
        scopes = [scope.value for auth in tokens if (scope := auth.scope_of(operation.methods[0]))]
        for needed in found or []:
            if TOKEN in needed:
                needed[TOKEN] = scopes
        return found


class ShareAPI(NinjaAPI):
    """NinjaAPI whose refusals are problem details, in its answers and in its OpenAPI document.

    The document names its operations in the active language.
    """

    def __init__(
        self,
        *,
        descriptions: Descriptions,
        examples: Examples,
        refusals: Mapping[str, Mapping[int, DomainError]],
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.descriptions = descriptions
        self.examples = examples
        self.refusals = refusals
        self._documents: dict[tuple[str, str], OpenAPISchema] = {}

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        """Return ninja's addresses, which refuse parameters that their operations do not know.

        They answer HEAD as GET: every server has to (RFC 9110, 9.1).
        """
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                for operation in view.operations:
                    operation.view_func = refuse_unknown_parameters(operation)
        found = super()._get_urls()
        for one in found:
            if isinstance(one, URLPattern):
                one.callback = _answer_head(one.callback)
        return found

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the document, which is made once for each language: that takes most of a second."""
        key = (get_language() or "", kwargs.get("path_prefix") or self.get_root_path({}))
        if key not in self._documents:
            self._documents[key] = self._describe(key[1])
        return self._documents[key]

    def _describe(self, path_prefix: str) -> OpenAPISchema:
        schema = _Schema(api=self, path_prefix=path_prefix)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["summary"] = gettext(operation["summary"])
                if operation["security"] == [{TOKEN: []}]:
                    operation["security"].append({})  # a visitor needs none
                if any(one.get(TOKEN) for one in operation["security"]):
                    operation["responses"].setdefault(403, {})
                if "requestBody" in operation:
                    operation["responses"] |= {status: {} for status in OF_BODIES}
                operation["responses"] |= {status: {"headers": RETRY_AFTER} for status in (429, 503)}
                operation["responses"][500] = {}
                if any(one["name"] == IDEMPOTENCY_KEY for one in operation["parameters"]):
                    _declare_given_again(operation["responses"])
                refusals = self.refusals.get(operation["operationId"], {})
                mistake = _compose_mistake(operation, schema["components"]["schemas"])
                for status, response in operation["responses"].items():
                    if int(status) >= 400:
                        _declare(int(status), response, {422: mistake, **refusals})
        self.descriptions.add_to(schema)
        self.examples.add_to(schema)
        return schema


def _answer_head(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        if request.method != "HEAD":
            return view(request, *arguments, **named)
        request.method = "GET"
        try:
            return view(request, *arguments, **named)
        finally:
            request.method = "HEAD"  # the server leaves the body out

    return answer


def _declare_given_again(responses: dict[int, dict[str, Any]]) -> None:
    for status, response in responses.items():
        if int(status) < 400:
            responses[status] = {**response, "headers": {**response.get("headers", {}), **GIVEN_AGAIN}}


def _declare(status: int, response: dict[str, Any], refusals: Mapping[int, DomainError]) -> None:
    response["description"] = PHRASES[status]
    response["content"] = {
        problem.CONTENT_TYPE: {
            "schema": {"$ref": "#/components/schemas/ProblemDetails"},
            "example": _compose_refusal(status, refusals),
        }
    }


def _compose_refusal(status: int, refusals: Mapping[int, DomainError]) -> dict[str, Any]:
    if status in FAILURES:
        _status, code, detail = FAILURES[status]()
        return problem.body(status=status, code=code, detail=detail)
    if status in refusals:
        return problem.body_of(refusals[status]) | {"status": status, "title": str(problem.TITLES[status])}
    refused = REFUSALS[status]
    return problem.body(
        status=status, code=refused.code, detail=problem.told(refused.message, refused.params)
    )


def _compose_mistake(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Invalid:
    """Return the refusal of a request without what it needs; where it needs nothing, of an unknown filter."""
    queries = [one for one in operation["parameters"] if one["in"] == "query"]
    needed = [one["name"] for one in queries if one["required"]]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        needed += schemas[content["schema"]["$ref"].removeprefix(REF)].get("required", [])
    if needed:
        return build_invalid([{"type": "missing", "loc": (needed[0],), "msg": ""}])
    return Invalid(problems=[build_unknown(UNKNOWN_FILTER, [one["name"] for one in queries])])
