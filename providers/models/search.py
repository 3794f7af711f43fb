from functools import partial

from django.db import models
from django.db.models import Q

from instrument_share.kernel.public_id import new_public_id
from providers.domain.search import LONGEST_TERM, TermKind
from providers.domain.words import PriceUnit, ServiceMode, UserKind


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
        constraints = [models.UniqueConstraint(fields=["instrument", "term"], name="search_term_once")]
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
    """同义词: words that mean the same instrument; who searches for one finds the others."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "SYN")
    )
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public_id


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


class ListedPrice(models.Model):
    """What the catalogue asks of a rule, as columns: a projection of each version, for a kind of user.

    There is a row for each kind and way of service that the rule admits, for "" as any way of service, and
    for "" as the cheapest kind from outside the unit. From `since` until `until` the version is in force, so
    that the row in force at an instant is found by comparison.
    """

    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, related_name="listed_prices", db_index=False
    )
    rule = models.ForeignKey(
        "providers.OpenServiceRule", on_delete=models.CASCADE, related_name="listed_prices"
    )
    user_kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in UserKind], blank=True)
    service_mode = models.CharField(
        max_length=15, choices=[(m.value, m.value) for m in ServiceMode], blank=True
    )
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="the year 9999 where no later version is known")
    hour_yuan = models.DecimalField(
        max_digits=10, decimal_places=2, help_text="the lowest hourly price; 99999999.99 where there is none"
    )
    from_yuan = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    from_unit = models.CharField(max_length=10, choices=[(u.value, u.value) for u in PriceUnit], blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "user_kind", "service_mode", "since"], name="listed_price_once"
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="listed_price_in_time"),
        ]
        indexes = [
            models.Index(
                fields=["user_kind", "service_mode", "hour_yuan", "instrument"], name="listed_by_price"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.user_kind} {self.from_yuan}"
