"""Frozen logs as pages list them."""

from typing import TYPE_CHECKING, Any

from bookings.public import get_logs_confirmed_by_clock
from instrument_share.web.cursor import CursorInvalid, Page
from rewards.cycle.selectors.browsing import (
    organizations_by_public_id,
    viewable_booking_ids,
    viewable_log_ids,
)
from rewards.cycle.selectors.snapshot import name_as_frozen

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rewards.cycle.models import AssessmentCycle

PER_PAGE = 50


def build_log_rows(
    request: "HttpRequest", cycle: "AssessmentCycle", logs: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the page of logs that the address asks for, and what `log_cells.html` says of each of them."""
    page = _page(logs, request.GET.get("cursor", ""))
    bodies = organizations_by_public_id(request.user, {log["organization"] for log in page.items} - {""})
    name_as_frozen(cycle, list(bodies.values()))
    assert cycle.frozen_at is not None
    for log in page.items:
        log["body"] = bodies.get(log["organization"])
    ids = [log["log"] for log in page.items]
    return {
        "page": page,
        "confirmed_by_clock": get_logs_confirmed_by_clock(ids, cycle.frozen_at),
        "opens": viewable_log_ids(request.user, ids),
        "opens_booking": viewable_booking_ids(
            request.user, [log["booking"] for log in page.items if log["booking"]]
        ),
    }


def _page(logs: list[dict[str, Any]], after: str) -> Page[Any]:
    """Return the page of logs after the one in the address; frozen logs need no other cursor."""
    start = 0
    if after:
        places = {log["log"]: place for place, log in enumerate(logs)}
        if after not in places:
            raise CursorInvalid
        start = places[after] + 1
    items = logs[start : start + PER_PAGE]
    return Page(items, items[-1]["log"] if start + PER_PAGE < len(logs) else None)
