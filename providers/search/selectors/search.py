"""Search instruments by ranges of the index, which the database counts and weighs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import connections, router
from django.db.models import Case, Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Col
from django.db.models.functions import Coalesce
from django.db.models.sql.constants import LOUTER
from django_cte import CTE, with_cte

from instrument_share.accounts.domain import OrganizationState
from instrument_share.kernel.pinyin import has_chinese
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.search.domain.index import TermKind, is_spellable
from providers.search.domain.query import (
    LAST,
    Clause,
    Interpretation,
    Range,
    Word,
    interpret_query,
    is_sentence,
    parse_query,
    ranges_to_count,
    words_to_read,
)
from providers.search.domain.spelling import allowed_mistakes, closest, variants
from providers.search.models import SearchSpelling, SearchTerm

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

JUST_THAT, ANOTHER_FORM, ONLY_BEGINS_SO = 10, 8, 5
"""What a term counts that is what was typed, that is another form of it, that goes on after it."""


@dataclass(frozen=True)
class Search:
    """A query as the index interprets it.

    `corrected` has pairs of typed and intended words; `heard` are words found by their sound; `unknown` words
    match nothing and are ignored.
    """

    text: str = ""
    clauses: tuple[Clause, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    heard: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        return bool(self.text.strip())

    @property
    def required(self) -> tuple[Clause, ...]:
        """Return the clauses that an instrument has to match."""
        return tuple(clause for clause in self.clauses if clause.is_required)


EVERYTHING = Search()


def search(text: str, among: "QuerySet[Instrument] | None" = None) -> Search:
    """Interpret a query: one database query, a second one if a word is misspelt.

    A word is known if one of the instruments `among` has it: by default those of the catalogue, so that
    nobody learns what stands in drafts alone.
    """
    words = parse_query(text)
    if not words:
        return Search(text=text.strip())
    searched = _in_catalogue() if among is None else among
    known = _look_up(ranges_to_count(words), searched)
    counts, instruments = known.counts, known.instruments
    subjects = known.listed if is_sentence(words, counts) else frozenset[str]()
    words = words_to_read(words, counts)
    found = interpret_query(words, counts, instruments, subjects=subjects)
    meant: Mapping[str, tuple[str, int]] = {}
    if found.doubtful:
        meant = _meant(words, found.doubtful, searched)
        found = interpret_query(words, counts, instruments, meant, subjects)
    return Search(
        text=text.strip(),
        clauses=found.clauses,
        corrected=tuple((typed, word) for typed, (word, _) in meant.items() if not has_chinese(typed)),
        heard=found.heard,
        unknown=(*found.unknown, *_unfound(words, found)),
    )


def _in_catalogue() -> QuerySet[Instrument]:
    return Instrument.objects.filter(
        state=InstrumentState.PUBLISHED, organization__state=OrganizationState.ADMITTED
    )


def _unfound(words: Sequence[Word], counts: Interpretation) -> tuple[str, ...]:
    """Return doubtful words without Chinese of which no piece was found."""
    asked = {clause.range for clause in counts.clauses}
    by_text = {word.text: word for word in words if not has_chinese(word.text)}
    doubtful = (by_text[text] for text in counts.doubtful if text in by_text)
    return tuple(word.text for word in doubtful if not asked & set(word.pieces.values()))


@dataclass(frozen=True)
class _Known:
    """The instruments of each range and of all, and the typed words that stand in the table of synonyms."""

    counts: dict[Range, int]
    instruments: int
    listed: frozenset[str]


def _look_up(ranges: Sequence[Range], searched: QuerySet[Instrument]) -> _Known:
    """Return what is known of the ranges among the searched instruments; one query.

    The ranges are passed as rows, so that both engines count each by the index, unlike aggregates over one
    condition. A whole word counts where it is written as an abbreviation.
    """
    alias = router.db_for_read(SearchTerm)
    every, of_every = _to_sql(searched, alias)
    of_term = Col(SearchTerm._meta.db_table, SearchTerm._meta.get_field("instrument"))
    its, of_its = _to_sql(searched.filter(pk=of_term), alias)
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(ranges))
    statement = f"""
        WITH asked (first, last, kind, typed) AS (VALUES {rows})
        SELECT asked.first, asked.last, asked.kind, asked.typed,
            CASE WHEN asked.kind = 0 THEN
                (SELECT count(DISTINCT instrument_id) FROM providers_searchterm
                 WHERE term >= asked.first AND term < asked.last AND EXISTS ({its}))
            ELSE
                (SELECT count(DISTINCT instrument_id) FROM providers_searchterm
                 WHERE term = asked.first AND kind = asked.kind AND EXISTS ({its}))
            END,
            (SELECT count(*) FROM ({every}) AS searched),
            EXISTS (SELECT 1 FROM providers_synonymword WHERE normal = asked.typed)
        FROM asked
    """  # noqa: S608 - only placeholders and compiled querysets are put in
    asked = {
        one: (one.start, one.end, int(TermKind.ABBREVIATION) * one.is_whole, one.typed) for one in ranges
    }
    params: list[Any] = [*chain.from_iterable(asked.values()), *of_its, *of_its, *of_every]
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, params)
        rows_found = cursor.fetchall()
    by_row = {tuple(row): number for *row, number, _, _ in rows_found}
    return _Known(
        {one: by_row[row] for one, row in asked.items()},
        rows_found[0][5],
        frozenset(typed for _, _, _, typed, _, _, is_listed in rows_found if is_listed),
    )


def _to_sql(instruments: QuerySet[Instrument], alias: str) -> tuple[str, tuple]:
    """Return the statement for the ids of the instruments with its parameters."""
    return instruments.order_by().values("pk").query.get_compiler(using=alias).as_sql()


def _meant(
    words: Sequence[Word], doubtful: Collection[str], searched: QuerySet[Instrument]
) -> dict[str, tuple[str, int]]:
    """Return the intended words, which searched instruments have, and their frequencies; one query."""
    typed = {word.text: word.letters for word in words if word.text in doubtful}
    sought = {text: variants(form) for text, form in typed.items() if is_spellable(form, TermKind.WORD)}
    wanted = set().union(*sought.values())
    if not wanted:
        return {}
    frequency = (
        SearchTerm.objects.filter(term=OuterRef("word"), instrument__in=searched.values("pk"))
        .order_by()
        .values("term")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = (
        SearchSpelling.objects.filter(variant__in=wanted)
        .annotate(number=Subquery(frequency))
        .filter(number__gt=0)
        .values_list("variant", "word", "number")
    )
    by_variant: dict[str, set[tuple[str, int]]] = {}
    for variant, word, number in rows:
        by_variant.setdefault(variant, set()).add((word, number))
    found = {}
    for text, spellings in sought.items():
        candidates = set().union(*(by_variant.get(one, set()) for one in spellings))
        # In pinyin different words are near: 量子显微镜 is no misspelt 电子显微镜 (liangzi, dianzi).
        allowed = allowed_mistakes(typed[text]) - has_chinese(text)
        if (meant := closest(typed[text], candidates, allowed)) is not None:
            found[text] = (meant, dict(candidates)[meant])
    return found


def filter_matching(queryset: QuerySet[Instrument], query: Search) -> QuerySet[Instrument]:
    """Return instruments that match every required clause: all for an empty query, none if it is unknown.

    The rarest clause is looked up and each other one is a subquery, one probe of the index for each
    instrument; databases that misjudge rarity would join row by row.
    """
    if not query.is_asked:
        return queryset
    if not query.clauses:
        return queryset.none()
    rarest, *others = (clause.range for clause in sorted(query.required, key=lambda one: -one.rarity))
    queryset = queryset.filter(pk__in=_terms_in(rarest).values("instrument_id"))
    for number, one in enumerate(others):
        name = f"has_{number}"
        terms = SearchTerm.objects.filter(instrument_id=OuterRef("pk"), term__gte=one.start)
        queryset = queryset.alias(**{name: Subquery(terms.order_by("term").values("term")[:1])})
        queryset = queryset.filter(**{f"{name}__lt": one.end})
    return queryset


def filter_partly_matching(queryset: QuerySet[Instrument], query: Search) -> QuerySet[Instrument]:
    """Return instruments that match any required clause; `relevance` orders them by the most matches."""
    if not query.clauses:
        return queryset.none()
    by_clause = [_terms_in(clause.range).values("instrument_id") for clause in query.required]
    return queryset.filter(pk__in=reduce(lambda one, other: one.union(other), by_clause))


def with_relevance(queryset: QuerySet[Instrument], query: Search) -> QuerySet[Instrument]:
    """Annotate `relevance`, the sum of the weights of the matching clauses.

    Each clause's range of the index is read and grouped once and joined; as a subquery for each instrument it
    was read anew for every match.
    """
    total: Combinable = Value(0)
    for number, clause in enumerate(query.clauses):
        weights = CTE(_weights(clause.range), name=f"weights_{number}")
        joined = weights.join(queryset, pk=weights.col.instrument_id, _join_type=LOUTER)
        queryset = with_cte(weights, select=joined)
        total = total + Coalesce(weights.col.best, 0) * Value(clause.rarity)
    return queryset.annotate(relevance=total)


def _terms_in(clause: Range) -> QuerySet[SearchTerm]:
    return SearchTerm.objects.filter(term__gte=clause.start, term__lt=clause.end)


def _weights(clause: Range) -> "QuerySet[SearchTerm, Any]":
    """Return each instrument with the best weight of its terms in the range."""
    goes_on = Q(term__gte=clause.typed, term__lt=clause.typed + LAST)
    fit = Case(
        When(term=clause.typed, then=Value(JUST_THAT)),
        When(goes_on & Q(kind__lt=TermKind.WORD), then=Value(JUST_THAT)),
        When(~goes_on, then=Value(ANOTHER_FORM)),
        default=Value(ONLY_BEGINS_SO if clause.start == clause.typed else ANOTHER_FORM),
        output_field=IntegerField(),
    )
    return _terms_in(clause).order_by().values("instrument_id").annotate(best=Max(F("weight") * fit))
