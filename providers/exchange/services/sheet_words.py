"""Remember what the words of a unit's sheets mean."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Invalid, Problem
from providers.exchange.domain.sheets.sheet_types import SheetKind
from providers.exchange.domain.sheets.words import is_mappable, meaning
from providers.exchange.models import SheetMemory
from providers.exchange.services.imports import PERMISSIONS
from providers.instruments.domain.fields import Unusable

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_WORDS = 1000
LONGEST_WORD = 100


@transaction.atomic
def sheet_words_remember(
    *,
    actor: "User",
    organization_id: int,
    kind: SheetKind,
    words: Iterable[tuple[str, str, str]],
    now: datetime,
) -> None:
    """Remember meanings as (field, word, our word or code); an empty meaning is forgotten.

    Raises Invalid with a problem for each meaning that is not in the field's list; nothing is saved then.
    """
    organization = organization_lock(organization_id)
    require(actor, PERMISSIONS[kind.name], organization)
    memory, _ = SheetMemory.objects.select_for_update().get_or_create(
        organization_id=organization_id, kind=kind.name.value, defaults={"saved_at": now}
    )
    problems: list[Problem] = []
    changed: list[str] = []
    for name, word, meant in words:
        if name not in kind.fields or not is_mappable(kind.fields[name]):
            continue
        known = memory.words.setdefault(name, {})
        before = known.pop(word, "")
        try:
            if meant and meaning(kind, name, meant) is not None and len(known) < MOST_WORDS:
                known[word[:LONGEST_WORD]] = meant
            if known.get(word[:LONGEST_WORD], "") != before:
                changed.append(f"{word[:LONGEST_WORD]} → {meant}")
        except Unusable as unusable:
            problems.append(unusable.problem)
    if problems:
        raise Invalid(problems=problems)
    if not changed:
        return
    memory.saved_at = now
    memory.save()
    record(
        actor=actor,
        action="sheet_words.remembered",
        subject=organization,
        now=now,
        organization_id=organization_id,
        details={"values": changed},
    )
