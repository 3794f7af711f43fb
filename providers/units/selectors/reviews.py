"""Read what waits for the bureau's review, and how it differs from what is published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Count, F, Q, QuerySet, Value

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of, standing
from instrument_share.kernel.errors import NotFound
from instrument_share.web import cursor
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
SUBMITTED, CHANGED = Q(state=InstrumentState.SUBMITTED), Q(pending_since__isnull=False)


@dataclass(frozen=True)
class Review:
    """A submission of a unit: an instrument, changes of a published one, or a profile."""

    kind: ReviewKind
    subject: "Instrument | UnitProfile"
    since: datetime
    is_decidable: bool = False
    """Whether the viewer, to whom it was listed, may decide on it."""

    @property
    def public_id(self) -> str:
        return self.subject.public_id

    @property
    def organization(self) -> "Organization":
        return self.subject.organization


@dataclass(frozen=True)
class ComparedField:
    """A field with its submitted value, and the earlier one where it differs."""

    name: str
    label: str
    value: Any
    before: Any = None
    differs: bool = False


@dataclass(frozen=True)
class Comparison:
    """The fields of a review, compared with an earlier submission of `handed_in_before`."""

    entries: tuple[ComparedField, ...] = field(default_factory=tuple)
    handed_in_before: datetime | None = None

    @property
    def changed(self) -> tuple[ComparedField, ...]:
        return tuple(entry for entry in self.entries if entry.differs)


def reviews_waiting(viewer: "Viewer", mark: str | None = None, limit: int = 50) -> "cursor.Page[Any]":
    """Return a page of reviews in the region that the viewer supervises, oldest first; three queries."""
    page = cursor.page_of_several(
        _waiting(viewer), ordering=("waiting_since", "public_id"), cursor=mark, limit=limit
    )
    decided, bound_to = region_of(viewer, Role.BUREAU_OFFICER), standing(viewer).bound_to
    found: list[Any] = [
        Review(
            row.review_kind,
            row,
            row.waiting_since,
            decided.covers(row.organization) and row.organization_id not in bound_to,
        )
        for row in page.items
    ]
    return cursor.Page(found, page.next_cursor)


def count_reviews_waiting(viewer: "Viewer") -> int:
    """Return how much waits there; two queries."""
    region = region_of(viewer)
    if not region:
        return 0
    instruments = Instrument.objects.filter(region.within("organization")).aggregate(
        submitted=Count("pk", filter=SUBMITTED), changed=Count("pk", filter=CHANGED)
    )
    profiles = _profiles(region).filter(state=ProfileState.SUBMITTED).count()
    return instruments["submitted"] + instruments["changed"] + profiles


def _waiting(viewer: "Viewer") -> list[QuerySet[Any]]:
    region = region_of(viewer)
    if not region:
        return []
    kinds: list[tuple[ReviewKind, QuerySet[Any], str]] = [
        ("instrument", _instruments(region).filter(SUBMITTED), "submitted_at"),
        ("changes", _instruments(region).filter(CHANGED), "pending_since"),
        ("profile", _profiles(region).filter(state=ProfileState.SUBMITTED), "submitted_at"),
    ]
    return [rows.annotate(waiting_since=F(since), review_kind=Value(kind)) for kind, rows, since in kinds]


def review(viewer: "Viewer", public_id: str) -> Review:
    """Return what waits under the public id of an instrument or a profile. Raises NotFound."""
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
    """Compare changes with what is published, anything else with what was submitted before."""
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
    """Return waiting values as the fields hold them, with the category as a row."""
    clean = {name: fields.clean_value(fields.FIELDS[name], value) for name, value in values.items()}
    if clean.get("category"):
        clean["category"] = category_table().filter(code=clean["category"]).first()
    return clean


def _handed_in_before(review: Review) -> Any:
    """Return the previous submitted revision, or None for the first submission."""
    history: Any = type(review.subject).history
    rows = history.filter(id=review.subject.pk, state="submitted", history_date__lt=review.since)
    return rows.order_by("-history_date", "-history_id").first()


def _instruments(region: "Region") -> QuerySet[Instrument]:
    return Instrument.objects.filter(region.within("organization")).select_related(
        "organization__district", "category"
    )


def _profiles(region: "Region") -> QuerySet[UnitProfile]:
    return UnitProfile.objects.filter(region.within("organization")).select_related("organization__district")
