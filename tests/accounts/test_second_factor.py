"""Roles that supervise count only with a second factor, and who has lost it gets back in by two people."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.webauthn import AttestedCredentialData

from instrument_share import settings as site
from instrument_share.accounts import selectors, services
from instrument_share.accounts.checks import check_second_factor_roles
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import ApiToken, Session, User
from instrument_share.accounts.services import (
    AccountLocked,
    NoSecondFactor,
    OwnAccount,
    ResetOver,
    SecondPersonNeeded,
)
from instrument_share.accounts.services.access import REQUEST_REFUSED, RESET_REFUSED
from instrument_share.accounts.services.second_factor import (
    REMOVED_ON_SERVER,
    REQUEST_GRANTED,
    REQUEST_LAPSED,
    REQUEST_OVERTAKEN,
    TO_DECIDE,
    NobodyToAgree,
)
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.journal.selectors import notifications
from instrument_share.kernel.errors import Conflict, Invalid
from tests import factories
from tests.factories import NOW
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests-2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def as_on_a_site(settings, clock):
    clock.set(NOW)
    settings.SECOND_FACTOR_ROLES = ["bureau_officer", "sysadmin"]
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True


@pytest.fixture
def officer():
    made = factories.officer()
    made.password = make_password(PASSWORD)
    made.save()
    return made


@pytest.fixture
def administrators():
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    return [factories.member(office, Role.SYSADMIN, name=name) for name in ("癸", "壬")]


def code(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def log_in(person):
    client = Client()
    return client, client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})


def is_in(client):
    return "_auth_user_id" in client.session


def acts(person):
    entries = AuditEntry.objects.filter(subject_id=person.public_id).order_by("id")
    return [(entry.action, entry.actor, entry.details.get("kind")) for entry in entries]


def ask(actor, person, now=NOW, reason="已当面核对身份证"):
    """Ask about the factors that there are; allauth dates them by the machine's clock."""
    Authenticator.objects.filter(user=person).update(created_at=now)
    return services.second_factor_reset_ask(actor=actor, user_id=person.pk, reason=reason, now=now)


def grant(actor, asked, now=NOW):
    return services.second_factor_reset_grant(actor=actor, reset_id=asked.public_id, now=now)


def test_role_rests_until_the_account_has_a_second_factor(as_on_a_site, officer):
    client, answer = log_in(officer)
    assert answer["Location"] == "/accounts/2fa/"
    assert "您的账号启用两步验证后，您的角色才会生效。" in client.get("/accounts/2fa/").content.decode()
    refused = client.get(reverse("bureau"))
    assert refused.status_code == 403
    assert "您的账号启用两步验证后，您的角色才会生效。" in refused.content.decode()
    TOTP.activate(officer, SECRET)
    client.force_login(officer)
    assert client.get(reverse("bureau")).status_code == 200


def test_token_of_an_account_without_second_factor_has_no_power_either(as_on_a_site, officer):
    _token, secret = services.api_token_create(actor=officer, name="导出", now=NOW)
    assert selectors.standing(selectors.valid_token(secret, NOW).user).roles == frozenset()
    Authenticator.objects.create(user=officer, type=Authenticator.Type.WEBAUTHN, data={})
    assert selectors.standing(selectors.valid_token(secret, NOW).user).roles == {Role.BUREAU_OFFICER}


def test_recovery_codes_alone_are_no_factor(as_on_a_site, officer):
    Authenticator.objects.create(user=officer, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert selectors.roles_without_effect(officer) == {Role.BUREAU_OFFICER}


@pytest.mark.django_db(transaction=True)
def test_app_is_set_up_with_its_first_code_and_ends_other_sessions(as_on_a_site, officer):
    elsewhere, _answer = log_in(officer)
    client, _answer = log_in(officer)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    wrong = client.post(reverse("mfa_activate_totp"), {"code": code(secret, steps=7)})
    assert not Authenticator.objects.exists(), wrong.status_code
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    factor = Authenticator.objects.get(type="totp")
    assert secret not in str(factor.data)  # a copy of the database alone opens nothing
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert Session.objects.filter(user=officer).count() == 1
    assert acts(officer) == [
        ("user.second_factor_added", officer, "totp"),
        ("user.second_factor_added", officer, "recovery_codes"),
    ]
    assert mail.outbox[-1].subject == "已启用身份验证器应用"


def test_login_offers_a_key_to_an_account_that_has_one(as_on_a_site, officer, monkeypatch):
    public = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    key = AttestedCredentialData.create(bytes(16), b"key", public)
    monkeypatch.setattr(webauthn, "get_credentials", lambda user: [key])
    Authenticator.objects.create(user=officer, type=Authenticator.Type.WEBAUTHN, data={})
    client, answer = log_in(officer)
    assert "使用密钥" in text_of(client.get(answer["Location"]))


def test_login_asks_for_a_code_that_opens_once(as_on_a_site, officer):
    TOTP.activate(officer, SECRET)
    client, answer = log_in(officer)
    assert (answer["Location"], is_in(client)) == ("/accounts/2fa/authenticate/", False)
    page = client.get(answer["Location"])
    assert page.context["form"]["code"].label == "验证码"
    assert "使用密钥" not in text_of(page)
    assert "验证码错误。" in text_of(client.post(answer["Location"], {"code": "000000"}))
    now = code(SECRET)
    client.post(answer["Location"], {"code": now})
    assert is_in(client)
    again, _answer = log_in(officer)
    again.post(answer["Location"], {"code": now})
    assert not is_in(again)


def test_account_with_a_factor_can_change_its_address(as_on_a_site, officer, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = False
    TOTP.activate(officer, SECRET)
    client = Client()
    client.force_login(officer)
    client.post(reverse("account_email"), {"action_add": "", "email": "guan.new@example.org"})
    waiting = EmailAddress.objects.get(email="guan.new@example.org")
    assert (waiting.user, waiting.verified) == (officer, False)


def test_codes_are_not_guessed_by_trying(as_on_a_site, officer):
    TOTP.activate(officer, SECRET)
    client, answer = log_in(officer)
    wrong = f"{(int(code(SECRET)) + 500_000) % 1_000_000:06}"
    for _attempt in range(5):
        client.post(answer["Location"], {"code": wrong})
    client.post(answer["Location"], {"code": code(SECRET)})
    assert not is_in(client)


def test_two_administrators_take_the_factors_off(as_on_a_site, administrators, officer):
    first, second = administrators
    for one in administrators:
        TOTP.activate(one, SECRET)
    TOTP.activate(officer, SECRET)
    services.api_token_create(actor=officer, name="导出", now=NOW)
    asked = ask(first, officer)
    with pytest.raises(SecondPersonNeeded):
        grant(first, asked)
    assert selectors.standing(officer).holds(Role.BUREAU_OFFICER)
    grant(second, asked)
    assert not Authenticator.objects.filter(user=officer).exists()
    assert ApiToken.objects.get(user=officer).revoked_at == NOW
    assert acts(officer)[-3:] == [
        ("user.second_factor_reset_asked", first, None),
        ("user.second_factor_removed", second, "totp"),
        ("user.second_factor_reset", second, None),
    ]
    assert Notification.objects.filter(user=officer).count() == 2
    with pytest.raises(ResetOver):
        grant(second, asked)


def test_request_needs_a_reason_a_factor_and_somebody_else(administrators, officer):
    first, second = administrators
    with pytest.raises(NoSecondFactor):
        ask(first, officer)
    TOTP.activate(officer, SECRET)
    with pytest.raises(Invalid):
        ask(first, officer, reason=" ")
    TOTP.activate(first, SECRET)
    with pytest.raises(OwnAccount):
        ask(first, first)
    factories.member(factories.organization("备份中心"), Role.SYSADMIN)
    with pytest.raises(OwnAccount):
        grant(first, ask(second, first))
    ask(first, officer)
    with pytest.raises(Conflict):
        ask(second, officer)


def test_what_was_typed_comes_back_where_a_colleague_asked_meanwhile(administrators, officer, send):
    first, second = administrators
    TOTP.activate(officer, SECRET)
    ask(first, officer)
    late = send(second, "second_factor_reset_ask", officer.public_id, reason="视频核对工作证")
    assert (late.status_code, ">\n视频核对工作证</textarea>" in late.text) == (409, True)


def test_request_lapses_after_seven_days(administrators, officer):
    first, second = administrators
    TOTP.activate(officer, SECRET)
    asked = ask(first, officer)
    later = NOW + timedelta(days=7)
    with pytest.raises(ResetOver):
        grant(second, asked, now=later)
    again = ask(first, officer, now=later)
    services.second_factor_reset_refuse(actor=second, reset_id=again.public_id, now=later)
    assert Authenticator.objects.filter(user=officer).exists()
    assert not selectors.second_factor_resets(second, later).exists()
    assert notifications(officer)[0].message == RESET_REFUSED


def test_lock_refuses_the_request_that_waits_and_no_other_is_made_until_it_is_lifted(
    administrators, officer, see
):
    first, second = administrators
    TOTP.activate(officer, SECRET)
    asked = ask(first, officer)
    sentence = "解除两步验证的申请随之被拒绝。"
    assert sentence in text_of(see(first, "account_lock", officer.public_id))
    services.account_lock(actor=first, user_id=officer.pk, reason="冒名申请", now=NOW)
    assert acts(officer)[-2:] == [
        ("user.locked", first, None),
        ("user.second_factor_reset_refused", first, None),
    ]
    assert not selectors.second_factor_resets(second, NOW).exists()
    assert notifications(officer)[0].message == RESET_REFUSED
    with pytest.raises(ResetOver):
        grant(second, asked)
    with pytest.raises(AccountLocked):
        ask(first, officer)
    services.account_unlock(actor=first, user_id=officer.pk, now=NOW)
    with pytest.raises(ResetOver):
        grant(second, asked)
    assert sentence not in text_of(see(first, "account_lock", officer.public_id))
    grant(second, ask(first, officer))
    assert not Authenticator.objects.filter(user=officer).exists()


def test_request_from_before_locks_refused_them_is_not_granted_while_the_account_is_locked(
    administrators, officer, see
):
    first, second = administrators
    TOTP.activate(officer, SECRET)
    asked = ask(first, officer)
    assert "/grant/" in see(second, "system").content.decode()
    User.objects.filter(pk=officer.pk).update(is_active=False)
    with pytest.raises(AccountLocked):
        grant(second, asked)
    assert "/grant/" not in see(second, "system").content.decode()
    services.second_factor_reset_refuse(actor=second, reset_id=asked.public_id, now=NOW)
    assert Authenticator.objects.filter(user=officer).exists()


def test_only_administrator_gets_back_by_a_command_on_the_server(clock, administrators):
    clock.set(NOW)
    alone, _other = administrators
    TOTP.activate(alone, SECRET)
    call_command("second_factor_remove", alone.username, "手机遗失，机房当面核实", stdout=StringIO())
    assert not Authenticator.objects.exists()
    assert acts(alone)[-2:] == [
        ("user.second_factor_removed", None, "totp"),
        ("user.second_factor_reset_on_server", None, None),
    ]
    assert [one.message for one in notifications(alone)] == [REMOVED_ON_SERVER]
    with pytest.raises(CommandError):
        call_command("second_factor_remove", alone.username, "再次")


def test_request_ends_with_the_command_on_the_server_and_spares_the_next_factor(
    clock, administrators, officer
):
    clock.set(NOW)
    first, second = administrators
    TOTP.activate(officer, SECRET)
    asked = ask(first, officer)
    call_command("second_factor_remove", officer.username, "机房当面核实", stdout=StringIO())
    assert acts(officer)[-2:] == [
        ("user.second_factor_reset_on_server", None, None),
        ("user.second_factor_reset_lapsed", None, None),
    ]
    assert [one.message for one in notifications(first)] == [REQUEST_OVERTAKEN]
    TOTP.activate(officer, SECRET)
    with pytest.raises(ResetOver):
        grant(second, asked)
    assert ask(first, officer).granted is None


def test_request_about_factors_that_the_person_has_replaced_is_over(administrators, officer, see):
    first, second = administrators
    TOTP.activate(officer, SECRET)
    RecoveryCodes.activate(officer)
    asked = ask(first, officer)
    address = reverse("second_factor_reset_ask", args=[officer.public_id])
    assert see(second, "second_factor_reset_ask", officer.public_id).status_code == 409
    Authenticator.objects.filter(user=officer, type="totp").delete()
    TOTP.activate(officer, SECRET)
    with pytest.raises(ResetOver):
        grant(second, asked)
    page = see(second, "system_account", officer.public_id).content.decode()
    assert ("/grant/" in page, address in page) == (False, True)
    assert services.second_factor_resets_lapse(now=NOW) == 1
    assert [one.message for one in notifications(first)] == [REQUEST_OVERTAKEN]


def test_other_administrators_hear_of_a_request_and_who_asked_of_its_end(administrators, officer):
    first, second = administrators
    TOTP.activate(officer, SECRET)
    asked = ask(first, officer)
    (told,) = notifications(second)
    assert told.message == TO_DECIDE
    assert told.path == f"/system/accounts/{officer.public_id}/"
    assert (told.params["asker"], told.params["name"]) == ("癸", officer.name)
    assert not notifications(first).exists()
    services.second_factor_reset_refuse(actor=second, reset_id=asked.public_id, now=NOW)
    grant(second, ask(first, officer))
    TOTP.activate(officer, SECRET)
    ask(first, officer)
    services.account_lock(actor=second, user_id=officer.pk, reason="冒名申请", now=NOW)
    assert [one.message for one in reversed(notifications(first))] == [
        REQUEST_REFUSED,
        REQUEST_GRANTED,
        REQUEST_REFUSED,
    ]


def test_who_asked_hears_once_that_nobody_decided(administrators, officer):
    first, _second = administrators
    TOTP.activate(officer, SECRET)
    ask(first, officer)
    later = NOW + timedelta(days=7)
    assert services.second_factor_resets_lapse(now=later - timedelta(seconds=1)) == 0
    assert services.second_factor_resets_lapse(now=later) == 1
    assert services.second_factor_resets_lapse(now=later) == 0
    assert [one.message for one in notifications(first)] == [REQUEST_LAPSED]
    assert acts(officer)[-1] == ("user.second_factor_reset_lapsed", None, None)
    ask(first, officer, now=later)
    ask(first, officer, now=later + timedelta(days=7))  # before the job has run again
    assert [one.message for one in notifications(first)] == [REQUEST_LAPSED] * 2


def test_alarms_of_the_second_factor_are_mailed_at_once(clock, administrators, officer):
    clock.set(NOW)
    first, second = administrators
    TOTP.activate(officer, SECRET)
    grant(second, ask(first, officer))
    TOTP.activate(officer, SECRET)
    call_command("second_factor_remove", officer.username, "手机遗失，机房当面核实", stdout=StringIO())
    assert [one.is_urgent for one in notifications(officer)] == [True, True, True]


def test_removal_is_not_asked_for_where_nobody_could_agree(as_on_a_site, administrators, officer, see):
    first, second = administrators
    for one in (first, officer):
        TOTP.activate(one, SECRET)
    command = "manage.py second_factor_remove"
    address = reverse("second_factor_reset_ask", args=[officer.public_id])
    page = see(first, "system_account", officer.public_id).content.decode()
    assert (command in page, address in page) == (True, False)
    with pytest.raises(NobodyToAgree):  # the second administrator's role rests
        ask(first, officer)
    TOTP.activate(second, SECRET)
    page = see(first, "system_account", officer.public_id).content.decode()
    assert (command in page, address in page) == (False, True)
    with pytest.raises(NobodyToAgree):
        ask(first, second)
    ask(first, officer)


def test_misspelt_role_is_refused_by_the_checks(settings):
    settings.SECOND_FACTOR_ROLES = ["sysadmin", "finance"]
    (error,) = check_second_factor_roles()
    assert (error.id, error.msg) == ("accounts.E001", "SECOND_FACTOR_ROLES names finance.")


def test_second_administrator_finds_the_request_on_the_desk(clock, administrators, officer, client):
    clock.set(NOW)
    first, second = administrators
    TOTP.activate(officer, SECRET)
    asked = ask(first, officer)
    client.force_login(first)
    assert "由另一位管理员决定。" in client.get(reverse("system")).content.decode()
    client.force_login(second)
    assert "已当面核对身份证" in client.get(reverse("system")).content.decode()
    client.post(reverse("second_factor_reset_grant", args=[asked.public_id]))
    assert not Authenticator.objects.filter(user=officer).exists()


def test_passwords_have_ten_characters_and_are_hashed_by_argon2(client):
    assert site.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")  # the suite hashes faster
    typed = {"name": "陈一", "username": "chenyi", "email": "chen@example.org", "privacy": "on"}
    for password in ("short-9ch", "password123"):
        page = client.post(reverse("account_signup"), typed | {"password1": password, "password2": password})
        assert page.status_code == 200
    assert not selectors.person_named("chenyi")
