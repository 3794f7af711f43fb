"""An organization registers, is admitted or not, corrected, suspended and reinstated."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.base import ContentFile

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass, files
from instrument_share.accounts.domain.registration import Registration, is_phone
from instrument_share.accounts.models import District, Organization, OrganizationDocument
from instrument_share.accounts.services.organizations import (
    NOW_MANAGER,
    REFUSED_TO_ASKERS,
    REINSTATED,
    REINSTATED_TO_ASKERS,
    SUPERIOR_ENTERED,
    SUPERIOR_REMOVED,
    SUSPENDED,
    SUSPENDED_TO_ASKERS,
    CorrectedSinceRead,
    NotAdmitted,
)
from instrument_share.accounts.services.registration import GIVEN_WAY, NotCorrectable, NothingCorrected
from instrument_share.journal import selectors as journal
from instrument_share.journal.addresses import page_address
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden, Invalid, NotFound, ReasonMissing
from instrument_share.kernel.uscc import compute_check_character
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

USCC = "91990105YP1000027" + compute_check_character("91990105YP1000027")
OTHER_USCC = "91990105YP1000035" + compute_check_character("91990105YP1000035")
LICENCE = b"%PDF-1.7 licence"


def licence(content=LICENCE, name="营业执照.pdf"):
    return ContentFile(content, name)


FACTS = Registration(
    uscc=USCC,
    name_zh="云屏晶体有限公司",
    kind=OrganizationKind.ENTERPRISE,
    size_class=SizeClass.SMALL,
    contact="子",
    phone="0570-1234567",
)


def register(actor, documents=None, **facts):
    return services.organization_register(
        actor=actor,
        registration=replace(FACTS, **facts),
        documents=[licence()] if documents is None else documents,
        now=NOW,
    )


def told(person):
    return [one.message for one in journal.notifications(person)]


def problems_of(act):
    with pytest.raises(Invalid) as refused:
        act()
    return [(problem.code, problem.field) for problem in refused.value.problems]


@pytest.fixture
def officer():
    return factories.officer()


@pytest.fixture
def registrant():
    return factories.user("子")


def roles(person):
    return [(one.role, one.state) for each in selectors.belongings(person) for one in each.memberships]


def test_registrant_becomes_administrator_on_admission(officer, registrant):
    made = register(registrant)
    assert (made.state, made.uscc, made.submitted_at) == ("pending", USCC, NOW)
    assert roles(registrant) == [("org_admin", "active")]
    assert selectors.standing(registrant).roles == frozenset()
    assert told(officer) == ["“{name}” has registered and waits for admission."]

    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    assert selectors.refresh_standing(registrant).roles == {Role.ORG_ADMIN}
    assert told(registrant) == ["“{name}” is admitted. You can invite colleagues and book for it now."]
    assert [entry.action for entry in journal.history(made)] == [
        "organization.registered",
        "organization.admitted",
    ]


def test_registrant_of_owning_unit_becomes_manager_too(registrant):
    register(registrant, owns_instruments=True)
    assert roles(registrant) == [("org_admin", "active"), ("unit_manager", "active")]


def test_invalid_registration_reports_all_problems_and_saves_nothing(registrant):
    found = problems_of(
        lambda: register(
            registrant,
            uscc="1",
            size_class=SizeClass.NONE,
            parent_uscc="12990102YP900003X5",
            documents=[licence(b"MZ", "a.exe"), licence(), licence(b"%PDF-" + bytes(10 * 2**20), "b.pdf")],
        )
    )
    assert found == [
        ("organization.uscc_invalid", "uscc"),
        ("organization.size_missing", "size_class"),
        ("organization.parent_unknown", "parent_uscc"),
        ("document.kind_unknown", "documents"),
        ("document.too_large", "documents"),
    ]
    assert not Organization.objects.exists()
    assert not OrganizationDocument.objects.exists()


def uscc(number):
    first = f"91990105YP200{number:04d}"
    return first + compute_check_character(first)


def test_one_person_has_five_registrations_that_wait_or_were_refused_today(officer, registrant):
    made = [register(registrant, documents=[], uscc=uscc(number)) for number in range(5)]

    def sixth(now=NOW):
        return services.organization_register(actor=registrant, registration=FACTS, now=now)

    assert problems_of(sixth) == [("organization.too_many", None)]
    services.organization_refuse(actor=officer, organization_id=made[0].pk, reason="冒名", now=NOW)
    assert problems_of(sixth) == [("organization.too_many", None)]
    assert register(factories.user("丑"), uscc=OTHER_USCC).state == "pending"
    tomorrow = NOW + timedelta(days=1)
    assert problems_of(lambda: sixth(tomorrow - timedelta(seconds=1))) == [("organization.too_many", None)]
    assert sixth(tomorrow).state == "pending"


def test_documents_that_are_added_and_removed_again_are_counted_for_a_day(registrant, monkeypatch):
    monkeypatch.setattr(files, "MAX_ADDED_A_DAY", 2)
    made = register(registrant)

    def add(content, now):
        services.organization_document_add(
            actor=registrant, organization_id=made.pk, uploads=[licence(content)], now=now
        )

    add(b"%PDF-1.7 second", NOW)
    for one in selectors.documents(registrant, made):
        services.organization_document_remove(
            actor=registrant, organization_id=made.pk, public_id=one.public_id, now=NOW
        )
    with pytest.raises(services.DocumentUnusable) as refused:
        add(b"%PDF-1.7 third", NOW + timedelta(hours=23))
    assert [(one.code, one.params) for one in refused.value.problems] == [("document.too_many", {"most": 2})]
    add(b"%PDF-1.7 third", NOW + timedelta(days=1))


def test_duplicate_credit_code_is_refused(registrant):
    register(registrant)
    other = factories.user("丑")
    assert problems_of(lambda: register(other)) == [("organization.uscc_taken", "uscc")]


def test_code_of_a_suspended_organization_is_refused_with_what_holds(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    services.organization_suspend(actor=officer, organization_id=made.pk, reason="核实", now=NOW)
    other = factories.user("丑")
    assert problems_of(lambda: register(other)) == [("organization.uscc_suspended", "uscc")]


def test_correction_to_the_code_of_a_refused_registration_says_to_register_anew(officer, registrant):
    refused = register(registrant)
    services.organization_refuse(actor=officer, organization_id=refused.pk, reason="冒名", now=NOW)
    other = factories.user("丑")
    own = register(other, uscc=OTHER_USCC)
    assert problems_of(lambda: correct(other, own)) == [("organization.uscc_refused", "uscc")]
    assert register(other).pk == refused.pk


def test_authorities_do_not_register_themselves(registrant):
    found = problems_of(lambda: register(registrant, kind=OrganizationKind.BUREAU))
    assert found == [("organization.authority", "kind")]


def test_a_refused_registration_is_corrected_and_handed_in_again(officer, registrant):
    made = register(registrant)
    services.organization_refuse(actor=officer, organization_id=made.pk, reason=" 执照已过期 ", now=NOW)
    made.refresh_from_db()
    assert (made.state, made.reason) == ("refused", "执照已过期")
    corrected = replace(FACTS, name_zh="云屏晶体股份有限公司")
    services.organization_correct(
        actor=registrant,
        organization_id=made.pk,
        registration=corrected,
        documents=[licence(b"%PDF-1.7 new", "新执照.pdf")],
        now=NOW,
    )
    made.refresh_from_db()
    assert (made.state, made.reason, made.name_zh) == ("pending", "", "云屏晶体股份有限公司")
    assert [one.name for one in selectors.documents(registrant, made)] == ["营业执照.pdf", "新执照.pdf"]
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    with pytest.raises(NotCorrectable):
        services.organization_correct(
            actor=registrant, organization_id=made.pk, registration=corrected, now=NOW
        )


def correct(actor, made, documents=(), now=NOW, **facts):
    return services.organization_correct(
        actor=actor,
        organization_id=made.pk,
        registration=replace(FACTS, **facts),
        documents=documents,
        now=now,
    )


def test_correction_without_changes_is_refused(officer, registrant):
    made = register(registrant)
    services.organization_refuse(actor=officer, organization_id=made.pk, reason="执照不清晰", now=NOW)
    for documents in ((), [licence()]):
        with pytest.raises(NothingCorrected):
            correct(registrant, made, documents)
    assert correct(registrant, made, [licence(b"%PDF-1.7 sharper")]).state == "pending"
    with pytest.raises(NothingCorrected):
        correct(registrant, made)
    later = NOW + timedelta(hours=1)
    (first, _second) = selectors.documents(registrant, made)
    services.organization_document_remove(
        actor=registrant, organization_id=made.pk, public_id=first.public_id, now=later
    )
    assert correct(registrant, made, now=later).submitted_at == later


def test_a_registration_whose_documents_changed_is_no_longer_the_one_that_was_read(officer, registrant):
    made = register(registrant)
    decide = partial(services.organization_admit, actor=officer, organization_id=made.pk, now=NOW)
    read, later = made.submission, NOW + timedelta(minutes=1)
    (first,) = selectors.documents(registrant, made)
    services.organization_document_add(
        actor=registrant, organization_id=made.pk, uploads=[licence(b"%PDF-1.7 another")], now=later
    )
    with pytest.raises(CorrectedSinceRead):
        decide(submission=read)
    read = made.submission
    services.organization_document_remove(
        actor=registrant, organization_id=made.pk, public_id=first.public_id, now=later + timedelta(minutes=1)
    )
    with pytest.raises(CorrectedSinceRead):
        decide(submission=read)
    assert decide(submission=made.submission).state == "admitted"


def test_corrections_since_the_refusal_are_kept_with_its_reason(officer, registrant):
    made = register(registrant)
    assert selectors.resubmission_of(made) is None
    services.organization_refuse(actor=officer, organization_id=made.pk, reason="名称不符", now=NOW)
    correct(registrant, made, name_zh="云屏晶体股份公司")
    made = correct(registrant, made, name_zh="云屏晶体股份有限公司", contact="丑")
    found = selectors.resubmission_of(made)
    assert found.reason == "名称不符"
    assert found.changes == {
        "name_zh": ("云屏晶体有限公司", "云屏晶体股份有限公司"),
        "contact": ("子", "丑"),
    }


@pytest.mark.parametrize(
    ("phone", "is_good"),
    [
        ("0570-1234567", True),
        ("+86 138 0000 0000", True),
        ("(0570) 1234567 转 802", True),
        ("0570-1", False),
        ("1234567 或手机", False),
        ("无", False),
    ],
)
def test_telephone_has_to_be_one_that_can_be_dialled(phone, is_good):
    assert is_phone(phone) is is_good


def test_invalid_telephone_is_refused(registrant):
    found = problems_of(lambda: register(registrant, phone="见执照"))
    assert found == [("organization.phone_invalid", "phone")]


def test_refused_registration_frees_code_for_its_owner(officer, registrant):
    made = register(registrant)
    services.organization_refuse(actor=officer, organization_id=made.pk, reason="冒名", now=NOW)
    rightful = factories.user("丑")
    again = register(
        rightful, name_zh="云屏晶体有限责任公司", documents=[licence(b"%PDF-1.7 real", "真.pdf")]
    )
    assert again.pk == made.pk
    assert roles(registrant) == [("org_admin", "ended")]
    assert roles(rightful) == [("org_admin", "active")]
    assert [one.name for one in selectors.documents(rightful, again)] == ["真.pdf"]
    assert list(selectors.documents(registrant, again)) == []


def test_who_asks_to_join_is_told_of_the_refusal_without_its_reason(officer, registrant):
    made = register(registrant)
    asking, withdrawn = factories.user("丑"), factories.user("寅")
    for person in (asking, withdrawn):
        asked = services.membership_request(actor=person, organization_id=made.pk, now=NOW)
    services.membership_withdraw(actor=withdrawn, membership_id=asked.pk, now=NOW)
    services.organization_refuse(actor=officer, organization_id=made.pk, reason="冒名", now=NOW)
    notices = Notification.objects.filter(user__in=(asking, withdrawn))
    assert [(one.user, one.message, one.params, one.path) for one in notices] == [
        (asking, REFUSED_TO_ASKERS, {"name": {"zh": "云屏晶体有限公司", "en": ""}}, "/me/organizations/")
    ]


def test_who_asks_to_join_is_told_of_the_suspension_without_its_reason_and_of_its_end(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    asking = factories.user("丑")
    services.membership_request(actor=asking, organization_id=made.pk, now=NOW)
    services.organization_suspend(actor=officer, organization_id=made.pk, reason="被投诉", now=NOW)
    services.organization_reinstate(actor=officer, organization_id=made.pk, now=NOW)
    name = {"name": {"zh": "云屏晶体有限公司", "en": ""}}
    notices = Notification.objects.filter(user=asking).order_by("pk")
    assert [(one.message, one.params, one.path) for one in notices] == [
        (SUSPENDED_TO_ASKERS, name, "/me/organizations/"),
        (REINSTATED_TO_ASKERS, name, "/me/organizations/"),
    ]


def test_who_got_a_role_while_asking_to_join_is_told_once_of_a_suspension_and_of_its_end(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    both = factories.user("丑")
    services.membership_request(actor=both, organization_id=made.pk, now=NOW)
    factories.member(made, Role.KEEPER, both)
    Notification.objects.all().delete()
    services.organization_suspend(actor=officer, organization_id=made.pk, reason="被投诉", now=NOW)
    services.organization_reinstate(actor=officer, organization_id=made.pk, now=NOW)
    told = [one.message for one in Notification.objects.filter(user=both).order_by("pk")]
    assert told == [SUSPENDED, REINSTATED]


def test_people_of_a_registration_that_gives_way_are_told_once_and_their_roles_end_in_the_journal(
    officer, registrant
):
    made = register(registrant, owns_instruments=True)
    asking, rightful = factories.user("丑"), factories.user("寅")
    for person in (asking, rightful):
        services.membership_request(actor=person, organization_id=made.pk, now=NOW)
    services.organization_refuse(actor=officer, organization_id=made.pk, reason="冒名", now=NOW)
    Notification.objects.all().delete()
    ending = list(made.memberships.order_by("id"))
    register(rightful, name_zh="云屏晶体有限责任公司")
    assert [(one.user, one.role, one.state, one.ended_at) for one in made.memberships.order_by("id")[:4]] == [
        (registrant, "org_admin", "ended", NOW),
        (registrant, "unit_manager", "ended", NOW),
        (asking, "researcher", "ended", NOW),
        (rightful, "researcher", "ended", NOW),
    ]
    for membership in ending:
        entry = journal.history(membership).last()
        details = {"user": membership.user.public_id, "role": membership.role}
        assert (entry.action, entry.actor, entry.details) == ("membership.ended", rightful, details)
    told = Notification.objects.exclude(user=officer).order_by("user_id")
    assert [(one.user, one.message, one.path) for one in told] == [
        (person, GIVEN_WAY, "/me/organizations/") for person in (registrant, asking)
    ]
    assert told[0].params == {"name": {"zh": "云屏晶体有限公司", "en": ""}, "uscc": USCC}


def test_a_registrant_who_no_longer_owns_instruments_loses_the_managers_role_in_the_journal(registrant):
    made = register(registrant, owns_instruments=True)
    correct = partial(services.organization_correct, actor=registrant, organization_id=made.pk, now=NOW)
    correct(registration=FACTS)
    assert roles(registrant) == [("org_admin", "active"), ("unit_manager", "ended")]
    entry = journal.history(made.memberships.get(role="unit_manager")).last()
    assert (entry.action, entry.actor) == ("membership.ended", registrant)


def test_the_same_document_is_kept_once_and_read_by_few(officer, registrant):
    made = register(registrant, documents=[licence(), licence(name="副本.pdf")])
    (document,) = selectors.documents(registrant, made)
    assert (document.name, document.media_type, document.size) == (
        "营业执照.pdf",
        "application/pdf",
        len(LICENCE),
    )
    assert document.file.read() == LICENCE
    document.file.close()
    assert list(selectors.documents(officer, made)) == [document]
    stranger = factories.user("丑")
    assert list(selectors.documents(stranger, made)) == []
    with pytest.raises(NotFound):
        selectors.document(stranger, made, document.public_id)
    services.organization_document_remove(
        actor=registrant, organization_id=made.pk, public_id=document.public_id, now=NOW
    )
    assert list(selectors.documents(officer, made)) == []


@pytest.fixture
def districts():
    return [
        District.objects.create(code=code, name_zh=name)
        for code, name in (("990105", "高新区"), ("990121", "青坞县"))
    ]


def district_officer(district):
    bureau = factories.organization("高新区科技局", kind=OrganizationKind.BUREAU.value, region=district)
    return factories.member(bureau, Role.BUREAU_OFFICER, name="寅")


def test_district_bureau_is_limited_to_its_district(officer, registrant, districts):
    here, there = districts
    of_district = district_officer(here)
    mine = register(registrant, district=here)
    other_code = "91990121YP1000027" + compute_check_character("91990121YP1000027")
    foreign = register(factories.user("丑"), district=there, uscc=other_code)
    outside = factories.organization("外地公司", state="pending", in_region=False)
    assert list(selectors.organizations_pending(of_district)) == [mine]
    assert set(selectors.organizations_pending(officer)) == {mine, foreign, outside}
    assert list(selectors.organizations_supervised(of_district)) == [mine]
    assert len(told(of_district)) == 1
    for one in (foreign, outside):
        with pytest.raises(Forbidden):
            services.organization_admit(actor=of_district, organization_id=one.pk, now=NOW)
        with pytest.raises(NotFound):
            selectors.organization_inside(of_district, one.public_id)
    assert (
        services.organization_admit(actor=of_district, organization_id=mine.pk, now=NOW).state == "admitted"
    )
    assert selectors.supervises(of_district, mine)
    assert not selectors.supervises(of_district, foreign)
    assert not selectors.region_of(registrant)


def test_a_list_of_many_organizations_takes_as_many_statements(officer, statements):
    statements.assert_unchanged(
        lambda: [one.district for one in selectors.organizations_supervised(officer)],
        by=lambda: [factories.organization(f"云屏{number}所") for number in range(20)],
    )


def test_an_admitted_organization_changes_its_contact_and_leaves_one_entry(registrant):
    company = factories.organization("云屏晶体有限公司")
    admin = factories.member(company, Role.ORG_ADMIN)
    change = {"name_en": "Crystals", "contact": "子", "phone": "0570-1234567"}
    for _twice in range(2):
        services.organization_edit(actor=admin, organization_id=company.pk, now=NOW, **change)
    company.refresh_from_db()
    assert (company.name_en, company.contact) == ("Crystals", "子")
    assert [entry.details for entry in journal.history(company)] == [
        {"fields": ["name_en", "contact", "phone"]}
    ]


# --- What the bureau changes afterwards ---------------------------------------------------------------------


def revise(officer, organization, reason="营业执照变更", **facts):
    return services.organization_revise(
        actor=officer,
        organization_id=organization.pk,
        registration=replace(selectors.registration_of(organization), **facts),
        reason=reason,
        now=NOW,
    )


def test_bureau_changes_verified_fields_with_reason(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    changed = revise(officer, made, name_zh="云屏晶体集团有限公司", size_class=SizeClass.MEDIUM)
    assert (changed.name_zh, changed.size_class, changed.uscc) == ("云屏晶体集团有限公司", "medium", USCC)
    entry = journal.history(changed).get(action="organization.revised")
    assert entry.details == {
        "reason": "营业执照变更",
        "before": {"name_zh": "云屏晶体有限公司", "size_class": "small"},
        "after": {"name_zh": "云屏晶体集团有限公司", "size_class": "medium"},
    }
    notice = journal.notifications(registrant)[0]
    assert notice.message == "The bureau has changed what is registered of “{name}” ({fields}): {reason}"
    assert [each["words"] for each in notice.params["fields"]] == ["Chinese name", "Size of the enterprise"]
    revise(officer, changed, size_class=SizeClass.MEDIUM)
    assert journal.history(changed).filter(action="organization.revised").count() == 1


def test_organization_gets_managers_once_it_owns_instruments(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    assert selectors.active_roles(registrant.pk, made.pk) == {Role.ORG_ADMIN}
    revise(officer, made, owns_instruments=True)
    assert selectors.active_roles(registrant.pk, made.pk) == {Role.ORG_ADMIN, Role.UNIT_MANAGER}
    assert told(registrant).count(NOW_MANAGER) == 1
    revise(officer, made, owns_instruments=False)
    revise(officer, made, owns_instruments=True)
    assert told(registrant).count(NOW_MANAGER) == 1


def test_a_superior_is_told_that_an_organization_is_related_to_it_and_no_longer_is(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    first, second = (factories.organization(name) for name in ("云屏晶体集团", "云屏控股集团"))
    heads = [factories.member(one, Role.ORG_ADMIN, name=one.name_zh) for one in (first, second)]
    made = revise(officer, made, parent_uscc=first.uscc)
    made = revise(officer, made, size_class=SizeClass.MEDIUM)
    revise(officer, made, parent_uscc=second.uscc, reason="股权变更")
    name = {"zh": "云屏晶体有限公司", "en": ""}
    above, other = ({"name": name, "other": {"zh": one.name_zh, "en": ""}} for one in (first, second))
    notices = Notification.objects.filter(user__in=heads).order_by("pk")
    assert [(one.user, one.message, one.params) for one in notices] == [
        (heads[0], SUPERIOR_ENTERED, {**above, "reason": ""}),
        (heads[0], SUPERIOR_REMOVED, {**above, "reason": ""}),
        (heads[1], SUPERIOR_ENTERED, {**other, "reason": ""}),
    ]
    assert notices[1].path == page_address("organization", first.public_id)


def test_a_suspended_organization_has_managers_when_it_comes_back_with_instruments(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    services.organization_suspend(actor=officer, organization_id=made.pk, reason="被投诉", now=NOW)
    revise(officer, made, owns_instruments=True)
    services.organization_reinstate(actor=officer, organization_id=made.pk, now=NOW)
    assert selectors.refresh_standing(registrant).roles == {Role.ORG_ADMIN, Role.UNIT_MANAGER}


def test_nobody_becomes_an_authority_and_nothing_is_changed_before_admission(officer, registrant):
    made = register(registrant)
    with pytest.raises(NotAdmitted):
        revise(officer, made)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    assert problems_of(lambda: revise(officer, made, kind=OrganizationKind.BUREAU)) == [
        ("organization.authority", "kind")
    ]
    with pytest.raises(ReasonMissing):
        revise(officer, made, name_zh="云屏新名有限公司", reason=" ")


# --- What nobody gets by registering ------------------------------------------------------------------------


def test_a_correction_makes_no_authority_of_an_organization(registrant):
    made = register(registrant)
    claimed = replace(FACTS, name_zh="云屏某局", kind=OrganizationKind.BUREAU)
    assert problems_of(
        lambda: services.organization_correct(
            actor=registrant, organization_id=made.pk, registration=claimed, now=NOW
        )
    ) == [("organization.authority", "kind")]


def test_former_registrant_loses_internal_view(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    made.memberships.update(state="ended")
    selectors.refresh_standing(registrant)
    with pytest.raises(NotFound):
        selectors.organization_inside(registrant, made.public_id)
    with pytest.raises(Forbidden):
        services.organization_document_add(
            actor=registrant, organization_id=made.pk, uploads=[licence(b"%PDF-1.7 other")], now=NOW
        )


# --- Documents ----------------------------------------------------------------------------------------------


def test_adding_and_removing_document_is_recorded(registrant):
    made = register(registrant)
    document = OrganizationDocument.objects.get(organization=made)
    for _twice in range(2):
        services.organization_document_remove(
            actor=registrant, organization_id=made.pk, public_id=document.public_id, now=NOW
        )
    digest = hashlib.sha256(LICENCE).hexdigest()
    assert [(entry.action, entry.actor, entry.details) for entry in journal.history(document)] == [
        ("organization.document_added", registrant, {"sha256": digest}),
        ("organization.document_removed", registrant, {"sha256": digest}),
    ]


def test_an_organization_keeps_ten_documents(registrant):
    made = register(registrant)

    def add(number):
        services.organization_document_add(
            actor=registrant,
            organization_id=made.pk,
            uploads=[licence(b"%PDF-1.7 " + str(number).encode())],
            now=NOW,
        )

    for number in range(9):
        add(number)
    with pytest.raises(services.DocumentUnusable) as refused:
        add(9)
    assert [(one.code, one.params) for one in refused.value.problems] == [("document.too_many", {"most": 10})]
    assert OrganizationDocument.objects.count() == 10


def test_an_officer_decides_on_no_organization_of_their_own(officer):
    made = register(officer)
    asked = {"actor": officer, "organization_id": made.pk, "now": NOW}
    with pytest.raises(Forbidden):
        services.organization_admit(**asked)
    services.organization_admit(**asked | {"actor": factories.officer()})
    larger = replace(FACTS, size_class=SizeClass.MICRO)
    for decide in (
        partial(services.organization_revise, registration=larger, reason="规模变更"),
        partial(services.organization_suspend, reason="检查"),
    ):
        with pytest.raises(Forbidden):
            decide(**asked)
    made.refresh_from_db()
    assert (made.state, made.size_class) == ("admitted", "small")


def test_who_registered_may_leave_what_the_bureau_has_refused(officer, registrant):
    made = register(registrant)
    role = registrant.memberships.get()
    services.organization_refuse(actor=officer, organization_id=made.pk, reason="非本市", now=NOW)
    assert selectors.organizations_held_alone(registrant) == []
    ended = services.membership_close(actor=registrant, membership_id=role.pk, now=NOW)
    assert ended.state == "ended"


def test_earlier_refusal_is_not_told_of_a_registration_by_somebody_else(officer, registrant):
    made = register(registrant)
    services.organization_refuse(actor=officer, organization_id=made.pk, reason="执照非本人所有", now=NOW)
    later = NOW + timedelta(days=9)
    services.organization_register(
        actor=factories.user("丑"), registration=FACTS, documents=[licence()], now=later
    )
    made.refresh_from_db()
    assert (made.state, selectors.resubmission_of(made), made.created_at) == ("pending", None, later)


def test_manager_role_that_a_correction_ends_is_in_the_journal(officer, registrant):
    made = register(registrant, owns_instruments=True)
    correct = partial(services.organization_correct, actor=registrant, organization_id=made.pk)
    correct(registration=FACTS, now=NOW)
    role = registrant.memberships.get(role="unit_manager")
    assert [one.action for one in journal.history(role)] == ["membership.granted", "membership.ended"]
    correct(registration=replace(FACTS, contact="丑"), now=NOW + timedelta(days=1))
    role.refresh_from_db()
    assert role.ended_at == NOW


def test_revision_of_what_was_empty_is_in_the_journal_as_empty(officer, registrant):
    made = register(registrant)
    services.organization_admit(actor=officer, organization_id=made.pk, now=NOW)
    above = factories.organization("云屏集团")
    revise(officer, made, parent_uscc=above.uscc)
    revise(officer, made, parent_uscc="")
    entries = journal.history(made).filter(action="organization.revised")
    assert [(one.details["before"], one.details["after"]) for one in entries] == [
        ({"parent": ""}, {"parent": "云屏集团"}),
        ({"parent": "云屏集团"}, {"parent": ""}),
    ]
