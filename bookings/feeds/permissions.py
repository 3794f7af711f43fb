"""Who may subscribe to which calendar, and who looks after webhooks."""

from typing import Any

import rules

from bookings.feeds.domain.webhooks import WebhookSide
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import has_role_in
from providers.public import is_keeper_of


@rules.predicate
def may_read_feed(user: Any, feed: Any) -> bool:
    """Return whether the feed is the person's, and they still answer for its instrument or unit."""
    if not user.is_authenticated or not user.is_active or feed.user_id != user.pk:
        return False
    if feed.instrument_id is not None:
        return bool(is_keeper_of(user, feed.instrument) or is_manager_of_instrument(user, feed.instrument))
    return feed.organization_id is None or bool(works_for_unit(user, feed))


is_manager_of_instrument = has_role_in(lambda instrument: instrument.organization_id, Role.UNIT_MANAGER)
works_for_unit = has_role_in(lambda feed: feed.organization_id, Role.UNIT_MANAGER, Role.KEEPER)

manages_unit = has_role_in(lambda webhook: _organization_on(webhook, WebhookSide.UNIT), Role.UNIT_MANAGER)
administers_payer = has_role_in(lambda webhook: _organization_on(webhook, WebhookSide.PAYER), Role.ORG_ADMIN)


def _organization_on(webhook: Any, side: WebhookSide) -> int | None:
    return webhook.organization_id if webhook.side == side else None


rules.add_perm("bookings.subscribe", may_read_feed)
rules.add_perm("bookings.manage_webhooks", manages_unit | administers_payer)
