"""Parts of pages that know units, instruments and their terms."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, Sentence, Words
from instrument_share.web import formats
from instrument_share.web.addresses import of_this_file
from instrument_share.web.problem import told
from instrument_share.web.templatetags.ui import badge, tabs
from providers.exchange.domain.sheets.kinds import KINDS
from providers.exchange.services.imports import Outcome
from providers.instruments.domain.fields import FIELDS
from providers.instruments.domain.subjects import subjects_named
from providers.instruments.domain.wording import word
from providers.instruments.forms.countries import COUNTRIES
from providers.revisions.domain.textdiff import Piece
from providers.units.domain.completeness import KindCompleteness
from providers.units.domain.information import KIND_WORDS, InformationKind
from providers.units.domain.words import Completeness
from providers.units.services.reminders import line_of

register = template.Library()


@register.filter
def said(sentence: Sentence) -> str:
    """A sentence of the domain in the reader's language."""
    return told(sentence.message, sentence.params)


def in_words(code: StrEnum) -> str:
    """A member of a closed list."""
    return told("{word}", {"word": word(code)})


@register.filter
def heading(column: str) -> str:
    """A column of a sheet: our own label is translated, a heading of the sheet stays as it is."""
    return told("{word}", {"word": column}) if isinstance(column, Words) else column


@register.filter
def label(text: str) -> str:
    """A label of the domain in the reader's language."""
    return told("{word}", {"word": Words(text)})


MARKS = {"same": "{}", "deleted": "<del>{}</del>", "inserted": "<ins>{}</ins>"}


@register.simple_tag
def pieces(line: Iterable[Piece]) -> SafeString:
    """One side of a paragraph, with what was removed or is new marked as such."""
    return format_html_join("", "{}", ((format_html(MARKS[one.kind], one.text),) for one in line))


@register.simple_tag
def picture_line(picture: Any, language: str) -> str:
    """What puts a picture into a text, with its size, so that pages keep room for it."""
    alt = getattr(picture, f"alt_{language}").replace("[", "（").replace("]", "）")
    address = reverse("publication_picture", args=[picture.public_id])
    return f"![{alt}]({address}#{picture.width}x{picture.height})"


@register.simple_tag
def profile_picture(profile: Any) -> str:
    """The address of a unit's picture as it is now."""
    return of_this_file(reverse("unit_picture", args=[profile.organization.public_id]), profile.picture)


@register.simple_tag
def value_of(name: str, value: Any) -> str:
    """The value of a field of an instrument or of a profile, as readers see it."""
    if value in (None, "", []):
        return formats.NOTHING
    if name == "country":
        return f"{COUNTRY_NAMES.get(value, value)}{formats.bracketed(value)}"
    if name == "subjects":
        return told("{names}", {"names": subjects_named(value)})
    spec = FIELDS.get(name)
    if spec is not None and spec.choices is not None:
        return in_words(spec.choices(value))
    match value:
        case Decimal():
            return formats.yuan(value)
        case datetime() | date():
            return formats.date_only(value)
        case list():
            return ", ".join(value)
    if hasattr(value, "code"):
        return f"{value.code} {formats.bilingual(value, 'name')}"
    if hasattr(value, "field") or name == "picture":
        return _("A picture is attached.") if value else formats.NOTHING
    if name == "file":
        return _("A file is attached.")
    return str(value)


INSTRUMENT_TABS = (
    ("instrument_edit", gettext_lazy("Fields")),
    ("instrument_media", gettext_lazy("Pictures and files")),
    ("rule_new", gettext_lazy("Rule and prices")),
    ("instrument_people", gettext_lazy("Keepers and qualifications")),
    ("instrument_together", gettext_lazy("Booked together")),
    ("instrument_customs", gettext_lazy("Customs supervision")),
)


@register.inclusion_tag("instrument_share/ui/tabs.html")
def instrument_tabs(instrument: Any, current: str) -> dict[str, Any]:
    """The pages on which a unit's manager looks after one instrument; `current` is the name of one."""
    entries = [
        (text, reverse(name, args=[instrument.public_id]), name == current) for name, text in INSTRUMENT_TABS
    ]
    return tabs(entries, _("Looking after the instrument"))


@register.simple_tag
def day_bar(hours: Sequence[bool], words: str) -> SafeString:
    """A day as 48 half hours, open ones light, from left to right; said to who does not see it."""
    cells = format_html_join("", '<span class="time-{}"></span>', (("open" if h else "free",) for h in hours))
    return format_html('<div class="day-bar" role="img" aria-label="{}">{}</div>', words, cells)


COUNTRY_NAMES = dict(COUNTRIES)
NEXT_STEP_AT = {"profile": "unit_profile_edit", "instrument": "unit_instruments"}


@register.simple_tag
def next_step_address(kind: KindCompleteness, organization_id: str) -> str:
    """Where a manager does what completeness asks for."""
    if kind.kind is InformationKind.OPENNESS:
        return reverse("statement_new", args=[organization_id])
    if kind.kind not in NEXT_STEP_AT:
        return reverse("publication_new", args=[organization_id, kind.kind])
    address = reverse(NEXT_STEP_AT[kind.kind], args=[organization_id])
    if kind.kind is InformationKind.INSTRUMENT and kind.state is Completeness.STALE:
        return f"{address}?state=to_confirm"
    return address


@register.simple_tag
def marks(names: Iterable[str]) -> str:
    """Labels of the domain in a row, in the reader's language."""
    return told("{names}", {"names": tuple(Words(name) for name in names)})


@register.simple_tag
def in_a_row(texts: Iterable[str]) -> str:
    """What somebody wrote, one after the other with the reader's comma."""
    return told("{texts}", {"texts": tuple(texts)})


OUTCOMES = {
    Outcome.NEW: (gettext_lazy("A new draft"), "good", "plus"),
    Outcome.UPDATED: (gettext_lazy("The draft is brought up to date"), "active", "pencil"),
    Outcome.UNCHANGED: (gettext_lazy("Here already, the same"), "quiet", "check"),
    Outcome.KEPT: (gettext_lazy("Submitted or published already: left as it is"), "quiet", "lock"),
    Outcome.REFUSED: (gettext_lazy("Can't be entered"), "bad", "cross"),
}
OF_TERMS = {
    Outcome.NEW: (gettext_lazy("The instrument's first rule"), "good", "plus"),
    Outcome.UPDATED: (gettext_lazy("A new version of the rule"), "active", "pencil"),
    Outcome.UNCHANGED: (gettext_lazy("In force already, the same"), "quiet", "check"),
}
OF_NEWS = {
    Outcome.NEW: (gettext_lazy("New"), "good", "plus"),
    Outcome.UPDATED: (gettext_lazy("The text is brought up to date"), "active", "pencil"),
}
OUTCOMES_OF = {
    "rules": {**OUTCOMES, **OF_TERMS},
    "prices": {**OUTCOMES, **OF_TERMS},
    "news": {**OUTCOMES, **OF_NEWS},
}


@register.simple_tag
def outcome(code: Outcome, kind: str = "instruments") -> SafeString:
    """What becomes of a row of a sheet."""
    return badge(*OUTCOMES_OF.get(kind, OUTCOMES)[code])


@register.simple_tag
def sheet_kind(name: str) -> str:
    """What a sheet is about."""
    return label(KINDS[name].label)


ACTS = {
    "drafted": gettext_lazy("began a draft"),
    "scheduled": gettext_lazy("scheduled for later"),
    "unscheduled": gettext_lazy("took the schedule back"),
    "discarded": gettext_lazy("discarded the draft"),
    "uses_set": gettext_lazy("named the uses it came from"),
    "created": gettext_lazy("entered"),
    "saved": gettext_lazy("saved"),
    "updated": gettext_lazy("changed"),
    "submitted": gettext_lazy("submitted for review"),
    "returned": gettext_lazy("returned with a reason"),
    "published": gettext_lazy("published"),
    "confirmed": gettext_lazy("confirmed as still right"),
    "suspended": gettext_lazy("suspended"),
    "resumed": gettext_lazy("put back into service"),
    "retired": gettext_lazy("retired for good"),
    "changes_accepted": gettext_lazy("accepted the changes"),
    "changes_refused": gettext_lazy("refused the changes"),
    "assigned": gettext_lazy("named a keeper"),
    "removed": gettext_lazy("took a keeper's task back"),
    "granted": gettext_lazy("granted a qualification"),
    "withdrawn": gettext_lazy("took down"),
    "sent": gettext_lazy("sent"),
    "revoked": gettext_lazy("ended a qualification"),
    "history_imported": gettext_lazy("brought in earlier hours"),
    "picture_added": gettext_lazy("added a picture"),
    "picture_described": gettext_lazy("said what a picture shows"),
    "picture_moved": gettext_lazy("changed the order of the pictures"),
    "picture_removed": gettext_lazy("removed a picture"),
    "file_attached": gettext_lazy("attached a file"),
    "file_removed": gettext_lazy("removed a file"),
    "customs_entered": gettext_lazy("entered the customs supervision"),
    "customs_removed": gettext_lazy("removed the customs supervision"),
    "linked": gettext_lazy("set what is booked together"),
}


SUBJECTS = {
    "unit_profile": KIND_WORDS[InformationKind.PROFILE],
    **{kind.value: word for kind, word in KIND_WORDS.items()},
    "reminder": gettext_noop("Reminder"),
}


@register.simple_tag
def subject_in_words(action: str) -> str:
    """What an act of the journal (`instrument.submitted`) was done to."""
    subject = action.partition(".")[0]
    return label(SUBJECTS.get(subject, subject))


@register.simple_tag
def information_kind(code: str) -> str:
    """One of the six kinds of information."""
    return label(KIND_WORDS[InformationKind(code)])


@register.filter
def open_kind(kind: KindCompleteness) -> str:
    """An open kind in one line: its name, why, and what to do next."""
    return said(line_of(kind))


@register.simple_tag
def kinds_in_words(codes: Iterable[str]) -> str:
    """Kinds of information in a row."""
    return told("{names}", {"names": tuple(Words(KIND_WORDS[InformationKind(code)]) for code in codes)})


@register.filter
def named(name: Bilingual) -> str:
    """A name in the reader's language."""
    return told("{name}", {"name": name})


@register.simple_tag
def act_in_words(action: str) -> str:
    """An act of the journal (`instrument.submitted`) in words."""
    done = action.partition(".")[2]
    return str(ACTS.get(done, done))
