"""Evidence of a finding in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.web.text.formats import bilingual, date_only, moment, yuan
from rewards.cycle.reports import CAPTURES
from rewards.findings.domain.causes import further_evidence
from rewards.findings.views.grounds import Line, build_grounds

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from rewards.findings.selectors.grounds import Grounds

Facts = list[tuple[str | Promise, str]]
MOST_LINES = 5
"""More lines of a piece of evidence fold away."""

NAMES: dict[str, str | Promise] = {
    "start": _("From"),
    "end": _("To"),
    "hours": _("Hours involved"),
    "booked_from": _("Booked from, grace included"),
    "booked_until": _("Booked until, grace included"),
    "recorded_at": _("Recorded"),
    "limit_days": _("Days within which it may be recorded"),
    "capture": _("How recorded"),
    "user": _("The user’s organization"),
    "owner": _("Owner of the instrument"),
    "amount": _("Amount logged"),
    "quoted": _("Amount quoted"),
    "places": _("Places"),
    "elsewhere": _("Owner of the other instrument"),
    "entries": _("Logs involved"),
    "days": _("Days in a row"),
    "from": _("First day"),
    "to": _("Last day"),
    "day": _("Day"),
    "holds": _("Hours on that day"),
    "taken_from": _("Logged later; loses the shared time"),
    "inspection": _("Random inspection"),
    "objection": _("Objection"),
    "seen": _("What was seen or claimed"),
}
"""What the checks of `rewards.findings.domain.checks` leave as evidence, in the order in which it is read."""

_INSTANTS = {"start", "end", "booked_from", "booked_until", "recorded_at"}
_DAYS = {"from", "to", "day"}
_AMOUNTS = {"amount", "quoted"}


def build_evidence_rows(evidence: Mapping[str, Any], organizations: "Mapping[str, Organization]") -> Facts:
    """Return the evidence of a finding as pairs of label and value, in the reader's language."""
    return [
        (NAMES[key], _shown(key, evidence[key], organizations))
        for key in NAMES
        if evidence.get(key) is not None
    ]


@dataclass(frozen=True)
class Piece:
    """What is said of one kind: pairs of label and value, and lines, of which `more` fold away."""

    kind: str
    facts: Facts
    lines: Sequence[Line]
    more: Sequence[Line]


def build_pieces(
    kind: str, evidence: Mapping[str, Any], grounds: "Grounds", organizations: "Mapping[str, Organization]"
) -> list[Piece]:
    """Return the evidence of a finding: of the kind after which it is named, then what else speaks for it."""
    further = [(each["kind"], each) for each in further_evidence(evidence)]
    lines = build_grounds(kind, evidence, grounds, organizations)
    return [
        Piece(name, build_evidence_rows(piece, organizations), told[:MOST_LINES], told[MOST_LINES:])
        for (name, piece), told in zip([(kind, evidence), *further], lines, strict=True)
    ]


def organizations_in(evidence: Mapping[str, Any]) -> list[str]:
    """Return the public ids of the organizations that the evidence names."""
    pieces = [evidence, *further_evidence(evidence)]
    return [each[key] for each in pieces for key in ("user", "owner", "elsewhere") if each.get(key)]


def _shown(key: str, value: Any, organizations: "Mapping[str, Organization]") -> str:
    if key in _INSTANTS:
        return moment(datetime.fromisoformat(value))
    if key in _DAYS:
        return date_only(date.fromisoformat(value))
    if key in _AMOUNTS:
        return yuan(Decimal(value))
    if key == "capture":
        return str(CAPTURES.get(value, value))
    if key == "places":
        return " / ".join(value)
    if value in organizations:
        return bilingual(organizations[value], "name")
    return str(value)
