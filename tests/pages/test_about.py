"""Whom to ask, under which numbers the site is registered, the guide and the privacy notice."""

import re

import pytest
from django.utils.translation import override

from bookings.requests.domain.states import BookingState
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.domain.tokens import TOKEN_DAYS
from instrument_share.web.text import labels
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
NOBODY = {
    "phone": "",
    "email": "",
    "address_zh": "",
    "address_en": "",
    "hours_zh": "",
    "hours_en": "",
}


def foot_of(page):
    body = page.content.decode()
    return body[body.index("<footer") : body.index("</footer>")]


def test_foot_shows_contact_and_record_numbers_that_are_given(client, settings):
    settings.CONTACT = NOBODY | {"phone": "0999-1234567", "hours_zh": "工作日", "hours_en": "working days"}
    settings.ICP_RECORD = "云ICP备12345678号-1"
    settings.POLICE_RECORD = "云公网安备 33010602000001号"
    foot = foot_of(client.get("/help/"))
    assert 'href="tel:0999-1234567"' in foot
    assert "工作日" in foot
    assert "mailto:" not in foot
    assert '<a href="https://beian.miit.gov.cn/" rel="noopener">云ICP备12345678号-1</a>' in foot
    assert 'href="https://beian.mps.gov.cn/#/query/webSearch?code=33010602000001"' in foot
    assert "working days" in foot_of(client.get("/help/", headers={"Accept-Language": "en"}))


def test_foot_leaves_out_what_is_empty(client, settings):
    settings.CONTACT, settings.ICP_RECORD, settings.POLICE_RECORD = NOBODY, "", ""
    foot = foot_of(client.get("/help/"))
    assert "beian" not in foot
    assert "<address" not in foot


@pytest.mark.parametrize(
    ("language", "guide", "api", "privacy"),
    [("zh", "使用指南", "开放接口（API）", "隐私政策"), ("en", "Guide", "API", "Privacy notice")],
)
def test_foot_of_every_visitor_leads_to_the_guide_the_api_and_the_privacy_notice(
    client, language, guide, api, privacy
):
    foot = foot_of(client.get("/instruments/", headers={"Accept-Language": language}))
    links = dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', foot))
    wanted = {"/help/": guide, "/api/v1/docs": api, "/privacy/": privacy}
    assert {address: links.get(address) for address in wanted} == wanted


def test_address_falls_back_to_chinese(client, settings):
    settings.CONTACT = NOBODY | {"address_zh": "示例路 1 号"}
    assert "示例路 1 号" in foot_of(client.get("/help/", headers={"Accept-Language": "en"}))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            ["科研人员、企业如何预约", "管理单位如何开始", "待审批", "0999-1234567"],
        ),
        (
            "en",
            ["How researchers and companies book", "Getting started as a unit", "Contact", "0999-1234567"],
        ),
    ],
)
def test_guide_tells_how_to_book_how_to_begin_and_whom_to_ask(client, settings, language, words):
    settings.CONTACT = NOBODY | {"phone": "0999-1234567"}
    text = text_of(client.get("/help/", headers={"Accept-Language": language}))
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    ("language", "missed", "confirmed"),
    [
        ("zh", "未在开始前取消，也未在开始后 25 分钟内到场", "9 天内无人确认也无人异议的，自动确认"),
        (
            "en",
            "nor begun within 25 minutes of it",
            "What nobody confirms or disputes within 9 days is confirmed automatically",
        ),
    ],
)
def test_guide_names_the_deadlines_by_which_the_site_decides(client, settings, language, missed, confirmed):
    settings.BOOKING_NO_SHOW_MINUTES, settings.USAGE_CONFIRM_DAYS = 25, 9
    text = text_of(client.get("/help/", headers={"Accept-Language": language}))
    assert missed in text
    assert confirmed in text
    settings.USAGE_CONFIRM_DAYS = 0
    assert confirmed[-10:] not in text_of(client.get("/help/", headers={"Accept-Language": language}))


def test_guide_tells_every_state_of_a_booking(client):
    page = client.get("/help/").content.decode()
    told = page[page.index('id="times"') : page.index('id="ask"')]
    with override("zh-hans"):
        badges = [str(labels.label("booking", state).text) for state in BookingState]
    assert [badge for badge in badges if badge not in told] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", [f"第 {NOTICE_VERSION} 版", "谁能看到", "《中华人民共和国个人信息保护法》", "保存期限"]),
        (
            "en",
            [f"Version {NOTICE_VERSION}", "Who can see it", "Personal Information Protection Law"],
        ),
    ],
)
def test_privacy_notice_has_version_and_rights(client, language, words):
    text = text_of(client.get("/privacy/", headers={"Accept-Language": language}))
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    ("language", "receivers"),
    [
        (
            "zh",
            [
                "国家网络管理平台：",
                "自助签到屏的仪器旁的人：",
                "单位的项目负责人：",
                "系统管理员：",
                "电话、",
                "全部审计日志（含网络地址）",
            ],
        ),
        (
            "en",
            [
                "The national platform of research facilities:",
                "beside an instrument with a kiosk:",
                "Holders of a project of your organization:",
                "System administrators: all accounts, with name, user name, email address, phone,",
                "the whole audit log, with network addresses.",
            ],
        ),
    ],
)
def test_privacy_notice_names_everybody_to_whom_the_site_gives_names(client, language, receivers):
    text = text_of(client.get("/privacy/", headers={"Accept-Language": language}))
    assert [one for one in receivers if one not in text] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            [
                "每条有效期 90 天）达到 3 条的，暂停预约",
                "有效期内且发生后 21 天内在",
                "逾 10 个工作日未答复的，由科技局答复",
            ],
        ),
        (
            "en",
            [
                "whoever has 3 events on their credit that count at once",
                "each for 90 days",
                "appeal each event within 21 days",
                "People answer:",
                "not within 10 working days",
            ],
        ),
    ],
)
def test_privacy_notice_says_what_a_rule_decides_alone_and_who_answers_an_appeal(
    client, settings, language, words
):
    settings.CREDIT_APPEAL_DAYS = 21
    text = text_of(client.get("/privacy/", headers={"Accept-Language": language}))
    assert [one for one in words if one not in text] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "公众可见序号、日期、事项、答复和异议人（单位为其名称，个人仅为姓名首字）；报送件所载"),
        ("en", "The public gets number, day, subject, answer and who objected: an organization by its name"),
    ],
)
def test_privacy_notice_says_who_sees_what_of_an_objection(client, language, words):
    assert words in text_of(client.get("/privacy/", headers={"Accept-Language": language}))


def test_search_without_result_leads_to_the_guide(client):
    page = client.get("/instruments/?q=zzzzqqq").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert 'href="/help/"' in main


def test_api_docs_stand_in_the_frame_with_an_introduction(client):
    page = client.get("/api/v1/docs")
    assert 'class="top-nav"' in page.content.decode()
    text = text_of(page)
    for words in ("身份验证", "接口令牌", "约定与限制", "application/problem+json", "openapi.json"):
        assert words in text
    english = text_of(client.get("/api/v1/docs", headers={"Accept-Language": "en"}))
    assert "Every refusal is application/problem+json" in english
    assert max(TOKEN_DAYS) == 365
    assert "how long it is valid, a year at most" in english


def test_operations_of_the_api_are_named_in_the_language_of_the_reader(client):
    def search(**headers):
        paths = client.get("/api/v1/openapi.json", headers=headers).json()["paths"]
        return paths["/api/v1/instruments"]["get"]["summary"]

    assert search() == "检索仪器"
    assert search(**{"Accept-Language": "en"}) == "Search instruments"
