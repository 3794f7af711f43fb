"""Tasks for the home page: purposes with which an instrument is found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from instrument_share.kernel.pinyin import has_chinese
from providers.search.domain.index import to_term
from providers.search.models import SearchTerm
from providers.search.selectors.catalogue import catalogue
from providers.search.selectors.synonyms import synonym_groups

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from providers.search.models import SynonymWord

MOST = 8


@dataclass(frozen=True)
class Task:
    """A purpose as a task, with the words that search for it in each language."""

    name_zh: str
    name_en: str
    query_zh: str
    query_en: str


def tasks(viewer: "Viewer") -> list[Task]:
    """Return the first tasks whose words find an instrument; three statements."""
    purposes = list(synonym_groups(viewer).exclude(task_zh="").order_by("id"))
    first = {one.pk: next(iter(one.words.all())) for one in purposes}
    terms = SearchTerm.objects.filter(
        term__in={to_term(word.normal) for word in first.values()}, instrument__in=catalogue(viewer)
    )
    known = set(terms.values_list("term", flat=True).distinct())
    return [
        Task(one.task_zh, one.task_en, *_queries(list(one.words.all())))
        for one in purposes
        if to_term(first[one.pk].normal) in known
    ][:MOST]


def _queries(words: "list[SynonymWord]") -> tuple[str, str]:
    """Return the first word, and the first that readers of English can read."""
    english = next((row.word for row in words if not has_chinese(row.word)), "")
    return words[0].word, english
