"""The facts of the demo city: complete, consistent, and recognisably invented."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.domain.registration import is_phone
from instrument_share.demo.accounts import DEMO_ACCOUNTS
from instrument_share.demo.city import adopted_policy, load_city
from instrument_share.demo.holidays import build_provisional_holidays
from instrument_share.demo.oddities import (
    AT_NIGHT,
    LATE,
    NEVER_IDLE,
    OVERLAPPING,
    TOO_LONG,
    UNCHARGED,
    VISITED,
)
from instrument_share.demo.terms import build_draft
from instrument_share.demo.week import AGREED, CLOSING, IN_USE, OVERDUE, WAITING
from instrument_share.kernel import uscc
from providers.instruments.domain import fields
from providers.terms.domain.terms import problems_of_terms
from providers.units.domain.profiles import PROFILE_FIELDS, problems_of_publication, problems_of_values
from rewards.policy.domain.policy_document import read_policy

CITY = load_city()


def test_the_city_is_as_large_as_it_should_be():
    assert len(CITY.units) == 9
    assert len(CITY.users) == 12
    assert len(CITY.instruments) == 60
    assert len({instrument.category for instrument in CITY.instruments}) == 45
    assert len(CITY.people) == 151


@pytest.mark.parametrize("organization", [*CITY.organizations, CITY.applicant], ids=lambda o: o.key)
def test_every_organization_is_well_formed_and_invented(organization):
    assert uscc.is_valid(organization.uscc)
    # No code that begins with 99 occurs in GB/T 2260.
    assert organization.uscc[2:4] == "99"
    assert organization.kind in list(OrganizationKind)
    assert organization.size in list(SizeClass)
    codes = {district["code"] for district in CITY.districts}
    assert organization.outside_region or organization is CITY.applicant or organization.district in codes


def test_codes_and_numbers_occur_once():
    usccs = Counter(o.uscc for o in [*CITY.organizations, CITY.applicant])
    numbers = Counter(i.number for i in CITY.instruments)
    usernames = Counter(p.username for p in CITY.people)
    names = Counter(p.name for p in CITY.people)
    assert max(usccs.values()) == max(numbers.values()) == max(usernames.values()) == 1
    assert [name for name, count in names.items() if count > 1] == []


def test_every_reference_leads_somewhere():
    organizations = {o.key for o in CITY.organizations}
    numbers = {i.number for i in CITY.instruments}
    usernames = {p.username for p in CITY.people}
    codes = {code for code, *_ in CITY.categories}
    for organization in CITY.organizations:
        assert {organization.parent, organization.declared_related_to} <= organizations | {None}
    for person in CITY.people:
        assert person.organization in organizations
        assert set(person.roles) <= set(Role)
    for instrument in [*CITY.instruments, CITY.newcomer]:
        assert instrument.category in codes
        assert instrument.trade in CITY.objects
        assert CITY.keeper(instrument)
        assert CITY.lab(instrument)
    for code, parent, *_ in CITY.categories:
        assert parent == (
            "" if code.endswith("0000") else code[:2] + "0000" if code.endswith("00") else code[:4] + "00"
        )
    planned = [row[:2] for row in WAITING + AGREED]
    odd = {AT_NIGHT, LATE, NEVER_IDLE, OVERLAPPING, TOO_LONG, UNCHARGED, VISITED, CLOSING, IN_USE, OVERDUE}
    assert {number for number, _ in planned} | odd <= numbers
    assert {user for _, user in planned} <= usernames
    for unit, facts in CITY.publications.items():
        assert CITY.manager(unit)
        assert {case["instrument"] for case in facts["cases"]} <= {
            i.number for i in CITY.instruments if i.unit == unit
        }


def test_every_demo_account_is_somebody_and_every_role_has_one():
    people = {person.username: person for person in CITY.people}
    roles = {role for account in DEMO_ACCOUNTS for role in people[account.username].roles}
    assert roles == set(Role)


@pytest.mark.parametrize("instrument", [*CITY.instruments, CITY.newcomer], ids=lambda i: i.number)
def test_every_instrument_has_what_publication_needs(instrument):
    names = fields.FIELDS.keys() & vars(instrument).keys()
    _, problems = fields.clean_values({name: getattr(instrument, name) for name in names})
    assert problems == []
    for name in ("specification_en", "functions_en", "services_en", "samples_en", "name_en", "model"):
        assert getattr(instrument, name)
    assert 250_000 <= instrument.value_wan * 10_000 <= 12_000_000
    assert problems_of_terms(build_draft(CITY, instrument, date(2026, 1, 1))) == []


@pytest.mark.parametrize("unit", CITY.units, ids=lambda unit: unit.key)
def test_every_profile_can_be_published(unit):
    assert problems_of_values(unit.profile) == []
    assert problems_of_publication({**unit.profile, "picture": "drawn"}) == []
    assert unit.profile["introduction_en"]
    assert unit.profile.keys() <= PROFILE_FIELDS.keys()


def test_provisional_holidays_are_the_thirteen_statutory_days():
    days = [(day.date.isoformat(), day.name) for day in build_provisional_holidays(CITY, 2027)]
    assert days == [
        ("2027-01-01", "元旦"),
        ("2027-02-05", "春节"),
        ("2027-02-06", "春节"),
        ("2027-02-07", "春节"),
        ("2027-02-08", "春节"),
        ("2027-04-05", "清明节"),
        ("2027-05-01", "劳动节"),
        ("2027-05-02", "劳动节"),
        ("2027-06-09", "端午节"),
        ("2027-09-15", "中秋节"),
        ("2027-10-01", "国庆节"),
        ("2027-10-02", "国庆节"),
        ("2027-10-03", "国庆节"),
    ]


@pytest.mark.parametrize("year", [2027, 2031, 2039, 2060])
def test_no_year_of_the_table_names_a_day_twice(year):
    days = [day.date for day in build_provisional_holidays(CITY, year)]
    assert len(days) == len(set(days))


def test_the_policy_of_the_demo_is_the_draft_as_adopted():
    from instrument_share.demo.stages.assessment import DRAFT

    draft, adopted = map(read_policy, (DRAFT.read_text(encoding="utf-8"), adopted_policy(2025)))
    assert (draft.draft, adopted.draft, adopted.code, adopted.version) == (True, False, "yunping-2025", "1")
    header = {
        name: getattr(adopted, name)
        for name in (
            *("code", "version", "title_zh", "title_en", "source_zh", "source_en"),
            *("draft", "draft_notice_zh", "draft_notice_en", "left_out"),
        )
    }
    clauses = [replace(rule, clause_zh="", clause_en="") for rule in draft.rules]
    assert [replace(rule, clause_zh="", clause_en="") for rule in adopted.rules] == clauses
    assert replace(draft, **header, rules=adopted.rules) == adopted


def test_every_organization_can_be_called():
    city = load_city()
    everybody = [*city.institutions, *city.units, *city.users, city.applicant]
    assert [one.key for one in everybody if not (one.contact and is_phone(one.phone))] == []
