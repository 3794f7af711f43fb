import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership, Organization, User
from instrument_share.journal.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.urls")]


@pytest.fixture
def person(clock):
    lin = User.objects.create_user("lin", name="林", email="lin@example.org", password="demo-yunping")
    EmailAddress.objects.create(user=lin, email=lin.email, verified=True, primary=True)
    return lin


@pytest.fixture
def take_on(person, clock):
    """Gives the person a role in an organization of its own."""

    def take(role):
        organization = Organization.objects.create(
            uscc=role.value, name_zh=role.value, kind="institute", state="admitted", created_at=clock.now()
        )
        Membership.objects.create(
            user=person, organization=organization, role=role, state="active", created_at=clock.now()
        )

    return take


def test_switching_the_language_keeps_the_page_and_its_filters(client):
    response = client.post("/language/", {"language": "en", "next": "/frame/?q=SEM&page=2"})
    assert (response.status_code, response["Location"]) == (302, "/frame/?q=SEM&page=2")
    page = client.get("/frame/?q=SEM&page=2").content.decode()
    assert '<html lang="en">' in page
    assert '<input type="hidden" name="next" value="/frame/?q=SEM&amp;page=2">' in page


def test_language_switch_ignores_foreign_redirect(client):
    response = client.post("/language/", {"language": "en", "next": "https://example.org/"})
    assert response["Location"] == "/"


@pytest.mark.parametrize("language", ["", "fr", "zh-ha\n"])
def test_a_language_that_the_site_does_not_have_changes_nothing(client, language):
    response = client.post("/language/", {"language": language, "next": "/frame/"})
    assert (response.status_code, response["Location"], dict(response.cookies)) == (302, "/frame/", {})


def test_chinese_is_the_default_whatever_the_page(client):
    assert '<html lang="zh-Hans">' in client.get("/frame/").content.decode()


def test_unknown_url_renders_404_page(client):
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "<h1>页面不存在</h1>" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_our_words():
    response = Client(enforce_csrf_checks=True).post("/form/", {"code": "A"})
    assert response.status_code == 403
    page = response.content.decode()
    assert "<h1>页面已失效</h1>" in page
    assert "本次提交没有执行：打开页面后，此浏览器中有人登录或退出过" in page
    assert "请先复制该页面中已填写的内容，再刷新该页面后重新提交。" in page


def test_uncaught_refusal_renders_403_page(client, person):
    client.force_login(person)
    response = client.get("/refuse/")
    assert response.status_code == 403
    assert "<h1>没有权限</h1>" in response.content.decode()


@pytest.mark.parametrize(
    ("roles", "address"),
    [
        ([], "/me/"),
        ([Role.RESEARCHER], "/me/"),
        ([Role.RESEARCHER, Role.KEEPER], "/keeper/"),
        ([Role.KEEPER, Role.UNIT_MANAGER], "/unit/"),
        ([Role.BUREAU_AUDITOR], "/bureau/"),
        ([Role.FINANCE_OFFICER], "/finance/"),
    ],
)
def test_each_role_lands_on_its_desk(client, person, take_on, roles, address):
    for role in roles:
        take_on(role)
    client.force_login(person)
    assert client.get("/desk/")["Location"] == address


def test_a_person_with_several_roles_switches_in_one_place(client, person, take_on):
    take_on(Role.KEEPER)
    take_on(Role.UNIT_MANAGER)
    client.force_login(person)
    page = client.get("/frame/").content.decode()
    desks = page.split('aria-label="我的工作台">')[1].split("</nav>")[0]
    assert [part.split('"')[0] for part in desks.split('href="')[1:]] == ["/unit/", "/keeper/", "/me/"]


def test_the_frame_of_a_page_takes_two_statements_whatever_the_roles(client, person, take_on, statements):
    client.force_login(person)
    statements.assert_unchanged(lambda: client.get("/frame/"), by=lambda: [take_on(role) for role in Role])


def test_logging_in_leads_to_the_desk(client, person):
    response = client.post("/accounts/login/", {"login": "lin", "password": "demo-yunping"})
    assert (response.status_code, response["Location"]) == (302, "/desk/")


def test_a_wrong_password_keeps_the_name_and_says_so_on_top(client, person):
    page = client.post("/accounts/login/", {"login": "lin", "password": "wrong"}).content.decode()
    assert 'value="lin"' in page
    assert "有 1 处需要修改：" in page


def test_signing_up_leaves_a_name_and_an_entry_in_the_journal(client):
    password = "an-unlikely-phrase-7"
    client.post(
        "/accounts/signup/",
        {
            "name": "陈一",
            "username": "chenyi",
            "email": "c@example.org",
            "password1": password,
            "password2": password,
            "privacy": "on",
        },
    )
    user = User.objects.get(username="chenyi")
    entry = AuditEntry.objects.get(action="user.signed_up")
    assert user.name == "陈一"
    assert (entry.actor, entry.subject_id, entry.address) == (user, user.public_id, "127.0.0.1")


@pytest.mark.parametrize(("demo", "buttons"), [(True, 11), (False, 0)])
def test_demo_accounts_stand_on_the_login_page_of_the_demo_alone(client, settings, demo, buttons):
    settings.DEMO = demo
    page = client.get("/accounts/login/").content.decode()
    assert page.count('value="demo-yunping"') == buttons
