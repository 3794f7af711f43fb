"""django-allauth's forms sent twice: the second click leads to where the first one led, not to a mistake."""

import re
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from instrument_share.accounts.selectors import valid_token
from instrument_share.accounts.services import account_lock, account_unlock
from instrument_share.journal import selectors as journal
from tests import factories
from tests.factories import NOW
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
PASSWORD = "an-unlikely-phrase-7"
FORM = {
    "name": "陈一",
    "username": "chenyi",
    "email": "Chen@example.org",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "privacy": "on",
}
SENT = "/accounts/confirm-email/"


def sign_up(**other):
    return Client().post(reverse("account_signup"), FORM | other)


@pytest.fixture
def person(client):
    """Logged in, and has just shown the password again."""
    person = factories.user(password=make_password(PASSWORD))
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return person


@pytest.mark.parametrize("other", [{}, {"email": "chen@Example.org", "username": "ChenYi"}])
def test_who_signs_up_twice_is_led_to_the_same_page(clock, other):
    clock.set(NOW)
    assert [sign_up()["Location"], sign_up(**other)["Location"]] == [SENT, SENT]
    assert User.objects.filter(username="chenyi").count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"email": "other@example.org"},
        {"username": "other", "privacy": ""},
        {"password1": "another-unlikely-8", "password2": "another-unlikely-8"},
    ],
)
def test_a_name_that_somebody_else_has_just_taken_is_refused(clock, other):
    clock.set(NOW)
    sign_up()
    assert sign_up(**other).status_code == 200


def test_a_name_that_was_taken_before_is_refused(clock):
    clock.set(NOW)
    sign_up()
    clock.set(NOW + timedelta(minutes=6))
    assert sign_up().status_code == 200
    clock.set(NOW)
    EmailAddress.objects.update(verified=True)
    assert sign_up().status_code == 200


def test_who_confirms_an_address_twice_is_led_to_the_login(clock, run_jobs):
    clock.set(NOW)
    sign_up()
    run_jobs()
    link = re.findall(r"http://testserver(/accounts/\S+)", mail.outbox[0].body)[0]
    assert Client().post(link).status_code == 302
    again = Client().post(link, follow=True)
    assert again.redirect_chain == [("/accounts/login/", 302)]
    assert "该链接已使用过或已过期" in text_of(again)


def test_who_changes_the_password_twice_is_led_to_the_same_page(client, person, clock):
    clock.set(NOW)
    address, new = reverse("account_change_password"), "another-unlikely-8"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answers = [client.post(address, form) for _ in range(2)]
    assert [one.get("Location") for one in answers] == [address, address]
    assert journal.history(person).filter(action="user.password_changed").count() == 1
    assert client.post(address, form | {"password2": "other"}).status_code == 200
    clock.set(NOW + timedelta(minutes=6))
    assert client.post(address, form).status_code == 200


def test_who_changes_the_address_twice_is_led_to_the_same_page(client, person, run_jobs):
    address, form = reverse("account_email"), {"email": "New@example.org", "action_add": ""}
    answers = [client.post(address, form) for _ in range(2)]
    assert [one.get("Location") for one in answers] == [address, address]
    run_jobs()
    assert [one.to for one in mail.outbox] == [["new@example.org"]]


@pytest.mark.parametrize("has_account", [True, False])
def test_who_asks_for_a_link_twice_is_mailed_one_and_led_to_the_same_page(client, run_jobs, has_account):
    address = factories.user().email if has_account else "nobody@example.org"
    ask, done = reverse("account_reset_password"), reverse("account_reset_password_done")
    (token,) = re.findall(r'name="form_token" value="([^"]+)"', client.get(ask).content.decode())
    form = {"email": address, "form_token": token}
    answers = [client.post(ask, form), Client().post(ask, form | {"email": address.upper()})]
    assert [one["Location"] for one in answers] == [done, done]
    run_jobs()
    assert len(mail.outbox) == 1
    client.post(ask, form | {"form_token": "opened-anew"})
    run_jobs()
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("shared_limits")
def test_form_for_a_link_that_was_refused_mails_it_when_sent_again(client, run_jobs, monkeypatch):
    ask, form = reverse("account_reset_password"), {"email": factories.user().email, "form_token": "one"}
    assert client.post(ask, {"email": "nothing", "form_token": "one"}).status_code == 200
    with monkeypatch.context() as failing:
        failing.setattr("allauth.account.views.ResetPasswordForm.save", lambda *_: 1 / 0)
        failing.setattr(client, "raise_request_exception", False)
        assert client.post(ask, form).status_code == 500
    assert client.post(ask, form).status_code == 302
    run_jobs()
    assert len(mail.outbox) == 1


def test_who_resets_the_password_twice_is_led_to_the_same_page(client, run_jobs):
    person = factories.user(password=make_password(PASSWORD))
    form = client.get(ask_for_reset(person, run_jobs))["Location"]
    new = {"password1": "another-unlikely-8", "password2": "another-unlikely-8"}
    done = reverse("account_reset_password_from_key_done")
    assert [client.post(form, new).get("Location") for _ in range(2)] == [done, done]
    assert journal.history(person).filter(action="user.password_changed").count() == 1
    assert client.get(form).context["token_fail"]
    assert Client().post(form, new).context["token_fail"]


def test_link_of_before_a_lock_sets_no_password_also_after_it(client, run_jobs, clock):
    clock.set(NOW)
    person = factories.user(password=make_password(PASSWORD))
    form = client.get(ask_for_reset(person, run_jobs))["Location"]
    admin = factories.member(factories.organization(), Role.SYSADMIN)
    account_lock(actor=admin, user_id=person.pk, reason="被盗用", now=NOW)
    new = {"password1": "another-unlikely-8", "password2": "another-unlikely-8"}
    assert client.post(form, new).context["token_fail"]
    account_unlock(actor=admin, user_id=person.pk, now=NOW)
    assert client.post(form, new).context["token_fail"]
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    form = client.get(ask_for_reset(person, run_jobs))["Location"]
    assert client.post(form, new).status_code == 302


def test_form_of_a_token_sent_twice_shows_one_token_again_for_minutes(client, person, clock):
    clock.set(NOW)
    address = reverse("tokens")

    def make(form_token):
        form = {"name": "export", "scopes": ["read"], "days": "90", "form_token": form_token}
        return client.post(address, form).context["secret"]

    first = make("one")
    assert make("one") == first
    assert valid_token(first, NOW).user == person
    assert person.api_tokens.count() == 1
    assert make("two") != first
    clock.set(NOW + timedelta(minutes=6))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert make("one") != first
    assert person.api_tokens.count() == 3
    assert 'name="form_token"' in client.get(address).content.decode()


def ask_for_reset(person, run_jobs):
    """Return the link that the person is mailed."""
    Client().post(reverse("account_reset_password"), {"email": person.email})
    run_jobs()
    return re.findall(r"http://testserver(/accounts/\S+)", mail.outbox[-1].body)[0]


def test_who_sets_up_or_removes_a_factor_twice_is_led_to_the_factors(client, person):
    page = client.get(reverse("mfa_activate_totp"))
    code = format_hotp_value(hotp_value(page.context["form"].secret, int(time.time()) // 30))
    client.post(reverse("mfa_activate_totp"), {"code": code})
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 1
    assert client.get(reverse("mfa_activate_totp"))["Location"] == reverse("mfa_deactivate_totp")
    answers = [
        client.post(reverse("mfa_activate_totp"), {"code": code}),
        client.post(reverse("mfa_deactivate_totp")),
        client.post(reverse("mfa_deactivate_totp")),
        client.post(reverse("mfa_remove_webauthn", args=[1])),
    ]
    assert [one["Location"] for one in answers] == [reverse("mfa_index")] * 4
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 404
