"""Publish and withdraw versions of an instrument's rule, and settle the bookings outside its hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.domain.errors import REASON_MISSING, RuleHitsBookings
from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.requests.registry import announce_grant_changes
from bookings.requests.selectors.admission import find_problems_at
from bookings.requests.selectors.granting import get_grant_changes
from bookings.requests.selectors.holds import instrument_group_lock
from bookings.requests.selectors.rule_effects import (
    RuleChange,
    get_lost_hours_condition,
    get_publication,
    get_withdrawal,
)
from bookings.requests.services import notifications
from bookings.requests.services.next_free import next_free_refresh
from bookings.requests.services.outcomes import Outcome, affected_bookings_lock, apply_outcomes
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import RevisionMismatch, require_reason
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from providers.domain import TermsDraft
    from providers.models import OpenServiceRule

HOURS_CHANGE = Bilingual("开放时间调整", "The opening hours are changing.")
"""Why an offer is withdrawn where nobody was asked for a reason."""
TERMS_CHANGE = Bilingual("开放服务规则调整", "The open-service rule is changing.")
"""Why an offer is withdrawn that lies within the hours, but that the rule no longer grants."""


@transaction.atomic
def rule_put_in_force(
    *,
    actor: "User",
    instrument_id: int,
    draft: "TermsDraft",
    applies_from: datetime,
    now: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
    reason: str = "",
    seen: Sequence[int] | None = None,
) -> "OpenServiceRule":
    """Publish new terms and settle the bookings that lie outside their opening hours.

    `outcomes` give, by public id, what becomes of each: "keep", another interval, which the new terms have to
    admit, or "cancel", without charge and for a reason. `seen` are the versions so far that the actor has
    read, newest first. Raises RevisionMismatch where they are others by now, RuleHitsBookings with the
    bookings that lack an outcome, ReasonMissing, and what `providers.rule_publish` raises.
    """
    instrument = instrument_group_lock(instrument_id)
    require(actor, "providers.set_rule", instrument)
    change = get_publication(instrument_id, draft, applies_from)
    if seen not in (None, change.versions_before):
        raise RevisionMismatch
    rule = providers.rule_publish(
        actor=actor, instrument_id=instrument_id, draft=draft, applies_from=applies_from, now=now
    )
    _settle_bookings(change, outcomes, actor=actor, reason=reason, now=now)
    return rule


@transaction.atomic
def rule_withdraw(
    *,
    actor: "User",
    rule_id: int,
    reason: str,
    now: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
) -> "OpenServiceRule":
    """Withdraw a version that has not begun and settle the bookings that only its hours contain.

    What was booked by it otherwise stays, with its price and deadlines. `outcomes` and errors are as in
    `rule_put_in_force`; raises RuleHasBegun and RuleWithdrawn too.
    """
    published = providers.published_rule(rule_id)
    instrument = instrument_group_lock(published.instrument_id)
    require(actor, "providers.set_rule", instrument)
    change = get_withdrawal(published)
    rule = providers.rule_withdraw(actor=actor, rule_id=rule_id, reason=reason, now=now)
    _settle_bookings(change, outcomes, actor=actor, reason=reason, now=now)
    return rule


def _settle_bookings(
    change: RuleChange,
    outcomes: Mapping[str, Outcome] | None,
    *,
    actor: "User",
    reason: str,
    now: datetime,
) -> None:
    """Apply the outcome of each booking that loses its hours; moves are judged by the rule as changed.

    Whose sample order or wait the change hits is told.
    """
    affected = affected_bookings_lock(
        get_lost_hours_condition(change),
        outcomes,
        {"cancel", "move", "keep"},
        error_class=RuleHitsBookings,
        code="rule.booking_without_outcome",
    )
    if any(outcome == "cancel" and booking.state != BookingState.OFFERED for booking, outcome in affected):
        reason = require_reason(reason, code=REASON_MISSING)
    offers = [(booking, outcome) for booking, outcome in affected if booking.state == BookingState.OFFERED]
    others = [(booking, outcome) for booking, outcome in affected if booking.state != BookingState.OFFERED]
    apply_outcomes(offers, actor=actor, reason=reason or HOURS_CHANGE, decision="rule", now=now)
    apply_outcomes(
        others,
        actor=actor,
        reason=reason,
        decision="rule",
        now=now,
        kept_message=notifications.KEPT_OUTSIDE_HOURS,
    )
    for booking, outcome in affected:
        if outcome == "keep":
            notifications.notify_keepers(booking, notifications.KEPT_OUTSIDE_HOURS, now)
    announce_grant_changes(get_grant_changes([change]), now)
    refused_offers_withdraw({change.instrument_id: change.since}, actor=actor, now=now)
    next_free_refresh([change.instrument_id], now)


def refused_offers_withdraw(changed_from: Mapping[int, datetime], *, actor: "User", now: datetime) -> None:
    """Withdraw offers from the waiting list that would be refused at their acceptance under the new terms.

    `changed_from` gives from when on an instrument has others, by its id. The caller has locked the
    instruments with those that are booked together with them. Nobody could answer such offers, and unanswered
    they would count against who waits.
    """
    offers = Booking.objects.filter(
        instrument_id__in=changed_from, state=BookingState.OFFERED
    ).select_related("instrument__organization", "rule", "user", "payer_organization", "organization_project")
    refused: dict[int, Booking] = {}  # one of each group: what was offered beside it ends with it
    for offer in offers.select_for_update(of=("self",)).order_by("starts_at", "pk"):
        if offer.group_id in refused or offer.ends_at <= changed_from[offer.instrument_id]:
            continue
        if find_problems_at(offer.user, offer, Interval(offer.starts_at, offer.ends_at), now):
            refused[offer.group_id] = offer
    withdrawn: list[tuple[Booking, Outcome]] = [(offer, "cancel") for offer in refused.values()]
    apply_outcomes(withdrawn, actor=actor, reason=TERMS_CHANGE, decision="rule", now=now)
