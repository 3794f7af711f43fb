"""Ratings and comments on an instrument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from bookings.usage.domain.choices import Rating
from bookings.usage.models import Review


@dataclass(frozen=True)
class Comment:
    """A user's comment, without their name."""

    rating: Rating
    text: str
    created_at: datetime
    reply: str = ""


@dataclass(frozen=True)
class Ratings:
    """The numbers of ratings, from best to worst, and the newest comments."""

    counts: Sequence[tuple[Rating, int]]
    comments: Sequence[Comment]

    @property
    def total(self) -> int:
        """Return the number of ratings."""
        return sum(count for _rating, count in self.counts)

    @property
    def satisfied(self) -> int:
        """Return how many were satisfied or very satisfied."""
        good = (Rating.VERY_SATISFIED, Rating.SATISFIED)
        return sum(count for rating, count in self.counts if rating in good)


def get_ratings(instrument_id: int, max_comments: int = 5) -> Ratings:
    """Return the ratings of an instrument that the caller may see. Two statements, one where it has none."""
    rows = Review.objects.filter(log__instrument_id=instrument_id)
    counted = dict(rows.order_by().values_list("rating").annotate(Count("pk")))
    written = rows.exclude(comment="").order_by("-created_at", "-pk")[:max_comments]
    return Ratings(
        [(rating, counted.get(rating.value, 0)) for rating in Rating],
        [Comment(Rating(one.rating), one.comment, one.created_at, one.reply) for one in written]
        if counted
        else [],
    )
