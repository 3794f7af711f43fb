"""Services of the table of synonyms, which the bureau maintains."""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require, require_unless_system
from instrument_share.journal.services import record
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import DomainError, Invalid, Kind, NotFound, Problem, gettext_noop
from providers.instruments.models import Instrument
from providers.search.domain.index import normalize
from providers.search.models import SynonymGroup, SynonymWord
from providers.search.selectors.search import filter_matching, search
from providers.search.services.index import search_index

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_WORDS = 20
LONGEST_WORD = 60
AT_FIRST = Path(__file__).resolve().parent.parent / "synonyms.toml"


class SynonymTaken(DomainError):
    """A word belongs to another group."""

    code = "synonym.taken"
    kind: Kind = "conflict"
    message = gettext_noop(
        "Somebody has just entered one of these words. Reload the page and look at its group."
    )


@transaction.atomic
def synonym_group_save(
    *, actor: "User", words: Sequence[str], now: datetime, public_id: str = ""
) -> SynonymGroup:
    """Create a group of synonyms, or change the one with `public_id`.

    The index changes in the same transaction. Raises Invalid with every problem.
    """
    require(actor, "providers.maintain_tables")
    group = _lock_group(public_id) if public_id else None
    clean = _clean(words, group)
    before = _words_of(group) if group else []
    if clean == before and group:
        return group
    if group is None:
        group = SynonymGroup.objects.create(updated_at=now)
    _write(group, clean, now)
    search_index(_concerned([*before, *clean]))
    record(
        actor=actor,
        action="synonyms.changed" if before else "synonyms.added",
        subject=group,
        now=now,
        details={"before": before, "after": clean},
    )
    return group


@transaction.atomic
def synonym_group_remove(*, actor: "User", public_id: str, now: datetime) -> None:
    """Remove a group; its words then match only themselves."""
    require(actor, "providers.maintain_tables")
    group = _lock_group(public_id)
    before = _words_of(group)
    record(actor=actor, action="synonyms.removed", subject=group, now=now, details={"before": before})
    concerned = _concerned(before)
    group.delete()
    search_index(concerned)


@transaction.atomic
def synonyms_load(*, actor: "User | None", now: datetime, path: Path = AT_FIRST) -> int:
    """Add the groups of a file (by default the product's own) without known words; return their number."""
    require_unless_system(actor, "providers.maintain_tables")
    groups: list[list[str]] = tomllib.loads(path.read_text("utf-8"))["groups"]
    known = set(SynonymWord.objects.values_list("normal", flat=True))
    added = []
    for group in groups:
        clean = _clean(group, None, known)
        if not known & {normalize(word) for word in clean}:
            made = SynonymGroup.objects.create(updated_at=now)
            _write(made, clean, now)
            known |= {normalize(word) for word in clean}
            added.append(made)
    if added:
        search_index(list(Instrument.objects.values_list("pk", flat=True)))
        record(
            actor=actor, action="synonyms.loaded", subject=added[0], now=now, details={"groups": len(added)}
        )
    return len(added)


def _clean(words: Iterable[str], group: SynonymGroup | None, known: set[str] | None = None) -> list[str]:
    """Return the words stripped and without duplicates. Raises Invalid."""
    clean: dict[str, str] = {}
    for word in words:
        if text := " ".join(word.split()):
            clean.setdefault(normalize(text), text)
    problems = list(_problems(clean))
    if known is None:
        problems += _in_other_groups(clean, group)
    if problems:
        raise Invalid(problems=problems)
    return list(clean.values())


def _problems(clean: dict[str, str]) -> Iterable[Problem]:
    if not 2 <= len(clean) <= MOST_WORDS:
        message = gettext_noop("Enter from 2 to {most} different words, one on each line.")
        yield Problem("synonym.number", message, {"most": MOST_WORDS}, "words")
    for form, word in clean.items():
        if len(word) > LONGEST_WORD:
            message = gettext_noop("“{word}” is too long: a word has at most {most} characters.")
            yield Problem("synonym.too_long", message, {"word": word, "most": LONGEST_WORD}, "words")
        elif len(form) < 2:
            message = gettext_noop("“{word}” is too short: it would stand for too much.")
            yield Problem("synonym.too_short", message, {"word": word}, "words")


def _in_other_groups(clean: dict[str, str], group: SynonymGroup | None) -> Iterable[Problem]:
    others = SynonymWord.objects.filter(normal__in=clean).exclude(group=group).order_by("normal")
    for other in others.select_related("group").prefetch_related("group__words"):
        message = gettext_noop("“{word}” stands in another group already: {others}. Change that one.")
        told = "、".join(_words_of(other.group))
        yield Problem("synonym.in_other_group", message, {"word": other.word, "others": told}, "words")


def _write(group: SynonymGroup, clean: list[str], now: datetime) -> None:
    group.words.all().delete()
    rows = [
        SynonymWord(group=group, position=position, word=word, normal=normalize(word))
        for position, word in enumerate(clean)
    ]
    with raise_when_taken(SynonymTaken(), SynonymWord, "normal"):
        SynonymWord.objects.bulk_create(rows)
    group.updated_at = now
    group.save(update_fields=["updated_at"])


def _words_of(group: SynonymGroup) -> list[str]:
    return [row.word for row in sorted(group.words.all(), key=lambda row: row.position)]


def _lock_group(public_id: str) -> SynonymGroup:
    group = SynonymGroup.objects.select_for_update().filter(public_id=public_id).first()
    if group is None:
        raise NotFound
    return group


def _concerned(words: Iterable[str]) -> list[int]:
    """Return the ids of instruments that contain one of the words, by the index."""
    found: set[int] = set()
    for word in words:
        found |= set(filter_matching(Instrument.objects.all(), search(word)).values_list("pk", flat=True))
    return sorted(found)
