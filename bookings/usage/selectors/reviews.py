"""What users thought of an instrument: how many gave which rating, and what they wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from bookings.usage.domain.choices import Rating
from bookings.usage.models import Review


@dataclass(frozen=True)
class Comment:
    """What somebody wrote. Who it was stays with the unit."""

    rating: Rating
    text: str
    created_at: datetime


@dataclass(frozen=True)
class Ratings:
    """All ratings of one instrument, from the best to the worst, and its newest comments."""

    counts: Sequence[tuple[Rating, int]]
    comments: Sequence[Comment]

    @property
    def total(self) -> int:
        return sum(count for _rating, count in self.counts)

    @property
    def satisfied(self) -> int:
        """How many were satisfied or very satisfied."""
        good = (Rating.VERY_SATISFIED, Rating.SATISFIED)
        return sum(count for rating, count in self.counts if rating in good)


def ratings_of(instrument_id: int, comments: int = 5) -> Ratings:
    """For everybody who may see the instrument; two statements."""
    rows = Review.objects.filter(log__instrument_id=instrument_id)
    counted = dict(rows.order_by().values_list("rating").annotate(Count("pk")))
    written = rows.exclude(comment="").order_by("-created_at", "-pk")[:comments]
    return Ratings(
        [(rating, counted.get(rating.value, 0)) for rating in Rating],
        [Comment(Rating(one.rating), one.comment, one.created_at) for one in written],
    )
