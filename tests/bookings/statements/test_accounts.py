"""The account to which a unit's statements are paid."""

from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from bookings.statements.models import Statement, StatementAccount
from bookings.statements.schemas import serialize_with_lines
from bookings.statements.selectors.statements import get_statement
from bookings.statements.services.accounts import statement_account_enter
from bookings.statements.services.notifications import (
    ACCOUNT_ENTERED,
    ACCOUNT_REPLACED,
    ASK_BEFORE_PAYING,
)
from bookings.statements.services.statements import statement_send
from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain.bank_account import AccountIncomplete, AccountNumberUnlikely
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden
from tests import factories
from tests.bookings.statements.conftest import APRIL_1, DAY, confirmed_use, draft
from tests.page_fixtures import text_of

ACCOUNT = {"holder": "云屏测试大学", "bank": "云屏银行大学城支行", "number": "6222 0200 0000 1234"}
OTHER = {**ACCOUNT, "number": "6222 0200 0000 9999"}
PASSWORD = "an-unlikely-phrase-7"
DIGITS, OTHER_DIGITS = "6222020000001234", "6222020000009999"


def enter(city, facts=ACCOUNT, *, actor=None, now=APRIL_1):
    actor = actor or city.manager
    return statement_account_enter(actor=actor, organization_id=city.owner.pk, now=now, **facts)


def sent(city):
    confirmed_use(city)
    (one,) = draft(city)
    return statement_send(actor=city.manager, statement_id=one.pk, now=APRIL_1)


def paper(see, person, statement):
    content = see(person, "statement_pdf", statement.public_id).content
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_statement_keeps_the_account_of_when_it_was_sent_on_page_paper_and_in_the_api(city, see):
    enter(city)
    statement = sent(city)
    enter(city, OTHER, now=APRIL_1 + DAY)
    statement.refresh_from_db()
    assert statement.account.number == DIGITS
    entry = AuditEntry.objects.get(action="statement.sent")
    assert entry.details == {"total_yuan": "200.00", "last_digits": "1234"}
    payer = factories.member(city.company, Role.ORG_ADMIN)
    for text in (text_of(see(payer, "statement", statement.public_id)), paper(see, payer, statement)):
        assert "云屏银行大学城支行" in text and DIGITS in text and OTHER_DIGITS not in text
        assert "管理单位其后填写了另一收款账户（尾号 9999）" in text.replace("\n", "")
        assert f"请在汇款附言中注明结算单编号 {statement}。" in text
    answer = serialize_with_lines(get_statement(payer, statement.public_id))
    assert answer.new_account_last_digits == "9999"
    served = answer.account
    assert (served.holder, served.bank, served.number) == ("云屏测试大学", "云屏银行大学城支行", DIGITS)


def test_payers_and_managers_are_told_once_that_open_statements_name_a_former_account(city, see):
    payer = factories.member(city.company, Role.ORG_ADMIN)
    enter(city, OTHER)
    statement = sent(city)
    Notification.objects.all().delete()
    for _again in range(2):
        enter(city, now=APRIL_1 + DAY)
    told = Notification.objects.get(user=payer)
    assert (told.message, told.path) == (ASK_BEFORE_PAYING, f"/statements/{statement.public_id}/")
    assert (told.params["digits"], told.params["number"]) == ("1234", str(statement))
    managers = Notification.objects.get(user=city.manager)
    assert (managers.message, managers.params["count"]) == (ACCOUNT_REPLACED, 1)
    page = ("statement_account", city.owner.public_id)
    words = "有 1 份未结清的结算单仍载明此前的账户"
    assert words in text_of(see(city.manager, *page))
    enter(city, OTHER, now=APRIL_1 + 2 * DAY)  # the one that it names, again
    assert Notification.objects.filter(user=payer).count() == 1
    assert words not in text_of(see(city.manager, *page))
    assert serialize_with_lines(get_statement(payer, statement.public_id)).new_account_last_digits is None


def test_settled_statement_says_nothing_of_later_accounts(city, see):
    payer = factories.member(city.company, Role.ORG_ADMIN)
    enter(city)
    statement = sent(city)
    Statement.objects.update(state="settled", settled_at=APRIL_1)
    Notification.objects.all().delete()
    enter(city, OTHER, now=APRIL_1 + DAY)
    assert not Notification.objects.filter(user=payer).exists()
    assert Notification.objects.get(user=city.manager).message == ACCOUNT_ENTERED
    for text in (text_of(see(payer, "statement", statement.public_id)), paper(see, payer, statement)):
        assert DIGITS in text and "尾号" not in text
    assert serialize_with_lines(get_statement(payer, statement.public_id)).new_account_last_digits is None


def test_a_draft_is_not_sent_with_another_account_than_was_shown(city, see, send):
    confirmed_use(city)
    (one,) = draft(city)
    enter(city)
    shown = see(city.manager, "statement_send", one.public_id, now=APRIL_1).context["form"]["shown"].value()
    enter(city, OTHER)
    refused = send(city.manager, "statement_send", one.public_id, now=APRIL_1, shown=shown)
    assert "草稿、金额或收款账户已有变化" in text_of(refused)
    one.refresh_from_db()
    assert (refused.status_code, one.state, OTHER_DIGITS in text_of(refused)) == (409, "draft", True)
    shown = refused.context["form"]["shown"].value()
    assert send(city.manager, "statement_send", one.public_id, now=APRIL_1, shown=shown).status_code == 302
    one.refresh_from_db()
    assert one.account.number == OTHER_DIGITS


def test_a_statement_of_a_unit_without_an_account_says_whom_to_ask(city, see):
    statement = sent(city)
    payer = factories.member(city.company, Role.ORG_ADMIN)
    page = see(payer, "statement", statement.public_id)
    sentence = "本结算单未载明收款账户，请向管理单位询问付款方式。"
    assert sentence in text_of(page) and f"/units/{city.owner.public_id}/" in page.content.decode()
    assert sentence in paper(see, payer, statement)
    assert serialize_with_lines(get_statement(payer, statement.public_id)).account is None
    enter(city)
    statement.refresh_from_db()
    assert statement.account is None


def test_who_sends_reads_which_account_is_named_or_where_to_enter_one(city, see):
    confirmed_use(city)
    (one,) = draft(city)
    pages = [
        ("statement_send", one.public_id),
        ("statements_send", city.owner.public_id),
        ("unit_statements", city.owner.public_id),
    ]
    link = f'href="/unit/{city.owner.public_id}/statements/account/"'
    for page in pages:
        answer = see(city.manager, *page, now=APRIL_1)
        assert "尚未填写收款账户" in text_of(answer) and link in answer.content.decode()
    enter(city)
    for page in pages:
        assert "尚未填写收款账户" not in text_of(see(city.manager, *page, now=APRIL_1))
    for page in pages[:2]:
        assert f"收款账户：云屏测试大学 云屏银行大学城支行 {DIGITS}" in text_of(
            see(city.manager, *page, now=APRIL_1)
        )


def test_every_manager_is_told_who_changed_the_account_and_the_page_keeps_those_before(city, see):
    second = factories.member(city.owner, Role.UNIT_MANAGER)
    enter(city, OTHER)
    Notification.objects.all().delete()
    account = enter(city, now=APRIL_1 + DAY)
    told = Notification.objects.order_by("pk")
    assert {one.user for one in told} == {city.manager, second}
    assert {(one.params["person"], one.params["digits"]) for one in told} == {(city.manager.name, "1234")}
    assert DIGITS not in str([one.params for one in told])
    entry = AuditEntry.objects.filter(action="statement_account.entered").latest("pk")
    assert (entry.actor, entry.subject_id, entry.details) == (
        city.manager,
        account.public_id,
        {"last_digits": "1234"},
    )
    text = text_of(see(second, "statement_account", city.owner.public_id))
    assert DIGITS in text and OTHER_DIGITS in text and text.index(DIGITS) < text.index(OTHER_DIGITS)
    assert enter(city) == account
    assert (StatementAccount.objects.count(), told.count()) == (2, 2)


def test_an_account_is_entered_whole_by_a_manager_on_the_page(city, send):
    with pytest.raises(Forbidden):
        enter(city, actor=city.keeper)
    with pytest.raises(AccountIncomplete):
        enter(city, {**ACCOUNT, "bank": " "})
    with pytest.raises(AccountNumberUnlikely):
        enter(city, {**ACCOUNT, "number": "1234"})
    assert send(city.manager, "statement_account", city.owner.public_id, **ACCOUNT).status_code == 302
    account = StatementAccount.objects.get()
    assert (account.number, account.entered_by) == (DIGITS, city.manager)


def test_password_is_asked_for_again_before_an_account_is_entered(city, client, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = True
    city.manager.set_password(PASSWORD)
    city.manager.save()
    client.force_login(city.manager)
    address = reverse("statement_account", args=[city.owner.public_id])
    assert client.get(address).status_code == 200
    asked = client.post(address, ACCOUNT)
    assert asked.url.startswith("/accounts/reauthenticate/?next=")
    client.post("/accounts/reauthenticate/", {"password": "wrong", "next": address})
    assert not StatementAccount.objects.exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": address})
    assert StatementAccount.objects.get().number == DIGITS  # what was typed is entered
