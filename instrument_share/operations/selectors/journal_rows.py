"""Entries of the journal in the reader's words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.jobs.registry import job_label
from instrument_share.journal.registry import (
    Subject,
    Teller,
    registered_acts,
    registered_fields,
    registered_kinds,
    registered_tellers,
)
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, find_member, from_plain, word
from instrument_share.operations.selectors.details import CODES, DETAILS, LISTS
from instrument_share.operations.selectors.journal import NEWEST_FIRST
from instrument_share.web.responses.problem import told
from instrument_share.web.text import formats, labels

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.journal.models import AuditEntry

READ_AT_ONCE = 500

OF_FIELDS = ("fields", "waiting")
"""Under these an act names what it has changed."""
OF_STATES = ("state", "step")
"""Under these stands a state, or the move that leads to one."""
FLAGS = {
    **dict.fromkeys(("True", "yes"), gettext_noop("Yes")),
    **dict.fromkeys(("False", "no"), gettext_noop("No")),
    "not_applicable": gettext_noop("Not applicable"),
}
"""Columns before and after a change are kept as text; the others are of an inspection's checklist."""
OF_ORGANIZATIONS: "Mapping[str, Mapping[str, str | Promise]]" = {
    **dict.fromkeys(("kind", "kinds"), labels.KINDS),
    **dict.fromkeys(("size_class", "sizes"), labels.SIZES),
}
"""Codes of organizations and of whom a voucher is for, by key."""


@dataclass(frozen=True)
class JournalRow:
    """An entry with what it is about."""

    entry: "AuditEntry"
    act: str
    kind: str
    subject: Subject | None
    organization: "Organization | None"
    tellers: Mapping[str, Teller]

    @property
    def actor(self) -> str:
        """Who acted, by the name that the account has now."""
        return self.entry.who if self.entry.actor_id else gettext("System")

    @property
    def subject_name(self) -> str:
        """The name of what it is about; the id where it has none."""
        name = in_language(self.subject.name) if self.subject else ""
        return name or self.entry.subject_id

    @property
    def details(self) -> list[tuple[str, str]]:
        """What was changed, each value with its name."""
        return [(name_detail(key), self._describe(key, value)) for key, value in self.entry.details.items()]

    def _describe(self, key: str, value: Any) -> str:
        words = self.tellers[key](self.entry.details) if key in self.tellers else ""
        return words or describe_value(key, value)


def describe_entries(viewer: "Viewer", entries: Sequence["AuditEntry"]) -> list[JournalRow]:
    """Return the rows of a page: one look-up for each kind of subject, however many entries there are."""
    ids: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        ids[entry.subject_type].add(entry.subject_id)
    kinds, acts = registered_kinds(), registered_acts()
    subjects: dict[str, Mapping[str, Subject]] = {
        model: kinds[model].look_up(viewer, wanted) for model, wanted in ids.items() if model in kinds
    }
    keys = {key for entry in entries for key in entry.details}
    tellers = {key: prepare() for key, prepare in registered_tellers().items() if key in keys}
    bodies = accounts.organizations_by_id({e.organization_id for e in entries if e.organization_id})
    return [
        JournalRow(
            entry=entry,
            act=gettext(acts.get(entry.action, entry.action)),
            kind=kind_in_words(entry.subject_type),
            subject=subjects.get(entry.subject_type, {}).get(entry.subject_id),
            organization=bodies.get(entry.organization_id or 0),
            tellers=tellers,
        )
        for entry in entries
    ]


def iterate_rows(viewer: "Viewer", found: "QuerySet[AuditEntry]", most: int) -> Iterator[JournalRow]:
    """Yield the newest `most` rows of a search, some hundreds at a time."""
    entries = found.order_by(*NEWEST_FIRST)[:most]
    for begin in range(0, most, READ_AT_ONCE):
        part = list(entries[begin : begin + READ_AT_ONCE])
        yield from describe_entries(viewer, part)
        if len(part) < READ_AT_ONCE:
            return


def kind_in_words(model: str) -> str:
    """Return the word for a kind of subject; the model's name where nobody has registered one."""
    kind = registered_kinds().get(model)
    return gettext(kind.label) if kind else model.rpartition(".")[2]


def name_detail(key: str) -> str:
    """Return the word for a key of the details, or for a field that was changed."""
    message = DETAILS.get(key) or registered_fields().get(key)
    return gettext(message) if message else key


def describe_value(key: str, value: Any) -> str:
    """Return a value of the details as people read it: times and roles in words, lists in one line."""
    if value in (None, "", [], {}):
        return formats.NOTHING
    match value:
        case bool():
            return gettext("Yes") if value else gettext("No")
        case list():
            return (", " if formats.in_english() else "、").join(describe_value(key, one) for one in value)
        case {"message": str(message), "params": dict(params)}:
            return told(message, from_plain(params))
        case dict():
            return _describe_pairs(key, value.items())
        case str():
            return _describe_code(key, value) or _describe_text(value)
    return str(value)


def _describe_code(key: str, code: str) -> str:
    """Return the word for a code; empty where it is none of the key's."""
    if key == "role" and code in set(Role):
        return str(labels.ROLES[Role(code)])
    if key == "job":
        return gettext(job_label(code))
    if key in OF_STATES:
        return labels.word(code)
    if key in OF_FIELDS:
        return gettext(registered_fields()[code]) if code in registered_fields() else name_detail(code)
    if code in CODES.get(key, ()):
        return gettext(CODES[key][code])
    if code in FLAGS:
        return gettext(FLAGS[code])
    if code in OF_ORGANIZATIONS.get(key, ()):
        return str(OF_ORGANIZATIONS[key][code])
    members = (find_member(name, code) for name in LISTS.get(key, ()))
    return next((gettext(word(member)) for member in members if member is not None), "")


def in_language(name: Bilingual) -> str:
    """Return a name in the reader's language."""
    return name.en if formats.in_english() and name.en else name.zh


def _describe_pairs(outer: str, pairs: Iterable[tuple[str, Any]]) -> str:
    """Return the pairs inside a value in one line; under some keys they are codes of its lists."""
    separator, colon = ("; ", ": ") if formats.in_english() else ("；", "：")
    if outer in LISTS:
        described = ((_describe_code(outer, key) or key, describe_value(outer, one)) for key, one in pairs)
    else:
        described = ((name_detail(key), describe_value(key, one)) for key, one in pairs)
    return separator.join(f"{name}{colon}{value}" for name, value in described)


def _describe_text(value: str) -> str:
    """Return text, with an instant or an interval of two (`…/…`) as the city's clocks show it."""
    instants = [_parse_instant(part) for part in value.split("/")] if "T" in value else []
    if instants and all(instants):
        return " – ".join(formats.moment(instant) for instant in instants)
    return value


def _parse_instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
