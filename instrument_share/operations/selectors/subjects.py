"""Accounts, organizations and the site's own things as subjects of the journal."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.jobs.registry import job_label
from instrument_share.journal.registry import Subject, SubjectKind
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def _people(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    is_administrator = accounts.standing(viewer).holds(Role.SYSADMIN)
    return {
        public_id: Subject(
            Bilingual(name), reverse("system_account", args=[public_id]) if is_administrator else ""
        )
        for public_id, name in accounts.names_of_people(ids).items()
    }


def _organizations(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = accounts.organizations_supervised(viewer).filter(public_id__in=ids)
    return {
        row.public_id: Subject(
            Bilingual(row.name_zh, row.name_en), reverse("organization", args=[row.public_id])
        )
        for row in rows
    }


def _memberships(_viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = accounts.memberships_by_public_id(ids)
    return {public_id: Subject(Bilingual(row.user.get_full_name())) for public_id, row in rows.items()}


def _works(_viewer: "Viewer", names: Collection[str]) -> Mapping[str, Subject]:
    return {name: Subject(Bilingual(gettext(ON_SERVER.get(name) or job_label(name)))) for name in names}


def _search_people(text: str) -> QuerySet[Any, Any]:
    return accounts.people_matching(text).values("public_id")


ON_SERVER = {"backup": gettext_noop("Backup")}
"""What commands on the server do to the whole site, by the name in `upkeep_record`."""
KINDS: dict[str, SubjectKind] = {
    "accounts.User": SubjectKind(gettext_noop("Account"), _people, _search_people),
    "accounts.Organization": SubjectKind(gettext_noop("Organization"), _organizations),
    "accounts.Membership": SubjectKind(gettext_noop("Member"), _memberships),
    "accounts.Invitation": SubjectKind(gettext_noop("Invitation")),
    "accounts.OrganizationDocument": SubjectKind(gettext_noop("Document of an organization")),
    "accounts.OrganizationRelation": SubjectKind(gettext_noop("Relation between organizations")),
    "accounts.ApiToken": SubjectKind(gettext_noop("API token")),
    "accounts.District": SubjectKind(gettext_noop("District")),
    "bootstrap.FirstRunCode": SubjectKind(gettext_noop("Site")),
    "jobs.RecurringRun": SubjectKind(gettext_noop("Scheduled job"), _works),
    "django_tasks_database.DBTaskResult": SubjectKind(gettext_noop("Job")),
    "mails.OutgoingMail": SubjectKind(gettext_noop("Mail")),
}
