"""Sample orders made by the services, as far as a test wants them."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from bookings.requests.models import CreditEvent
from bookings.samples.domain.choices import Afterwards, SampleHazard, SampleStorage
from bookings.samples.services.files import sample_order_report
from bookings.samples.services.handling import sample_order_close, sample_order_quote, sample_order_receive
from bookings.samples.services.orders import SampleFacts, sample_order_accept, sample_order_create
from bookings.samples.services.planning import sample_order_plan
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from tests.factories import NOW, slot

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SAMPLES = (
    SampleFacts("钛合金断口", "A-1", "断口形貌"),
    SampleFacts("电解液", "A-2", "成分", SampleStorage.COOL, (SampleHazard.FLAMMABLE,)),
)


def pdf(name="报告.pdf", content=PDF):
    file = BytesIO(content)
    file.name = name
    return file


def submitted(city, **changes):
    facts = {
        "actor": city.researcher,
        "instrument_id": city.instrument.pk,
        "payer_organization_id": city.company.pk,
        "subject": "断口分析",
        "samples": SAMPLES,
        "now": NOW,
        **changes,
    }
    return sample_order_create(**facts)


def quoted(city, order=None, **changes):
    order = order or submitted(city)
    facts = {"actor": city.keeper, "hours": Decimal(2), "report_days": 7, "now": NOW, **changes}
    return sample_order_quote(order_id=order.pk, **facts)


def accepted(city, order=None):
    order = order or quoted(city)
    return sample_order_accept(actor=city.researcher, order_id=order.pk, now=NOW)


def received(city, order=None):
    order = order or accepted(city)
    return sample_order_receive(
        actor=city.keeper, order_id=order.pk, brought_by="顺丰 SF123", place="冷柜 2", now=NOW
    )


def planned(city, order=None, interval=None):
    """The order's booking."""
    order = order or received(city)
    return sample_order_plan(actor=city.keeper, order_id=order.pk, interval=interval or slot(), now=NOW)


def measured(city, order=None, **changes):
    """The log of the order's booking."""
    booking = planned(city, order)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    end = booking.starts_at + timedelta(hours=1)
    return booking_check_out(actor=city.keeper, booking_id=booking.pk, now=end, ends_at=end, **changes)


def reported(city, order=None, *files, **changes):
    order = order or received(city)
    log = measured(city, order)
    return sample_order_report(
        actor=city.keeper, order_id=order.pk, uploads=files or [pdf()], now=log.ends_at, **changes
    )


def suspend_credit(person, until):
    for _number in range(3):
        CreditEvent.objects.create(user=person, kind="late_cancel", occurred_at=NOW, ends_at=until)


def closed(city, order=None, **changes):
    order = order or reported(city)
    facts = {"actor": city.keeper, "outcome": Afterwards.RETURN, "now": slot().end, **changes}
    return sample_order_close(order_id=order.pk, **facts)
