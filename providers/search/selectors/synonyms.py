"""The table of synonyms, as the bureau looks through it."""

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from instrument_share.kernel.errors import NotFound
from providers.search.domain.index import normalize
from providers.search.models import SynonymGroup, SynonymWord

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def synonym_groups(viewer: "Viewer", text: str = "") -> QuerySet[SynonymGroup]:  # noqa: ARG001 (they are public)
    """Groups of words that mean the same, each with `words` in their order and `first_word`; with a text,
    those of which a word contains it. Page them by ("first_word", "id").
    """
    first = SynonymWord.objects.filter(group=OuterRef("pk")).order_by("position").values("word")[:1]
    found = SynonymGroup.objects.annotate(first_word=Subquery(first)).prefetch_related(
        Prefetch("words", queryset=SynonymWord.objects.order_by("position"))
    )
    if wanted := normalize(text):
        found = found.filter(pk__in=SynonymWord.objects.filter(normal__contains=wanted).values("group"))
    return found


def synonym_group(viewer: "Viewer", public_id: str) -> SynonymGroup:
    """One group, or NotFound."""
    found = synonym_groups(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
