"""Mails of the inbox: one that can't be delivered keeps back nobody else's."""

from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from instrument_share.journal import services as journal
from instrument_share.journal.models import Notification
from instrument_share.web.responses.problem import told
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Three people who were told something, the first one twice."""
    made = [factories.user(name) for name in "子丑寅"]
    for one in (made[0], *made):
        journal.notify(users=[one], message="Saved.", now=NOW)
    return made


@pytest.fixture
def refused(monkeypatch):
    """Says what the server does with the mails of an address, and which of them were handed to it."""
    send, tried = EmailMessage.send, []

    def refused(address, error):
        def guarded(letter, *args, **kwargs):
            tried.append(letter.to[0])
            if letter.to == [address]:
                raise error
            return send(letter, *args, **kwargs)

        monkeypatch.setattr(EmailMessage, "send", guarded)
        return tried

    return refused


def test_refused_address_does_not_block_other_mail(people, refused):
    first, second, third = (one.email for one in people)
    tried = refused(first, SMTPRecipientsRefused({first: (550, b"no such mailbox")}))
    assert journal.notifications_mail(NOW, tell=told) == 2
    assert tried == [first, second, third]
    assert [letter.to[0] for letter in mail.outbox] == [second, third]
    assert Notification.objects.filter(mailed_at__isnull=True).count() == 2
