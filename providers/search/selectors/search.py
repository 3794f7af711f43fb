"""What a search finds, and how well: ranges of the index, counted and weighed by the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from instrument_share.kernel.pinyin import is_han
from providers.instruments.models import Instrument
from providers.search.domain.index import TermKind, is_spellable
from providers.search.domain.query import (
    LAST,
    Clause,
    Interpretation,
    Range,
    Word,
    interpret_query,
    parse_query,
    ranges_to_count,
)
from providers.search.domain.spelling import allowed_mistakes, closest, variants
from providers.search.models import SearchSpelling, SearchTerm

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

JUST_THAT, ANOTHER_FORM, ONLY_BEGINS_SO = 10, 8, 5
"""What a term counts that is what was typed, that is another form of it, that goes on after it."""


@dataclass(frozen=True)
class Search:
    """A query as the index understands it.

    `corrected` has the words that stand for misspelt ones, by what was typed; `heard` are words that were
    found by their sound; `unknown` those that nothing has, which are left out.
    """

    text: str = ""
    clauses: tuple[Clause, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    heard: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        return bool(self.text.strip())


EVERYTHING = Search()


def search(text: str) -> Search:
    """Understand a query: one statement, a second one where a word is misspelt."""
    words = parse_query(text)
    if not words:
        return Search(text=text.strip())
    counts, instruments = _counts(ranges_to_count(words))
    found = interpret_query(words, counts, instruments)
    meant: Mapping[str, tuple[str, int]] = {}
    if found.doubtful:
        meant = _meant(words, found.doubtful)
        found = interpret_query(words, counts, instruments, meant)
    return Search(
        text=text.strip(),
        clauses=found.clauses,
        corrected=tuple((typed, word) for typed, (word, _) in meant.items() if not is_han(typed)),
        heard=found.heard,
        unknown=(*found.unknown, *_unfound(words, found)),
    )


def _unfound(words: Sequence[Word], counts: Interpretation) -> tuple[str, ...]:
    """Doubtful words without Chinese of which not even a piece was found."""
    asked = {clause.range for clause in counts.clauses}
    by_text = {word.text: word for word in words if not is_han(word.text)}
    doubtful = (by_text[text] for text in counts.doubtful if text in by_text)
    return tuple(word.text for word in doubtful if not asked & set(word.pieces.values()))


def _counts(ranges: Sequence[Range]) -> tuple[dict[Range, int], int]:
    """How many instruments have a term in each range, and how many there are at all; one statement.

    The ranges are given as rows, so that each is counted in the index by itself on both engines, which an
    aggregate over all of them in one condition is not.
    """
    rows = ", ".join(["(%s, %s)"] * len(ranges))
    statement = f"""
        WITH asked (first, last) AS (VALUES {rows})
        SELECT asked.first, asked.last,
            (SELECT count(DISTINCT instrument_id) FROM providers_searchterm
             WHERE term >= asked.first AND term < asked.last),
            (SELECT count(*) FROM providers_instrument)
        FROM asked
    """  # noqa: S608 - only placeholders are put in
    with connection.cursor() as cursor:
        cursor.execute(statement, [bound for one in ranges for bound in (one.start, one.end)])
        rows_found = cursor.fetchall()
    by_bounds = {(first, last): number for first, last, number, _ in rows_found}
    return {one: by_bounds[one.start, one.end] for one in ranges}, rows_found[0][3]


def _meant(words: Sequence[Word], doubtful: Collection[str]) -> dict[str, tuple[str, int]]:
    """For misspelt words, the word that was meant and how many instruments have it; one statement."""
    typed = {word.text: word.letters for word in words if word.text in doubtful}
    sought = {text: variants(form) for text, form in typed.items() if is_spellable(form, TermKind.WORD)}
    wanted = set().union(*sought.values())
    if not wanted:
        return {}
    frequency = (
        SearchTerm.objects.filter(term=OuterRef("word"))
        .order_by()
        .values("term")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = (
        SearchSpelling.objects.filter(variant__in=wanted)
        .annotate(number=Coalesce(Subquery(frequency), 0))
        .values_list("variant", "word", "number")
    )
    by_variant: dict[str, set[tuple[str, int]]] = {}
    for variant, word, number in rows:
        by_variant.setdefault(variant, set()).add((word, number))
    found = {}
    for text, spellings in sought.items():
        candidates = set().union(*(by_variant.get(one, set()) for one in spellings))
        # In pinyin different words are near: 量子显微镜 is no misspelt 电子显微镜 (liangzi, dianzi).
        allowed = allowed_mistakes(typed[text]) - is_han(text)
        if (meant := closest(typed[text], candidates, allowed)) is not None:
            found[text] = (meant, dict(candidates)[meant])
    return found


def filter_matching(queryset: QuerySet[Instrument], query: Search) -> QuerySet[Instrument]:
    """The instruments that have everything that was asked for; all of them for a query without words, none
    for one of which nothing is known.

    What has the rarest is looked up. Whether it has the others is a value, one probe of the index each: a
    database that takes a range for rarer than it is would join two of them row by row.
    """
    if not query.is_asked:
        return queryset
    if not query.clauses:
        return queryset.none()
    rarest, *others = (clause.range for clause in sorted(query.clauses, key=lambda one: -one.rarity))
    queryset = queryset.filter(pk__in=_terms_in(rarest).values("instrument_id"))
    for number, one in enumerate(others):
        name = f"has_{number}"
        terms = SearchTerm.objects.filter(instrument_id=OuterRef("pk"), term__gte=one.start)
        queryset = queryset.alias(**{name: Subquery(terms.order_by("term").values("term")[:1])})
        queryset = queryset.filter(**{f"{name}__lt": one.end})
    return queryset


def filter_partly_matching(queryset: QuerySet[Instrument], query: Search) -> QuerySet[Instrument]:
    """The instruments that have any of it, for a query of several words that none has all of; `relevance`
    puts those first that have most.
    """
    if not query.clauses:
        return queryset.none()
    by_clause = [_terms_in(clause.range).values("instrument_id") for clause in query.clauses]
    return queryset.filter(pk__in=reduce(lambda one, other: one.union(other), by_clause))


def with_relevance(queryset: QuerySet[Instrument], query: Search) -> QuerySet[Instrument]:
    """Each instrument with `relevance`: the sum over what was asked for of how well it has that."""
    total: Combinable = Value(0)
    for clause in query.clauses:
        total = total + Coalesce(Subquery(_weight(clause.range)), 0) * Value(clause.rarity)
    return queryset.annotate(relevance=total)


def _terms_in(clause: Range) -> QuerySet[SearchTerm]:
    return SearchTerm.objects.filter(term__gte=clause.start, term__lt=clause.end)


def _weight(clause: Range) -> "QuerySet[SearchTerm, Any]":
    """The best of the outer instrument's terms in the range."""
    goes_on = Q(term__gte=clause.typed, term__lt=clause.typed + LAST)
    fit = Case(
        When(term=clause.typed, then=Value(JUST_THAT)),
        When(goes_on & ~Q(kind=TermKind.WORD), then=Value(JUST_THAT)),
        When(~goes_on, then=Value(ANOTHER_FORM)),
        default=Value(ONLY_BEGINS_SO if clause.start == clause.typed else ANOTHER_FORM),
        output_field=IntegerField(),
    )
    return (
        _terms_in(clause)
        .filter(instrument_id=OuterRef("pk"))
        .order_by()
        .values("instrument_id")
        .annotate(best=Max(F("weight") * fit))
        .values("best")
    )
