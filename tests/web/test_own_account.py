"""An account belongs to who reads the mails to its address; who tries too often has to wait."""

import re
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client

from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.models import User
from instrument_share.accounts.selectors import person_named
from instrument_share.accounts.services import user_sign_up
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Invalid
from instrument_share.web.login.agreement import ASKED_IN_SESSION
from tests import factories
from tests.factories import NOW
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
PASSWORD = "an-unlikely-phrase-7"


@pytest.fixture
def lin():
    return factories.user("林", password=make_password(PASSWORD))


def sign_up(client, email, username="chenyi", onward="", **more):
    typed = {"name": "陈一", "username": username, "email": email, "next": onward, "privacy": "on", **more}
    return client.post("/accounts/signup/", typed | {"password1": PASSWORD, "password2": PASSWORD})


def log_in(client, username, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": username, "password": password}, **extra)


def link_of(letter):
    return re.findall(r"http://testserver(/accounts/\S+)", letter.body)[0]


def is_logged_in(client):
    return "_auth_user_id" in client.session


def acts_of(person):
    entries = AuditEntry.objects.filter(subject_id=person.public_id).order_by("id")
    return list(entries.values_list("action", flat=True))


def test_who_opens_the_link_reads_whose_address_it_confirms(client):
    sign_up(client, "chen@example.org")
    link = link_of(mail.outbox[0])
    asked = text_of(client.get(link))
    assert "chen@example.org 将作为账号 chenyi 的邮箱。只有账号确属您本人时，才请确认。" in asked
    client.post(link)
    client.logout()
    over = text_of(client.get(link))
    assert "链接已失效" in over
    assert "邮箱尚未确认的，登录时会重新发送。" in over
    sign_up(client, "wu@example.org", username="wuer")
    taken = factories.user("丁").email
    EmailAddress.objects.filter(user__username="wuer").update(email=taken)
    assert f"{taken} 已是另一账号的确认邮箱。" in text_of(client.get(link_of(mail.outbox[-1])))


def test_nobody_gets_in_before_the_address_is_confirmed(client):
    answer = sign_up(client, "Chen@example.org", onward="/instruments/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert "请确认您的邮箱" in client.get(answer["Location"]).content.decode()
    assert not is_logged_in(client)
    assert log_in(client, "chenyi")["Location"] == "/accounts/confirm-email/"
    assert not is_logged_in(client)
    chen = User.objects.get(username="chenyi")
    assert acts_of(chen) == ["user.signed_up"]


def test_nobody_signs_up_without_agreeing_to_the_privacy_notice(client):
    page = sign_up(client, "chen@example.org", privacy="").content.decode()
    assert "请阅读并同意《隐私政策》。" in page
    assert 'value="chen@example.org"' in page
    assert not User.objects.exists()
    with pytest.raises(Invalid):
        user_sign_up(user=User(username="chenyi"), agrees_to_privacy="0.9", now=NOW)


def test_account_and_journal_keep_which_notice_was_agreed_to_and_when(client, clock):
    clock.set(NOW)
    assert 'href="/privacy/"' in client.get("/accounts/signup/").content.decode()
    sign_up(client, "chen@example.org")
    chen = User.objects.get()
    assert (chen.privacy_version, chen.privacy_agreed_at) == (NOTICE_VERSION, NOW)
    assert AuditEntry.objects.get(action="user.signed_up").details == {"privacy_version": NOTICE_VERSION}


@pytest.mark.parametrize("version", ["", "1.0"])
def test_who_has_not_agreed_to_the_present_notice_is_led_to_it_at_login(client, version):
    lin = factories.user("林", password=make_password(PASSWORD), privacy_version=version)
    log_in(client, lin.username)
    asked = client.get("/instruments/?q=1")
    assert asked["Location"] == "/me/agreement/?next=%2Finstruments%2F%3Fq%3D1"
    for open_meanwhile in ("/privacy/", "/me/data/", "/me/agreement/"):
        assert client.get(open_meanwhile).status_code == 200
    assert client.get("/api/v1/me").status_code == 401
    assert client.post(asked["Location"], {}).status_code == 422
    agreed = client.post(asked["Location"], {"privacy": "on"})
    assert agreed["Location"] == "/instruments/?q=1"
    assert client.get("/instruments/").status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    lin.refresh_from_db()
    assert lin.privacy_version == NOTICE_VERSION
    entry = AuditEntry.objects.get(action="user.privacy_agreed")
    assert entry.details == {"privacy_version": NOTICE_VERSION, "before": version}


def test_who_has_agreed_is_asked_nothing(client, lin):
    assert log_in(client, lin.username)["Location"] == "/desk/"
    assert client.get("/instruments/").status_code == 200


def test_the_link_of_the_mail_logs_in_and_leads_on(client):
    sign_up(client, "chen@example.org", onward="/instruments/")
    (letter,) = mail.outbox
    assert letter.subject == "请确认您的邮箱"
    assert letter.body.startswith("您好：\n\n您正在注册账号，或将账号邮箱改为本邮箱。")
    assert "陈一" not in letter.body  # nobody's mailbox gets what a stranger calls themselves
    assert letter.body.endswith("\n-- \n云屏市大型科学仪器共享平台\n本邮件由平台自动发送，请勿直接回复。\n")
    answer = client.post(link_of(letter))
    assert (answer.status_code, answer["Location"]) == (302, "/instruments/")
    assert is_logged_in(client)
    assert acts_of(User.objects.get(username="chenyi")) == ["user.signed_up", "user.address_confirmed"]
    client.logout()
    assert client.get(link_of(letter)).status_code == 200
    client.post(link_of(letter))
    assert not is_logged_in(client)


def test_mail_link_opened_elsewhere_requires_login(client):
    sign_up(client, "chen@example.org")
    elsewhere = Client()
    answer = elsewhere.post(link_of(mail.outbox[0]))
    assert (answer["Location"], is_logged_in(elsewhere)) == ("/accounts/login/", False)
    assert log_in(elsewhere, "chenyi")["Location"] == "/desk/"


@pytest.mark.parametrize("name", ["lin@example.org", "usr-1234", "chen yi"])
def test_user_name_cannot_look_like_address_or_public_id(client, lin, name):
    answer = sign_up(client, "chen@example.org", username=name)
    assert answer.status_code == 200
    assert "只能使用文字、数字和 . + - _，且不能以 USR- 开头。" in answer.content.decode()


def test_user_name_equal_to_mail_address_is_not_looked_up(lin):
    User.objects.filter(pk=factories.user("卯").pk).update(username="wang@example.org")
    assert person_named("wang@example.org") is None
    assert person_named(lin.email.upper()) == person_named(lin.username) == lin


def test_mail_links_ignore_request_host(client, settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], "https://yunping.example"
    client.defaults["HTTP_HOST"] = "evil.example"
    sign_up(client, "chen@example.org")
    lin = factories.user("林")
    client.post("/accounts/password/reset/", {"email": lin.email})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    sign_up(client, lin.email, username="chener")
    assert [letter.subject for letter in mail.outbox] == [
        "请确认您的邮箱",
        "重设密码",
        "该邮箱尚无账号",
        "您已有账号",
    ]
    assert "请在三天内打开以下链接设置新密码：" in mail.outbox[1].body
    for letter in mail.outbox:
        sender = str(make_header(decode_header(letter.from_email)))
        assert parseaddr(sender)[0] == "云屏市大型科学仪器共享平台"
        assert letter.body.count("https://yunping.example/accounts/") == 1
        assert "evil.example" not in letter.body


def test_sign_up_does_not_reveal_registered_address(client, lin):
    answer = sign_up(client, lin.email)
    assert answer["Location"] == "/accounts/confirm-email/"
    assert not User.objects.filter(username="chenyi").exists()
    assert [(one.to, one.subject) for one in mail.outbox] == [([lin.email], "您已有账号")]


def test_a_new_address_counts_when_it_is_confirmed_and_the_old_one_is_told(client, lin):
    before = lin.email
    client.force_login(lin)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert "new@example.org" in client.get("/accounts/email/").content.decode()
    lin.refresh_from_db()
    assert lin.email == before
    client.post(link_of(mail.outbox[-1]))
    lin.refresh_from_db()
    assert lin.email == "new@example.org"
    assert [(one.email, one.verified) for one in lin.emailaddress_set.all()] == [("new@example.org", True)]
    assert acts_of(lin) == ["user.address_confirmed"]
    told = mail.outbox[-1]
    assert (told.to, told.subject) == ([before], "账号邮箱已更改")
    assert told.body.startswith(f"您好：\n\n您账号的邮箱已由 {before} 改为 new@example.org。\n")


def test_a_forgotten_password_is_replaced_by_mail(client, lin):
    client.post("/accounts/password/reset/", {"email": lin.email})
    (letter,) = mail.outbox
    assert letter.subject == "重设密码"
    assert f"您的用户名是 {lin.username}。" in letter.body
    chosen = client.get(link_of(letter), follow=True).request["PATH_INFO"]
    client.post(chosen, {"password1": PASSWORD * 2, "password2": PASSWORD * 2})
    assert acts_of(lin) == ["user.password_changed"]
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == ([lin.email], "密码已更改")
    assert "您的账号已设置新密码。\n" in mail.outbox[-1].body and "127.0.0.1" in mail.outbox[-1].body
    assert log_in(client, lin.username, PASSWORD * 2)["Location"] == "/desk/"


def test_a_link_that_no_longer_works_says_so_and_leads_to_a_new_one(client, lin):
    client.post("/accounts/password/reset/", {"email": lin.email})
    link = link_of(mail.outbox[0])
    chosen = client.get(link, follow=True).request["PATH_INFO"]
    done = client.post(chosen, {"password1": PASSWORD * 2, "password2": PASSWORD * 2}, follow=True)
    assert "新密码已设置" in done.content.decode()
    page = Client().get(link).content.decode()
    assert "链接已失效" in page
    assert 'href="/accounts/password/reset/"' in page


def test_whose_account_is_locked_is_not_told_that_there_is_none(client, lin):
    lin.is_active, lin.locked_at, lin.lock_reason, lin.language = False, NOW, "多人共用", "en"
    lin.save()
    answer = client.post("/accounts/password/reset/", {"email": lin.email.upper()})
    (letter,) = mail.outbox
    assert (answer.status_code, letter.to, letter.subject) == (302, [lin.email], "Your account is locked")
    assert "Reason: 多人共用" in letter.body
    assert "/accounts/" not in letter.body


def test_thirty_logins_a_minute_are_enough_for_one_address(client, lin):
    answers = [log_in(client, f"nobody{number}").status_code for number in range(31)]
    assert answers == [200] * 30 + [429]
    page = log_in(client, lin.username).content.decode()
    assert "尝试次数过多" in page
    english = log_in(client, lin.username, headers={"Accept-Language": "en"}).content.decode()
    assert "Too many attempts" in english


def test_behind_a_web_server_each_reader_counts_alone(client, lin, settings):
    settings.PROXIES = 1

    def from_(address, number):
        # What the sender writes into the header stands before what the web server adds to it.
        return log_in(client, f"nobody{number}", headers={"X-Forwarded-For": f"10.0.0.{number}, {address}"})

    assert [from_("203.0.113.5", number).status_code for number in range(31)] == [200] * 30 + [429]
    assert from_("203.0.113.6", 31).status_code == 200
    log_in(client, lin.username, headers={"X-Forwarded-For": "203.0.113.7"})
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": PASSWORD * 2, "password2": PASSWORD * 2},
        headers={"X-Forwarded-For": "203.0.113.7"},
    )
    assert AuditEntry.objects.get(action="user.password_changed").address == "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.5", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "<script>", "127.0.0.1"),
    ],
)
def test_client_address_comes_from_outermost_proxy(client, settings, proxies, header, address):
    settings.PROXIES = proxies
    request = client.get("/healthz", headers={"X-Forwarded-For": header}).wsgi_request
    assert request.META["REMOTE_ADDR"] == address


def test_ten_wrong_passwords_lock_the_account_for_that_address(client, lin):
    for _attempt in range(9):
        assert log_in(client, lin.username, "wrong").status_code == 200
    locked = log_in(client, lin.username, "wrong")
    assert (locked.status_code, "尝试次数过多" in locked.content.decode()) == (429, True)
    assert log_in(client, lin.username).status_code == 429
    assert log_in(client, lin.username, REMOTE_ADDR="203.0.113.9")["Location"] == "/desk/"


def test_wrong_passwords_count_by_account_however_it_is_spelt(client, lin):
    spellings = [lin.username, lin.username.upper(), lin.email, lin.email.title()]
    other = factories.user("邻", password=make_password(PASSWORD))
    answers = [log_in(client, spellings[number % 4], "wrong").status_code for number in range(10)]
    assert answers == [200] * 9 + [429]
    assert [log_in(client, spelling).status_code for spelling in spellings] == [429] * 4
    assert log_in(client, other.username)["Location"] == "/desk/"


def test_spellings_of_a_name_without_account_count_together(client, lin):
    names = ["Nobody", "NOBODY", "ｎｏｂｏｄｙ", "nobody"]
    answers = [log_in(client, names[number % 4], "wrong").status_code for number in range(10)]
    assert answers == [200] * 9 + [429]
    assert log_in(client, lin.username)["Location"] == "/desk/"


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/me/tokens/", {"name": "export", "scopes": ["read"], "days": "90"}),
        ("/accounts/email/", {"email": "other@example.org", "action_add": ""}),
    ],
)
def test_token_and_address_need_the_password_again(client, settings, address, typed):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    person = factories.user()
    person.set_password(PASSWORD)
    person.save()
    client.force_login(person)
    assert client.get(address).status_code == 200
    asked = client.post(address, typed)
    assert asked.url.startswith("/accounts/reauthenticate/?next=")
    form = client.get(asked.url)
    assert "请输入密码确认" in form.content.decode()
    wrong = client.post("/accounts/reauthenticate/", {"password": "wrong", "next": address})
    assert "password" in wrong.context["form"].errors
    assert not person.api_tokens.exists()
    assert not mail.outbox
    done = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": address})
    assert done.status_code in (201, 302)
    assert person.api_tokens.count() + person.emailaddress_set.count() == 2


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/accounts/password/reset/", {}),
        (
            "/accounts/signup/",
            {
                "name": "陈一",
                "username": "chenyi",
                "privacy": "on",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        ),
    ],
)
def test_answer_is_the_same_whether_an_address_has_an_account(lin, address, typed):
    answers = []
    for email in (lin.email, "nobody@example.org"):
        client = Client()
        answer = client.post(address, {**typed, "email": email})
        page = client.get(answer["Location"])
        text = re.sub(r"(csrf|CSRF)[^>]*|nonce-\S+", "", page.content.decode()).replace(email, "")
        answers.append((answer.status_code, answer["Location"], page.status_code, text))
    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2
    assert mail.outbox[0].body != mail.outbox[1].body


def test_name_that_nobody_sees_is_refused_at_sign_up(client):
    page = sign_up(client, "chen@example.org", name="\u200b\u2060").content.decode()
    assert "请填写姓名。" in page
    assert not User.objects.exists()


def test_who_has_not_agreed_confirms_by_a_security_key_too(client, lin):
    client.force_login(lin)
    session = client.session
    session[ASKED_IN_SESSION] = NOTICE_VERSION
    session.save()
    assert client.get("/me/")["Location"].startswith("/me/agreement/")
    answer = client.get("/accounts/2fa/webauthn/reauthenticate/")
    assert "/me/agreement/" not in answer.get("Location", "")
