"""What the details of an entry of the journal are called."""

from instrument_share.kernel.errors import gettext_noop

DETAILS: dict[str, str] = {
    "reason": gettext_noop("Reason"),
    "note": gettext_noop("Note"),
    "answer": gettext_noop("Answer"),
    "fields": gettext_noop("Changed fields"),
    "waiting": gettext_noop("Fields that wait for review"),
    "values": gettext_noop("Values"),
    "before": gettext_noop("Before"),
    "after": gettext_noop("After"),
    "from": gettext_noop("From"),
    "to": gettext_noop("To"),
    "until": gettext_noop("Until"),
    "at": gettext_noop("At"),
    "state": gettext_noop("State"),
    "role": gettext_noop("Role"),
    "user": gettext_noop("Person"),
    "instrument": gettext_noop("Instrument"),
    "instruments": gettext_noop("Instruments"),
    "title": gettext_noop("Title"),
    "version": gettext_noop("Version"),
    "applies_from": gettext_noop("Applies from"),
    "expires_at": gettext_noop("Valid until"),
    "quoted_yuan": gettext_noop("Quote"),
    "rating": gettext_noop("Rating"),
    "log": gettext_noop("Usage log"),
    "bookings": gettext_noop("Bookings"),
    "sessions": gettext_noop("Sessions ended"),
    "tokens": gettext_noop("API tokens ended"),
    "job": gettext_noop("Job"),
    "year": gettext_noop("Year"),
    "kinds": gettext_noop("Kinds of information"),
}
"""By key; a key without words is shown as it is."""
