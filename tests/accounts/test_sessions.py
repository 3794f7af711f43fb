"""People see where they are logged in and end it; one that rests is locked, and keeps what was typed."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.test import Client

from instrument_share.accounts.models import Session, User
from instrument_share.journal.models import AuditEntry
from instrument_share.web import clock
from instrument_share.web.login.sessions import mask_address
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests-2026"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; PJD110) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/126.0.6478.188 Mobile Safari/537.36 XWEB/1260117 MMWEBSDK/20240802 MicroMessenger/8.0.53"
)
AGAIN = "/accounts/reauthenticate/"


@pytest.fixture
def as_on_a_site(settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_IDLE_MINUTES_OFFICIAL = 120, 30
    settings.SESSION_LIFETIME_DAYS = 7
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True


@pytest.fixture
def person():
    return factories.user("林", password=make_password(PASSWORD))


def log_in(person, agent=FIREFOX, address="203.0.113.77"):
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": person.username, "password": PASSWORD, "remember": "on"})
    return client


def is_in(client):
    return client.get("/api/v1/me").status_code == 200


def rest(person, **length):
    """Let the person's sessions have been unused for so long."""
    past = clock.now() - timedelta(**length)
    for row in Session.objects.filter(user=person):
        store = Client().session.__class__(row.session_key)
        ways = store["account_authentication_methods"]
        store["account_authentication_methods"] = [{**way, "at": past.timestamp()} for way in ways]
        store.save()
    Session.objects.filter(user=person).update(last_seen_at=past)


def acts_of(person):
    entries = AuditEntry.objects.filter(subject_id=person.public_id).order_by("id")
    return [(entry.action, entry.details) for entry in entries]


def test_list_names_browsers_and_masked_addresses_and_ends_one(person, as_on_a_site):
    here, there = log_in(person), log_in(person, WECHAT, "2001:db8:7:8::9")
    page = here.get("/me/sessions/")
    text = page.content.decode()
    assert [(one.browser, one.is_this) for one in page.context["sessions"]] == [
        ("Firefox", True),
        ("WeChat", False),
    ]
    assert "203.0.113.*" in text and "2001:db8:7::*" in text
    assert "203.0.113.77" not in text and Session.objects.first().session_key not in text
    handle = page.context["sessions"][1].handle
    assert is_in(there)
    here.post(f"/me/sessions/{handle}/end/")
    assert (is_in(here), is_in(there)) == (True, False)
    assert acts_of(person) == [("user.sessions_ended", {"sessions": 1})]


def test_others_are_ended_at_once_and_this_one_stays(person, as_on_a_site):
    clients = [log_in(person) for _number in range(3)]
    clients[0].post("/me/sessions/end-others/")
    assert [is_in(client) for client in clients] == [True, False, False]
    clients[0].post("/me/sessions/end-others/")
    assert acts_of(person) == [("user.sessions_ended", {"sessions": 2})]


def test_nobody_ends_a_session_of_somebody_else(person, as_on_a_site):
    other = log_in(factories.user("王", password=make_password(PASSWORD)))
    theirs = other.get("/me/sessions/").context["sessions"][0].handle
    assert log_in(person).post(f"/me/sessions/{theirs}/end/").status_code == 404
    assert is_in(other)


def test_session_that_rests_asks_for_the_password_and_keeps_what_was_typed(person, as_on_a_site):
    client = log_in(person)
    rest(person, minutes=121)
    asked = client.post("/me/settings/", {"name": "林新", "phone": "", "language": "zh-hans"})
    assert asked["Location"] == f"{AGAIN}?next=%2Fme%2Fsettings%2F"
    assert (
        "因 120 分钟未操作，登录已锁定。确认后继续原来的操作。"
        in client.get(asked["Location"]).content.decode()
    )
    assert client.get("/me/")["Location"] == f"{AGAIN}?next=%2Fme%2F"
    assert client.get("/api/v1/me").status_code == 401
    client.post(asked["Location"], {"password": "wrong", "next": "/me/settings/"})
    assert not is_in(client)
    client.post("/me/settings/", {"name": "林新", "phone": "", "language": "zh-hans"})
    client.post(AGAIN, {"password": PASSWORD, "next": "/me/settings/"})
    assert User.objects.get(pk=person.pk).name == "林新"
    assert is_in(client)


def test_form_that_comes_back_after_the_lock_is_sent_to_its_own_address(person, as_on_a_site):
    client = log_in(person)
    rest(person, minutes=121)
    sent = {"name": "", "phone": "13800000000", "language": "zh-hans"}
    asked = client.post("/me/settings/?from=desk", sent)["Location"]
    onward = client.get(asked).context["redirect_field_value"]
    page = client.post(AGAIN, {"password": PASSWORD, "next": onward}).content.decode()
    assert 'value="13800000000"' in page
    assert '<form class="panel" method="post" action="/me/settings/?from=desk"' in page


def test_session_in_use_is_noted_by_the_minute(person, as_on_a_site):
    client = log_in(person)
    rest(person, minutes=119)
    assert is_in(client)
    seen = Session.objects.get(user=person).last_seen_at
    assert clock.now() - seen < timedelta(minutes=1)
    assert is_in(client)
    assert Session.objects.get(user=person).last_seen_at == seen


def test_saving_a_session_does_not_set_its_last_use_back(person, as_on_a_site):
    store = log_in(person).session
    seen = clock.now()
    Session.objects.filter(user=person).update(last_seen_at=seen)
    store["x"] = 1
    store.save()
    assert Session.objects.get(user=person).last_seen_at == seen


def test_roles_that_supervise_rest_for_thirty_minutes(as_on_a_site, settings):
    settings.SECOND_FACTOR_ROLES = ["bureau_officer"]
    officer = factories.officer()
    officer.password = make_password(PASSWORD)
    officer.save()
    client = Client()
    client.force_login(officer)
    TOTP.activate(officer, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client.force_login(officer)
    assert 'data-idle="1800"' in client.get("/bureau/").content.decode()
    Session.objects.update(last_seen_at=clock.now() - timedelta(minutes=31))
    assert client.get("/bureau/")["Location"].startswith(AGAIN)
    settings.SECOND_FACTOR_ROLES = []
    assert client.get("/bureau/").status_code == 200


def test_request_of_a_part_leaves_the_page_and_leads_to_the_password_beside_it(person, as_on_a_site):
    client = log_in(person)
    rest(person, minutes=121)
    answer = client.get(
        "/me/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/instruments/?q=x"}
    )
    text = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reselect"]) == (401, "#notes", "unset")
    assert "登录已锁定，继续操作须输入密码，已填写的内容不会丢失。" in text
    assert f'<a href="{AGAIN}?next=%2Finstruments%2F%3Fq%3Dx" target="_blank" rel="noopener">' in text


def test_passwords_typed_into_a_locked_session_are_not_kept(person, as_on_a_site):
    client = log_in(person)
    rest(person, minutes=121)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "x", "password2": "x"})
    assert "account_reauthentication_state" not in client.session


def test_login_ends_after_seven_days_however_much_it_is_used(person, as_on_a_site):
    client = log_in(person)
    rest(person, days=7, minutes=1)
    Session.objects.update(last_seen_at=clock.now())
    asked = client.get("/me/settings/")
    assert asked["Location"] == "/accounts/login/?next=/me/settings/"
    assert "一次登录最长有效 7 天，请重新登录。" in client.get(asked["Location"]).content.decode()
    assert not Session.objects.filter(user=person).exists()


def test_form_that_is_sent_after_the_login_has_ended_is_said_not_to_be_carried_out(person, as_on_a_site):
    client = log_in(person)
    rest(person, days=7, minutes=1)
    asked = client.post("/me/settings/", {"name": "林新", "phone": "", "language": "zh-hans"})
    assert asked["Location"] == "/accounts/login/?next=/me/settings/"
    words = client.get(asked["Location"]).content.decode()
    assert "一次登录最长有效 7 天，请重新登录。" in words
    assert "您提交的内容没有执行，请登录后重新填写并提交。" in words
    person.refresh_from_db()
    assert person.name == "林"


def test_language_chosen_on_the_login_page_is_not_said_to_be_lost():
    client, login = Client(), "/accounts/login/?next=/me/"
    chosen = client.post("/language/", {"language": "zh-hans", "next": login})
    assert chosen["Location"] == login
    assert "没有执行" not in client.get(login).content.decode()


def test_new_password_ends_other_sessions_and_tokens(person, as_on_a_site):
    here, there = log_in(person), log_in(person)
    token = person.api_tokens.create(
        name="导出",
        digest="0",
        scopes=["read"],
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )
    words = {"oldpassword": PASSWORD, "password1": PASSWORD * 2, "password2": PASSWORD * 2}
    here.post("/accounts/password/change/", words)
    token.refresh_from_db()
    assert (is_in(here), is_in(there), token.revoked_at is None) == (True, False, False)
    assert Session.objects.filter(user=person).count() == 1
    assert acts_of(person) == [("user.password_changed", {"sessions": 1, "tokens": 1})]


@pytest.mark.parametrize(
    ("address", "masked"),
    [("203.0.113.77", "203.0.113.*"), ("2001:db8:7:8::9", "2001:db8:7::*"), ("", ""), ("unix:", "")],
)
def test_address_is_kept_without_its_last_part(address, masked):
    assert mask_address(address) == masked


def test_form_sent_to_an_address_with_a_query_goes_on_too(person, as_on_a_site):
    client = log_in(person)
    rest(person, minutes=121)
    sent = {"name": "林新", "phone": "", "language": "zh-hans"}
    asked = client.post("/me/settings/?from=desk", sent)["Location"]
    onward = client.get(asked).context["redirect_field_value"]
    client.post(AGAIN, {"password": PASSWORD, "next": onward})
    assert User.objects.get(pk=person.pk).name == "林新"
