"""Asking to join, being admitted, roles given, taken and handed over; nobody leaves an organization alone."""

from datetime import timedelta
from importlib import import_module

import pytest

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Membership
from instrument_share.accounts.services import (
    AlreadyMember,
    LastOfRole,
    NotAMember,
    NotJoinable,
    RoleNotYours,
)
from instrument_share.accounts.services.memberships import GIVEN_BY_ADMINISTRATOR, GRANTED
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, IllegalMove
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.organization("云屏晶体有限公司")


@pytest.fixture
def admin(company):
    return factories.member(company, Role.ORG_ADMIN, name="子")


@pytest.fixture
def person():
    return factories.user("丑")


def ask(person, company, note="", now=NOW):
    return services.membership_request(actor=person, organization_id=company.pk, note=note, now=now)


def grant(actor, user, organization, role):
    return services.membership_grant(actor=actor, user=user, organization=organization, role=role, now=NOW)


def of(person, role):
    return Membership.objects.get(user=person, role=role)


def told(person):
    return [one.message for one in journal.notifications(person)]


def test_membership_request_notifies_once_and_is_admitted(company, admin, person):
    asked = ask(person, company, note="材料组")
    assert ask(person, company).pk == asked.pk
    assert told(admin) == ["{user} asks to be admitted to “{organization}”."]
    assert selectors.standing(person).roles == frozenset()
    for _twice in range(2):
        services.membership_admit(actor=admin, membership_id=asked.pk, now=NOW)
    assert selectors.refresh_standing(person).roles == {Role.RESEARCHER}
    assert told(person) == ["You are admitted to “{organization}” and can book for it."]
    with pytest.raises(AlreadyMember):
        ask(person, company)


@pytest.mark.parametrize("is_own", [True, False])
def test_those_in_a_body_are_told_of_a_role_that_a_system_administrator_gives(is_own, person):
    bureau = factories.organization("云屏市科学技术局", kind=OrganizationKind.BUREAU.value)
    officer, admin, researcher = (
        factories.member(bureau, role) for role in (Role.BUREAU_OFFICER, Role.ORG_ADMIN, Role.RESEARCHER)
    )
    centre = factories.organization("数据中心")
    sysadmin, other = (factories.member(centre, Role.SYSADMIN, name=name) for name in ("癸", "子"))
    given_to = sysadmin if is_own else person
    for _twice in range(2):
        grant(sysadmin, given_to, bureau, Role.BUREAU_AUDITOR)
    (note,) = journal.notifications(officer)
    assert (note.message, note.params) == (
        GIVEN_BY_ADMINISTRATOR,
        {
            "user": given_to.name,
            "organization": {"zh": "云屏市科学技术局", "en": ""},
            "administrator": "癸",
            "role": {"words": "Auditor of the Science and Technology Bureau"},
        },
    )
    assert (told(admin), told(researcher), told(other)) == (
        [GIVEN_BY_ADMINISTRATOR],
        [],
        [GIVEN_BY_ADMINISTRATOR],
    )
    assert told(given_to) == ([] if is_own else [GRANTED])
    grant(admin, researcher, bureau, Role.ORG_ADMIN)
    assert told(officer) == [GIVEN_BY_ADMINISTRATOR]


def test_managers_are_told_whom_a_system_administrator_admits(company, admin, person):
    sysadmin = factories.member(factories.organization("数据中心"), Role.SYSADMIN)
    services.membership_admit(actor=sysadmin, membership_id=ask(person, company).pk, now=NOW)
    assert GIVEN_BY_ADMINISTRATOR in told(admin)


def test_refused_request_shows_reason_and_can_be_repeated(company, admin, person):
    asked = ask(person, company)
    services.membership_refuse(actor=admin, membership_id=asked.pk, reason="不认识", now=NOW)
    assert (of(person, "researcher").state, of(person, "researcher").reason) == ("refused", "不认识")
    with pytest.raises(IllegalMove):
        services.membership_admit(actor=admin, membership_id=asked.pk, now=NOW)
    assert ask(person, company).state == "pending"


def test_requester_withdraws_membership_request(company, admin, person):
    asked = ask(person, company)
    with pytest.raises(Forbidden):
        services.membership_withdraw(actor=admin, membership_id=asked.pk, now=NOW)
    assert services.membership_withdraw(actor=person, membership_id=asked.pk, now=NOW).state == "ended"


def test_managers_are_told_of_a_request_withdrawn_and_made_again_once_a_day(company, admin, person):
    def ask_and_withdraw(now, note=""):
        asked = ask(person, company, now=now, note=note)
        services.membership_withdraw(actor=person, membership_id=asked.pk, now=now)

    for hours in (0, 1, 23):
        ask_and_withdraw(NOW + timedelta(hours=hours))
    assert len(told(admin)) == 1
    ask_and_withdraw(NOW + timedelta(hours=25))
    assert len(told(admin)) == 2
    asked = ask(person, company, now=NOW + timedelta(hours=26), note="材料组")
    assert (asked.state, asked.note, asked.created_at) == ("pending", "材料组", NOW + timedelta(hours=25))
    assert len(told(admin)) == 2


def test_managers_are_told_of_a_request_of_who_was_refused_or_has_left(company, admin, person):
    asked = ask(person, company)
    services.membership_refuse(actor=admin, membership_id=asked.pk, reason="不认识", now=NOW)
    ask(person, company)
    services.membership_admit(actor=admin, membership_id=asked.pk, now=NOW)
    services.membership_close(actor=person, membership_id=asked.pk, now=NOW)
    ask(person, company)
    assert told(admin).count("{user} asks to be admitted to “{organization}”.") == 3


@pytest.mark.parametrize("state", ["refused", "suspended"])
def test_refused_or_suspended_organization_accepts_no_members(person, state):
    with pytest.raises(NotJoinable):
        ask(person, factories.organization("云屏旧公司", state=state))


def test_administrator_grants_own_roles_to_members_only(company, admin, person):
    with pytest.raises(NotAMember):
        grant(admin, person, company, Role.RESEARCHER)
    factories.member(company, person=person)
    assert grant(admin, person, company, Role.ORG_ADMIN).state == "active"
    for role in (Role.KEEPER, Role.UNIT_MANAGER, Role.BUREAU_OFFICER, Role.SYSADMIN):
        with pytest.raises(RoleNotYours):
            grant(admin, person, company, role)
    with pytest.raises(Forbidden):
        grant(person, admin, factories.organization("别家"), Role.RESEARCHER)


def test_a_manager_gives_the_roles_of_an_owning_unit(person):
    unit = factories.organization("云屏测试大学", owns_instruments=True)
    manager = factories.member(unit, Role.UNIT_MANAGER)
    factories.member(unit, person=person)
    assert {grant(manager, person, unit, role).state for role in (Role.KEEPER, Role.UNIT_MANAGER)} == {
        "active"
    }


def test_a_role_that_has_ended_can_be_given_again(company, admin, person):
    factories.member(company, person=person)
    role = grant(admin, person, company, Role.ORG_ADMIN)
    services.membership_close(actor=admin, membership_id=role.pk, reason="轮岗", now=NOW)
    again = grant(admin, person, company, Role.ORG_ADMIN)
    assert (again.pk, again.state, again.reason, again.ended_at) == (role.pk, "active", "", None)
    assert [entry.action for entry in journal.history(again)] == [
        "membership.granted",
        "membership.ended",
        "membership.granted",
    ]


def test_role_handed_over_to_who_holds_it_tells_of_no_new_role(company, admin):
    other, colleague = factories.member(company, Role.ORG_ADMIN), factories.member(company)
    for successor, held_by in ((other, admin), (colleague, other)):
        own = of(held_by, "org_admin")
        services.membership_hand_over(actor=held_by, membership_id=own.pk, successor_id=successor.pk, now=NOW)
    assert (told(other), told(colleague)) == ([], ["You have a new role in “{organization}”."])


def test_the_last_administrator_stays_until_the_role_is_handed_over(company, admin, person):
    own = of(admin, "org_admin")
    with pytest.raises(LastOfRole):
        services.membership_close(actor=admin, membership_id=own.pk, now=NOW)
    with pytest.raises(NotAMember):
        services.membership_hand_over(actor=admin, membership_id=own.pk, successor_id=person.pk, now=NOW)
    factories.member(company, person=person)
    services.membership_hand_over(actor=admin, membership_id=own.pk, successor_id=person.pk, now=NOW)
    assert selectors.active_roles(admin.pk, company.pk) == {Role.RESEARCHER}
    assert selectors.active_roles(person.pk, company.pk) == {Role.RESEARCHER, Role.ORG_ADMIN}


def test_a_sysadmin_takes_a_role_but_not_the_last_one(company, admin):
    office = factories.organization("云屏市大数据中心")
    sysadmin = factories.member(office, Role.SYSADMIN)
    with pytest.raises(LastOfRole):
        services.membership_close(
            actor=sysadmin, membership_id=of(admin, "org_admin").pk, reason="离职", now=NOW
        )
    with pytest.raises(LastOfRole):
        services.membership_close(actor=sysadmin, membership_id=of(sysadmin, "sysadmin").pk, now=NOW)


@pytest.mark.parametrize("is_same_office", [True, False])
def test_the_only_sysadmin_outside_suspended_organizations_stays(is_same_office):
    office = factories.organization("云屏市大数据中心")
    other_office = office if is_same_office else factories.organization("云屏市信息中心")
    sysadmin, _other = (factories.member(one, Role.SYSADMIN) for one in (office, other_office))
    other_office.state = "suspended"
    other_office.save()
    with pytest.raises(LastOfRole):
        services.membership_close(actor=sysadmin, membership_id=of(sysadmin, "sysadmin").pk, now=NOW)
    assert selectors.organizations_held_alone(sysadmin) == [office]
    other_office.state = "admitted"
    other_office.save()
    services.membership_close(actor=sysadmin, membership_id=of(sysadmin, "sysadmin").pk, now=NOW)
    assert of(sysadmin, "sysadmin").state == "ended"


def test_giving_and_ending_the_role_of_a_sysadmin_locks_the_offices_of_all(company, monkeypatch):
    offices = [factories.organization(f"云屏市第{number}中心") for number in "一二三"]
    sysadmin, _second = [factories.member(office, Role.SYSADMIN) for office in offices[:2]]
    organizations = import_module("instrument_share.accounts.selectors.organizations")
    locks, locked = organizations.organization_locks, []
    monkeypatch.setattr(
        organizations, "organization_locks", lambda ids: locked.append(sorted(ids)) or locks(ids)
    )
    third = grant(sysadmin, factories.user("寅"), offices[2], Role.SYSADMIN)
    services.membership_close(actor=sysadmin, membership_id=third.pk, reason="轮岗", now=NOW)
    assert locked == [[office.pk for office in offices]] * 2
    grant(sysadmin, factories.member(company), company, Role.ORG_ADMIN)
    assert locked[2:] == [[company.pk]]


def test_member_list_uses_constant_query_count_for_managers(company, admin, statements):
    statements.assert_unchanged(
        lambda: [one.user.name for one in selectors.members(admin, company)],
        by=lambda: [factories.member(company) for _each in range(20)],
    )


def test_pending_organization_is_found_by_code_only(company, person):
    waiting = factories.organization("云屏待审公司", state="pending")
    refused = factories.organization("云屏被拒公司", state="refused")

    def find(person, text):
        return selectors.organizations_to_join(person, text, ["name_zh"])

    assert find(person, "晶体") == [company]
    assert find(person, "待审") == []
    assert find(person, f" {waiting.uscc.lower()} ") == [waiting]
    assert find(person, refused.uscc) == []
    assert find(person, "云") == []


def test_first_twenty_organizations_to_join_are_those_of_the_asked_order(person):
    for number in range(21):
        factories.organization(f"同名单位{number:02d}", name_en=f"Namesake {20 - number:02d}")
    by_chinese = selectors.organizations_to_join(person, "同名", ["name_zh"])
    assert [one.name_zh[-2:] for one in by_chinese] == [f"{number:02d}" for number in range(20)]
    by_english = selectors.organizations_to_join(person, "同名", ["name_en"])
    assert [one.name_en[-2:] for one in by_english] == [f"{number:02d}" for number in range(20)]


def test_granting_held_role_again_records_and_notifies_once(company, admin):
    colleague = factories.member(company, name="寅")
    for _twice in range(2):
        grant(admin, colleague, company, Role.ORG_ADMIN)
    membership = of(colleague, Role.ORG_ADMIN.value)
    assert [entry.action for entry in journal.history(membership)] == ["membership.granted"]
    assert len(told(colleague)) == 1


def test_role_that_begins_again_and_request_that_is_repeated_have_their_own_day(company, admin, person):
    week, month = NOW + timedelta(days=7), NOW + timedelta(days=30)
    asked = ask(person, company)
    services.membership_refuse(actor=admin, membership_id=asked.pk, reason="不认识", now=NOW)
    again = services.membership_request(actor=person, organization_id=company.pk, now=week)
    assert again.created_at == week
    services.membership_admit(actor=admin, membership_id=asked.pk, now=week)
    services.membership_close(actor=admin, membership_id=asked.pk, reason="轮岗", now=week)
    factories.member(company, Role.ORG_ADMIN, person)
    back = services.membership_grant(
        actor=admin, user=person, organization=company, role=Role.RESEARCHER, now=month
    )
    assert (back.pk, back.created_at) == (asked.pk, month)
