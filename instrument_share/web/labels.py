"""States as readers see them: a word, a tone and a picture, so that colour is never the only sign."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.accounts.domain import Role

Tone = Literal["quiet", "waiting", "active", "good", "bad"]


@dataclass(frozen=True)
class Label:
    text: str | Promise
    tone: Tone
    icon: str


STATES: dict[str, Label] = {
    "booking.offered": Label(_("Offered to you"), "waiting", "clock"),
    "booking.requested": Label(_("Waiting for a decision"), "waiting", "clock"),
    "booking.approved": Label(_("Approved"), "active", "check"),
    "booking.in_use": Label(_("In use"), "active", "play"),
    "booking.completed": Label(_("Completed"), "good", "check"),
    "booking.rejected": Label(_("Rejected"), "bad", "cross"),
    "booking.cancelled": Label(_("Cancelled"), "quiet", "minus"),
    "booking.lapsed": Label(_("Lapsed"), "quiet", "minus"),
    "booking.no_show": Label(_("No-show"), "bad", "alert"),
    "instrument.draft": Label(_("Draft"), "quiet", "pencil"),
    "instrument.submitted": Label(_("In review"), "waiting", "clock"),
    "instrument.published": Label(_("Published"), "good", "check"),
    "instrument.suspended": Label(_("Suspended"), "bad", "pause"),
    "instrument.retired": Label(_("Retired"), "quiet", "minus"),
    "publication.draft": Label(_("Draft"), "quiet", "pencil"),
    "publication.scheduled": Label(_("Scheduled"), "waiting", "clock"),
    "publication.published": Label(_("Published"), "good", "check"),
    "publication.withdrawn": Label(_("Taken down"), "bad", "minus"),
    "information.missing": Label(_("Missing"), "bad", "cross"),
    "information.stale": Label(_("Out of date"), "waiting", "clock"),
    "information.complete": Label(_("Complete"), "good", "check"),
    "cycle.collecting": Label(_("Collecting"), "active", "play"),
    "cycle.frozen": Label(_("Frozen"), "active", "lock"),
    "cycle.checked": Label(_("Checked"), "active", "check"),
    "cycle.scored": Label(_("Scored"), "active", "check"),
    "cycle.noticed": Label(_("In public notice"), "waiting", "clock"),
    "cycle.approved": Label(pgettext_lazy("cycle", "Approved"), "active", "check"),
    "cycle.reported": Label(_("Sent to Finance"), "waiting", "clock"),
    "cycle.paid": Label(_("Paid"), "good", "check"),
    "report.sent": Label(_("Sent to Finance"), "waiting", "clock"),
    "report.accepted": Label(_("Accepted by Finance"), "good", "check"),
    "report.returned": Label(_("Returned by Finance"), "bad", "back"),
    "profile.draft": Label(_("Draft"), "quiet", "pencil"),
    "profile.submitted": Label(_("In review"), "waiting", "clock"),
    "profile.published": Label(_("Published"), "good", "check"),
    "organization.pending": Label(_("Waiting for admission"), "waiting", "clock"),
    "organization.admitted": Label(_("Admitted"), "good", "check"),
    "organization.refused": Label(_("Not admitted"), "bad", "cross"),
    "organization.suspended": Label(_("Suspended"), "bad", "pause"),
    "membership.pending": Label(_("Waiting to be admitted"), "waiting", "clock"),
    "membership.active": Label(_("Member"), "good", "check"),
    "membership.refused": Label(_("Not taken in"), "bad", "cross"),
    "membership.ended": Label(_("Former member"), "quiet", "minus"),
    "finding.open": Label(pgettext_lazy("finding", "Open"), "waiting", "clock"),
    "finding.upheld": Label(_("Upheld"), "bad", "cross"),
    "finding.dismissed": Label(_("Dismissed"), "quiet", "minus"),
    "statement.draft": Label(_("Draft"), "quiet", "pencil"),
    "statement.issued": Label(_("Issued"), "waiting", "clock"),
    "statement.confirmed": Label(_("Confirmed"), "good", "check"),
    "statement.paid": Label(_("Paid"), "good", "check"),
}
"""`<kind>.<code>` → label. An app with a kind of its own adds it by `register` in its `ready`."""

ROLES: dict[Role, str | Promise] = {
    Role.RESEARCHER: _("Researcher"),
    Role.ORG_ADMIN: _("Administrator of a using organization"),
    Role.KEEPER: _("Instrument keeper"),
    Role.UNIT_MANAGER: _("Manager of an owning unit"),
    Role.BUREAU_OFFICER: _("Officer of the Science and Technology Bureau"),
    Role.BUREAU_AUDITOR: _("Auditor of the Science and Technology Bureau"),
    Role.FINANCE_OFFICER: _("Finance Bureau"),
    Role.SYSADMIN: _("System administrator"),
}

MOVES: dict[str, str | Promise] = {
    "approve": _("approve"),
    "reject": _("reject"),
    "cancel": _("cancel"),
    "lapse": _("let lapse"),
    "check_in": _("check in"),
    "check_out": _("check out"),
    "no_show": _("mark as no-show"),
    "accept": _("accept"),
    "decline": _("decline"),
    "accept_for_decision": _("accept"),
    "move_for_decision": _("move to another time"),
    "freeze": _("freeze"),
    "check": _("check"),
    "score": _("score"),
    "announce": _("put out for notice"),
    "send": _("send to Finance"),
    "pay": _("record the payment"),
    "submit": _("submit for review"),
    "return": _("return with a reason"),
    "publish": _("publish"),
    "withdraw": _("take down"),
    "schedule": _("schedule"),
    "unschedule": _("take back the schedule"),
    "discard": _("discard"),
    "suspend": _("suspend"),
    "resume": _("resume"),
    "retire": _("retire"),
    "admit": _("admit"),
    "refuse": _("refuse"),
    "reinstate": _("reinstate"),
    "end": _("end"),
    "ask": _("ask to be admitted"),
}


def register(labels: dict[str, Label]) -> None:
    STATES.update(labels)


def label(kind: str, code: str) -> Label:
    """The label of a state; an unknown one shows its code rather than nothing."""
    return STATES.get(f"{kind}.{code}", Label(code, "quiet", "minus"))


def word(code: str) -> str:
    """A state or a move in words, whatever it is a state of; an unknown one shows its code."""
    for key, shown in STATES.items():
        if key.partition(".")[2] == code:
            return str(shown.text)
    return str(MOVES.get(code, code))
