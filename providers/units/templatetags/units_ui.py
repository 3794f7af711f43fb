"""Show units, their publications and completeness in pages."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Words
from instrument_share.web.addresses import versioned_address
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.sentences import label, said
from providers.units.domain.choices import Completeness
from providers.units.domain.completeness import KindCompleteness
from providers.units.domain.information import KIND_WORDS, InformationKind
from providers.units.services.reminders import open_kind_line

register = template.Library()


@register.simple_tag
def picture_line(picture: Any, language: str) -> str:
    """Return the Markdown of a picture with its size, so that pages reserve its space."""
    alt = getattr(picture, f"alt_{language}").replace("[", "（").replace("]", "）")
    address = reverse("publication_picture", args=[picture.public_id])
    return f"![{alt}]({address}#{picture.width}x{picture.height})"


@register.simple_tag
def profile_picture(profile: Any) -> str:
    """Return the address of a unit's current picture."""
    return versioned_address(reverse("unit_picture", args=[profile.organization.public_id]), profile.picture)


NEXT_STEP_AT = {"profile": "unit_profile_edit", "instrument": "unit_instruments"}


@register.simple_tag
def next_step_address(kind: KindCompleteness, organization_id: str) -> str:
    """Return the page on which a manager completes a kind of information."""
    if kind.kind is InformationKind.OPENNESS:
        return reverse("statement_new", args=[organization_id])
    if kind.kind not in NEXT_STEP_AT:
        return reverse("publication_new", args=[organization_id, kind.kind])
    address = reverse(NEXT_STEP_AT[kind.kind], args=[organization_id])
    if kind.kind is InformationKind.INSTRUMENT and kind.state is Completeness.STALE:
        return f"{address}?state=to_confirm"
    return address


SUBJECTS = {
    "unit_profile": KIND_WORDS[InformationKind.PROFILE],
    **{kind.value: word for kind, word in KIND_WORDS.items()},
    "reminder": gettext_noop("Reminder"),
}


@register.simple_tag
def subject_in_words(action: str) -> str:
    """Return the subject of an act of the journal (`instrument.submitted`) in words."""
    subject = action.partition(".")[0]
    return label(SUBJECTS.get(subject, subject))


@register.simple_tag
def information_kind(code: str) -> str:
    """Return the label of a kind of information."""
    return label(KIND_WORDS[InformationKind(code)])


@register.filter
def open_kind(kind: KindCompleteness) -> str:
    """Return an open kind in one line: its name, its reason and the next step."""
    return said(open_kind_line(kind))


@register.simple_tag
def kinds_in_words(codes: Iterable[str]) -> str:
    """Return the labels of several kinds of information."""
    return told("{names}", {"names": tuple(Words(KIND_WORDS[InformationKind(code)]) for code in codes)})
