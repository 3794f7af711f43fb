"""A token does what its scopes say, for as long as was chosen, and its owner is told before it ends."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.accounts.models import ApiToken
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Invalid
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(clock):
    clock.set(NOW)
    return factories.user("林", password=make_password("only-for-tests-2026"))


def make(person, *scopes, days=90):
    return services.api_token_create(actor=person, name="导出", scopes=scopes, days=days, now=NOW)


def ask(method, path, secret, language="zh-hans"):
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": language}
    return Client().generic(method, f"/api/v1{path}", "{}", content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/bookings", "read"),
        ("POST", "/booking-groups/series/check", "read"),
        ("POST", "/bookings", "book"),
        ("POST", "/waiting", "book"),
        ("POST", "/bookings/BKG-0/check-in", "usage"),
        ("POST", "/bookings/BKG-0/approve", "manage"),
        ("POST", "/projects", "manage"),
        ("POST", "/findings/decide", "manage"),
    ],
)
def test_operation_is_refused_without_its_scope_and_says_which(person, method, path, scope):
    others = [one.value for one in TokenScope if one != scope]
    refused = ask(method, path, make(person, *others)[1])
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert refused.json()["code"] == "scope_missing"
    assert f"“{scope}”" in refused.json()["detail"]
    answer = ask(method, path, make(person, scope)[1])
    assert answer.json().get("code") != "scope_missing"


def test_what_anybody_may_read_needs_no_scope(person):
    assert ask("GET", "/instruments", make(person, "book")[1]).status_code == 200


def test_token_works_until_the_day_that_was_chosen(person):
    token, secret = make(person, "read", days=30)
    assert token.digest != secret
    assert selectors.valid_token(secret, NOW + timedelta(days=30, seconds=-1)) == token
    assert selectors.valid_token(secret, NOW + timedelta(days=30)) is None


@pytest.mark.parametrize(("scopes", "days"), [([], 90), (["everything"], 90), (["read"], 3650)])
def test_token_without_known_scope_or_lifetime_is_not_made(person, scopes, days):
    with pytest.raises(Invalid):
        make(person, *scopes, days=days)


def test_last_use_is_kept_to_the_hour(person, clock):
    token, secret = make(person, "read")
    for minutes, kept in ((0, 0), (59, 0), (60, 60)):
        clock.set(NOW + timedelta(minutes=minutes))
        assert ask("GET", "/me", secret).status_code == 200
        token.refresh_from_db()
        assert token.last_used_at == NOW + timedelta(minutes=kept)


def test_owner_is_told_once_a_week_before_the_end(person):
    make(person, "read", days=30)
    revoked, _secret = make(person, "read", days=30)
    services.api_token_revoke(actor=person, public_id=revoked.public_id, now=NOW)
    soon = NOW + timedelta(days=23)
    assert services.api_tokens_remind(now=soon - timedelta(seconds=1)) == 0
    assert services.api_tokens_remind(now=soon) == 1
    assert services.api_tokens_remind(now=soon + timedelta(hours=1)) == 0
    told = Notification.objects.get()
    assert (told.user, told.params["name"], told.path) == (person, "导出", "/me/tokens/")


def test_session_alone_makes_no_token_by_the_api(person, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    client = Client()
    client.force_login(person)
    made = {"path": "/api/v1/me/tokens", "data": {"name": "x"}, "content_type": "application/json"}
    refused = client.post(**made)
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmation_needed")
    client.post("/accounts/reauthenticate/", {"password": "only-for-tests-2026", "next": "/me/"})
    assert client.post(**made).json()["scopes"] == ["read", "book", "usage", "manage"]
    assert ApiToken.objects.count() == 1
