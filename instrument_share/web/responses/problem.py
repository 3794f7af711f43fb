"""Refusals in the reader's language: as `application/problem+json` (RFC 9457), and as text for pages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.errors import DomainError, Kind, Problem
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual, Sentence, Words
from instrument_share.web.text import formats, labels

CONTENT_TYPE = "application/problem+json"
STATUS: dict[Kind, int] = {
    "invalid": 422,
    "unsigned": 401,
    "forbidden": 403,
    "conflict": 409,
    "not_found": 404,
    "gone": 410,
}
TITLES = {
    400: _("The request could not be read"),
    401: _("Log in first"),
    403: _("Not allowed"),
    404: _("Page not found"),
    405: _("Not possible here"),
    409: _("The situation has changed"),
    410: _("No longer there"),
    412: _("Changed meanwhile"),
    413: _("Too large"),
    415: _("Another type of content is needed"),
    422: _("Something needs to be changed"),
    428: _("State the version that you read"),
    429: _("Too many requests"),
    500: _("Something went wrong here"),
    503: _("Busy at the moment"),
}


@dataclass(frozen=True)
class Told:
    """A problem in the reader's language."""

    code: str
    detail: str
    field: str | None = None


def told(message: str, params: Mapping[str, Any]) -> str:
    """A marked literal in the active language, with its parameters filled in as people read them."""
    return gettext(message).format_map(_Readable(params))


def problems_told(problems: Iterable[Problem]) -> list[Told]:
    return [Told(problem.code, told(problem.message, problem.params), problem.field) for problem in problems]


def problems_of(error: DomainError) -> list[Told]:
    """Return the problems of an error; of one that is about one field, the error itself."""
    if error.problems or error.field is None:
        return problems_told(error.problems)
    return [Told(error.code, told(error.message, error.params), error.field)]


def status_of(error: DomainError) -> int:
    return STATUS[error.kind]


def body_of(error: DomainError) -> dict[str, Any]:
    """The members of the problem details of `error`, in the active language."""
    return body(
        status=status_of(error),
        code=error.code,
        detail=told(error.message, error.params),
        problems=problems_of(error),
    )


def body(*, status: int, code: str, detail: str, problems: Iterable[Told] = ()) -> dict[str, Any]:
    """Members of RFC 9457 and two of our own: the stable `code`, and `problems` for rules and fields."""
    return {
        "type": f"urn:instrument-share:problem:{code}",
        "title": str(TITLES.get(status, TITLES[500])),
        "status": status,
        "detail": detail,
        "code": code,
        "problems": [
            {"code": one.code, "detail": one.detail, **({"field": one.field} if one.field else {})}
            for one in problems
        ],
    }


def response_of(error: DomainError) -> JsonResponse:
    """The answer of the API to `error`."""
    return response(body_of(error))


def response(members: Mapping[str, Any]) -> JsonResponse:
    return JsonResponse(
        dict(members),
        status=members["status"],
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


class _Readable(dict[str, Any]):
    """Parameters of a message, each in the words of the active language."""

    def __getitem__(self, name: str) -> str:
        return _shown(name, super().__getitem__(name))

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _shown(name: str, value: Any) -> str:
    if isinstance(value, tuple | list):
        return _list_separator().join(_shown(name, one) for one in value)
    if isinstance(value, Mapping):
        return _shown_mapping(value)
    for kind, to_text in _TEXT_BY_TYPE.items():
        if isinstance(value, kind):
            return to_text(value)
    if isinstance(value, str) and name in _WORDS_OF_CODES:
        return _WORDS_OF_CODES[name](value)
    return str(value)


_WORDS_OF_CODES: dict[str, Callable[[str], str]] = {"state": labels.word, "move": labels.get_move}


def _list_separator() -> str:
    return ", " if formats.in_english() else "、"


def _in_language(zh: Any, en: Any) -> str:
    return str((formats.in_english() and en) or zh)


_TEXT_BY_TYPE: dict[type, Callable[[Any], str]] = {
    Words: gettext,
    Sentence: lambda sentence: told(sentence.message, sentence.params),
    Bilingual: lambda names: _in_language(names.zh, names.en),
    Interval: formats.timerange,
    datetime: formats.moment,  # before `date`, of which it is a subclass
    date: formats.date_only,
    timedelta: formats.length,
    Decimal: formats.number,
}


def _shown_mapping(value: Mapping[str, Any]) -> str:
    """A parameter that was stored as JSON."""
    match value:
        case {"zh": zh, "en": en}:
            return _in_language(zh, en)
        case {"message": message, "params": params}:
            return told(message, params)
        case {"words": text}:
            return gettext(text)
        case {"instant": text}:
            return formats.moment(datetime.fromisoformat(text))
        case {"date": text}:
            return formats.date_only(date.fromisoformat(text))
        case {"seconds": number}:
            return formats.length(timedelta(seconds=number))
        case {"decimal": text}:
            return formats.number(Decimal(text))
    return str(value)
