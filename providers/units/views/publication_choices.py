"""The buttons of the editor of publications, by state, each with a sentence on its effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.journal.addresses import page_address
from instrument_share.web.text.formats import moment
from providers.units.domain.choices import PublicationState
from providers.units.domain.publications import PublicationKind
from providers.units.selectors.units import find_public_units


@dataclass(frozen=True)
class Choice:
    """A button of the editor; `leads` is the page that asks for more once the text is saved."""

    act: str
    label: str
    sentence: str
    icon: str
    is_main: bool = False
    leads: str = ""


def editor_choices(text: Any) -> list[Choice]:
    """Return the buttons, private ones first; `text` is None for a new publication."""
    preview = Choice("preview", _("Preview"), _("Shows how it will look without saving."), "search")
    match text.state if text else None:
        case PublicationState.PUBLISHED:
            words = _("The change is public at once; the earlier text stays in the revisions.")
            return [Choice("save", _("Save and publish"), words, "check", is_main=True), preview]
        case PublicationState.SCHEDULED:
            words = _("What you save is published automatically at {time}.").format(
                time=moment(text.scheduled_at)
            )
            return [
                Choice("save", _("Save"), words, "check", is_main=True),
                preview,
                Choice("publish", _("Publish now"), _at_once(), "external", leads="publication_release"),
                Choice(
                    "schedule",
                    _("Change the time"),
                    _("Saves it, then asks for another day and time."),
                    "clock",
                    leads="publication_schedule",
                ),
            ]
    return [
        Choice("draft", _("Save as a draft"), _("Only your unit can see it until you publish it."), "pencil"),
        preview,
        Choice(
            "publish",
            _("Publish now"),
            _at_once()
            if text
            else _("It is public at once, without review; the bureau can take it down with a reason."),
            "external",
            is_main=True,
            leads="publication_release" if text else "",
        ),
        Choice(
            "schedule",
            _("Publish later"),
            _("Saves it as a draft, then asks for the day and time at which it is published automatically."),
            "clock",
            leads="publication_schedule",
        ),
    ]


def is_to_be_public(act: str) -> bool:
    """Return whether a button saves a text in order to publish it, which needs more than a draft."""
    return act in ("publish", "schedule")


def next_page(choices: Sequence[Choice], act: str, kind: PublicationKind, saved: Any) -> str:
    """Return the page that follows once the text is saved by a button."""
    leads = next((one.leads for one in choices if one.act == act), "")
    if leads:
        return f"{reverse(leads, args=[kind.value, saved.public_id])}?seen={saved.revision}"
    return page_address("publication", saved.public_id)


def say_published(organization_id: int) -> str:
    """Return what is said to who has published a text of the unit."""
    if find_public_units([organization_id]):
        return _("Published; everybody can read it on your unit's page.")
    return _(
        "Published; everybody can read it. Your unit has no page until the bureau publishes its profile."
    )


def _at_once() -> str:
    return _("Saves it and asks for confirmation; after that it is public.")
