"""What the site processes of people, for what, on which ground and how long: the privacy notice as data.

The notice page shows this table, the job of retention deletes by it, and each person's archive names it.
After the Personal Information Protection Law (个人信息保护法): purpose and manner (art. 6, 7, 17), grounds
(art. 13), the shortest time of keeping (art. 19), a new consent when purposes change (art. 14).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop

NOTICE_VERSION = "2.2"
"""A change of purposes or of `pages/about/privacy_*.html` takes a new version and date; all agree anew."""
NOTICE_DATE = date(2026, 12, 2)


class Ground(StrEnum):
    """On which ground of article 13 data are processed."""

    CONSENT = "consent"
    CONTRACT = "contract"
    DUTY = "duty"

    @property
    def text(self) -> str:
        return GROUNDS[self]


GROUNDS = {
    Ground.CONSENT: gettext_noop("your consent (art. 13 no. 1)"),
    Ground.CONTRACT: gettext_noop("the booking and use that you ask for (art. 13 no. 2)"),
    Ground.DUTY: gettext_noop("statutory duties and powers (art. 13 no. 3)"),
}


class RetentionRule(StrEnum):
    """What is kept for a number of days that the site sets."""

    LOGINS = "logins"
    NOTIFICATIONS = "notifications"
    INVITATIONS = "invitations"
    MAILS = "mails"
    FAILED_MAILS = "failed_mails"
    WEBHOOKS = "webhooks"
    UPLOADS = "uploads"
    ANSWERS = "answers"
    ARCHIVES = "archives"


@dataclass(frozen=True)
class Purpose:
    """Data that serve one purpose. `kept` says how long, unless a rule of retention does in days."""

    code: str
    data: str
    purpose: str
    ground: Ground
    kept: str = ""
    retention: RetentionRule | None = None


PURPOSES = (
    Purpose(
        "account",
        gettext_noop(
            "Account: name, user name, email address, language; your phone if you enter it; password"
        ),
        gettext_noop("login, identification, notifications"),
        Ground.CONSENT,
        gettext_noop("while the account exists"),
    ),
    Purpose(
        "factors",
        gettext_noop(
            "Second factors, sessions with browser and shortened network address, number at the city login, "
            "names of API tokens"
        ),
        gettext_noop("security of your account"),
        Ground.CONTRACT,
        gettext_noop("until you remove them or they end, at most while the account exists"),
    ),
    Purpose(
        "membership",
        gettext_noop("Organizations, roles, qualifications"),
        gettext_noop("what you may book and do, and at which price"),
        Ground.CONTRACT,
        gettext_noop("permanently; after deletion of the account without your name"),
    ),
    Purpose(
        "use",
        gettext_noop("Bookings, usage logs, samples, charges, statements, reviews, credit record"),
        gettext_noop(
            "the service, settlement, the yearly assessment, public reward and audit of open sharing, and "
            "the records that units report to the national platform"
        ),
        Ground.DUTY,
        gettext_noop("permanently; logs are never changed or removed; after deletion without your name"),
    ),
    Purpose(
        "objection",
        gettext_noop(
            "Objections to results: name, contact, organization, subject, grounds and files; your account if "
            "you are logged in"
        ),
        gettext_noop(
            "to examine and answer them. Bureau and Finance see all of it, the unit concerned subject and "
            "grounds. The public gets number, day, subject, answer and who objected: an organization by its "
            "name, a person by the first character of the name; the report prints the same except the day"
        ),
        Ground.DUTY,
        gettext_noop("permanently, with the papers of the year"),
    ),
    Purpose(
        "journal",
        gettext_noop("Audit log: who did what and when (by id), network address"),
        gettext_noop("to prevent and trace unauthorized acts"),
        Ground.DUTY,
        gettext_noop("permanently, never changed or removed"),
    ),
    Purpose(
        "logins",
        gettext_noop("Logins: time, network address, browser"),
        gettext_noop("security of accounts and network (Cybersecurity Law)"),
        Ground.DUTY,
        retention=RetentionRule.LOGINS,
    ),
    Purpose(
        "notifications",
        gettext_noop("Notifications in your inbox"),
        gettext_noop("to tell you what concerns you"),
        Ground.CONTRACT,
        retention=RetentionRule.NOTIFICATIONS,
    ),
    Purpose(
        "mails",
        gettext_noop("Mails: address and subject; the text only until the mail is sent"),
        gettext_noop("delivery, and help when a mail does not arrive"),
        Ground.CONTRACT,
        retention=RetentionRule.MAILS,
    ),
    Purpose(
        "failed_mails",
        gettext_noop("Mails that could not be delivered: address, subject and cause"),
        gettext_noop("to find and remove the cause"),
        Ground.CONTRACT,
        retention=RetentionRule.FAILED_MAILS,
    ),
    Purpose(
        "invitations",
        gettext_noop("Invitations: email address, role, who invited"),
        gettext_noop("to admit colleagues to an organization"),
        Ground.CONTRACT,
        retention=RetentionRule.INVITATIONS,
    ),
    Purpose(
        "webhooks",
        gettext_noop("Messages to programs of units and organizations"),
        gettext_noop("to tell their systems of bookings and uses"),
        Ground.CONTRACT,
        retention=RetentionRule.WEBHOOKS,
    ),
    Purpose(
        "uploads",
        gettext_noop("Sheets that were uploaded and not imported"),
        gettext_noop("to continue an import"),
        Ground.CONTRACT,
        retention=RetentionRule.UPLOADS,
    ),
    Purpose(
        "answers",
        gettext_noop("Answers to forms and requests of programs"),
        gettext_noop("so that what is sent twice is done once"),
        Ground.CONTRACT,
        retention=RetentionRule.ANSWERS,
    ),
    Purpose(
        "archives",
        gettext_noop("Copies of your data that you asked for"),
        gettext_noop("your right to a copy (art. 45)"),
        Ground.DUTY,
        retention=RetentionRule.ARCHIVES,
    ),
)
