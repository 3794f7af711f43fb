"""Draws and inspections as a viewer may see them."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import (
    binding_memberships,
    people_for_city,
    region_of,
    standing,
)
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from rewards.cycle.selectors.scope import can_see_all, managed_units
from rewards.cycle.selectors.snapshot import name_as_frozen
from rewards.inspections.models import InspectionDraw, InspectionPhoto, RandomInspection

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer
    from rewards.cycle.models import AssessmentCycle


def draws() -> QuerySet[InspectionDraw]:
    """Return every draw, newest first, with how many of its inspections are recorded; all are public."""
    recorded = Count("inspections", filter=~Q(inspections__outcome=""))
    return (
        InspectionDraw.objects.select_related("cycle", "result").annotate(recorded=recorded).order_by("-id")
    )


def draws_of_year(cycle: "AssessmentCycle") -> QuerySet[InspectionDraw]:
    """Return the draws of a year, newest first."""
    return draws().filter(cycle=cycle)


def get_draw(public_id: str) -> InspectionDraw:
    """Return one draw. Raises NotFound."""
    return require_found(draws().filter(public_id=public_id).first())


def drawn_of(draw: InspectionDraw) -> QuerySet[RandomInspection]:
    """Return what was drawn, in order, as everybody may read it: without what was written down."""
    return _rows().filter(draw=draw).order_by("position")


def get_inspection(viewer: "Viewer", public_id: str) -> RandomInspection:
    """Return an inspection, for the bureau, its inspectors and the unit that was drawn. Raises NotFound."""
    return require_found(_visible(viewer).filter(public_id=public_id).first())


def get_drawn_date(inspection: RandomInspection) -> date:
    """Return the day of the draw, the first on which the inspection can have taken place."""
    return inspection.draw.result.drawn_at.astimezone(CITY_TIME).date()


def visible_of_year(viewer: "Viewer", cycle: "AssessmentCycle") -> QuerySet[RandomInspection]:
    """Return the inspections of a year that the viewer may read, the latest draw first."""
    return _visible(viewer).filter(draw__cycle=cycle).order_by("-draw_id", "position")


def name_drawn_as_frozen(cycle: "AssessmentCycle", drawn: Collection[RandomInspection]) -> None:
    """Give units and instruments that were drawn the names of the freeze, to be shown and never saved."""
    instruments = [each.instrument for each in drawn if each.instrument]
    name_as_frozen(cycle, [each.organization for each in drawn], instruments)


def inspections_to_record(viewer: "Viewer") -> QuerySet[RandomInspection]:
    """Return what the viewer may record and nobody has recorded yet, first drawn first.

    That is what he or she was drawn to inspect and, for an auditor of the city, what has no inspector left.
    """
    own = standing(viewer)
    if not own.holds(Role.BUREAU_AUDITOR):
        return _rows().none()
    due = _by(viewer)
    if region_of(viewer, Role.BUREAU_AUDITOR).whole:
        due |= Q(~Exists(_inspectors_left()))
    waiting = _rows().filter(due, outcome="").exclude(organization__in=own.bound_to)
    return waiting.order_by("draw_id", "position")


def has_inspector_left(inspection: RandomInspection) -> bool:
    """Return whether somebody who was drawn is an auditor still, and does not belong to the unit."""
    return RandomInspection.objects.filter(Exists(_inspectors_left()), pk=inspection.pk).exists()


def count_unrecorded(cycle: "AssessmentCycle") -> int:
    """Return how many inspections of a year nobody has recorded yet."""
    return RandomInspection.objects.filter(draw__cycle=cycle, outcome="").count()


def count_undrawn(cycle: "AssessmentCycle") -> int:
    """Return how many draws of a year were announced and are not made yet."""
    return InspectionDraw.objects.filter(cycle=cycle, result=None).count()


def get_photo(viewer: "Viewer", public_id: str, position: int) -> InspectionPhoto:
    """Return a photo of an inspection that the viewer may see. Raises NotFound."""
    inspection = get_inspection(viewer, public_id)
    return require_found(InspectionPhoto.objects.filter(inspection=inspection, position=position).first())


def auditors() -> "QuerySet[User]":
    """Return who may lead inspections: the bureau's auditors."""
    return people_for_city(Role.BUREAU_AUDITOR).order_by("name", "id")


def _inspectors_left() -> "QuerySet[User]":
    """Return, of the inspection of the query around it, the inspectors who may record it."""
    binding = binding_memberships().filter(
        user=OuterRef("pk"), organization=OuterRef(OuterRef("organization"))
    )
    drawn = Q(pk=OuterRef("lead__user")) | Q(pk=OuterRef("second__user"))
    return people_for_city(Role.BUREAU_AUDITOR).filter(drawn, ~Exists(binding))


def _by(viewer: "Viewer") -> Q:
    return Q(lead__user=viewer.pk) | Q(second__user=viewer.pk)


def _visible(viewer: "Viewer") -> QuerySet[RandomInspection]:
    if can_see_all(viewer):
        return _rows()
    return _rows().filter(Q(organization__in=managed_units(viewer)) | _by(viewer))


def _rows() -> QuerySet[RandomInspection]:
    return RandomInspection.objects.select_related(
        "draw__cycle",
        "draw__result",
        "organization",
        "instrument",
        "lead",
        "second",
        "finding",
        "recorded_by",
    )
