"""Opening calendar feeds, giving them new addresses, and closing them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from bookings.feeds.models import CalendarFeed
from bookings.feeds.selectors.calendars import count_feeds
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import oneself_lock
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import gettext_noop, require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument

NEW_ADDRESSES = gettext_noop(
    "The former addresses at which your calendar programs read have ended. Subscribe again at the new ones."
)


@transaction.atomic
def calendar_feed_open(
    *,
    actor: "User",
    now: datetime,
    instrument: "Instrument | None" = None,
    organization: "Organization | None" = None,
) -> CalendarFeed:
    """Open one's feed of one's own bookings, of an instrument or of a unit; a second time changes nothing."""
    require(actor, "accounts.edit_oneself")
    wanted = {"instrument": instrument, "organization": organization}
    require(actor, "bookings.subscribe", CalendarFeed(user=actor, **wanted))
    oneself_lock(actor)
    feed, is_new = CalendarFeed.objects.get_or_create(user=actor, **wanted, defaults={"opened_at": now})
    if is_new:
        record(actor=actor, action="calendar_feed.opened", subject=feed, now=now)
    return feed


@transaction.atomic
def calendar_feed_rekey(*, actor: "User", public_id: str, now: datetime) -> CalendarFeed:
    """Give one's own feed a new address; the old one answers nothing from then on.

    Raises Forbidden where it would answer nothing either.
    """
    feed = _lock(actor, public_id)
    require(actor, "bookings.subscribe", feed)
    feed.generation, feed.opened_at = feed.generation + 1, now
    feed.save(update_fields=["generation", "opened_at"])
    record(actor=actor, action="calendar_feed.rekeyed", subject=feed, now=now)
    return feed


@transaction.atomic
def calendar_feed_close(*, actor: "User", public_id: str, now: datetime) -> None:
    """Close one's own feed; its address answers nothing from then on."""
    feed = _lock(actor, public_id)
    record(actor=actor, action="calendar_feed.closed", subject=feed, now=now)
    feed.delete()


def _lock(actor: "User", public_id: str) -> CalendarFeed:
    require(actor, "accounts.edit_oneself")
    oneself_lock(actor)
    return require_found(
        CalendarFeed.objects.select_for_update().filter(user=actor, public_id=public_id).first()
    )


def calendar_addresses_end(user: "User", now: datetime) -> int:
    """Give all of a person's feeds new addresses; tell them of those that worked, and return how many.

    The others would work again with the role that they ended with. Called where tokens end
    (`accounts.services.tokens`), whose entry of the journal says so too.
    """
    count = count_feeds(user)
    CalendarFeed.objects.filter(user=user).update(generation=F("generation") + 1, opened_at=now)
    if count:
        notify(
            users=[user],
            message=NEW_ADDRESSES,
            path=page_address("my_calendars"),
            kind=NotificationKind.ACCOUNT,
            now=now,
        )
    return count


def calendars_erase(*, user: "User") -> None:
    """Close a person's calendars, as their account is deleted."""
    CalendarFeed.objects.filter(user=user).delete()
