"""Who may get in: locked accounts, sessions and tokens that end, and who administers both."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client
from django.urls import reverse

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Session, User
from instrument_share.accounts.services import AccountLocked, NoAddress, OwnAccount
from instrument_share.accounts.services.access import ACCESS_ENDED, UNLOCKED
from instrument_share.journal.models import AuditEntry
from instrument_share.journal.selectors import notifications
from instrument_share.kernel.errors import Forbidden, Invalid
from tests import factories
from tests.factories import NOW
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests-2026"


@pytest.fixture
def office():
    return factories.organization(
        "云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value, contact="守一", phone="0572-12345"
    )


@pytest.fixture
def admin(office):
    return factories.member(office, Role.SYSADMIN, name="癸")


@pytest.fixture
def person():
    made = factories.user("壬", password=make_password(PASSWORD))
    services.api_token_create(actor=made, name="导出", now=NOW)
    return made


def log_in(person):
    client = Client()
    answer = client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    return client, answer


def lock(actor, person, reason="多人共用账号"):
    return services.account_lock(actor=actor, user_id=person.pk, reason=reason, now=NOW)


def actions(person):
    return [
        (entry.action, entry.details)
        for entry in AuditEntry.objects.filter(subject_id=person.public_id).order_by("id")
    ]


def test_sessions_know_their_account_and_when_it_logged_in(person, clock):
    client, answer = log_in(person)
    assert answer.status_code == 302
    session = Session.objects.get(user=person)
    assert session.signed_in_at is not None
    (shown,) = selectors.account_access(person, clock.now()).sessions
    assert (shown.signed_in_at, shown.ends_at) == (session.signed_in_at, session.expire_date)
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(user=person).exists()


def test_locking_ends_sessions_and_tokens_and_is_recorded_once(admin, person):
    client, _ = log_in(person)
    assert client.get(reverse("settings")).status_code == 200
    for _twice in range(2):
        lock(admin, person)
    person.refresh_from_db()
    assert (person.is_active, person.locked_at, person.lock_reason) == (False, NOW, "多人共用账号")
    assert client.get(reverse("settings")).status_code == 302
    assert selectors.account_access(person, NOW) == selectors.Access([], 0, [])
    assert actions(person) == [("user.locked", {"reason": "多人共用账号", "sessions": 1, "tokens": 1})]


def test_recovery_codes_are_second_factors_beside_another_alone(person):
    def factors():
        return selectors.account_access(person, NOW).factors

    codes = Authenticator.objects.create(user=person, type=Authenticator.Type.RECOVERY_CODES, data={})
    before = factors()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    assert [before, factors()] == [[], [codes.type, "totp"]]


def test_locked_person_reads_the_reason_and_whom_to_ask(admin, person):
    lock(admin, person)
    _, answer = log_in(person)
    assert answer.status_code == 403
    words = text_of(answer)
    for told in ("账号已锁定", "多人共用账号", "云屏市大数据中心", "守一", "0572-12345"):
        assert told in words


def test_wrong_password_tells_nothing_of_the_lock(admin, person):
    lock(admin, person)
    answer = Client().post(reverse("account_login"), {"login": person.username, "password": "wrong"})
    assert answer.status_code == 200
    assert "多人共用账号" not in answer.content.decode()


def test_unlocked_account_is_as_it_was_but_for_its_tokens(admin, person):
    lock(admin, person)
    for _twice in range(2):
        services.account_unlock(actor=admin, user_id=person.pk, now=NOW)
    _, answer = log_in(person)
    assert answer.status_code == 302
    assert [action for action, _details in actions(person)] == ["user.locked", "user.unlocked"]
    assert [one.message for one in notifications(person)] == [UNLOCKED]
    assert selectors.account_access(person, NOW).tokens == 0


def test_nobody_locks_themselves(admin, office):
    factories.member(office, Role.SYSADMIN)
    with pytest.raises(OwnAccount):
        lock(admin, admin)
    with pytest.raises(OwnAccount):
        services.account_end_access(actor=admin, user_id=admin.pk, now=NOW)
    assert User.objects.get(pk=admin.pk).is_active


def test_last_administrator_who_can_log_in_is_not_locked(admin, office):
    other = factories.member(office, Role.SYSADMIN)
    selectors.standing(other)  # as a page has read it that is still open
    lock(admin, other)
    with pytest.raises(Forbidden):
        lock(other, admin)
    assert User.objects.get(pk=admin.pk).is_active


def test_lock_needs_a_reason(admin, person):
    with pytest.raises(Invalid) as refused:
        lock(admin, person, reason="  ")
    assert [one.code for one in refused.value.problems] == ["user.reason_missing"]


@pytest.mark.parametrize("role", [Role.ORG_ADMIN, Role.UNIT_MANAGER, Role.BUREAU_OFFICER])
def test_only_administrators_lock(role, person):
    kind = OrganizationKind.BUREAU if role is Role.BUREAU_OFFICER else OrganizationKind.UNIVERSITY
    other = factories.member(factories.organization(kind=kind.value), role)
    with pytest.raises(Forbidden):
        lock(other, person)
    assert not selectors.accounts(other).exists()


def test_ended_access_leaves_the_account_open_and_no_entry_where_there_was_none(admin, person):
    client, _ = log_in(person)
    ended = [services.account_end_access(actor=admin, user_id=person.pk, now=NOW) for _twice in range(2)]
    assert ended == [{"sessions": 1, "tokens": 1}, {"sessions": 0, "tokens": 0}]
    assert client.get(reverse("settings")).status_code == 302
    assert [action for action, _details in actions(person)] == ["user.access_ended"]
    assert [one.message for one in notifications(person)] == [ACCESS_ENDED]
    assert log_in(person)[1].status_code == 302


def test_password_link_goes_to_the_person_in_their_language(admin, person, send):
    person.language = "en"
    person.save()
    answer = send(admin, "account_send_reset", person.public_id)
    assert answer.status_code == 302
    (letter,) = mail.outbox
    assert letter.to == [person.email]
    assert "/accounts/password/reset/key/" in letter.body
    assert not any("一" <= sign <= "鿿" for sign in letter.body.partition("http")[0].replace(person.name, ""))
    assert [action for action, _details in actions(person)] == ["user.reset_sent"]


def test_no_link_for_a_locked_account_or_one_without_address(admin, person):
    def send_link():
        services.account_send_reset(actor=admin, user_id=person.pk, send=lambda _user: None, now=NOW)

    lock(admin, person)
    with pytest.raises(AccountLocked):
        send_link()
    services.account_unlock(actor=admin, user_id=person.pk, now=NOW)
    User.objects.filter(pk=person.pk).update(email="")
    with pytest.raises(NoAddress):
        send_link()
    assert "user.reset_sent" not in [action for action, _details in actions(person)]


def test_accounts_are_found_by_name_address_id_and_organization(admin, person):
    member = factories.member(factories.organization("云屏晶体有限公司"), name="辛")

    def found(text, state=""):
        return set(selectors.accounts(admin, text=text, state=state))

    assert (
        found(person.username) == found(person.email.upper()) == found(person.public_id.lower()) == {person}
    )
    assert found("晶体") == {member}
    lock(admin, person)
    assert found("", "locked") == {person} == set(selectors.locked_accounts(admin))
    User.objects.filter(pk=member.pk).update(last_login=NOW - timedelta(days=1))
    assert found("", "open") == {member}
    assert found("", "unused") == {admin}
