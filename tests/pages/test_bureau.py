"""Who is falling behind, what is waiting."""

from datetime import timedelta

import pytest
from django.urls import reverse

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import District, Organization
from instrument_share.journal.models import AuditEntry
from providers.units.services.kept_completeness import completeness_keep
from tests import factories
from tests.factories import LONG_AGO, NOW
from tests.page_fixtures import text_of

DISTRICTS = (("990301", "一区"), ("990302", "二区"))


@pytest.fixture
def bureau(city):
    return factories.officer()


@pytest.fixture
def auditor(bureau):
    return factories.member(bureau.memberships.get().organization, Role.BUREAU_AUDITOR, name="庚")


def submitted(of, name, since):
    return factories.instrument(of, state="submitted", name_zh=name, submitted_at=since, published_at=None)


def test_oldest_pending_item_is_first(see, city, bureau):
    submitted(city.owner, "后到的仪器", NOW - timedelta(days=1))
    submitted(city.owner, "先到的仪器", NOW - timedelta(days=9))
    page = text_of(see(bureau, "bureau"))
    assert "待审核 2" in page
    assert page.index("先到的仪器") < page.index("后到的仪器")


def test_a_unit_that_has_entered_nothing_is_the_furthest_behind(see, city, bureau):
    factories.organization("云屏空白研究所", owns_instruments=True, kind=OrganizationKind.INSTITUTE.value)
    page = text_of(see(bureau, "bureau"))
    behind = page[page.index("信息待完善的单位") :]
    assert behind.index("云屏空白研究所 0% 缺失 单位简介 自2025年1月1日起") < behind.index("云屏测试大学")


def test_organization_is_admitted_after_review(see, send, city, bureau):
    body = factories.organization("云屏新材料公司", state="pending")
    assert "云屏新材料公司" in text_of(see(bureau, "bureau"))
    assert body.uscc in text_of(see(bureau, "organization_admit", body.public_id))
    send(bureau, "organization_admit", body.public_id, seen=body.submission)
    assert Organization.objects.get(pk=body.pk).state == "admitted"
    assert AuditEntry.objects.get(action="organization.admitted").subject_id == body.public_id
    assert "云屏新材料公司已准予准入" in text_of(see(bureau, "bureau"))


def test_registration_handed_in_again_waits_since_then(see, city, bureau):
    factories.organization("云屏新材料公司", state="pending", submitted_at=NOW - timedelta(days=2))
    assert "云屏新材料公司 2026年2月28日" in text_of(see(bureau, "bureau"))


def test_auditors_look_and_do_not_decide(see, city, auditor):
    submitted(city.owner, "待审仪器", NOW)
    body = factories.organization("云屏新材料公司", state="pending", created_at=LONG_AGO)
    response = see(auditor, "bureau")
    page = text_of(response)
    assert "待审仪器" in page
    assert "云屏新材料公司" not in page
    assert "/publish/" not in response.content.decode()
    assert see(auditor, "organization_admit", body.public_id).status_code == 403


def test_only_reviews_that_the_officer_decides_on_have_buttons(see, city, bureau):
    other = factories.organization("云屏空白研究所", owns_instruments=True)
    own, decided = submitted(city.owner, "本单位仪器", NOW), submitted(other, "外单位仪器", NOW)
    factories.member(city.owner, person=bureau)
    page = see(bureau, "bureau").content.decode()
    for name in ("review_publish", "review_return"):
        assert reverse(name, args=[decided.public_id]) in page
        assert reverse(name, args=[own.public_id]) not in page
    assert see(bureau, "review_publish", own.public_id).status_code == 403


def test_an_officer_of_a_district_who_audits_the_city_decides_in_the_district_alone(see, city, bureau):
    here, there = (District.objects.create(code=code, name_zh=name) for code, name in DISTRICTS)
    near, far = (
        submitted(factories.organization(name, owns_instruments=True, district=district), name, NOW)
        for name, district in (("云屏近处所", here), ("云屏远处所", there))
    )
    auditor = factories.member(bureau.memberships.get().organization, Role.BUREAU_AUDITOR, name="庚")
    local = factories.organization("云屏一区科技局", kind=OrganizationKind.BUREAU.value, region=here)
    factories.member(local, Role.BUREAU_OFFICER, auditor)
    page = see(auditor, "bureau").content.decode()
    assert f"{reverse('review_publish', args=[near.public_id])}?seen={near.revision}" in page
    assert reverse("review_publish", args=[far.public_id]) not in page
    assert reverse("bureau_review", args=[far.public_id]) in page


def test_an_officer_of_a_district_reads_who_carries_out_the_assessment(see, city, bureau):
    here = District.objects.create(code="990106", name_zh="云屏二区")
    local = factories.organization("云屏二区科技局", kind=OrganizationKind.BUREAU.value, region=here)
    officer = factories.member(local, Role.BUREAU_OFFICER, name="辛")
    page = text_of(see(officer, "bureau"))
    assert "年度评价由市科技局组织。" in page
    assert ("没有进行中的年度评价" in page, "待处理的核查问题" in page) == (False, False)
    assert "没有进行中的年度评价。" in text_of(see(bureau, "bureau"))


@pytest.mark.parametrize(
    ("who", "status"), [("manager", 403), ("keeper", 403), ("researcher", 403), (None, 302)]
)
def test_bureau_desk_is_hidden_from_other_roles(see, city, who, status):
    assert see(who and getattr(city, who), "bureau").status_code == status


def test_bureau_desk_query_count_is_constant(see, city, bureau, statements):
    submitted(city.owner, "仪器", NOW)
    factories.organization("云屏公司", state="pending")

    def more():
        for number in range(8):
            unit = factories.organization(f"云屏单位{number}", owns_instruments=True)
            submitted(unit, f"仪器{number}", NOW)
            factories.organization(f"云屏公司{number}", state="pending")

    statements.assert_unchanged(lambda: see(bureau, "bureau"), by=more)


def test_bureau_pages_keep_their_budget_with_many_units(client, city, bureau, statements, clock):
    clock.set(NOW)
    client.force_login(bureau)

    def more():
        for number in range(8):
            factories.organization(f"云屏单位{number}", owns_instruments=True)
        completeness_keep(NOW)

    completeness_keep(NOW)
    for page, most in (("/bureau/", 22), ("/bureau/completeness/", 7)):
        statements.assert_unchanged(lambda page=page: client.get(page), by=more)
        assert len(statements.of(lambda page=page: client.get(page))) <= most


def test_table_links_are_shown_only_with_permission(see, city, bureau):
    district = District.objects.create(code="990105", name_zh="启辰高新区")
    theirs = factories.organization("高新区科技局", kind=OrganizationKind.BUREAU.value, region=district)
    officer = factories.member(theirs, Role.BUREAU_OFFICER)
    tables = ('href="/bureau/holidays/"', 'href="/bureau/synonyms/"')
    for who, offered in ((bureau, True), (officer, False)):
        page = see(who, "bureau").content.decode()
        assert [table in page for table in tables] == [offered, offered]
