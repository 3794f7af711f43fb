"""Services of the table of synonyms, which the bureau maintains."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.journal.services import record
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import (
    DomainError,
    Invalid,
    Kind,
    NotFound,
    Problem,
    RevisionMismatch,
    gettext_noop,
)
from providers.instruments.models import Instrument
from providers.search.domain.index import normalize
from providers.search.models import SynonymGroup, SynonymWord
from providers.search.selectors.search import filter_matching, search
from providers.search.services.index import search_index

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_WORDS = 30
LONGEST_WORD = 60
LONGEST_TASK = {"task_zh": 12, "task_en": 40}
_ROOM = Path(__file__).resolve().parent.parent
Task = tuple[str, str]
"""A purpose as it stands on the home page, in Chinese and in English."""
NO_TASK: Task = ("", "")
AT_FIRST = (_ROOM / "synonyms.toml", _ROOM / "purposes.toml")


class SynonymTaken(DomainError):
    """A word belongs to another group."""

    code = "synonym.taken"
    kind: Kind = "conflict"
    message = gettext_noop(
        "Somebody has just entered one of these words. Reload the page and look at its group."
    )


@transaction.atomic
def synonym_group_save(
    *,
    actor: "User",
    words: Sequence[str],
    methods: Sequence[str] = (),
    task: Task = NO_TASK,
    now: datetime,
    public_id: str = "",
    seen: str | None = None,
) -> SynonymGroup:
    """Create a group of synonyms, or change the one with `public_id`.

    With `methods`, the best first, the words are a purpose that they serve; with a `task`, in Chinese and in
    English, it stands on the home page. The index changes in the same transaction. `seen` is the version of
    the group that the actor began with. Raises Invalid with every problem, and RevisionMismatch where the
    group is another by now.
    """
    require(actor, "providers.maintain_tables")
    group = _lock_group(public_id) if public_id else None
    clean, served_by = _clean(words, methods, task, group), _distinct(methods)
    before = _told(group) if group else []
    if group and before == _tell(clean, served_by, task):
        return group
    if group and seen not in (None, group.version):
        raise RevisionMismatch
    concerned = _concerned(group) if group else set()
    if group is None:
        group = SynonymGroup.objects.create(updated_at=now)
    _write(group, clean, served_by, task, now)
    search_index(concerned | _concerned(group))
    record(
        actor=actor,
        action="synonyms.changed" if before else "synonyms.added",
        subject=group,
        now=now,
        details={"before": before, "after": _told(group)},
    )
    return group


@transaction.atomic
def synonym_group_remove(*, actor: "User", public_id: str, now: datetime) -> None:
    """Remove a group; its words then match only themselves."""
    require(actor, "providers.maintain_tables")
    group = _lock_group(public_id)
    record(actor=actor, action="synonyms.removed", subject=group, now=now, details={"before": _told(group)})
    concerned = _concerned(group)
    group.delete()
    search_index(concerned)


@transaction.atomic
def synonyms_load(*, actor: "User | None", now: datetime, paths: Sequence[Path] = AT_FIRST) -> int:
    """Add the groups of files (by default the product's own) without known words; return their number."""
    require_unless_system(actor, "providers.maintain_tables")
    known = set(SynonymWord.objects.values_list("normal", flat=True))
    added = []
    for words, methods, task in chain.from_iterable(_read(path) for path in paths):
        clean = _clean(words, methods, task, None, known)
        if not known & {normalize(word) for word in clean}:
            made = SynonymGroup.objects.create(updated_at=now)
            _write(made, clean, _distinct(methods), task, now)
            known |= {normalize(word) for word in clean}
            added.append(made)
    if added:
        search_index(list(Instrument.objects.values_list("pk", flat=True)))
        record(
            actor=actor, action="synonyms.loaded", subject=added[0], now=now, details={"groups": len(added)}
        )
    return len(added)


def _read(path: Path) -> Iterator[tuple[list[str], list[str], Task]]:
    """Yield the words, the methods and the task of each group of a file."""
    content = tomllib.loads(path.read_text("utf-8"))
    yield from ((words, [], NO_TASK) for words in content.get("groups", ()))
    for purpose in content.get("purposes", ()):
        zh, en = purpose.get("task", NO_TASK)
        yield purpose["words"], purpose["methods"], (zh, en)


def _distinct(words: Iterable[str]) -> list[str]:
    """Return the words stripped and without duplicates."""
    distinct: dict[str, str] = {}
    for word in words:
        if text := " ".join(word.split()):
            distinct.setdefault(normalize(text), text)
    return list(distinct.values())


def _clean(
    words: Iterable[str],
    methods: Iterable[str],
    task: Task,
    group: SynonymGroup | None,
    known: set[str] | None = None,
) -> list[str]:
    """Return the distinct words. Raises Invalid."""
    clean, served_by = _distinct(words), _distinct(methods)
    problems = [*_problems(clean, "words", fewest=1 if served_by else 2), *_problems(served_by, "methods")]
    problems += _problems_of_task(task, bool(served_by))
    if known is None:
        problems += _in_other_groups(clean, group)
    if problems:
        raise Invalid(problems=problems)
    return clean


def _problems(words: Sequence[str], name: str, fewest: int = 0) -> Iterable[Problem]:
    if not fewest <= len(words) <= MOST_WORDS:
        message = gettext_noop("Enter from {fewest} to {most} different words, one on each line.")
        yield Problem("synonym.number", message, {"fewest": fewest, "most": MOST_WORDS}, name)
    for word in words:
        if len(word) > LONGEST_WORD:
            message = gettext_noop("“{word}” is too long: a word has at most {most} characters.")
            yield Problem("synonym.too_long", message, {"word": word, "most": LONGEST_WORD}, name)
        elif len(normalize(word)) < 2:
            message = gettext_noop("“{word}” is too short: it would match too much.")
            yield Problem("synonym.too_short", message, {"word": word}, name)


def _problems_of_task(task: Task, is_purpose: bool) -> Iterable[Problem]:
    if any(task) and not is_purpose:
        message = gettext_noop(
            "Only purposes are shown on the home page. Enter the methods that serve this one."
        )
        yield Problem("synonym.task_without_methods", message, field="task_zh")
    if task[1] and not task[0]:
        message = gettext_noop("Enter the task in Chinese too.")
        yield Problem("synonym.task_without_chinese", message, field="task_zh")
    for text, (name, most) in zip(task, LONGEST_TASK.items(), strict=True):
        if len(text) > most:
            message = gettext_noop("“{text}” is too long: at most {most} characters fit on the home page.")
            yield Problem("synonym.task_too_long", message, {"text": text, "most": most}, name)


def _in_other_groups(clean: Sequence[str], group: SynonymGroup | None) -> Iterable[Problem]:
    forms = [normalize(word) for word in clean]
    others = SynonymWord.objects.filter(normal__in=forms).exclude(group=group).order_by("normal")
    for other in others.select_related("group").prefetch_related("group__words"):
        message = gettext_noop("“{word}” stands in another group already: {others}. Change that one.")
        told = "、".join(other.group.words_in_order)
        yield Problem("synonym.in_other_group", message, {"word": other.word, "others": told}, "words")


def _write(group: SynonymGroup, clean: list[str], methods: list[str], task: Task, now: datetime) -> None:
    group.words.all().delete()
    rows = [
        SynonymWord(group=group, position=position, word=word, normal=normalize(word))
        for position, word in enumerate(clean)
    ]
    with raise_when_taken(SynonymTaken(), SynonymWord, "normal"):
        SynonymWord.objects.bulk_create(rows)
    group.methods = methods
    group.task_zh, group.task_en = task
    group.updated_at = now
    group.save(update_fields=["methods", "task_zh", "task_en", "updated_at"])


def _told(group: SynonymGroup) -> list[str]:
    """Return the words of a group, its methods and its task as the journal tells them."""
    return _tell(group.words_in_order, group.methods, (group.task_zh, group.task_en))


def _tell(words: Iterable[str], methods: Iterable[str], task: Task) -> list[str]:
    return [*words, *(f"→ {method}" for method in methods), *(f"⌂ {text}" for text in task if text)]


def _lock_group(public_id: str) -> SynonymGroup:
    group = SynonymGroup.objects.select_for_update().filter(public_id=public_id).first()
    if group is None:
        raise NotFound
    return group


def _concerned(group: SynonymGroup) -> set[int]:
    """Return the ids of instruments that contain one of the group's words or methods, by the index."""
    every = Instrument.objects.all()
    found: set[int] = set()
    for word in (*group.words_in_order, *group.methods):
        found |= set(filter_matching(every, search(word, every)).values_list("pk", flat=True))
    return found
