"""The queue of mails: in the sender's transaction, tried again, given up, forgotten."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Invitation
from instrument_share.jobs.services import jobs_recover
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.names import mask_mail_address
from instrument_share.mails import selectors, services
from instrument_share.mails.messages import describe_error
from instrument_share.mails.models import OutgoingMail
from instrument_share.mails.selectors import MailState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
ADDRESS = "ren@example.org"


@pytest.fixture(autouse=True)
def _queue(settings, clock):
    """Mails take the way that they take on a site; what the worker sends is in `mail.outbox`."""
    settings.EMAIL_BACKEND = "instrument_share.mails.backend.QueueBackend"
    settings.MAIL_TRANSPORT = LOCMEM
    clock.set(NOW)


@pytest.fixture
def server(monkeypatch):
    """`server(error)` lets the mail server answer with an error, `server(None)` take mails again."""
    take = EmailBackend.send_messages

    def answer_with(error):
        def send_messages(self, messages):
            if error is None:
                return take(self, messages)
            raise error

        monkeypatch.setattr(EmailBackend, "send_messages", send_messages)

    return answer_with


@pytest.fixture
def admin():
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    return factories.member(office, Role.SYSADMIN)


def post(subject="通知"):
    send_mail(subject, "请查看 https://yunping.example/reset/secret/", None, [ADDRESS])
    return OutgoingMail.objects.latest("id")


def state_of(row):
    return selectors.state_of(OutgoingMail.objects.get(pk=row.pk))


def test_nothing_is_sent_before_the_worker_and_nothing_after_a_rollback(run_jobs):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post("撤回的通知")
        raise ZeroDivisionError
    row = post()
    assert mail.outbox == []
    run_jobs()
    assert [letter.subject for letter in mail.outbox] == ["通知"]
    assert state_of(row) is MailState.SENT


def test_text_of_a_sent_mail_is_deleted(run_jobs):
    row = post()
    assert "secret" in str(row.content)
    run_jobs()
    row.refresh_from_db()
    assert (row.content, row.attempts, row.sent_at) == (None, 1, NOW)


def test_message_leaves_as_it_was_written(run_jobs):
    letter = EmailMultiAlternatives(
        "主题",
        "正文",
        "from@example.org",
        [ADDRESS],
        cc=["cc@example.org"],
        headers={"X-Subject-Id": "INV-1"},
    )
    letter.attach_alternative("<p>正文</p>", "text/html")
    letter.send()
    run_jobs()
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.from_email) == ("主题", "正文", "from@example.org")
    assert (sent.to, sent.cc) == ([ADDRESS], ["cc@example.org"])
    assert [tuple(one) for one in sent.alternatives] == [("<p>正文</p>", "text/html")]
    assert list(sent.extra_headers) == ["Message-ID"]
    assert OutgoingMail.objects.get().about == "INV-1"


def test_mail_with_a_file_or_a_bad_header_is_refused_at_once():
    letter = EmailMessage("主题", "正文", to=[ADDRESS])
    letter.attach("a.txt", "a", "text/plain")
    with pytest.raises(ValueError, match="attachments"):
        letter.send()
    with pytest.raises(Exception, match="newlines"):
        send_mail("主题\n两行", "正文", None, [ADDRESS])
    assert not OutgoingMail.objects.exists()


def test_unreachable_server_is_tried_again_and_keeps_the_same_identity(run_jobs, server, clock):
    row = post()
    identity = row.content["headers"]["Message-ID"]
    server(SMTPServerDisconnected("Connection unexpectedly closed"))
    run_jobs()
    row.refresh_from_db()
    assert (row.attempts, row.failed_at) == (1, None)
    assert row.error == "SMTPServerDisconnected: Connection unexpectedly closed"
    server(None)
    clock.move(timedelta(minutes=1))
    DBTaskResult.objects.update(finished_at=NOW)
    jobs_recover(clock.now(), idle_worker="test")
    DBTaskResult.objects.update(run_after=NOW)
    run_jobs()
    (sent,) = mail.outbox
    assert sent.extra_headers["Message-ID"] == identity
    assert state_of(row) is MailState.SENT


def test_mail_is_recorded_before_the_talk_with_the_server_ends(run_jobs, monkeypatch):
    """Who ends the worker while the server is slow to say goodbye lets nobody get the mail again."""
    row, found = post(), []

    def close(self):
        found.append(state_of(row))
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(EmailBackend, "close", close)
    run_jobs()
    assert found == [MailState.SENT]
    row.refresh_from_db()
    assert (len(mail.outbox), row.attempts, row.error) == (1, 1, "")


def test_mail_goes_out_though_the_server_is_away_for_hours(run_jobs, server, clock):
    row = post()
    server(ConnectionRefusedError("Connection refused"))
    while clock.now() < NOW + timedelta(hours=3):
        run_jobs()
        DBTaskResult.objects.update(finished_at=clock.now())
        assert jobs_recover(clock.now(), idle_worker="test") == 1
        clock.set(DBTaskResult.objects.get().run_after)
    server(None)
    run_jobs()
    assert state_of(row) is MailState.SENT
    assert clock.now() < NOW + timedelta(hours=3, minutes=10)


def test_mail_is_given_up_after_a_day(run_jobs, server):
    row = post()
    server(TimeoutError("timed out"))
    run_jobs()
    # As if all attempts but the last two had gone as the first.
    former = services.ATTEMPTS - 2
    OutgoingMail.objects.update(attempts=former)
    DBTaskResult.objects.update(worker_ids=["test"] * former)
    for made in (former, former + 1):
        row.refresh_from_db()
        assert (row.attempts, row.failed_at) == (made, None)
        try_again(run_jobs)
    row.refresh_from_db()
    assert (row.attempts, row.failed_at) == (services.ATTEMPTS, NOW)
    try_again(run_jobs)
    row.refresh_from_db()
    assert row.attempts == services.ATTEMPTS


def try_again(run_jobs):
    """Run what is put back after it failed, without waiting for its time."""
    DBTaskResult.objects.update(finished_at=NOW)
    jobs_recover(NOW, idle_worker="test")
    DBTaskResult.objects.update(run_after=NOW)
    run_jobs()


def test_refused_address_is_given_up_at_once_and_not_told(run_jobs, server):
    row = post()
    server(SMTPRecipientsRefused({ADDRESS: (550, b"5.1.1 <ren@example.org>: no such mailbox")}))
    run_jobs()
    row.refresh_from_db()
    assert (row.attempts, row.failed_at) == (1, NOW)
    assert row.error == "550 5.1.1 <r…@example.org>: no such mailbox"


def test_server_that_refuses_for_now_is_tried_again(run_jobs, server):
    row = post()
    server(SMTPRecipientsRefused({ADDRESS: (450, b"greylisted")}))
    run_jobs()
    assert state_of(row) is MailState.WAITING


def test_failed_mail_is_sent_again_once(run_jobs, server, admin):
    row = post()
    server(SMTPRecipientsRefused({ADDRESS: (550, b"no such mailbox")}))
    run_jobs()
    server(None)
    with pytest.raises(Forbidden):
        services.mail_retry(actor=factories.user(), public_id=row.public_id, now=NOW)
    for _twice in range(2):
        services.mail_retry(actor=admin, public_id=row.public_id, now=NOW)
    run_jobs()
    assert len(mail.outbox) == 1
    assert state_of(row) is MailState.SENT
    assert AuditEntry.objects.filter(action="mail.retried", subject_id=row.public_id).count() == 1


def test_old_mails_are_forgotten_and_failed_ones_lose_their_text(run_jobs, server, admin):
    sent = post()
    run_jobs()
    failed = post()
    server(SMTPRecipientsRefused({ADDRESS: (550, b"no such mailbox")}))
    run_jobs()
    assert services.mails_forget_old(NOW + timedelta(days=8)) == 0
    failed.refresh_from_db()
    assert failed.content is None
    with pytest.raises(services.MailTooOld):
        services.mail_retry(actor=admin, public_id=failed.public_id, now=NOW)
    assert services.mails_forget_old(NOW + timedelta(days=31)) == 1
    assert not OutgoingMail.objects.filter(pk=sent.pk).exists()
    assert services.mails_forget_old(NOW + timedelta(days=91)) == 1


def test_list_of_members_says_what_became_of_an_invitation(run_jobs, server, see):
    company = factories.organization("云屏晶体有限公司")
    manager = factories.member(company, Role.ORG_ADMIN)
    accounts.invitation_send(
        actor=manager, organization_id=company.pk, email=ADDRESS, role=Role.RESEARCHER, now=NOW
    )

    def page():
        return see(manager, "members", company.public_id).content.decode()

    assert "邮件发送中" in page()
    server(SMTPRecipientsRefused({ADDRESS: (550, b"no such mailbox")}))
    run_jobs()
    assert "邮件发送失败" in page()
    assert selectors.mail_states([Invitation.objects.get().public_id]) == {
        Invitation.objects.get().public_id: MailState.FAILED
    }


def test_list_says_how_long_the_site_keeps_mails_that_were_sent(admin, see, settings):
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"mails": 45}
    assert "发送 45 天后清除" in see(admin, "system_mails").content.decode()


def test_only_administrators_see_mails_and_never_their_text(admin):
    row = post()
    assert not selectors.mails(factories.user()).exists()
    (shown,) = selectors.mails(admin)
    assert shown == row
    assert "content" in shown.get_deferred_fields()


def test_address_is_masked():
    assert mask_mail_address("zhong.wen@example.org") == "z…@example.org"
    assert (
        describe_error(OSError("ren@example.org is unknown"), [ADDRESS])
        == "OSError: r…@example.org is unknown"
    )


def test_server_that_hangs_is_waited_for_ten_seconds(settings):
    assert settings.EMAIL_TIMEOUT == 10
