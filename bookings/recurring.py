"""What bookings do by the clock."""

from datetime import timedelta

from bookings.credit.services import credit_appeals_pass_on_due
from bookings.devices.services.keys import device_keys_end_due
from bookings.feeds.services.deliveries import deliveries_forget_old, webhooks_gather
from bookings.feeds.services.external_calendars import external_calendars_read_due
from bookings.kiosk.services.kiosks import kiosks_end_due
from bookings.requests.services.lapses_and_no_shows import bookings_lapse_due, bookings_no_show_due
from bookings.requests.services.next_free import next_free_advance
from bookings.samples.services.orders import sample_orders_lapse_due
from bookings.statements.services.drafting import statements_draft_due
from bookings.statements.services.statements import statements_remind_due
from bookings.usage.services.automatic import usage_confirm_due, uses_remind_due
from bookings.waiting.services.entries import waits_end_due
from bookings.waiting.services.offers import (
    free_time_offer_due,
    offers_lapse_due,
    refused_offers_withdraw_due,
)
from instrument_share.jobs.registry import RecurringJob
from instrument_share.kernel.errors import gettext_noop

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

RECURRING = (
    RecurringJob(
        "bookings.lapse", gettext_noop("Requests past their decision deadline"), MINUTE, bookings_lapse_due
    ),
    RecurringJob("bookings.no_show", gettext_noop("Bookings not taken up"), MINUTE, bookings_no_show_due),
    RecurringJob(
        "bookings.uses_overdue",
        gettext_noop("Reminders of uses that are not checked out"),
        15 * MINUTE,
        uses_remind_due,
    ),
    RecurringJob(
        "bookings.credit_appeals",
        gettext_noop("Appeals that units have not answered"),
        HOUR,
        credit_appeals_pass_on_due,
    ),
    RecurringJob(
        "bookings.confirm_usage", gettext_noop("Hours that nobody disputed"), HOUR, usage_confirm_due
    ),
    RecurringJob(
        "bookings.offers_lapse", gettext_noop("Offers that nobody answered"), MINUTE, offers_lapse_due
    ),
    RecurringJob(
        "bookings.offers_withdraw",
        gettext_noop("Offers that can no longer be accepted"),
        MINUTE,
        refused_offers_withdraw_due,
    ),
    RecurringJob(
        "bookings.waiting", gettext_noop("Free time for the waiting list"), MINUTE, free_time_offer_due
    ),
    RecurringJob("bookings.waits_end", gettext_noop("Waits that are over"), MINUTE, waits_end_due),
    RecurringJob(
        "bookings.samples",
        gettext_noop("Sample orders past their deadline"),
        MINUTE,
        sample_orders_lapse_due,
    ),
    RecurringJob("bookings.next_free", gettext_noop("Next free times"), MINUTE, next_free_advance),
    RecurringJob(
        "bookings.statements", gettext_noop("Drafts of last month’s statements"), DAY, statements_draft_due
    ),
    RecurringJob(
        "bookings.statements_overdue",
        gettext_noop("Reminders of overdue statements"),
        DAY,
        statements_remind_due,
    ),
    RecurringJob("bookings.webhooks", gettext_noop("Messages to webhooks"), MINUTE, webhooks_gather),
    RecurringJob(
        "bookings.external_calendars",
        gettext_noop("Closures by external calendars"),
        15 * MINUTE,
        external_calendars_read_due,
    ),
    RecurringJob(
        "bookings.device_keys",
        gettext_noop("Keys of devices whose maker has left"),
        MINUTE,
        device_keys_end_due,
    ),
    RecurringJob("bookings.kiosks", gettext_noop("Kiosks whose maker has left"), MINUTE, kiosks_end_due),
    RecurringJob(
        "bookings.webhooks_forget_old",
        gettext_noop("Removal of old messages to webhooks"),
        HOUR,
        deliveries_forget_old,
    ),
)
