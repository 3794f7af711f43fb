"""The part of a sheet's preview where unknown words get a meaning, once for each word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict

from instrument_share.kernel.errors import Invalid
from instrument_share.kernel.wording import Words
from instrument_share.web import clock
from instrument_share.web.responses.problem import Told, problems_told, told
from instrument_share.web.text.formats import in_english
from providers.exchange.domain.sheets.problems import SheetProblem
from providers.exchange.domain.sheets.sheet_types import SheetField, SheetKind
from providers.exchange.domain.sheets.values import offered_words
from providers.exchange.domain.sheets.words import CLOSED, UnknownWord, unknown_words
from providers.exchange.selectors.sheet_runs import sheet_words
from providers.exchange.services.sheet_words import sheet_words_remember
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.selectors.instruments import category_table
from providers.instruments.views.common import person

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

MOST_ASKED = 50
"""So many words are asked for at once; the others follow when these are decided."""
Choices = Sequence[tuple[str, "_StrOrPromise"]]


@dataclass(frozen=True)
class AskedWord:
    """A word of a field with what it means so far; `choices` are empty where a code is typed."""

    field: str
    label: str
    word: str
    rows: int
    meaning: str
    choices: Choices


def save_words(request: HttpRequest, organization_id: int, kind: SheetKind) -> list[Told]:
    """Remember the meanings that were sent; return the problems, if any, and save nothing then."""
    try:
        sheet_words_remember(
            actor=person(request),
            organization_id=organization_id,
            kind=kind,
            words=_sent(request.POST),
            now=clock.now(),
        )
    except Invalid as error:
        return problems_told(error.problems)
    return []


def words_context(
    organization_id: int,
    kind: SheetKind,
    problems: Iterable[SheetProblem],
    sent: QueryDict,
    wrong: Sequence[Told],
) -> dict[str, Any]:
    """Return the words to ask for, those that are remembered, and the lists of codes that they need."""
    typed = {(name, word): meant for name, word, meant in _sent(sent)} if wrong else {}
    unknown = unknown_words(problems)
    known = [
        (UnknownWord(name, word, 0), meant)
        for name, said in sheet_words(organization_id, kind.name).items()
        if name in kind.fields
        for word, meant in said.items()
    ]
    asked = [_asked(kind, one, typed.get((one.field, one.word), "")) for one in unknown[:MOST_ASKED]]
    kept = [_asked(kind, one, typed.get((one.field, one.word), meant)) for one, meant in known]
    coded = {kind.fields[one.field].kind for one in (*asked, *kept)}
    return {
        "asked_words": asked,
        "kept_words": kept,
        "more_words": max(0, len(unknown) - MOST_ASKED),
        "wrong_words": wrong,
        "code_lists": [(name, _codes(name)) for name in ("country", "category") if name in coded],
    }


def _sent(sent: QueryDict) -> list[tuple[str, str, str]]:
    names, words, meanings = (sent.getlist(name) for name in ("field", "word", "meaning"))
    return [(name, word, meant.strip()) for name, word, meant in zip(names, words, meanings, strict=False)]


def _asked(kind: SheetKind, one: UnknownWord, meant: str) -> AskedWord:
    field = kind.fields[one.field]
    label = told("{word}", {"word": Words(field.label)})
    choices = _choices(field) if field.kind in CLOSED else ()
    return AskedWord(one.field, label, one.word, one.rows, meant, choices)


def _choices(field: SheetField) -> Choices:
    english: Mapping[Any, str] = {meant: word for word, meant in reversed(list(field.english.items()))}
    return [
        (word, english.get(field.words[word], word) if in_english() else word)
        for word in offered_words(field.words)
    ]


def _codes(name: str) -> list[str]:
    if name == "country":
        return [f"{code} {names[1 if in_english() else 0]}" for code, names in COUNTRIES.items()]
    return [
        f"{one.code} {one.name_en or one.name_zh if in_english() else one.name_zh}"
        for one in category_table().filter(children__isnull=True).order_by("code")
    ]
