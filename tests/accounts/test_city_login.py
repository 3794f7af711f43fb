"""The city's identity provider opens accounts that were linked to it, and no others, whatever it claims."""

import importlib
import warnings
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client

from instrument_share.accounts.models import User
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.web.login.city import check_city_login
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")]
PASSWORD = "only-for-tests-2026"
LOGIN = "/accounts/oidc/city/login/"
LIN = "330100-lin"
"""Whom the provider confirms."""


@pytest.fixture(scope="module")
def provider():
    with warnings.catch_warnings():  # of what it imports
        importlib.import_module("authlib.deprecate")  # it sets filters of its own
        warnings.simplefilter("ignore")
        from oidc_provider_mock import run_server_in_thread
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def city_login(provider, settings, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("known to both\n")
    settings.OIDC_URL, settings.OIDC_CLIENT_ID = provider, "instrument-share"
    settings.OIDC_CLIENT_SECRET_FILE = str(secret)
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True


@pytest.fixture
def person():
    return factories.user("林", password=make_password(PASSWORD))


def set_out(client, process="login"):
    """Go to the provider; return where it is asked."""
    return client.post(f"{LOGIN}?process={process}")["Location"]


def come_back(client, asked, sub=LIN):
    """Confirm at the provider who one is, and follow it back."""
    confirmed = requests.post(asked, data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(confirmed.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def logged_in(person):
    client = Client()
    client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    return client


def link(person, sub=LIN):
    client = logged_in(person)
    asked = come_back(client, set_out(client, "connect"), sub)
    assert asked["Location"] == "/accounts/reauthenticate/"
    client.post(asked["Location"], {"password": PASSWORD})
    return client


def is_in(client):
    return "_auth_user_id" in client.session


def acts_of(person):
    entries = AuditEntry.objects.filter(subject_id=person.public_id).order_by("id")
    return list(entries.values_list("action", flat=True))


def test_nobody_gets_into_an_account_by_claiming_its_address(city_login, provider, person):
    claims = {"email": person.email, "email_verified": True}
    assert requests.put(f"{provider}/users/{LIN}", json=claims, timeout=10).status_code == 204
    client = Client()
    refused = come_back(client, set_out(client))
    assert refused.status_code == 403
    assert "尚未关联本平台账号" in refused.content.decode()
    assert (is_in(client), SocialAccount.objects.count(), User.objects.count()) == (False, 0, 1)
    assert mail.outbox == []


def test_linked_account_is_opened_and_nothing_else_is_kept_of_the_person(city_login, person):
    link(person)
    kept = SocialAccount.objects.get()
    assert (kept.user, kept.uid, kept.extra_data) == (person, LIN, {})
    assert acts_of(person) == ["user.city_login_linked"]
    client = Client()
    assert come_back(client, set_out(client))["Location"] == "/desk/"
    assert is_in(client)


def test_person_is_told_once_of_a_link_and_how_to_undo_it(city_login, person):
    link(person)
    (letter,) = mail.outbox
    assert letter.to == [person.email]
    assert "如非本人关联，请在“设置”中解除关联" in letter.body
    assert not Notification.objects.exists()


def test_linking_needs_the_password_again(city_login, person):
    client = logged_in(person)
    assert come_back(client, set_out(client, "connect"))["Location"] == "/accounts/reauthenticate/"
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert not SocialAccount.objects.exists()


def test_second_factor_is_asked_for_behind_the_city_login_too(city_login, person):
    link(person)
    TOTP.activate(person, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client()
    assert come_back(client, set_out(client))["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(client)


def test_locked_account_stays_locked(city_login, person):
    link(person)
    User.objects.filter(pk=person.pk).update(is_active=False, lock_reason="多人共用账号")
    client = Client()
    refused = come_back(client, set_out(client))
    assert (refused.status_code, is_in(client)) == (403, False)
    assert "多人共用账号" in refused.content.decode()


def test_identity_linked_to_one_account_is_not_linked_to_another(city_login, person):
    link(person)
    other = factories.user("王", password=make_password(PASSWORD))
    client = link(other)
    assert "其他账号" in client.get("/accounts/city-login/").content.decode()
    assert SocialAccount.objects.get().user == person


def test_unlinked_account_is_opened_no_longer(city_login, person):
    client = link(person)
    page = client.get("/accounts/city-login/")
    assert "您的账号已关联" in page.content.decode()
    client.post("/accounts/city-login/", {"account": SocialAccount.objects.get().pk})
    assert acts_of(person) == ["user.city_login_linked", "user.city_login_unlinked"]
    client = Client()
    assert come_back(client, set_out(client)).status_code == 403


def test_request_carries_state_and_challenge_and_asks_for_no_claims(city_login):
    asked = parse_qs(urlsplit(set_out(Client())).query)
    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16


def test_answer_to_somebody_elses_request_is_refused(city_login, person):
    link(person)
    attacker, victim = Client(), Client()
    assert come_back(victim, set_out(attacker)).status_code == 401
    assert not is_in(victim)


def test_login_page_names_the_city_login_in_both_languages(city_login, client):
    assert "统一身份认证登录" in client.get("/accounts/login/").content.decode()
    english = client.get("/accounts/login/", headers={"Accept-Language": "en"}).content.decode()
    assert "Log in with City login" in english


def test_site_without_provider_offers_none(client):
    assert "/accounts/oidc/" not in client.get("/accounts/login/").content.decode()
    assert client.post(LOGIN).status_code == 404


def test_half_set_up_provider_is_refused_by_the_checks(settings):
    assert check_city_login() == []
    settings.SITE_URL = "https://yunping.example"
    settings.OIDC_URL, settings.OIDC_CLIENT_ID = "http://id.example.org", ""
    assert [error.id for error in check_city_login()] == ["web.E001", "web.E002", "web.E003"]
