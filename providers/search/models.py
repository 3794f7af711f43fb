"""The search index and the table of synonyms."""

from functools import partial

from django.db import models

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.public_id import new_public_id
from providers.search.domain.index import LONGEST_TERM, TermKind


class SearchTerm(models.Model):
    """What one instrument is found by: a projection of its texts (`domain.search`), one row for each term.

    A search is a range of terms, from what was typed on. The terms are compared byte by byte on both engines.
    """

    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, related_name="search_terms", db_index=False
    )
    term = models.CharField(max_length=LONGEST_TERM)
    weight = models.PositiveSmallIntegerField(help_text="how much it says of the instrument, to 100")
    kind = models.PositiveSmallIntegerField(choices=[(k.value, k.name) for k in TermKind])

    class Meta:
        constraints = [
            known_code("kind", TermKind, "search_term_kind_known"),
            models.UniqueConstraint(fields=["instrument", "term"], name="search_term_once"),
        ]
        indexes = [models.Index(fields=["term", "instrument"], name="search_by_term")]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.term}"


class SearchSpelling(models.Model):
    """A word of the index under each of its spellings with one or two letters left out."""

    variant = models.CharField(max_length=LONGEST_TERM)
    word = models.CharField(max_length=LONGEST_TERM)

    class Meta:
        indexes = [models.Index(fields=["word"], name="search_spelling_of")]
        constraints = [models.UniqueConstraint(fields=["variant", "word"], name="search_spelling_once")]

    def __str__(self) -> str:
        return f"{self.variant} → {self.word}"


class SearchedUnit(models.Model):
    """The names under which the instruments of a unit stand in the index, to notice that it was renamed."""

    organization = models.OneToOneField(
        "accounts.Organization", on_delete=models.CASCADE, related_name="searched_unit"
    )
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name_zh


class SynonymGroup(models.Model):
    """同义词: words that mean the same instrument; who searches for one finds the others.

    With `methods`, the best first, the words are a purpose: who searches for 孔隙率 finds what measures it,
    but who searches for a method does not find by the purpose. One with a `task` stands on the home page.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "SYN")
    )
    methods = models.JSONField(default=list, help_text="names of methods that serve the purpose, best first")
    task_zh = models.CharField(max_length=12, blank=True, help_text="the purpose as a task: 看形貌")
    task_en = models.CharField(max_length=40, blank=True)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public_id

    @property
    def words_in_order(self) -> list[str]:
        return [row.word for row in sorted(self.words.all(), key=lambda row: row.position)]

    @property
    def version(self) -> str:
        """Tells one state of the group from another."""
        return fingerprint(self.words_in_order, self.methods, self.task_zh, self.task_en)


class SynonymWord(models.Model):
    """One word of a group, as it was entered and as it is compared. It stands in one group only."""

    group = models.ForeignKey(SynonymGroup, on_delete=models.CASCADE, related_name="words")
    position = models.PositiveSmallIntegerField()
    word = models.CharField(max_length=60)
    normal = models.CharField(max_length=60, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "position"], name="synonym_position_once")]

    def __str__(self) -> str:
        return self.word
