"""Rows to test on: a small invented city, built on the models without rules or journal.

What a test is about goes through the services; what merely has to be there comes from here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count

from allauth.account.models import EmailAddress
from PIL import Image
from schedule.models import Calendar

from instrument_share.accounts.domain import (
    MembershipState,
    OrganizationKind,
    OrganizationState,
    Role,
    SizeClass,
)
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.models import Membership, Organization, User
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.kernel import uscc
from instrument_share.kernel.interval import Interval
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument, Keeper
from providers.terms.domain.choices import Decision, ServiceMode, UserKind
from providers.terms.models import OpenServiceRule, OpenWindow, PriceLine, RuleQuota

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""Monday 2 March 2026, 08:00 in the city."""
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)

_numbers = count(1)


def user(name="甲", **fields):
    number = next(_numbers)
    made = User.objects.create(
        username=f"user{number}",
        name=name,
        email=f"user{number}@example.org",
        **{"privacy_version": NOTICE_VERSION, **fields},
    )
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def organization(name="云屏测试大学", **fields):
    first = f"12990000{next(_numbers):09d}"
    facts = {
        "kind": OrganizationKind.UNIVERSITY.value,
        "size_class": SizeClass.NONE.value,
        "state": OrganizationState.ADMITTED.value,
        "created_at": LONG_AGO,
        **fields,
    }
    return Organization.objects.create(
        uscc=first + uscc.compute_check_character(first), name_zh=name, **facts
    )


def member(of, role=Role.RESEARCHER, person=None, **fields):
    """A person with a role in an organization."""
    person = person or user(**fields)
    Membership.objects.create(
        user=person,
        organization=of,
        role=role.value,
        state=MembershipState.ACTIVE.value,
        created_at=LONG_AGO,
    )
    forget_standing(person)
    return person


def instrument(of, **fields):
    facts = {
        "state": InstrumentState.PUBLISHED.value,
        "inner_number": f"N{next(_numbers)}",
        "name_zh": "场发射扫描电子显微镜",
        "name_en": "Field emission SEM",
        "value_yuan": Decimal("3200000"),
        "created_at": LONG_AGO,
        "published_at": LONG_AGO,
        **fields,
    }
    return Instrument.objects.create(organization=of, **facts)


def keeper(of_instrument, person=None):
    """A named keeper who holds that role in the owning unit."""
    person = member(of_instrument.organization, Role.KEEPER, person, name="丙")
    Keeper.objects.create(instrument=of_instrument, user=person)
    return person


def rule(of_instrument, price="100.00", quotas=(), **fields):
    """A version of a rule, in force from long ago: approved at once, up to 8 hours, everybody, any mode."""
    facts = {
        "version": of_instrument.rules.count() + 1,
        "applies_from": LONG_AGO + timedelta(days=of_instrument.rules.count()),
        "user_kinds": [kind.value for kind in UserKind],
        "service_modes": [mode.value for mode in ServiceMode],
        "decision": Decision.AT_ONCE.value,
        "created_at": LONG_AGO,
        **fields,
    }
    calendar = Calendar.objects.create(name="rule", slug=f"rule-{next(_numbers)}")
    made = OpenServiceRule.objects.create(instrument=of_instrument, calendar=calendar, **facts)
    PriceLine.objects.create(rule=made, price_yuan=Decimal(price))
    for quota in quotas:
        RuleQuota.objects.create(rule=made, **quota)
    return made


def windows(of_instrument, first=NOW, days=30, length=timedelta(hours=12)):
    """Open every day from the time of day of `first`; by default 08:00 to 20:00 in the city."""
    in_force = of_instrument.rules.order_by("-version").first()
    OpenWindow.objects.bulk_create(
        OpenWindow(
            instrument=of_instrument,
            rule=in_force,
            starts_at=first + timedelta(days=day),
            ends_at=first + timedelta(days=day) + length,
        )
        for day in range(days)
    )


@dataclass
class City:
    """A unit with one open instrument and its keeper and manager, and a visiting researcher of a company."""

    owner: Organization
    instrument: Instrument
    rule: OpenServiceRule
    keeper: User
    manager: User
    company: Organization
    researcher: User


def city(**rule_fields):
    owner = organization("云屏测试大学", owns_instruments=True)
    one = instrument(owner)
    terms = rule(one, **rule_fields)
    windows(one)
    company = organization(
        "云屏测试科技有限公司",
        kind=OrganizationKind.ENTERPRISE.value,
        size_class=SizeClass.SMALL.value,
    )
    return City(
        owner=owner,
        instrument=one,
        rule=terms,
        keeper=keeper(one),
        manager=member(owner, Role.UNIT_MANAGER, name="丁"),
        company=company,
        researcher=member(company, name="戊"),
    )


def slot(day=1, hour=9, length=2):
    """An interval `day` days after NOW's day, at an hour as the city's clocks show it."""
    start = NOW + timedelta(days=day, hours=hour - 8)
    return Interval(start, start + timedelta(hours=length))


def jpeg(size=(4, 3), colour="teal"):
    """The bytes of a picture."""
    made = BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG")
    return made.getvalue()


def officer():
    bureau = organization("云屏市科学技术局", kind=OrganizationKind.BUREAU.value)
    return member(bureau, Role.BUREAU_OFFICER, name="己")


__all__ = [
    "LONG_AGO",
    "NOW",
    "City",
    "city",
    "instrument",
    "jpeg",
    "keeper",
    "member",
    "officer",
    "organization",
    "rule",
    "slot",
    "user",
    "windows",
]
