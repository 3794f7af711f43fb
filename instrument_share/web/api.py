"""What every part of the API shares: who asks, how refusals are answered and declared, types of fields."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI, Query, Router, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer, SessionAuth
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services as account_services
from instrument_share.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock, problem
from instrument_share.web.asked import LONGEST_TIME, problem_of_times

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

# --- Types of fields ----------------------------------------------------------------------------------------


def _in_living_memory(instant: datetime) -> datetime:
    if not 2000 <= instant.year < 2100:
        raise ValueError("choose a year from 2000 to 2099")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_living_memory)]
"""RFC 3339 with an offset, from 2000 to 2099; answered in UTC."""

NO_NUL = r"^[^\x00]*$"
Text200 = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
Text500 = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
PublicId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9A-HJKMNP-TV-Z]{10}$")]
Limit = Annotated[int, Query(ge=1, le=100, description="rows on a page")]
Cursor = Annotated[
    str | None,
    Query(
        max_length=1000, pattern=NO_NUL, description="`next_cursor` of the page before; none for the first"
    ),
]


def interval_of(
    starts_at: datetime, ends_at: datetime, *, longest: timedelta = LONGEST_TIME, field: str = "ends_at"
) -> Interval:
    """The half-open interval, or Invalid with the problem at the `field` of its end."""
    if found := problem_of_times(starts_at, ends_at, longest):
        raise Invalid(problems=[replace(found, field=field)])
    return Interval(starts_at, ends_at)


# --- Who asks -----------------------------------------------------------------------------------------------


class PersonalToken(HttpBearer):
    """`Authorization: Bearer …` with a personal token; the request is then the person's."""

    def authenticate(self, request: HttpRequest, token: str) -> "User | None":
        user = accounts.user_by_token(token, clock.now())
        if user is not None:
            request.user = user
        return user


class Visitor:
    """Anybody: the person who is logged in, or a visitor. A token that is not valid is refused all the
    same.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" in request.headers:
            return None
        return request.user if request.user.is_authenticated else "visitor"


MEMBERS = [PersonalToken(), SessionAuth()]
"""For operations that need an account: a token, or the session of a page with its CSRF token."""
EVERYBODY = [PersonalToken(), Visitor()]
"""For public reads."""


def person(request: HttpRequest) -> "User":
    """Who asks, in an operation for MEMBERS."""
    return cast("User", request.user)


# --- Refusals -----------------------------------------------------------------------------------------------


class ProblemPart(Schema):
    """One rule or field that stands against the request."""

    code: str = Field(description="stable", examples=["booking.too_long"])
    detail: str = Field(description="what is wrong and how to mend it, in the reader's language")
    field: str | None = Field(None, description="the input it belongs to")


class ProblemDetails(Schema):
    """RFC 9457, with the stable `code` and every single problem."""

    type: str = Field(examples=["urn:instrument-share:problem:booking.refused"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["booking.refused"])
    problems: list[ProblemPart]


def refusals(*statuses: int) -> dict[int, type[ProblemDetails]]:
    """What an operation may answer besides success; 401 and 422 are always possible."""
    return dict.fromkeys(sorted({401, 422, *statuses}), ProblemDetails)


EXAMPLES: Mapping[int, tuple[str, str, list[dict[str, str]]]] = {
    400: ("request.unreadable", "The body is not JSON.", []),
    401: ("authentication.missing", "Log in, or send a valid personal token.", []),
    403: ("forbidden", Forbidden.message, []),
    404: ("not_found", "There is nothing at this address, or you may not see it.", []),
    409: (
        "booking.slot_taken",
        "This time is taken (with the pause between two uses). Choose a time that is still free.",
        [],
    ),
    410: (
        "instrument.retired",
        "“X-ray diffractometer” was retired on 30 Jun 2025 and can't be used any more. "
        "Look in the catalogue for another.",
        [],
    ),
    412: (
        "booking.changed_meanwhile",
        "Somebody changed this booking meanwhile. Reload it and decide again.",
        [],
    ),
    422: (
        "booking.refused",
        "This can't be booked as it stands. Change what is listed and try again.",
        [
            {
                "code": "booking.too_long",
                "detail": "A booking lasts at most 480 minutes. Choose an earlier end.",
                "field": "ends_at",
            }
        ],
    ),
    428: ("precondition.missing", "Send the booking's ETag as If-Match.", []),
}


PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    422: "Unprocessable Entity",
    428: "Precondition Required",
}
"""Phrases of the statuses in the OpenAPI document. Those of `http` differ between versions of Python."""


class PreconditionMissing(Exception):
    """An edit without the revision that it starts from."""


class PreconditionFailed(Exception):
    """An edit of a revision that is not the present one; carries the domain's words."""

    def __init__(self, error: DomainError) -> None:
        self.error = error
        super().__init__(error.code)


class ShareAPI(NinjaAPI):
    """NinjaAPI whose refusals are problem details, in its answers and in its OpenAPI document."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        for path in schema["paths"].values():
            for operation in path.values():
                if operation["security"] == [{PersonalToken.__name__: []}]:
                    operation["security"].append({})  # a visitor needs none
                for status, response in operation["responses"].items():
                    if int(status) >= 400:
                        _declare(int(status), response)
        return schema


def _declare(status: int, response: dict[str, Any]) -> None:
    code, detail, parts = EXAMPLES[status]
    response["description"] = PHRASES[status]
    response["content"] = {
        problem.CONTENT_TYPE: {
            "schema": {"$ref": "#/components/schemas/ProblemDetails"},
            "example": {
                "type": f"urn:instrument-share:problem:{code}",
                "title": PHRASES[status],
                "status": status,
                "detail": detail,
                "code": code,
                "problems": parts,
            },
        }
    }


def answer_refusals(api: NinjaAPI) -> None:
    """Every refusal of the rules, of ninja and of Django as `application/problem+json`."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        DomainError: lambda _request, error: problem.response_of(error),
        PreconditionFailed: _precondition_failed,
        PreconditionMissing: _precondition_missing,
        ValidationError: _not_valid,
        AuthenticationError: _not_logged_in,
        HttpError: _of_the_protocol,
        Http404: lambda _request, _error: problem.response_of(NotFound()),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _precondition_failed(_request: HttpRequest, error: PreconditionFailed) -> HttpResponse:
    return problem.response(
        {**problem.body_of(error.error), "status": 412, "title": gettext("Changed meanwhile")}
    )


def _precondition_missing(_request: HttpRequest, _error: Exception) -> HttpResponse:
    members = problem.body(
        status=428, code="precondition.missing", detail=gettext("Send the booking's ETag as If-Match.")
    )
    return problem.response({**members, "title": gettext("Say what you have seen")})


def _not_valid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    parts = [
        problem.Told(
            f"field.{one['type']}",
            gettext("This value can't be used: {reason}.").format(reason=one["msg"]),
            ".".join(str(part) for part in one["loc"][1:] if part not in {"data", "body"}) or None,
        )
        for one in error.errors
    ]
    return problem.response(
        problem.body(status=422, code=Invalid.code, detail=gettext(Invalid.message), problems=parts)
    )


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


def _of_the_protocol(_request: HttpRequest, error: HttpError) -> HttpResponse:
    said = {
        400: ("request.unreadable", _("The body is not JSON.")),
        403: ("csrf.failed", _("The CSRF token is missing or too old. Reload the page and try again.")),
    }
    code, detail = said.get(error.status_code, ("request.refused", str(error)))
    return problem.response(problem.body(status=error.status_code, code=code, detail=str(detail)))


# --- The person who asks ------------------------------------------------------------------------------------

me_router = Router(tags=["me"], auth=MEMBERS)


class OrganizationRef(Schema):
    """A body, by its public id and names."""

    id: PublicId
    name_zh: str
    name_en: str


class MembershipOut(Schema):
    organization: OrganizationRef
    role: str


class MeOut(Schema):
    id: PublicId
    name: str
    language: str
    memberships: list[MembershipOut]


class TokenIn(Schema):
    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL)]


class TokenOut(Schema):
    id: PublicId
    name: str
    expires_at: datetime
    secret: str = Field(description="shown once; send it as `Authorization: Bearer …`")


def organization_ref(organization: Any) -> OrganizationRef:
    return OrganizationRef(
        id=organization.public_id, name_zh=organization.name_zh, name_en=organization.name_en
    )


@me_router.get("", response={200: MeOut, **refusals()}, operation_id="me", summary="Who I am")
def me(request: HttpRequest) -> MeOut:
    """The person behind the token or session, with the roles they hold now."""
    user = person(request)
    return MeOut(
        id=user.public_id,
        name=user.name,
        language=user.language,
        memberships=[
            MembershipOut(organization=organization_ref(one.organization), role=one.role)
            for one in accounts.standing(user).memberships
        ],
    )


@me_router.post(
    "/tokens",
    response={201: TokenOut, **refusals(400, 403)},
    auth=SessionAuth(),
    operation_id="token_create",
    summary="Make a personal token",
)
def token_create(request: HttpRequest, data: TokenIn) -> Status[TokenOut]:
    """Only from a session: a token can't make another. Its secret is shown this once."""
    user = person(request)
    token, secret = account_services.api_token_create(actor=user, name=data.name, now=clock.now())
    made = TokenOut(id=token.public_id, name=token.name, expires_at=token.expires_at, secret=secret)
    return Status(201, made)
