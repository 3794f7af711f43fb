"""An owning unit with its people, the bureau, and what they publish, made through the services."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace

import pytest

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.domain.registration import Registration
from instrument_share.kernel.uscc import check_character
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.services.categories import category_table_load
from providers.instruments.services.instruments import (
    instrument_create,
    instrument_publish,
    instrument_submit,
)
from providers.terms.domain.choices import HolidayTreatment, ServiceMode, UserKind
from providers.terms.domain.terms import OpeningPattern, Price, TermsDraft
from tests.page_fixtures import city  # noqa: F401 (a fixture)

NOW = datetime(2025, 9, 1, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai

INSTRUMENT = {
    "inner_number": "A-001",
    "name_zh": "透射电子显微镜",
    "name_en": "Transmission electron microscope",
    "category": "010101",
    "model": "TX-200",
    "manufacturer": "云屏光学",
    "country": "CN",
    "value_yuan": Decimal("2500000.00"),
    "in_service_date": date(2020, 3, 1),
    "origin": "purchase",
    "purpose": "general",
    "funding": "local",
    "specification_zh": "加速电压 200 kV，点分辨率 0.19 nm。",
    "functions_zh": "形貌与结构分析。",
    "services_zh": "委托测试与自主上机。",
    "sharing_mode": "external",
    "condition": "normal",
    "place_zh": "一号楼 101",
    "contact": "王工",
    "phone": "0570-1234567",
}
PROFILE = {
    "introduction_zh": "云屏材料研究所建有面向全市开放的分析测试中心，" * 5,
    "address_zh": "云屏市科技路 1 号",
    "contact": "李主任",
    "phone": "0570-7654321",
}


def uscc(number):
    first = f"91330100{number:09d}"
    return first + check_character(first)


def organization(number, name, kind, **more):
    if kind is OrganizationKind.ENTERPRISE:
        more = {"size_class": SizeClass.SMALL, **more}
    made = accounts.organization_register(
        actor=None, registration=Registration(uscc=uscc(number), name_zh=name, kind=kind, **more), now=NOW
    )
    return accounts.institution_establish(organization=made, now=NOW)


def person(username, organization, *roles):
    user = accounts.user_create(
        actor=None, username=username, name=username, email=f"{username}@example.org", password=None, now=NOW
    )
    for role in roles:
        accounts.membership_grant(actor=None, user=user, organization=organization, role=role, now=NOW)
    return user


@pytest.fixture
def world(db):
    """The unit, another unit, the bureau and a company, with a person for each role."""
    unit = organization(1, "云屏材料研究所", OrganizationKind.INSTITUTE, owns_instruments=True)
    other = organization(2, "云屏大学", OrganizationKind.UNIVERSITY, owns_instruments=True)
    bureau = organization(3, "云屏市科学技术局", OrganizationKind.BUREAU)
    company = organization(4, "云屏芯片有限公司", OrganizationKind.ENTERPRISE)
    category_table_load(
        actor=None,
        version="test",
        rows=[
            CategoryRow("010000", "分析仪器"),
            CategoryRow("010100", "电子光学仪器", "010000"),
            CategoryRow("010101", "透射电镜", "010100"),
            CategoryRow("020000", "物理性能测试仪器"),
            CategoryRow("020100", "力学性能测试仪器", "020000"),
        ],
        now=NOW,
    )
    return SimpleNamespace(
        unit=unit,
        other=other,
        bureau=bureau,
        company=company,
        manager=person("manager", unit, Role.UNIT_MANAGER),
        keeper=person("keeper", unit, Role.KEEPER),
        other_manager=person("other_manager", other, Role.UNIT_MANAGER),
        officer=person("officer", bureau, Role.BUREAU_OFFICER),
        auditor=person("auditor", bureau, Role.BUREAU_AUDITOR),
        user=person("user", company, Role.RESEARCHER),
    )


@pytest.fixture
def draft(world):
    return instrument_create(actor=world.manager, organization_id=world.unit.pk, values=INSTRUMENT, now=NOW)


def published(world, organization=None, manager=None, now=NOW, **values):
    made = instrument_create(
        actor=manager or world.manager,
        organization_id=(organization or world.unit).pk,
        values={**INSTRUMENT, **values},
        now=now,
    )
    instrument_submit(actor=manager or world.manager, instrument_id=made.pk, now=now)
    return instrument_publish(actor=world.officer, instrument_id=made.pk, now=now)


@pytest.fixture
def instrument(world):
    return published(world)


def terms(*patterns, **more):
    return TermsDraft(
        **{
            "patterns": patterns or (OpeningPattern(time(9), time(17), date(2025, 9, 1)),),
            "user_kinds": frozenset({UserKind.OUTSIDE, UserKind.ENTERPRISE}),
            "service_modes": frozenset({ServiceMode.SELF_OPERATED}),
            "prices": (Price(Decimal(100)),),
            "holidays": HolidayTreatment.CLOSED_AND_SHIFTED,
            **more,
        }
    )
