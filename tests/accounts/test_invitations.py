"""An invitation goes by mail, is kept as a hash, and is accepted by the account of its address alone."""

import hashlib
import re
from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.core import mail

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain import invitations as rules
from instrument_share.accounts.domain.invitations import (
    InvitationExpired,
    InvitationSuspended,
    InvitationTaken,
    InvitationWithdrawn,
    InvitedTooOften,
    InviterDismissed,
)
from instrument_share.accounts.models import Invitation
from instrument_share.accounts.services import AlreadyMember, InvitationForOther
from instrument_share.accounts.services.memberships import GIVEN_BY_ADMINISTRATOR
from instrument_share.kernel.errors import Invalid, NotFound
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
INVITED = "New.Colleague@example.org"


@pytest.fixture
def company():
    return factories.organization("云屏晶体有限公司", name_en="Crystals Ltd.")


@pytest.fixture
def admin(company):
    return factories.member(company, Role.ORG_ADMIN, name="子")


@pytest.fixture
def invite(admin, company, django_capture_on_commit_callbacks):
    """Invites, and gives the secret of the mail that was sent."""

    def invite(email=INVITED, role=Role.RESEARCHER, now=NOW):
        with django_capture_on_commit_callbacks(execute=True):
            services.invitation_send(actor=admin, organization_id=company.pk, email=email, role=role, now=now)
        return secret_of(mail.outbox[-1])

    return invite


def secret_of(letter):
    return re.search(r"/invitations/([\w-]+)/", letter.body)[1]


def person(email=INVITED, *, has_confirmed=True):
    made = factories.user("丑")
    made.email = email.upper()
    made.save()
    made.emailaddress_set.update(email=email.lower(), verified=has_confirmed)
    return made


def accept(actor, secret, now=NOW):
    return services.invitation_accept(actor=actor, secret=secret, now=now)


def test_the_mail_speaks_both_languages_and_only_the_hash_is_kept(invite, settings):
    settings.SITE_URL = "https://yunping.example"
    secret = invite()
    (letter,) = mail.outbox
    assert letter.to == ["new.colleague@example.org"]
    assert letter.subject == "邀请您加入“云屏晶体有限公司” / Invitation to “Crystals Ltd.”"
    assert letter.body.startswith("您好：\n\n")
    assert "\n\nHello,\n\n" in letter.body
    assert letter.body.endswith(
        f"""

https://yunping.example/invitations/{secret}/

{"-- "}
云屏市大型科学仪器共享平台
本邮件由平台自动发送，请勿直接回复。
Yunping Research Instrument Sharing
This mail was sent automatically; please do not reply.
"""
    )
    assert parseaddr(str(make_header(decode_header(letter.from_email))))[0] == "云屏市大型科学仪器共享平台"
    kept = Invitation.objects.get()
    assert kept.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert kept.expires_at == NOW + timedelta(days=14)
    assert letter.extra_headers == {"X-Subject-Id": kept.public_id}


def test_accepting_invitation_grants_role_and_notifies_inviter(invite, company, admin):
    secret, invited = invite(), person()
    membership = accept(invited, secret)
    assert accept(invited, secret) == membership
    assert (membership.role, membership.state) == ("researcher", "active")
    assert selectors.standing(invited).organization_ids() == {company.pk}
    assert [one.message for one in admin.notifications.all()] == [
        "{user} has accepted the invitation to “{organization}”."
    ]


def test_managers_are_told_when_who_was_invited_by_a_system_administrator_accepts(invite, company, admin):
    secret = invite()
    sysadmin = factories.member(factories.organization("数据中心"), Role.SYSADMIN)
    Invitation.objects.update(invited_by=sysadmin)
    accept(person(), secret)
    assert [one.message for one in admin.notifications.all()] == [GIVEN_BY_ADMINISTRATOR]


def test_a_link_does_not_give_back_a_role_that_has_ended(invite, admin):
    secret, invited = invite(), person()
    membership = accept(invited, secret)
    services.membership_close(actor=admin, membership_id=membership.pk, reason="轮岗", now=NOW)
    with pytest.raises(InvitationTaken):
        accept(invited, secret)
    membership.refresh_from_db()
    assert membership.state == "ended"


def test_forwarded_invitation_is_rejected(invite):
    secret = invite()
    with pytest.raises(InvitationForOther):
        accept(person("somebody.else@example.org"), secret)
    with pytest.raises(NotFound):
        accept(person(), secret[:-1])


def test_unconfirmed_address_cannot_accept_invitation(invite):
    secret, stranger = invite(), person(has_confirmed=False)
    with pytest.raises(InvitationForOther):
        accept(stranger, secret)
    assert selectors.person_named(INVITED) is None
    stranger.emailaddress_set.update(verified=True)
    assert accept(stranger, secret).state == "active"
    assert selectors.person_named(INVITED) == stranger


def test_invitation_expires_after_fourteen_days(invite):
    secret, invited = invite(), person()
    with pytest.raises(InvitationExpired):
        accept(invited, secret, now=NOW + timedelta(days=14))
    assert accept(invited, secret, now=NOW + timedelta(days=14, seconds=-1)).state == "active"


def test_a_second_invitation_replaces_the_link(invite):
    first, second = invite(), invite(now=NOW + timedelta(minutes=1))
    assert Invitation.objects.count() == 1
    invited = person()
    with pytest.raises(NotFound):
        accept(invited, first)
    assert accept(invited, second).state == "active"
    with pytest.raises(AlreadyMember):
        invite()


def test_an_invitation_is_mailed_once_a_minute_and_five_times_a_day(invite, admin):
    invite(now=NOW)
    one = Invitation.objects.get()

    def resend(after):
        services.invitation_resend(actor=admin, invitation_id=one.pk, now=NOW + after)

    with pytest.raises(InvitedTooOften) as refused:
        resend(timedelta(seconds=59))
    assert refused.value.params == {"most": 5, "time": NOW + timedelta(minutes=1)}
    with pytest.raises(InvitedTooOften):
        invite(now=NOW + timedelta(seconds=59))
    for minutes in (1, 2, 3, 4):
        resend(timedelta(minutes=minutes, seconds=minutes))
    with pytest.raises(InvitedTooOften) as refused:
        resend(timedelta(hours=23, minutes=59, seconds=59))
    assert refused.value.params == {"most": 5, "time": NOW + timedelta(days=1)}
    resend(timedelta(days=1))
    with pytest.raises(InvitedTooOften) as refused:
        resend(timedelta(days=1, seconds=60))
    assert refused.value.params["time"] == NOW + timedelta(days=1, minutes=2), "rounded up to the minute"


def test_a_new_invitation_is_no_way_around_the_limit_of_a_day(invite, admin, company):
    invite(role=Role.ORG_ADMIN)
    for minutes in range(4):
        invite(now=NOW + timedelta(minutes=minutes))
        one = Invitation.objects.get(role="researcher", withdrawn_at=None)
        services.invitation_withdraw(actor=admin, invitation_id=one.pk, now=NOW)
    with pytest.raises(InvitedTooOften):
        invite(now=NOW + timedelta(minutes=5))
    assert invite("another@example.org", now=NOW + timedelta(minutes=5))


def test_withdrawn_invitations_count_towards_what_an_organization_mails_a_day(invite, admin, monkeypatch):
    monkeypatch.setattr(rules, "MAX_MAILS_OF_ORGANIZATION", 2)
    for minute, address in enumerate(("one@example.org", "two@example.org")):
        invite(address, now=NOW + timedelta(minutes=minute))
        waiting = Invitation.objects.get(email=address)
        services.invitation_withdraw(actor=admin, invitation_id=waiting.pk, now=NOW)
    with pytest.raises(rules.OrganizationInvitedTooMany) as refused:
        invite("three@example.org", now=NOW + timedelta(hours=23))
    assert refused.value.params == {"most": 2, "time": NOW + timedelta(days=1)}
    assert invite("three@example.org", now=NOW + timedelta(days=1))


def test_a_withdrawn_invitation_does_not_work(invite, admin):
    secret = invite()
    one = Invitation.objects.get()
    for _twice in range(2):
        services.invitation_withdraw(actor=admin, invitation_id=one.pk, now=NOW)
    with pytest.raises(InvitationWithdrawn):
        accept(person(), secret)
    with pytest.raises(InvitationWithdrawn):
        services.invitation_resend(actor=admin, invitation_id=one.pk, now=NOW)


def test_invalid_mail_address_is_refused(admin, company):
    with pytest.raises(Invalid) as refused:
        services.invitation_send(
            actor=admin, organization_id=company.pk, email="nobody", role=Role.RESEARCHER, now=NOW
        )
    assert [one.code for one in refused.value.problems] == ["invitation.email_invalid"]


def test_invitation_by_dismissed_administrator_is_void(invite, admin):
    secret = invite(role=Role.ORG_ADMIN)
    admin.memberships.update(state="ended")
    with pytest.raises(InviterDismissed):
        accept(person(), secret)


def test_invitation_to_a_suspended_organization_works_again_once_it_is_reinstated(invite, company):
    secret, invited = invite(), person()
    officer = factories.officer()
    services.organization_suspend(actor=officer, organization_id=company.pk, reason="被投诉", now=NOW)
    with pytest.raises(InvitationSuspended):
        accept(invited, secret)
    services.organization_reinstate(actor=officer, organization_id=company.pk, now=NOW)
    assert accept(invited, secret).state == "active"


def test_line_break_in_name_does_not_break_mail(invite, company):
    company.name_zh = "云屏\n晶体"
    company.save()
    invite()
    assert mail.outbox[-1].subject.startswith("邀请") and "\n" not in mail.outbox[-1].subject


def test_an_invitation_of_a_locked_account_is_over_until_another_administrator_sends_it(
    invite, company, admin
):
    secret, invited = invite(role=Role.ORG_ADMIN), person()
    admin.is_active = False
    admin.save()
    with pytest.raises(InviterDismissed):
        accept(invited, secret)
    other, later = factories.member(company, Role.ORG_ADMIN), NOW + timedelta(hours=1)
    sent = services.invitation_resend(actor=other, invitation_id=Invitation.objects.get().pk, now=later)
    assert (sent.invited_by, selectors.invitation_problem(sent, later)) == (other, None)
