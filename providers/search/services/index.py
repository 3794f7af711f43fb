"""Maintain the search index, a projection of instruments and synonyms."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from providers.instruments.models import Instrument, InstrumentCategory
from providers.instruments.selectors.instruments import instrument_locks
from providers.instruments.services.batches import Tell, for_each_batch
from providers.search.domain.index import Document, Term, document_terms, is_spellable
from providers.search.domain.spelling import variants
from providers.search.domain.synonyms import Purposes, Synonyms
from providers.search.models import SearchedUnit, SearchSpelling, SearchTerm, SynonymGroup, SynonymWord
from providers.terms.services.listed_prices import prices_list

BATCH = 200
ROWS = 2_000
WORDS = 200
"""So many words have their spellings rewritten at a time."""
WORDS_IN_ORDER = Prefetch("words", queryset=SynonymWord.objects.order_by("position"))


@transaction.atomic
def search_index(instrument_ids: Collection[int]) -> None:
    """Update the index of these instruments, in the transaction that changes them.

    Only differing terms are written, with a few queries for each 200 instruments.
    """
    ids = sorted(set(instrument_ids))
    if not ids:
        return
    tables = current_tables()
    for batch in _batches(ids, BATCH):
        _index(batch, tables)


@transaction.atomic
def search_forget(instrument_ids: Collection[int]) -> None:
    """Remove instruments from the index that are about to be removed, and words that only they had."""
    for ids in _batches(sorted(instrument_ids), BATCH):
        rows = SearchTerm.objects.filter(instrument_id__in=ids)
        terms = set(rows.values_list("term", flat=True))
        rows.delete()
        _remove_spellings(terms)


def search_refresh() -> int:
    """Index instruments of renamed units and those never indexed, for a job; return their number."""
    renamed = Q(organization__searched_unit__isnull=True) | ~Q(
        organization__searched_unit__name_zh=F("organization__name_zh"),
        organization__searched_unit__name_en=F("organization__name_en"),
    )
    missing = ~Exists(SearchTerm.objects.filter(instrument_id=OuterRef("pk")))
    unlisted = Q(rules__isnull=False, listed_prices__isnull=True)
    names = ("organization_id", "organization__name_zh", "organization__name_en")
    units = set(Instrument.objects.filter(renamed).values_list(*names))
    ids = list(Instrument.objects.filter(renamed | missing).values_list("pk", flat=True))
    search_index(ids)
    SearchedUnit.objects.bulk_create(
        [SearchedUnit(organization_id=pk, name_zh=zh, name_en=en) for pk, zh, en in sorted(units)],
        update_conflicts=True,
        unique_fields=["organization"],
        update_fields=["name_zh", "name_en"],
    )
    prices_list(list(Instrument.objects.filter(unlisted).distinct().values_list("pk", flat=True)))
    return len(ids)


def search_rebuild(tell: Tell = lambda _done: None) -> int:
    """Rebuild the whole index and the listed prices in batches; return the number of instruments.

    Only what differs is written, and others wait for one batch at most: at 20,000 instruments one transaction
    over everything kept a booking for 44 seconds. Safe to stop and to repeat.
    """
    done = for_each_batch(_rebuild, tell=tell)
    _rebuild_spellings()
    return done


def _rebuild(ids: list[int]) -> None:
    search_index(ids)
    prices_list(ids)
    terms = SearchTerm.objects.filter(instrument_id__in=ids).values_list("term", "kind").distinct()
    _add_spellings({term for term, kind in terms if is_spellable(term, kind)})


def _rebuild_spellings() -> None:
    """Remove the spellings of words that nothing has any more, and correct those of the others."""
    words = SearchSpelling.objects.order_by("word").values_list("word", flat=True).distinct()
    last = ""
    while some := list(words.filter(word__gt=last)[:WORDS]):
        with transaction.atomic():
            _remove_spellings(set(some))
            _correct_spellings(some)
        last = some[-1]


def _correct_spellings(words: list[str]) -> None:
    rows = list(SearchSpelling.objects.filter(word__in=words))
    wanted = {(variant, word) for word in {row.word for row in rows} for variant in variants(word)}
    wrong = [row.pk for row in rows if (row.variant, row.word) not in wanted]
    missing = wanted - {(row.variant, row.word) for row in rows}
    SearchSpelling.objects.filter(pk__in=wrong).delete()
    SearchSpelling.objects.bulk_create(
        [SearchSpelling(variant=variant, word=word) for variant, word in sorted(missing)],
        ignore_conflicts=True,
    )


@dataclass(frozen=True)
class Tables:
    """The tables of the bureau that say what an instrument is found by."""

    synonyms: Synonyms
    purposes: Purposes


def current_tables() -> Tables:
    """Return the tables of synonyms and of purposes as this transaction sees them."""
    groups = list(SynonymGroup.objects.order_by("pk").prefetch_related(WORDS_IN_ORDER))
    words = {group.pk: [row.word for row in group.words.all()] for group in groups}
    return Tables(
        Synonyms.of(words[group.pk] for group in groups if not group.methods),
        Purposes.of((words[group.pk], group.methods) for group in groups if group.methods),
    )


def _index(ids: list[int], tables: Tables) -> None:
    instrument_locks(ids)  # first: joined, a category that is given during the wait would be missing
    instruments = list(
        Instrument.objects.filter(pk__in=ids)
        .select_related("organization", "category__parent__parent")
        .order_by("pk")
    )
    wanted = {one.pk: document_terms(_document(one, tables)) for one in instruments}
    rows = SearchTerm.objects.filter(instrument_id__in=ids)
    present: dict[tuple[int, str], tuple[int, int, int]] = {
        (instrument_id, term): (pk, weight, kind)
        for pk, instrument_id, term, weight, kind in rows.values_list(
            "pk", "instrument_id", "term", "weight", "kind"
        )
    }
    new = list(_differing(wanted, present))
    gone = {key: row[0] for key, row in present.items() if key[1] not in wanted.get(key[0], {})}
    for some in _batches(list(gone.values())):
        SearchTerm.objects.filter(pk__in=some).delete()
    SearchTerm.objects.bulk_create(
        new,
        batch_size=ROWS,
        update_conflicts=True,
        unique_fields=["instrument", "term"],
        update_fields=["weight", "kind"],
    )
    _remove_spellings(
        {term for _, term in gone} | {row.term for row in new if not is_spellable(row.term, row.kind)}
    )
    _add_spellings({row.term for row in new if is_spellable(row.term, row.kind)})
    _note_new_units(instruments)


def _differing(
    wanted: dict[int, dict[str, Term]], present: dict[tuple[int, str], tuple[int, int, int]]
) -> Iterator[SearchTerm]:
    for instrument_id, terms in wanted.items():
        for term, one in sorted(terms.items()):
            known = present.get((instrument_id, term))
            if known is None or known[1:] != (one.weight, one.kind):
                yield SearchTerm(
                    instrument_id=instrument_id, term=term, weight=int(one.weight), kind=int(one.kind)
                )


def _add_spellings(words: set[str]) -> None:
    """Add the spellings of new words."""
    known: set[str] = set()
    for some in _batches(sorted(words)):
        known |= set(SearchSpelling.objects.filter(word__in=some).values_list("word", flat=True))
    SearchSpelling.objects.bulk_create(
        [
            SearchSpelling(variant=variant, word=word)
            for word in sorted(words - known)
            for variant in sorted(variants(word))
        ],
        batch_size=ROWS,
        ignore_conflicts=True,
    )


def _remove_spellings(terms: set[str]) -> None:
    """Remove the spellings of words that no instrument has any more."""
    for some in _batches(sorted(terms)):
        words = set(SearchSpelling.objects.filter(word__in=some).values_list("word", flat=True))
        still = SearchTerm.objects.filter(term__in=words).values_list("term", "kind").distinct()
        words -= {term for term, kind in still if is_spellable(term, kind)}
        SearchSpelling.objects.filter(word__in=words).delete()


def _note_new_units(instruments: Iterable[Instrument]) -> None:
    """Note the names of units that had nothing in the index; a new name counts once all of a unit has it."""
    units = {one.organization_id: one.organization for one in instruments}
    SearchedUnit.objects.bulk_create(
        [
            SearchedUnit(organization_id=pk, name_zh=unit.name_zh, name_en=unit.name_en)
            for pk, unit in sorted(units.items())
        ],
        ignore_conflicts=True,
    )


def _document(instrument: Instrument, tables: Tables) -> Document:
    category = instrument.category
    names, kinds = _given(instrument.name_zh, instrument.name_en), _names_of(category)
    related = tables.synonyms.related(names, kinds, instrument.model)
    named = [*names, *related.near, *related.wide, *related.models]
    specifications = _given(instrument.specification_zh, instrument.specification_en)
    texts = _texts(instrument)
    return Document(
        names=names,
        model=instrument.model,
        inner_number=instrument.inner_number,
        manufacturer=instrument.manufacturer,
        categories=kinds,
        branches=tuple(name for above in _above(category) for name in _names_of(above)),
        unit=_given(instrument.organization.name_zh, instrument.organization.name_en),
        specifications=specifications,
        texts=texts,
        synonyms=related.near,
        wide_synonyms=related.wide,
        far_synonyms=(*related.far, *related.models),
        kinds=related.kinds,
        purposes=tables.purposes.served_by(named) or tables.purposes.served_by(kinds),
        told=tables.purposes.told_in(" / ".join([*texts, *specifications])),
    )


def _texts(instrument: Instrument) -> tuple[str, ...]:
    return _given(
        instrument.functions_zh,
        instrument.functions_en,
        instrument.services_zh,
        instrument.services_en,
        instrument.samples_zh,
        instrument.samples_en,
    )


def _above(category: InstrumentCategory | None) -> Iterator[InstrumentCategory]:
    while category is not None and category.parent is not None:
        category = category.parent
        yield category


def _names_of(category: InstrumentCategory | None) -> tuple[str, ...]:
    return _given(category.name_zh, category.name_en) if category else ()


def _given(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _batches(values: list, size: int = ROWS) -> Iterator[list]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
