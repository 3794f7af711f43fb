"""Open, change, close and reopen an organization's projects."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from bookings.projects.domain.budget import is_in_period
from bookings.projects.domain.choices import get_next_state
from bookings.projects.domain.errors import ProjectChanged, ProjectNumberTaken, ProjectRefused
from bookings.projects.domain.facts import ProjectFacts, find_fact_problems
from bookings.projects.models import Project
from bookings.projects.permissions import is_holder
from bookings.projects.registry import list_times_ahead, tell_of_closing, tell_of_reopening, watch_waits
from bookings.projects.selectors import project_lock
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.journal import services as journal
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import gettext_noop, require_found, require_revision

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

HOLDS = gettext_noop(
    "You are the holder of the project “{project}” now: you see what it spends, and may change and close it."
)
HOLDS_NO_LONGER = gettext_noop("You are no longer the holder of the project “{project}”.")
HELD_CHANGED = gettext_noop("The project “{project}”, which you hold, was changed.")
HELD_CLOSED = gettext_noop(
    "The project “{project}”, which you hold, was closed: no booking can name it any more."
)
HELD_REOPENED = gettext_noop("The project “{project}”, which you hold, is open again: bookings may name it.")
MAY_USE = gettext_noop("The project “{project}” is open to you now: your bookings may name it.")
MAY_USE_NO_LONGER = gettext_noop(
    "The project “{project}” is no longer open to you. Bookings that name it stay, but can’t be moved."
)
OUT_OF_PERIOD = gettext_noop(
    "The project “{project}” has another period now, in which not all of your bookings that name it lie. "
    "They stay, but can be moved only to a time within it."
)
COLUMNS = (
    *("name", "number", "funding", "holder_id", "for_all_members"),
    *("first_date", "last_date", "budget_yuan"),
)


@transaction.atomic
def project_create(*, actor: "User", organization_id: int, facts: ProjectFacts, now: datetime) -> Project:
    """Open a project of an organization, and tell its holder. Raises ProjectRefused, ProjectNumberTaken."""
    organization = accounts.organization_lock(organization_id)
    require(actor, "bookings.open_project", organization)
    project = Project(organization=organization, created_at=now)
    _require_admitted(project, organization, facts)
    _set_facts(project, facts)
    project.save(force_insert=True)
    project.members.set(facts.member_ids)
    _record(project, actor, "project.created", now, _describe(facts))
    _tell_holder(HOLDS, project, actor, now)
    return project


@transaction.atomic
def project_change(
    *, actor: "User", project_id: int, facts: ProjectFacts, now: datetime, revision: int | None = None
) -> Project:
    """Change what is said of a project; a budget below what is used already only bounds later bookings.

    Bookings that name it keep the name under which they were made. Its holder is told, and the former one;
    those who may use it now or no longer, and are named or have bookings ahead; whose bookings ahead its
    period leaves out; and whoever waits with it and can use it less, or again. Raises ProjectRefused,
    ProjectNumberTaken, ProjectChanged.
    """
    organization, project = _lock(actor, project_id, revision)
    _require_admitted(project, organization, facts)
    former, tell_who_waits = _get_facts(project), watch_waits(project, now)
    before = _describe(former)
    _set_facts(project, facts)
    project.revision += 1
    project.save()
    project.members.set(facts.member_ids)
    after = _describe(facts)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    _record(project, actor, "project.changed", now, {"changed": changed})
    if project.holder_id != former.holder_id:
        _tell_holder(HOLDS, project, actor, now)
        _tell(former.holder_id, HOLDS_NO_LONGER, project, actor, now)
    elif changed:
        _tell_holder(HELD_CHANGED, project, actor, now)
    _tell_its_users(project, former, facts, actor, now)
    tell_who_waits(actor)
    return project


@transaction.atomic
def project_close(*, actor: "User", project_id: int, now: datetime, revision: int | None = None) -> Project:
    """Close a project: bookings that name it stay, and no other one may.

    Its holder is told, and who made them or waits.
    """
    project = _move(actor, project_id, "close", "project.closed", now, revision)
    _tell_holder(HELD_CLOSED, project, actor, now)
    tell_of_closing(project, actor, now)
    return project


@transaction.atomic
def project_reopen(*, actor: "User", project_id: int, now: datetime, revision: int | None = None) -> Project:
    """Let bookings name a closed project again; its holder, and who made them or waits, is told."""
    _organization, closed = _lock(actor, project_id, revision)
    tell_who_waits = watch_waits(closed, now)
    project = _move(actor, project_id, "reopen", "project.reopened", now, revision)
    _tell_holder(HELD_REOPENED, project, actor, now)
    tell_of_reopening(project, actor, now)
    tell_who_waits(actor)
    return project


def _move(
    actor: "User", project_id: int, move: str, action: str, now: datetime, revision: int | None
) -> Project:
    _organization, project = _lock(actor, project_id, revision)
    project.state = get_next_state(project.state, move)
    project.revision += 1
    project.save(update_fields=["state", "revision"])
    _record(project, actor, action, now, {})
    return project


def _lock(actor: "User", project_id: int, revision: int | None) -> "tuple[Organization, Project]":
    found = require_found(Project.objects.filter(pk=project_id).first())
    require(actor, "bookings.keep_project", found)
    organization = accounts.organization_lock(found.organization_id)
    project = project_lock(project_id)
    require(actor, "bookings.keep_project", project)
    require_revision(revision, project.revision, ProjectChanged)
    return organization, project


def _require_admitted(project: Project, organization: "Organization", facts: ProjectFacts) -> None:
    """Raise ProjectRefused or ProjectNumberTaken; under the organization's lock, where numbers are given."""
    people_ids = set(accounts.people_of(organization).values_list("pk", flat=True))
    named_ids = set(project.members.values_list("pk", flat=True)) if project.pk else set()
    if problems := list(find_fact_problems(facts, people_ids, named_ids)):
        raise ProjectRefused(problems=problems)
    number = facts.number.strip()
    others = Project.objects.filter(organization=organization, number=number).exclude(pk=project.pk)
    if number and others.exists():
        raise ProjectNumberTaken


def _set_facts(project: Project, facts: ProjectFacts) -> None:
    for name in COLUMNS:
        setattr(project, name, getattr(facts, name))
    project.name, project.number = facts.name.strip(), facts.number.strip()
    project.funding = facts.funding.value


def _get_facts(project: Project) -> ProjectFacts:
    members = frozenset(project.members.values_list("pk", flat=True))
    return ProjectFacts(member_ids=members, **{name: getattr(project, name) for name in COLUMNS})


def _describe(facts: ProjectFacts) -> dict[str, Any]:
    """Return the facts as the journal keeps them."""
    told = asdict(facts)
    people = accounts.users_by_id([facts.holder_id, *facts.member_ids])
    told["holder"] = people[told.pop("holder_id")].public_id
    told["members"] = sorted(people[pk].public_id for pk in told.pop("member_ids"))
    for name in ("first_date", "last_date"):
        told[name] = told[name] and told[name].isoformat()
    if facts.budget_yuan is not None:
        told["budget_yuan"] = f"{facts.budget_yuan:.2f}"
    return told


def _tell_its_users(
    project: Project, former: ProjectFacts, facts: ProjectFacts, actor: "User", now: datetime
) -> None:
    """Tell those who may use the project now, or no longer: who is or was named, or has bookings ahead.

    Of the others, those who have one that lies in its period no longer.
    """
    ahead = list_times_ahead(project, now)
    left_out = {pk for pk, time in ahead if is_in_period(former, time) and not is_in_period(facts, time)}
    concerned = (facts.member_ids ^ former.member_ids) | {pk for pk, _time in ahead}
    for person_id in sorted(concerned):
        can = facts.is_open_to(person_id)
        if can != former.is_open_to(person_id):
            _tell(person_id, MAY_USE if can else MAY_USE_NO_LONGER, project, actor, now)
        elif can and person_id in left_out:
            _tell(person_id, OUT_OF_PERIOD, project, actor, now)


def _tell_holder(message: str, project: Project, actor: "User", now: datetime) -> None:
    """Tell the holder of a project, who is led to its page, unless they have left or are the actor."""
    if is_holder(project.holder, project):
        path = page_address("project", project.public_id)
        _tell(project.holder_id, message, project, actor, now, path=path)


def _tell(
    person_id: int, message: str, project: Project, actor: "User", now: datetime, *, path: str = ""
) -> None:
    """Tell somebody else than the actor about a project."""
    if person_id == actor.pk:
        return
    journal.notify(users=[person_id], message=message, params={"project": project.name}, path=path, now=now)


def _record(project: Project, actor: "User", action: str, now: datetime, details: dict[str, Any]) -> None:
    journal.record(
        actor=actor,
        action=action,
        subject=project,
        now=now,
        organization_id=project.organization_id,
        details=details,
    )
