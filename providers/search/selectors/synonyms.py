"""Read the table of synonyms."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from instrument_share.kernel.errors import NotFound
from providers.search.domain.index import normalize
from providers.search.models import SynonymGroup, SynonymWord

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def synonym_groups(viewer: "Viewer", text: str = "") -> QuerySet[SynonymGroup]:  # noqa: ARG001 (they are public)
    """Return groups with their `words` in order and `first_word`, filtered by a part of a word.

    Page them by ("first_word", "id").
    """
    first = SynonymWord.objects.filter(group=OuterRef("pk")).order_by("position").values("word")[:1]
    found = SynonymGroup.objects.annotate(first_word=Subquery(first)).prefetch_related(
        Prefetch("words", queryset=SynonymWord.objects.order_by("position"))
    )
    if wanted := normalize(text):
        found = found.filter(pk__in=SynonymWord.objects.filter(normal__contains=wanted).values("group"))
    return found


def synonym_groups_with(
    viewer: "Viewer", words: Iterable[str], *, exclude_id: str = ""
) -> QuerySet[SynonymGroup]:
    """Return the groups that have one of the words, apart from the one with `exclude_id`."""
    having = SynonymWord.objects.filter(normal__in=[normalize(word) for word in words])
    found = synonym_groups(viewer).filter(pk__in=having.values("group")).exclude(public_id=exclude_id)
    return found.order_by("id")


def synonym_group(viewer: "Viewer", public_id: str) -> SynonymGroup:
    """Return one group. Raises NotFound."""
    found = synonym_groups(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
