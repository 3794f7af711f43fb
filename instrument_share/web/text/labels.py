"""Labels of states, moves and the closed lists of accounts.

A state has a tone and an icon beside its label, so that colour is never the only sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass, roles
from instrument_share.accounts.domain.tokens import TokenScope

Tone = Literal["quiet", "waiting", "active", "good", "bad"]


@dataclass(frozen=True)
class Label:
    text: str | Promise
    tone: Tone
    icon: str


STATES: dict[str, Label] = {
    "organization.pending": Label(_("Waiting for admission"), "waiting", "clock"),
    "organization.admitted": Label(_("Admitted"), "good", "check"),
    "organization.refused": Label(_("Not admitted"), "bad", "cross"),
    "organization.suspended": Label(_("Suspended"), "bad", "pause"),
    "membership.pending": Label(_("Waiting to be admitted"), "waiting", "clock"),
    "membership.active": Label(_("Member"), "good", "check"),
    "membership.refused": Label(_("Request refused"), "bad", "cross"),
    "membership.ended": Label(_("Former member"), "quiet", "minus"),
}
"""`<kind>.<code>` → label: those of accounts; other packages register theirs."""

ROLES: dict[Role, str | Promise] = {role: _(name) for role, name in roles.NAMES.items()}

TOKEN_SCOPES: dict[TokenScope, str | Promise] = {
    TokenScope.READ: _("Read: everything you can see"),
    TokenScope.BOOK: _("Book: bookings, waiting list, sample orders"),
    TokenScope.USAGE: _("Usage: check in and out, confirm and dispute logged hours, results"),
    TokenScope.MANAGE: _("Manage: approve and decide, projects, vouchers, findings"),
}

KINDS: dict[str, str | Promise] = {
    OrganizationKind.UNIVERSITY.value: _("University"),
    OrganizationKind.INSTITUTE.value: _("Research institute"),
    OrganizationKind.HOSPITAL.value: _("Hospital"),
    OrganizationKind.ENTERPRISE.value: _("Enterprise"),
    OrganizationKind.SERVICE_BODY.value: _("Service body"),
    OrganizationKind.GOVERNMENT.value: _("Government body"),
    OrganizationKind.BUREAU.value: _("Science and Technology Bureau"),
    OrganizationKind.FINANCE.value: _("Finance Bureau"),
}
SIZES: dict[str, str | Promise] = {
    SizeClass.NONE.value: _("Not an enterprise"),
    SizeClass.LARGE.value: _("Large"),
    SizeClass.MEDIUM.value: _("Medium"),
    SizeClass.SMALL.value: _("Small"),
    SizeClass.MICRO.value: _("Micro"),
}

MOVES: dict[str, str | Promise] = {
    "admit": _("admit"),
    "refuse": _("refuse"),
    "reinstate": _("reinstate"),
    "end": _("end"),
    "ask": _("ask to be admitted"),
    "grant": _("give a role"),
}


ACTS: dict[str, str | Promise] = {}
"""What was done, by the part of an action of the journal after its dot."""


def register_labels(
    states: Mapping[str, Label] | None = None,
    moves: Mapping[str, str | Promise] | None = None,
    acts: Mapping[str, str | Promise] | None = None,
) -> None:
    """Add the labels of a package's states (by `<kind>.<code>`), of its moves and of its acts."""
    STATES.update(states or {})
    MOVES.update(moves or {})
    ACTS.update(acts or {})


def label(kind: str, code: str) -> Label:
    """The label of a state; an unknown one shows its code rather than nothing."""
    return STATES.get(f"{kind}.{code}", Label(code, "quiet", "minus"))


def get_step_of_end(shown: Label) -> Literal["ended", "stopped"]:
    """Return how a line of steps marks the state in which something ended before its last step.

    “stopped” is what was refused or missed; what was withdrawn, or lapsed, has just “ended”.
    """
    return "stopped" if shown.tone == "bad" else "ended"


def get_move(code: str) -> str:
    """Return a move in words; an unknown one shows its code."""
    return str(MOVES.get(code, code))


def word(code: str) -> str:
    """A state or a move in words, with its kind before a dot or whatever it is a state of.

    An unknown one shows its code.
    """
    if code in STATES:
        return str(STATES[code].text)
    for key, shown in STATES.items():
        if key.partition(".")[2] == code:
            return str(shown.text)
    return get_move(code)
