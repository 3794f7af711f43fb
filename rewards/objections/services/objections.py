"""Raise objections during the public notice, comment on them, and answer them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain.registration import find_phone_problems
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import (
    organization_ids_by_public_id,
    people_for_city,
)
from instrument_share.accounts.services import unit_managers_tell
from instrument_share.accounts.services.documents import CheckedUpload, Upload, check_uploads
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.errors import IllegalMove, Invalid, gettext_noop, require_found
from rewards.cycle.domain.states import BEFORE_APPROVAL
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.declarations.permissions import require_on_other_unit
from rewards.findings.models import Finding
from rewards.findings.services.opening import finding_open
from rewards.objections.domain.choices import AnswerEffect, InNameOf
from rewards.objections.domain.errors import (
    AnsweredAlready,
    CommentedMeanwhile,
    FilesTooMany,
    FindingNeedsUnit,
    NoFindingDecided,
    NotInNotice,
    OwnObjection,
    TextMissing,
    UnitUnknown,
)
from rewards.objections.mails import build_answer, build_receipt, build_withdrawal
from rewards.objections.models import Objection, ObjectionAnswer, ObjectionComment, ObjectionFile
from rewards.objections.selectors.objections import (
    list_effects,
    objections_in_notice,
    takes_objections,
    units_in_notice,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from instrument_share.accounts.models import User

FOLDER = "objections"
MOST_FILES = 5


@dataclass(frozen=True)
class Objector:
    """Who objects, and how to reach him or her; `organization_name` where it is for an organization."""

    name: str
    email: str
    in_name_of: InNameOf = InNameOf.PERSON
    organization_name: str = ""
    phone: str = ""

    @property
    def is_named(self) -> bool:
        """Return whether everything is there that an answer needs."""
        own = self.name.strip() and self.email.strip()
        return bool(own and (self.in_name_of is InNameOf.PERSON or self.organization_name.strip()))


@transaction.atomic
def objection_raise(
    *,
    actor: "User | AnonymousUser",
    cycle_id: int,
    objector: Objector,
    subject: str,
    text: str,
    language: str,
    now: datetime,
    about: str = "",
    uploads: Iterable[Upload] = (),
) -> Objection:
    """Raise an objection, by anybody, while the public notice runs; the same in one notice changes nothing.

    It is the same if email address, unit, subject, text and files agree: a corrected one is another.
    `about` is the public id of the unit concerned, or empty. Raises NotInNotice, TextMissing, UnitUnknown,
    FilesTooMany, Invalid for files that cannot be kept or a telephone that nobody can dial.
    """
    cycle = cycle_lock(cycle_id)
    if not takes_objections(cycle, now):
        raise NotInNotice
    if not (objector.is_named and subject.strip() and text.strip()):
        raise TextMissing
    if about and about not in units_in_notice(cycle):
        raise UnitUnknown
    if problems := list(find_phone_problems(objector.phone.strip(), "objection.phone_invalid")):
        raise Invalid(problems=problems)
    files = _check(uploads)
    content = {
        "organization_id": organization_ids_by_public_id([about]).get(about),
        "email": objector.email.strip(),
        "subject": subject.strip(),
        "text": text.strip(),
    }
    if same := _find_same(cycle, content, files):
        return same
    objection = Objection.objects.create(
        cycle=cycle,
        number=Objection.objects.filter(cycle=cycle).count() + 1,
        user=_account(actor),
        in_name_of=objector.in_name_of.value,
        name=objector.name.strip(),
        organization_name=objector.organization_name.strip(),
        phone=objector.phone.strip(),
        language=language,
        raised_at=now,
        **content,
    )
    kept = _keep(objection, files)
    details = {
        "cycle": cycle.public_id,
        "sha256": objection.fingerprint,
        "files": sorted(one.fingerprint for one in kept),
    }
    _record(_account(actor), "objection.raised", objection, now, **details)
    build_receipt(objection).send()
    _tell_of_new(objection, now)
    return objection


def _account(actor: "User | AnonymousUser") -> "User | None":
    return actor if actor.is_authenticated else None


def _find_same(
    cycle: AssessmentCycle, content: Mapping[str, Any], files: Iterable[CheckedUpload]
) -> Objection | None:
    """Return the objection of the notice that has the same content and files."""
    hashes = {one.sha256 for one in files}
    rows = objections_in_notice(cycle).filter(**content).prefetch_related("files")
    return next((row for row in rows if {one.sha256 for one in row.files.all()} == hashes), None)


def _check(uploads: Iterable[Upload]) -> list[CheckedUpload]:
    files, problems = check_uploads(uploads)
    if problems:
        raise Invalid(problems=problems)
    if len(files) > MOST_FILES:
        raise FilesTooMany(most=MOST_FILES)
    return list({one.sha256: one for one in files}.values())


def _keep(objection: Objection, files: Sequence[CheckedUpload]) -> list[ObjectionFile]:
    return [_keep_file(objection, one) for one in files]


def _keep_file(objection: Objection, one: CheckedUpload) -> ObjectionFile:
    path = f"{FOLDER}/{one.sha256[:32]}.{one.extension}"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(one.content))
    return ObjectionFile.objects.create(
        objection=objection, file=path, name=one.name[:200], media_type=one.media_type, sha256=one.sha256
    )


def _tell_of_new(objection: Objection, now: datetime) -> None:
    arrived = gettext_noop("Objection no. {number} to the results of {year} has arrived.")
    _tell(people_for_city(Role.BUREAU_OFFICER), arrived, objection, now)
    concerns = gettext_noop(
        "Objection no. {number} to the results of {year} is about your unit; you can comment."
    )
    _tell_unit(concerns, objection, now)


def _tell(users: "Iterable[User]", message: str, objection: Objection, now: datetime) -> None:
    notify(users=users, message=message, now=now, **_get_told(objection))


def _tell_unit(message: str, objection: Objection, now: datetime) -> None:
    if objection.organization is not None:
        unit_managers_tell(objection.organization, message, now, **_get_told(objection))


def _get_told(objection: Objection) -> dict[str, Any]:
    return {
        "kind": NotificationKind.ASSESSMENT,
        "params": {"number": objection.number, "year": objection.cycle.year},
        "path": page_address("objection", objection.public_id),
    }


@transaction.atomic
def objection_comment(*, actor: "User", objection_id: int, text: str, now: datetime) -> ObjectionComment:
    """Add what the unit concerned says, before the objection is answered; officers are told.

    Raises TextMissing, IllegalMove.
    """
    objection = _lock(objection_id)
    require(actor, "rewards.comment_objection", objection)
    if ObjectionAnswer.objects.filter(objection=objection).exists():
        raise IllegalMove(state="objection.answered", move="comment")
    if not text.strip():
        raise TextMissing
    comment = ObjectionComment.objects.create(
        objection=objection, text=text.strip(), commented_at=now, commented_by=actor
    )
    _record(actor, "objection.commented", objection, now, sha256=fingerprint(comment.text))
    commented = gettext_noop("The unit has commented on objection no. {number} to the results of {year}.")
    _tell(people_for_city(Role.BUREAU_OFFICER), commented, objection, now)
    return comment


@transaction.atomic
def objection_answer(
    *,
    actor: "User",
    objection_id: int,
    effect: AnswerEffect,
    text: str,
    now: datetime,
    read_at: datetime | None = None,
) -> ObjectionAnswer:
    """Answer an objection once, with what follows from it; the same again changes nothing.

    With the effect `finding` a finding is opened, about the unit concerned. Raises AnsweredAlready,
    TextMissing, FindingNeedsUnit, NoFindingDecided, IllegalMove after approval, OwnUnit, OwnObjection, and
    CommentedMeanwhile where the unit commented after `read_at`.
    """
    objection = _lock(objection_id)
    if objection.user_id == actor.pk:
        raise OwnObjection
    require_on_other_unit(actor, "rewards.answer_objection", objection)
    if given := ObjectionAnswer.objects.filter(objection=objection).first():
        if (given.effect, given.text) == (effect.value, text.strip()):
            return given
        raise AnsweredAlready
    if objection.cycle.state not in BEFORE_APPROVAL:
        raise IllegalMove(state=f"cycle.{objection.cycle.state}", move="answer")
    if read_at and objection.comments.filter(commented_at__gt=read_at).exists():
        raise CommentedMeanwhile
    if not text.strip():
        raise TextMissing
    if effect not in list_effects(objection):
        raise FindingNeedsUnit() if effect is AnswerEffect.FINDING else NoFindingDecided()
    finding = _open_finding(actor, objection, now) if effect is AnswerEffect.FINDING else None
    answer = ObjectionAnswer.objects.create(
        objection=objection,
        effect=effect.value,
        text=text.strip(),
        finding=finding,
        answered_at=now,
        answered_by=actor,
    )
    details = {
        "effect": answer.effect,
        "finding": finding.public_id if finding else "",
        "sha256": fingerprint(answer.text),
    }
    _record(actor, "objection.answered", objection, now, **details)
    build_answer(answer).send()
    _tell_unit(gettext_noop("Objection no. {number} to the results of {year} is answered."), objection, now)
    return answer


def tell_of_withdrawal(cycle: AssessmentCycle, why: str) -> None:
    """Tell who objected that the notice, which still runs, is withdrawn, once for each objection.

    `why` is one of the reasons in `objections.mails`.
    """
    for objection in objections_in_notice(cycle):
        build_withdrawal(objection, why).send()


def _open_finding(actor: "User", objection: Objection, now: datetime) -> Finding:
    assert objection.organization_id is not None
    return finding_open(
        cycle=objection.cycle,
        kind="objection",
        organization_id=objection.organization_id,
        instrument_id=None,
        logs=(),
        evidence={"objection": objection.public_id, "seen": objection.subject},
        actor=actor,
        now=now,
    )


def _lock(objection_id: int) -> Objection:
    """Lock the year, as every step does first, and return the objection in it."""
    objection = require_found(Objection.objects.filter(pk=objection_id).first())
    cycle: AssessmentCycle = cycle_lock(objection.cycle_id)
    objection.cycle = cycle
    return objection


def _record(actor: "User | None", action: str, objection: Objection, now: datetime, **details: Any) -> None:
    record(
        actor=actor,
        action=action,
        subject=objection,
        now=now,
        organization_id=objection.organization_id,
        details=details,
    )
