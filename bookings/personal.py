"""The personal data that bookings hold, and what becomes of them when an account is deleted."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.feeds.services.calendars import calendars_erase
from bookings.groups.services.basket import basket_erase
from bookings.projects.selectors import held_projects
from bookings.requests.selectors.bookings import unfinished_bookings
from bookings.requests.services.membership import organization_leave
from bookings.samples.selectors import unfinished_orders
from bookings.samples.services.handling import bringers_erase
from bookings.statements.domain.billing import previous_month
from bookings.statements.domain.states import StatementState
from bookings.statements.selectors.billing import (
    charges_to_be_billed,
    charges_to_be_given_back,
    uses_to_be_billed,
    uses_to_be_corrected,
    uses_to_be_given_back,
)
from bookings.statements.selectors.statements import unsettled_statements
from bookings.usage.selectors.national import years_naming
from bookings.waiting.selectors import waited_instrument_ids
from bookings.waiting.services.entries import waits_erase
from instrument_share.accounts import selectors as accounts
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, Sentence
from instrument_share.personal.registry import (
    ACTED,
    Obstacle,
    OwnRows,
    register_eraser,
    register_kept_texts,
    register_links,
    register_obstacles,
    register_own_rows,
)
from providers import public as providers

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from bookings.statements.models import Statement
    from bookings.usage.models import UsageLog
    from instrument_share.accounts.models import User

OPEN_BOOKING = gettext_noop("The booking {number} is not over: cancel it, or let it take place.")
OPEN_ORDER = gettext_noop("The sample order {number} is not closed: cancel it, or let it be finished.")
UNPAID = gettext_noop("The statement {number} in your name is not settled: settle it first.")
NOT_SENT = gettext_noop(
    "A statement from {unit} in your name has not been sent to you yet: wait for it and pay it first."
)
UNBILLED = gettext_noop(
    "What you owe for {number} is on no statement yet: wait for the statement of its month and pay it first."
)
GIVEN_BACK = gettext_noop(
    "What you get back for {number} is on no statement yet: wait for the next statement of the unit."
)
CORRECTION_WAITING = gettext_noop(
    "A correction of {number} waits to be confirmed and can change what you pay: let it be confirmed or "
    "withdrawn first."
)
OPEN_PROJECT = gettext_noop(
    "You are the holder of the project “{name}”: let your organization name another one."
)

OWN = (
    OwnRows("bookings.Booking", gettext_noop("Bookings"), ("user", "payer_person")),
    OwnRows("bookings.BookingGroup", gettext_noop("Bookings made together"), ("user",)),
    OwnRows("bookings.BasketItem", gettext_noop("Basket"), ("user",)),
    OwnRows("bookings.WaitlistEntry", gettext_noop("Waiting list"), ("user",)),
    OwnRows("bookings.WaitlistOffer", gettext_noop("Offers from the waiting list"), ("entry__user",)),
    OwnRows("bookings.UsageLog", gettext_noop("Usage logs"), ("user", "operator", "payer_person")),
    OwnRows("bookings.UsageDispute", gettext_noop("Disputed uses"), ("raised_by",)),
    OwnRows("bookings.UsageResult", gettext_noop("Results of uses"), ("added_by",)),
    OwnRows("bookings.Review", gettext_noop("Reviews"), ("log__user",)),
    OwnRows("bookings.CreditEvent", gettext_noop("Credit record"), ("user",)),
    OwnRows("bookings.CreditAppeal", gettext_noop("Appeals against the credit record"), ("event__user",)),
    OwnRows("bookings.CreditAnswer", gettext_noop("Answers to appeals"), ("appeal__event__user",)),
    OwnRows("bookings.SampleOrder", gettext_noop("Sample orders"), ("user", "payer_person")),
    OwnRows("bookings.Sample", gettext_noop("Samples that were handed in"), ("order__user",)),
    OwnRows("bookings.SampleFile", gettext_noop("Files of sample orders"), ("order__user", "added_by")),
    OwnRows("bookings.Statement", gettext_noop("Statements in your own name"), ("payer_person",)),
    OwnRows("bookings.StatementNote", gettext_noop("Notes to statements"), ("written_by",)),
    OwnRows(
        "bookings.StatementPayment", gettext_noop("Payments of your statements"), ("statement__payer_person",)
    ),
    OwnRows("bookings.CalendarFeed", gettext_noop("Calendars you subscribe to"), ("user",)),
    OwnRows("bookings.Project", gettext_noop("Projects you hold"), ("holder",)),
    OwnRows("bookings.Project_members", gettext_noop("Projects that name you"), ("user",)),
)
ACTS_IN_OFFICE = {
    "bookings.Device": ["made_by"],
    "bookings.DeviceEvent": ["key_made_by"],
    "bookings.InstrumentNote": ["written_by", "closed_by"],
    "bookings.ExternalCalendar": ["created_by"],
    "bookings.Kiosk": ["made_by", "ended_by"],
    "bookings.Booking": ["decided_by"],
    "bookings.CreditEvent": ["recorded_by"],
    "bookings.CreditAnswer": ["answered_by"],
    "bookings.SampleOrder": ["quoted_by", "received_by", "reported_by", "ended_by"],
    "bookings.Statement": ["sent_by", "confirmed_by"],
    "bookings.StatementAccount": ["entered_by"],
    "bookings.StatementPayment": ["recorded_by"],
    "bookings.StatementReversal": ["recorded_by"],
    "bookings.UsageEntry": ["recorded_by"],
    "bookings.UsageResultWithdrawal": ["withdrawn_by"],
    "bookings.UsageDispute": ["answered_by"],
}
WRITTEN = {
    "bookings.Booking": ["subject", "project", "quote", "decision_note"],
    "bookings.WaitlistEntry": ["subject", "project"],
    "bookings.Project": ["name"],
    "bookings.InstrumentNote": ["text"],
    "bookings.CreditEvent": ["reason"],
    "bookings.CreditAppeal": ["reason"],
    "bookings.CreditAnswer": ["reason"],
    "bookings.SampleOrder": [
        "subject",
        "project",
        "quote_note",
        "condition",
        "place",
        "report_note",
        "end_note",
    ],
    "bookings.Sample": ["name", "hazards", "tests"],
    "bookings.SampleFile": ["name"],
    "bookings.StatementAccount": ["holder"],
    "bookings.StatementNote": ["text"],
    "bookings.StatementReversal": ["reason"],
    "bookings.UsageLog": ["content", "project", "funding_sources", "results"],
    "bookings.UsageOverlap": ["reason"],
    "bookings.UsageCorrection": ["changes", "reason"],
    "bookings.UsageWithdrawal": ["reason"],
    "bookings.UsageResult": ["title", "identifier"],
    "bookings.UsageResultWithdrawal": ["reason"],
    "bookings.UsageDispute": ["reason", "answer"],
    "bookings.Review": ["comment", "reply"],
}
"""What people wrote of the work: part of the accounting, in the chain by its hash or in a paper."""


def register() -> None:
    """Declare all of this."""
    register_own_rows(*OWN)
    register_links(ACTS_IN_OFFICE, ACTED)
    register_links({"bookings.WaitingLog": ["user"]}, "a list of logs that wait, made of the usage logs")
    register_kept_texts(WRITTEN, "what was written of the work: part of the accounting")
    register_kept_texts(
        {"bookings.ExternalCalendar": ["address", "failure"], "bookings.Webhook": ["address"]},
        "addresses of programs of units and organizations",
    )
    register_kept_texts(
        {"bookings.WebhookDelivery": ["body"]}, "messages to programs, until retention deletes them"
    )
    register_obstacles(_find_unfinished)
    register_eraser("bookings", _erase)


def _find_unfinished(user: "User", now: datetime) -> Iterator[Obstacle]:
    for booking in unfinished_bookings(user):
        yield Obstacle(
            Sentence(OPEN_BOOKING, {"number": booking.public_id}), page_address("booking", booking.public_id)
        )
    for order in unfinished_orders(user):
        yield Obstacle(
            Sentence(OPEN_ORDER, {"number": order.public_id}), page_address("sample_order", order.public_id)
        )
    for statement in unsettled_statements(user):
        yield _describe_unsettled(statement)
    yield from _find_unbilled(user, now)
    for project in held_projects(user):
        yield Obstacle(
            Sentence(OPEN_PROJECT, {"name": project.name}), page_address("project", project.public_id)
        )


def _find_unbilled(user: "User", now: datetime) -> Iterator[Obstacle]:
    month = previous_month(now.astimezone(CITY_TIME).date())
    found: tuple[tuple[str, str, Iterable[Booking | UsageLog]], ...] = (
        (UNBILLED, "usage_log", uses_to_be_billed(user, month)),
        (UNBILLED, "booking", charges_to_be_billed(user, month)),
        (GIVEN_BACK, "usage_log", uses_to_be_given_back(user)),
        (GIVEN_BACK, "booking", charges_to_be_given_back(user)),
        (CORRECTION_WAITING, "usage_log", uses_to_be_corrected(user)),
    )
    for message, page, sources in found:
        for one in sources:
            yield Obstacle(Sentence(message, {"number": one.public_id}), page_address(page, one.public_id))


def _describe_unsettled(statement: "Statement") -> Obstacle:
    if statement.state == StatementState.DRAFT:
        unit = Bilingual(statement.organization.name_zh, statement.organization.name_en)
        return Obstacle(Sentence(NOT_SENT, {"unit": unit}), page_address("my_statements"))
    return Obstacle(
        Sentence(UNPAID, {"number": str(statement)}), page_address("statement", statement.public_id)
    )


def _erase(user: "User", now: datetime) -> None:
    left = [one.organization.pk for one in accounts.belongings(user) if one.active]
    kept = {pk for organization_id in left for pk in providers.kept_instrument_ids(user.pk, organization_id)}
    providers.instrument_locks(kept | waited_instrument_ids(user))  # at once, as whoever books several
    for organization_id in left:
        organization_leave(actor=user, organization_id=organization_id, now=now)
    waits_erase(user=user, now=now)
    calendars_erase(user=user)
    basket_erase(user=user)
    bringers_erase(user=user)
    providers.national_checks_forget(years=years_naming(user))
