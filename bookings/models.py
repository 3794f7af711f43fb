"""Models of every room of this app, for Django."""

from bookings.devices.models import Device, DeviceEvent, InstrumentNote
from bookings.feeds.models import CalendarFeed, Webhook, WebhookDelivery
from bookings.groups.models import BasketItem
from bookings.kiosk.models import Kiosk, KioskAct
from bookings.projects.models import Project
from bookings.requests.models import (
    Booking,
    BookingGroup,
    CreditAnswer,
    CreditAppeal,
    CreditEvent,
    NextFree,
)
from bookings.samples.models import Sample, SampleFile, SampleOrder
from bookings.statements.models import (
    Statement,
    StatementAccount,
    StatementLine,
    StatementNote,
    StatementPayment,
    StatementReversal,
)
from bookings.usage.models import (
    CaseUse,
    Review,
    UsageConfirmation,
    UsageCorrection,
    UsageDispute,
    UsageEntry,
    UsageLog,
)
from bookings.waiting.models import WaitlistEntry, WaitlistOffer
