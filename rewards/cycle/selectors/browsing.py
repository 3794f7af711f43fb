"""Logs, bookings and organizations that a viewer may open from lists."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from bookings.public import bookings, usage_logs
from instrument_share.accounts.selectors.organizations import organizations

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer


def viewable_log_ids(viewer: "Viewer", logs: Collection[str]) -> frozenset[str]:
    """Return those of the usage logs (public ids) whose page the viewer may open."""
    seen = usage_logs(viewer).prefetch_related(None).filter(public_id__in=logs)
    return frozenset(seen.values_list("public_id", flat=True))


def viewable_booking_ids(viewer: "Viewer", ids: Collection[str]) -> frozenset[str]:
    """Return those of the bookings (public ids) whose page the viewer may open."""
    return frozenset(bookings(viewer).filter(public_id__in=ids).values_list("public_id", flat=True))


def organizations_by_public_id(viewer: "Viewer", ids: Collection[str]) -> "dict[str, Organization]":
    """Return visible organizations by public id, for rows that only carry ids."""
    return {each.public_id: each for each in organizations(viewer).filter(public_id__in=ids)}
