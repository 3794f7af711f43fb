"""Words of the table of synonyms that resemble what was typed, for a search that finds nothing."""

from itertools import pairwise

from instrument_share.accounts.domain import OrganizationState
from instrument_share.kernel.pinyin import has_chinese
from providers.instruments.domain.choices import InstrumentState
from providers.search.domain.index import to_term
from providers.search.domain.query import parse_query
from providers.search.domain.question_words import ENGLISH_GENERAL, GENERAL
from providers.search.models import SearchTerm, SynonymWord

MOST = 6
COMPARED = 40


def near_words(text: str) -> list[str]:
    """Return other words most like one of the text by their letters, that find published instruments.

    The best come first. Words that are less than half as like it as the nearest word of all are left out. A
    sentence is compared word by word, as the search reads it: as a whole it resembles nothing.
    """
    typed = _named_words(text)
    letters = [_letters(word) for word in typed]
    words = SynonymWord.objects.exclude(normal__in=typed).order_by("group_id", "position")
    rows = [(word, normal, _letters(normal)) for word, normal in words.values_list("word", "normal")]
    scored = [
        (max((_likeness(one, known) for one in letters), default=0), word, to_term(normal))
        for word, normal, known in rows
    ]
    least = max((likeness for likeness, _, _ in scored), default=0) / 2
    nearest = sorted((one for one in scored if one[0] > least), key=lambda one: -one[0])[:COMPARED]
    known = SearchTerm.objects.filter(
        term__in=[term for _, _, term in nearest],
        instrument__state=InstrumentState.PUBLISHED,
        instrument__organization__state=OrganizationState.ADMITTED,
    )
    found = set(known.values_list("term", flat=True))
    return [word for _, word, term in nearest if term in found][:MOST]


def _named_words(text: str) -> list[str]:
    """Return the words of a text and of the sentences in it, without general ones where others are there."""
    read = [part.text for word in parse_query(text) for part in word.inside or (word,)]
    return [word for word in read if word not in GENERAL | ENGLISH_GENERAL] or read


def _letters(normal: str) -> frozenset[str]:
    """Return the pairs of neighbours, and each Chinese character."""
    pairs = {"".join(pair) for pair in pairwise(normal)}
    return frozenset(pairs | {letter for letter in normal if has_chinese(letter)})


def _likeness(typed: frozenset[str], known: frozenset[str]) -> float:
    """Return the share of the letters that both have: 1 if all, 0 if none (Dice)."""
    return 2 * len(typed & known) / (len(typed) + len(known)) if typed else 0
