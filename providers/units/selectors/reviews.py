"""What waits for the bureau's review, and in what it differs from what stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import QuerySet

from instrument_share.accounts.selectors import region_of
from instrument_share.kernel.errors import NotFound
from providers.instruments.domain import fields
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import category_table
from providers.units.domain.choices import ProfileState
from providers.units.domain.profiles import PROFILE_FIELDS
from providers.units.models import UnitProfile

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Region, Viewer

ReviewKind = Literal["instrument", "changes", "profile"]
MOST = 200
"""So many of each kind are read at once."""


@dataclass(frozen=True)
class Review:
    """One thing that a unit has handed in: an instrument, changes of a published one, or a profile."""

    kind: ReviewKind
    subject: "Instrument | UnitProfile"
    since: datetime

    @property
    def public_id(self) -> str:
        return self.subject.public_id

    @property
    def organization(self) -> "Organization":
        return self.subject.organization


@dataclass(frozen=True)
class ComparedField:
    """One field: its name and label, what is handed in, and what it was before where that differs."""

    name: str
    label: str
    value: Any
    before: Any = None
    differs: bool = False


@dataclass(frozen=True)
class Comparison:
    """The fields of a review. `returned_at` says against which earlier submission they are compared."""

    entries: tuple[ComparedField, ...] = field(default_factory=tuple)
    handed_in_before: datetime | None = None

    @property
    def changed(self) -> tuple[ComparedField, ...]:
        return tuple(entry for entry in self.entries if entry.differs)


def reviews_waiting(viewer: "Viewer") -> list[Review]:
    """Everything that waits, oldest first; of the region that the viewer supervises. Three statements."""
    region = region_of(viewer)
    if not region:
        return []
    submitted = _instruments(region).filter(state=InstrumentState.SUBMITTED).order_by("submitted_at", "id")
    changed = _instruments(region).filter(pending_since__isnull=False).order_by("pending_since", "id")
    profiles = _profiles(region).filter(state=ProfileState.SUBMITTED).order_by("submitted_at", "id")
    found = [
        *_reviews("instrument", submitted, "submitted_at"),
        *_reviews("changes", changed, "pending_since"),
        *_reviews("profile", profiles, "submitted_at"),
    ]
    return sorted(found, key=lambda review: (review.since, review.public_id))


def _reviews(kind: ReviewKind, rows: QuerySet[Any], since: str) -> Iterable[Review]:
    return (Review(kind, row, getattr(row, since)) for row in rows[:MOST])


def review(viewer: "Viewer", public_id: str) -> Review:
    """What waits under the public id of an instrument or a profile, or NotFound."""
    region = region_of(viewer)
    if not region:
        raise NotFound
    instrument = _instruments(region).filter(public_id=public_id).first()
    if instrument is not None and instrument.state == InstrumentState.SUBMITTED and instrument.submitted_at:
        return Review("instrument", instrument, instrument.submitted_at)
    if instrument is not None and instrument.pending_since:
        return Review("changes", instrument, instrument.pending_since)
    profile = _profiles(region).filter(public_id=public_id, state=ProfileState.SUBMITTED).first()
    if profile is None or profile.submitted_at is None:
        raise NotFound
    return Review("profile", profile, profile.submitted_at)


def comparison(review: Review) -> Comparison:
    """Field by field: changes against what is published, the rest against what was handed in before."""
    if isinstance(review.subject, UnitProfile):
        labels = {name: one.label for name, one in PROFILE_FIELDS.items()}
    else:
        labels = {name: one.label for name, one in fields.FIELDS.items()}
    if review.kind == "changes" and isinstance(review.subject, Instrument):
        held = {name: getattr(review.subject, name) for name in review.subject.pending_values}
        new = _held(review.subject.pending_values)
        return Comparison(_compared(new, held, {name: labels[name] for name in labels if name in new}))
    earlier = _handed_in_before(review)
    new = {name: getattr(review.subject, name) for name in labels}
    held = new if earlier is None else {name: getattr(earlier, name) for name in labels}
    return Comparison(_compared(new, held, labels), earlier and earlier.submitted_at)


def _compared(
    new: Mapping[str, Any], held: Mapping[str, Any], labels: Mapping[str, str]
) -> tuple[ComparedField, ...]:
    return tuple(
        ComparedField(name, label, new[name], held[name], differs=str(new[name]) != str(held[name]))
        for name, label in labels.items()
    )


def _held(values: Mapping[str, Any]) -> dict[str, Any]:
    """Waiting values as the fields hold them; a category as its row."""
    clean = {name: fields.clean_value(fields.FIELDS[name], value) for name, value in values.items()}
    if clean.get("category"):
        clean["category"] = category_table().filter(code=clean["category"]).first()
    return clean


def _handed_in_before(review: Review) -> Any:
    """The revision that was handed in the time before, or None at the first time."""
    history: Any = type(review.subject).history
    rows = history.filter(id=review.subject.pk, state="submitted", history_date__lt=review.since)
    return rows.order_by("-history_date", "-history_id").first()


def _instruments(region: "Region") -> QuerySet[Instrument]:
    return Instrument.objects.filter(region.within("organization")).select_related(
        "organization__district", "category"
    )


def _profiles(region: "Region") -> QuerySet[UnitProfile]:
    return UnitProfile.objects.filter(region.within("organization")).select_related("organization__district")
