"""Labels of the closed lists of terms, as marked literals."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Words
from providers.terms.domain.booking_gaps import BookingGap
from providers.terms.domain.choices import (
    DayKind,
    Decision,
    Frequency,
    HolidayTreatment,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    RuleTopic,
    ServiceMode,
    UserKind,
)

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    ServiceMode: {
        ServiceMode.SELF_OPERATED: gettext_noop("self-operated"),
        ServiceMode.OPERATED: gettext_noop("operated by staff"),
        ServiceMode.SAMPLES: gettext_noop("samples sent in"),
        ServiceMode.REMOTE: gettext_noop("operated remotely"),
    },
    UserKind: {
        UserKind.INSIDE: gettext_noop("the unit's own users"),
        UserKind.OUTSIDE: gettext_noop("outside researchers"),
        UserKind.ENTERPRISE: gettext_noop("enterprises"),
        UserKind.INDIVIDUAL: gettext_noop("individuals"),
    },
    RuleTopic: {
        RuleTopic.TIME: gettext_noop("Times"),
        RuleTopic.ACCESS: gettext_noop("Eligibility"),
        RuleTopic.COSTS: gettext_noop("Costs"),
        RuleTopic.CANCELLATION: gettext_noop("Cancellation"),
    },
    Decision: {
        Decision.AT_ONCE: gettext_noop("Approved at once"),
        Decision.BY_KEEPER: gettext_noop("Decided by the keeper"),
    },
    PriceUnit: {
        PriceUnit.HOUR: gettext_noop("per hour"),
        PriceUnit.SAMPLE: gettext_noop("per sample"),
        PriceUnit.USE: gettext_noop("per use"),
    },
    HolidayTreatment: {
        HolidayTreatment.CLOSED_AND_SHIFTED: gettext_noop(
            "Closed on public holidays, open on shifted working days"
        ),
        HolidayTreatment.CLOSED: gettext_noop("Closed on public holidays"),
        HolidayTreatment.IGNORED: gettext_noop("Open on public holidays too"),
    },
    Frequency: {
        Frequency.WEEKLY: gettext_noop("Weekly"),
        Frequency.MONTHLY_BY_WEEKDAY: gettext_noop("Monthly, by weekday"),
    },
    DayKind: {
        DayKind.HOLIDAY: gettext_noop("public holiday"),
        DayKind.WORKDAY: gettext_noop("make-up workday"),
    },
    QuotaHolder: {
        QuotaHolder.USER: gettext_noop("one person"),
        QuotaHolder.ORGANIZATION: gettext_noop("one organization"),
    },
    QuotaSpan: {
        QuotaSpan.DAY: gettext_noop("day"),
        QuotaSpan.WEEK: gettext_noop("week"),
        QuotaSpan.MONTH: gettext_noop("month"),
    },
    BookingGap: {
        BookingGap.RULE: gettext_noop("no rule in force"),
        BookingGap.PRICE: gettext_noop("no price"),
        BookingGap.COMPANION: gettext_noop("what is booked together with it is out of service"),
        BookingGap.KEEPER: gettext_noop("no keeper"),
    },
}

WEEKDAYS = tuple(
    Words(name)
    for name in (
        gettext_noop("Monday"),
        gettext_noop("Tuesday"),
        gettext_noop("Wednesday"),
        gettext_noop("Thursday"),
        gettext_noop("Friday"),
        gettext_noop("Saturday"),
        gettext_noop("Sunday"),
    )
)

NTH_WORDS: Mapping[int, Words] = {
    1: Words(gettext_noop("first")),
    2: Words(gettext_noop("second")),
    3: Words(gettext_noop("third")),
    4: Words(gettext_noop("fourth")),
    5: Words(gettext_noop("fifth")),
    -1: Words(gettext_noop("last")),
}
