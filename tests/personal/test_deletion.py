"""Who deletes their account is gone from it, and the accounting still verifies."""

from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings.devices.services.keys import device_key_make
from bookings.requests.services.cancellations import booking_cancel
from bookings.statements.models import Statement
from bookings.statements.services.drafting import statements_draft_due
from bookings.statements.services.statements import statements_send
from bookings.statements.services.waiving import charge_waive
from bookings.usage.models import UsageLog
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.usage.services.withdrawals import usage_correction_withdraw
from bookings.waiting.selectors import count_waiting_for
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Invitation, User
from instrument_share.accounts.selectors import accounts, waiting_requests
from instrument_share.accounts.services import (
    account_lock,
    account_unlock,
    api_token_create,
    membership_admit,
    membership_request,
)
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.journal.selectors import find_broken_seals, history
from instrument_share.journal.services import audit_seal
from instrument_share.kernel.errors import Conflict, IllegalMove, Invalid, NotFound
from instrument_share.mails.models import OutgoingMail
from instrument_share.personal import registry
from instrument_share.personal.services import deletions
from instrument_share.transparency.registry import registered_checks
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.bookings.statements.conftest import correct
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of
from tests.transparency.history import grow, settle

WEEK = timedelta(days=7)
AFTER = NOW + timedelta(days=90)
NAME, PHONE, PASSWORD = "欧阳独一", "13900007788", "an-unlikely-phrase-7"


@pytest.fixture
def person(city):
    """The researcher, with a name and a phone that nothing else holds."""
    found = city.researcher
    found.name, found.phone, found.username = NAME, PHONE, "ouyang.duyi"
    found.email, found.password = "ouyang@duyi.example", make_password(PASSWORD)
    found.save()
    found.emailaddress_set.update(email=found.email)
    return found


def delete(person, now=AFTER):
    deletions.account_deletion_ask(actor=person, now=now)
    assert deletions.account_deletions_carry_out(now + WEEK) == 1
    return User.objects.get(pk=person.pk)


def test_of_two_requests_at_once_one_is_told_that_it_was_asked_for(person, monkeypatch):
    def meanwhile(actor, now):
        monkeypatch.undo()
        deletions.account_deletion_ask(actor=actor, now=now)
        return []

    monkeypatch.setattr(registry, "obstacles", meanwhile)
    with pytest.raises(deletions.DeletionAsked):
        deletions.account_deletion_ask(actor=person, now=AFTER)


def texts():
    """Every text of every table: (model.field, text)."""
    for model in apps.get_models():
        fields = [
            one
            for one in model._meta.concrete_fields
            if isinstance(one, models.CharField | models.TextField | models.JSONField)
        ]
        if not fields:
            continue
        for row in model._default_manager.values_list(*[one.name for one in fields]):
            for field, value in zip(fields, row, strict=True):
                yield (model._meta.label, field.name), str(value)


def test_deleted_account_keeps_its_public_id_and_loses_who_it_was(city, person):
    api_token_create(actor=person, name=f"{NAME} 的脚本", now=NOW)
    gone = delete(person)
    assert (gone.public_id, gone.email, gone.phone) == (person.public_id, "", "")
    assert gone.username == f"deleted-{person.public_id.lower()}"
    assert not gone.is_active
    assert not gone.has_usable_password()
    for language, name in (("zh-hans", "已注销用户"), ("en", "Deleted user")):
        with translation.override(language):
            assert User.objects.get(pk=gone.pk).name == name


def test_the_name_of_a_deleted_account_is_told_to_each_reader_and_never_stored(city, person):
    """A row may be read for one and told to another, as mails are, and saved by a third."""
    stored = User.objects.filter(pk=person.pk).values_list("name", flat=True)
    gone = delete(person)
    with translation.override("en"):
        assert (gone.name, gone.get_full_name(), str(gone)) == ("Deleted user",) * 3
        gone.refresh_from_db()
        gone.save()
        User.objects.only("name", "erased_at").get(pk=gone.pk).save()
    assert stored.get() == "已注销用户"
    with translation.override("zh-hans"):
        assert gone.name == "已注销用户"


@pytest.mark.usefixtures("key_folder")
def test_logs_seals_and_the_public_log_still_verify(city, person, capsys):
    log = grow(city, 1)
    settle(NOW + 60 * timedelta(days=1))
    delete(person)
    audit_seal(AFTER + 2 * WEEK)
    settle(AFTER + 2 * WEEK)
    assert list(find_broken_seals()) == []
    assert [found for check in registered_checks() for found in check.run_all()] == []
    call_command("verify_usage")
    call_command("verify_audit")
    assert UsageLog.objects.get(pk=log.pk).user_id == person.pk


@pytest.mark.usefixtures("key_folder")
def test_no_table_holds_the_name_or_an_address_any_more_but_those_with_a_reason(city, person):
    grow(city, 1)
    api_token_create(actor=person, name=f"{NAME} 的脚本", now=NOW)
    Client().post("/accounts/login/", {"login": "ouyang.duyi", "password": "wrong"})
    delete(person)
    marks = (NAME, PHONE, "ouyang.duyi", "ouyang@duyi.example")
    found = {place for place, text in texts() if any(mark in text for mark in marks)}
    assert found - set(registry.kept_texts()) == set()


def test_entries_of_the_journal_name_who_acted_by_id_and_pages_by_the_present_name(city, person):
    booking = book(city)
    booking_cancel(actor=person, booking_id=booking.pk, now=NOW)
    assert {one.actor_name for one in AuditEntry.objects.filter(actor=person)} == {person.public_id}
    assert {one.who for one in history(booking)} == {NAME}
    delete(person)
    with translation.override("zh-hans"):
        assert {one.who for one in history(booking)} == {"已注销用户"}


def test_what_is_open_has_to_be_ended_first_and_is_named(city, person):
    booking = book(city)
    with pytest.raises(Invalid) as refused:
        deletions.account_deletion_ask(actor=person, now=NOW)
    assert [one.params["number"] for one in refused.value.problems] == [booking.public_id]
    booking_cancel(actor=person, booking_id=booking.pk, now=NOW)
    assert deletions.account_deletion_ask(actor=person, now=NOW).due_at == NOW + WEEK


def test_what_a_person_owes_is_billed_before_the_account_is_deleted(city, person):
    log = use(city, slot(day=1), payer=False)
    charged = book(city, slot(day=3), payer=False)
    booking_cancel(actor=person, booking_id=charged.pk, now=charged.starts_at - timedelta(minutes=5))
    use(city, slot(day=2))
    named = [one.sentence.params["number"] for one in registry.obstacles(person, slot(day=4).end)]
    assert named == [log.public_id, charged.public_id]
    usage_confirm(actor=person, log_id=log.pk, now=log.ends_at)
    statements_draft_due(NOW + 30 * timedelta(days=1))
    (obstacle,) = registry.obstacles(person, NOW + 30 * timedelta(days=1))
    assert (obstacle.path, obstacle.sentence.params["unit"].zh) == ("/me/statements/", city.owner.name_zh)
    statements_send(actor=city.manager, organization_id=city.owner.pk, now=NOW + 30 * timedelta(days=1))
    (obstacle,) = registry.obstacles(person, NOW + 30 * timedelta(days=1))
    assert obstacle.path.startswith("/statements/")


def test_what_a_person_owes_later_than_usual_is_billed_before_the_account_is_deleted(city, person):
    """A dispute keeps a use unconfirmed for months; a correction adds to what was paid."""
    log = use(city, slot(day=1), payer=False)
    assert [one.path for one in registry.obstacles(person, AFTER)] == [f"/usage/{log.public_id}/"]
    usage_confirm(actor=person, log_id=log.pk, now=AFTER)
    assert [one.path for one in registry.obstacles(person, AFTER)] == [f"/usage/{log.public_id}/"]
    statements_draft_due(AFTER + WEEK)
    settled = {"state": "settled", "sent_at": AFTER, "due_date": AFTER.date()}
    assert Statement.objects.update(**settled) == 1
    assert list(registry.obstacles(person, AFTER + WEEK)) == []
    correct(city, log, AFTER + WEEK, amount_yuan=Decimal(250))
    assert [one.path for one in registry.obstacles(person, AFTER + WEEK)] == [f"/usage/{log.public_id}/"]


def test_what_a_person_gets_back_is_billed_before_the_account_is_deleted(city, person):
    log = use(city, slot(day=1), payer=False)
    usage_confirm(actor=person, log_id=log.pk, now=log.ends_at)
    late = book(city, slot(day=3), payer=False)
    booking_cancel(actor=person, booking_id=late.pk, now=late.starts_at - timedelta(minutes=5))
    april = NOW + 30 * timedelta(days=1)
    statements_draft_due(april)
    assert Statement.objects.update(state="settled", sent_at=april, due_date=april.date()) == 1
    assert list(registry.obstacles(person, april)) == []
    correct(city, log, april, amount_yuan=Decimal(50))
    charge_waive(actor=city.manager, booking_id=late.pk, reason="停电", now=april)
    found = registry.obstacles(person, april)
    assert [one.path for one in found] == [f"/usage/{log.public_id}/", f"/bookings/{late.public_id}/"]


def test_waiting_correction_of_a_billed_use_keeps_the_account_until_decided(city, person, see):
    """Once confirmed, its difference would be billed to a deleted account."""
    log = use(city, slot(day=1), payer=False)
    usage_confirm(actor=person, log_id=log.pk, now=log.ends_at)
    april = NOW + 30 * timedelta(days=1)
    statements_draft_due(april)
    assert Statement.objects.update(state="settled", sent_at=april, due_date=april.date()) == 1
    facts = {"actor": city.keeper, "log_id": log.pk, "reason": "登记有误", "now": april}
    usage_correct(changes={"content": "衍射实验"}, **facts)
    assert list(registry.obstacles(person, april)) == []  # it changes nothing of the amount
    waiting = usage_correct(changes={"amount_yuan": Decimal(250)}, **facts)
    (obstacle,) = registry.obstacles(person, april)
    assert obstacle.path == f"/usage/{log.public_id}/"
    assert f"{log.public_id} 有待确认的更正，可能影响费用" in text_of(see(person, "own_data", now=april))
    usage_correction_withdraw(actor=city.keeper, correction_id=waiting.pk, reason="无须更正", now=april)
    assert list(registry.obstacles(person, april)) == []


def test_what_the_worker_missed_is_billed_before_the_account_is_deleted(city, person, settings):
    """It is billed for a year, and as long it keeps the account."""
    log = use(city, slot(day=1), payer=False)
    usage_confirm(actor=person, log_id=log.pk, now=log.ends_at)
    charged = book(city, slot(day=3), payer=False)
    booking_cancel(actor=person, booking_id=charged.pk, now=charged.starts_at - timedelta(minutes=5))
    assert list(registry.obstacles(person, AFTER)) == []  # settled otherwise: nothing was ever drafted
    settings.STATEMENTS_SINCE = NOW.date()
    owed = [f"/usage/{log.public_id}/", f"/bookings/{charged.public_id}/"]
    assert [one.path for one in registry.obstacles(person, AFTER)] == owed
    assert list(registry.obstacles(person, AFTER + 366 * timedelta(days=1))) == []
    statements_draft_due(AFTER)
    assert [one.path for one in registry.obstacles(person, AFTER)] == ["/me/statements/"]


def test_who_answers_alone_for_an_organization_hands_over_first(city):
    alone = factories.member(factories.organization("独任单位"), Role.ORG_ADMIN)
    (obstacle,) = registry.obstacles(alone, NOW)
    assert obstacle.sentence.params["organization"].zh == "独任单位"
    assert obstacle.path.endswith("/members/")


def test_who_registered_an_organization_that_waits_lets_the_bureau_decide_first(city):
    person = factories.user()
    waiting = factories.organization("云屏待批公司", state="pending", registered_by=person)
    factories.member(waiting, Role.ORG_ADMIN, person)
    (obstacle,) = registry.obstacles(person, NOW)
    assert obstacle.sentence.message.startswith("“{organization}”, which you registered, is not admitted yet")
    assert obstacle.path == reverse("organization", args=[waiting.public_id])


def test_who_answers_alone_for_a_suspended_organization_asks_the_bureau(see, city):
    suspended = factories.organization("云屏暂停公司", state="suspended")
    alone = factories.member(suspended, Role.ORG_ADMIN)
    (obstacle,) = registry.obstacles(alone, NOW)
    assert obstacle.path == reverse("organization", args=[suspended.public_id])
    assert see(alone, "organization", suspended.public_id).status_code == 200
    assert "“云屏暂停公司”已暂停，且没有其他管理员" in text_of(see(alone, "own_data"))


def test_what_went_to_an_address_that_is_merely_claimed_stays(city, person):
    """It is somebody else's: their mails wait to be sent, and their invitation to be accepted."""
    person.emailaddress_set.create(email="victim@example.org", verified=False)
    own, others = (
        Invitation.objects.create(
            organization=city.company,
            email=address,
            role="researcher",
            digest=address,
            invited_by=city.keeper,
            created_at=NOW,
            expires_at=AFTER + 2 * WEEK,
        )
        for address in ("ouyang@duyi.example", "victim@example.org")
    )
    for invitation in (own, others):
        OutgoingMail.objects.create(recipients=[invitation.email], subject="邀请", created_at=NOW)
    delete(person)
    assert [one.recipients for one in OutgoingMail.objects.all()] == [["victim@example.org"]]
    for invitation in (own, others):
        invitation.refresh_from_db()
    assert (others.email, others.withdrawn_at) == ("victim@example.org", None)
    assert (own.email, own.withdrawn_at) == (f"{own.public_id.lower()}@deleted.invalid", AFTER + WEEK)
    assert [(one.action, one.actor) for one in history(own)] == [("invitation.withdrawn", None)]


def test_second_factors_and_the_citys_login_go_by_the_clock_not_by_the_person(person):
    TOTP.activate(person, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    SocialAccount.objects.create(user=person, provider="city", uid="lin")
    delete(person)
    ended = history(person).filter(action__in=("user.second_factor_removed", "user.city_login_unlinked"))
    assert [(one.action, one.actor) for one in ended] == [
        ("user.second_factor_removed", None),
        ("user.city_login_unlinked", None),
    ]


def test_roles_end_with_the_account(city, person):
    delete(person)
    assert set(person.memberships.values_list("state", flat=True)) == {"ended"}


def test_waits_end_with_the_account(city, person):
    """Keepers count who waits; nobody is offered time in a deleted account."""
    book(city, slot(day=10), actor=city.keeper, payer=False)
    entry = join(city, person, wanted=slot(day=10), payer=False)
    deletions.account_deletion_ask(actor=person, now=NOW)
    assert deletions.account_deletions_carry_out(NOW + WEEK) == 1
    entry.refresh_from_db()
    assert (entry.end, count_waiting_for(city.instrument.pk)) == ("left", 0)


def test_deletion_says_beforehand_which_devices_stop(city, see, clock):
    device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    clock.set(NOW)
    words = text_of(see(city.keeper, "account_delete"))
    assert f"{city.owner.name_zh}：1 个终端或自助签到屏将停止工作" in words


def test_who_changes_their_mind_keeps_the_account(city, person):
    deletions.account_deletion_ask(actor=person, now=NOW)
    with pytest.raises(Conflict):
        deletions.account_deletion_ask(actor=person, now=NOW)
    deletions.account_deletion_withdraw(actor=person, now=NOW)
    assert deletions.account_deletions_carry_out(NOW + WEEK) == 0
    assert User.objects.get(pk=person.pk).name == NAME
    with pytest.raises(Conflict):
        deletions.account_deletion_withdraw(actor=person, now=NOW)


def test_nothing_is_deleted_before_the_time_or_while_something_is_open_again(city, person):
    deletions.account_deletion_ask(actor=person, now=NOW)
    assert deletions.account_deletions_carry_out(NOW + WEEK - timedelta(seconds=1)) == 0
    book(city, slot(day=20))
    assert deletions.account_deletions_carry_out(NOW + WEEK) == 0
    assert User.objects.get(pk=person.pk).name == NAME
    assert AuditEntry.objects.filter(action="account_deletion.stopped").count() == 1
    assert Notification.objects.filter(user=person, message=deletions.STOPPED).count() == 1


def test_nobody_logs_in_to_a_deleted_account(client, city, person):
    delete(person)
    answer = client.post("/accounts/login/", {"login": "ouyang@duyi.example", "password": PASSWORD})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_administrators_neither_see_nor_unlock_a_deleted_account(city, person):
    gone = delete(person)
    admin = factories.member(factories.organization("数据中心"), Role.SYSADMIN)
    assert gone not in accounts(admin)
    with pytest.raises(NotFound):
        account_unlock(actor=admin, user_id=gone.pk, now=AFTER)


def test_requests_to_be_admitted_end_with_the_account(city, person):
    elsewhere = factories.organization("云屏晶体有限公司")
    admin = factories.member(elsewhere, Role.ORG_ADMIN)
    asked = membership_request(actor=person, organization_id=elsewhere.pk, now=NOW)
    delete(person)
    assert waiting_requests(admin, [elsewhere]) == {}
    with pytest.raises(IllegalMove):
        membership_admit(actor=admin, membership_id=asked.pk, now=AFTER + 2 * WEEK)


def test_lock_stops_the_request_for_good_and_says_so(city, person, see, clock):
    clock.set(AFTER)
    admin = factories.member(city.owner, Role.SYSADMIN)
    sentence = "注销账号的申请随之终止。"
    assert sentence not in text_of(see(admin, "account_lock", person.public_id))
    asked = deletions.account_deletion_ask(actor=person, now=AFTER)
    assert sentence in text_of(see(admin, "account_lock", person.public_id))
    account_lock(actor=admin, user_id=person.pk, reason="账号被盗用", now=AFTER)
    account_unlock(actor=admin, user_id=person.pk, now=AFTER)
    assert deletions.account_deletions_carry_out(AFTER + WEEK) == 0
    assert [(one.action, one.actor) for one in history(asked)] == [
        ("account_deletion.asked", person),
        ("account_deletion.stopped", admin),
    ]
    assert Notification.objects.filter(user=person, message=deletions.STOPPED_BY_LOCK).count() == 1
    assert User.objects.get(pk=person.pk).name == NAME
    assert deletions.account_deletion_ask(actor=person, now=AFTER).due_at == AFTER + WEEK


def test_account_locked_before_locks_stopped_requests_is_not_deleted(city, person):
    """Its owner could not withdraw."""
    asked = deletions.account_deletion_ask(actor=person, now=AFTER)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert deletions.account_deletions_carry_out(AFTER + WEEK) == 0
    assert [(one.action, one.actor) for one in history(asked)] == [
        ("account_deletion.asked", person),
        ("account_deletion.stopped", None),
    ]
    assert Notification.objects.filter(user=person, message=deletions.STOPPED_BY_LOCK).count() == 1
    assert User.objects.get(pk=person.pk).name == NAME
