"""What is said and done when the database goes away in the middle of the work."""

import psycopg
import pytest
from django.core import mail
from django.core.mail import send_mail
from django.db import InternalError, OperationalError, ProgrammingError
from django.test import Client
from psycopg import errors as postgresql
from psycopg_pool import PoolTimeout

from instrument_share.databases.outage import is_database_away, is_outcome_unknown
from instrument_share.mails import services as mails
from instrument_share.mails.models import OutgoingMail
from providers import public
from tests.factories import NOW


def wrapped(kind, cause):
    """An error of Django's as it comes from psycopg's."""
    error = kind(str(cause))
    error.__cause__ = cause
    return error


def broken():
    return wrapped(OperationalError, psycopg.OperationalError("server closed the connection unexpectedly"))


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (broken(), True),
        (wrapped(OperationalError, postgresql.AdminShutdown("terminating connection")), True),
        (wrapped(InternalError, postgresql.ReadOnlySqlTransaction("in a read-only transaction")), True),
        (wrapped(ProgrammingError, broken()), True),  # what was tried afterwards
        (wrapped(OperationalError, postgresql.QueryCanceled("statement timeout")), False),
        (wrapped(ProgrammingError, postgresql.UndefinedTable("no such table")), False),
        (ZeroDivisionError(), False),
        (None, False),
    ],
)
def test_outage_is_known_by_its_cause(error, is_away):
    assert is_database_away(error) is is_away


def test_commit_without_an_answer_is_not_said_to_be_undone():
    """The pool has no new connection either: that comes last, and it is the first that counts."""
    refused = wrapped(OperationalError, PoolTimeout("couldn't get a connection after 5.00 sec"))
    assert (is_database_away(refused), is_outcome_unknown(refused)) == (True, False)
    refused.__cause__.__context__ = broken()
    assert is_outcome_unknown(refused)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "数据库连接中断"), ("en", "The connection to the database broke")]
)
def test_broken_connection_is_answered_503_with_a_time_to_try_again(monkeypatch, language, words):
    def fail(*_args, **_kwargs):
        raise broken()

    monkeypatch.setattr(public, "catalogue", fail)
    answer = Client(raise_request_exception=False).get("/", headers={"Accept-Language": language})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert words in answer.content.decode()


@pytest.mark.django_db
def test_a_mail_is_sent_once_though_the_database_went_away_after_it(settings, monkeypatch):
    settings.EMAIL_BACKEND = "instrument_share.mails.backend.QueueBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    send_mail("预约已确认", "您好", None, ["ren@example.org"])
    queued = OutgoingMail.objects.get()
    save, pauses = OutgoingMail.save, []

    def save_later(self, **fields):
        if len(pauses) < 3:
            raise broken()
        save(self, **fields)

    monkeypatch.setattr(OutgoingMail, "save", save_later)
    monkeypatch.setattr(mails, "sleep", pauses.append)
    monkeypatch.setattr(mails, "close_old_connections", lambda: None)
    mails.mail_send(queued.public_id, is_last=False, now=NOW)
    queued.refresh_from_db()
    assert (len(mail.outbox), queued.sent_at, pauses) == (1, NOW, [1.0, 1.0, 1.0])
