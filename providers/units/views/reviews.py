"""Review what a unit has submitted: show it on one page, publish or return it."""

from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.domain import OrganizationState
from instrument_share.accounts.permissions import require
from instrument_share.journal import selectors as journal
from instrument_share.journal.addresses import page_address
from instrument_share.web import clock
from instrument_share.web.forms.fields import RefusalForm, SeenForm
from instrument_share.web.forms.params import parse_number
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual
from providers.instruments.selectors.media import attachments_of, pictures_of
from providers.instruments.services.instruments import (
    instrument_changes_accept,
    instrument_changes_refuse,
    instrument_publish,
    instrument_return,
)
from providers.terms.selectors.booking_gaps import booking_gaps
from providers.terms.templatetags.terms_ui import ONCE_PUBLISHED, tell_gaps
from providers.units.selectors.reviews import Review, comparison, review
from providers.units.services.profiles import unit_profile_publish, unit_profile_return

UNREAD = -1
"""The revision of a page that names none, which is nobody's."""


@login_required
@require_safe
def look(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a submission to officers, and to auditors without the buttons."""
    found = review(request.user, public_id)
    compared = comparison(found)
    context = {
        "review": found,
        "subject": found.subject,
        "name": _name(found),
        "compared": compared,
        "entries": [entry for entry in compared.entries if entry.name != "picture"],
        **_beside(request, found),
        "gaps": _tell_gaps(found),
        "may_decide": rules.has_perm("providers.review_publication", request.user, found.subject),
        "history": list(journal.history(found.subject))[-10:],
    }
    return render(request, "providers/units/review.html", context)


def _beside(request: HttpRequest, found: Review) -> dict[str, Any]:
    """Return the pictures and files of an instrument, which are published with it."""
    if found.kind == "profile":
        return {}
    pictures = pictures_of([found.subject.pk])[found.subject.pk]
    subject: Any = found.subject
    return {
        "pictures": pictures,
        "attachments": attachments_of(request.user, subject, clock.now()),
    }


def _tell_gaps(found: Review) -> str:
    """Return what a submitted instrument lacks for bookings once it is published; "" where nothing."""
    if found.kind != "instrument":
        return ""
    return tell_gaps(booking_gaps([found.subject.pk], clock.now())[found.subject.pk], ONCE_PUBLISHED)


@confirmation_view
def publish(request: SignedInRequest, public_id: str) -> Confirmation:
    found = _to_decide(request, public_id)
    if found.kind == "changes":
        return _accept(request, found)
    name = _name(found)
    consequences = [_when_public(found, _("Everybody sees it at once.")), _("The unit's managers are told.")]
    if gaps := _tell_gaps(found):
        consequences.append(gaps)
    return Confirmation(
        heading=_("Publish “{name}”").format(name=name),
        consequences=consequences,
        action=_("Publish"),
        perform=lambda: _PUBLISH[found.kind](
            actor=request.user, now=clock.now(), revision=_get_seen(request), **_subject(found)
        ),
        success=_("“{name}” is published. The next one is shown below.").format(name=name),
        back_address=_address(found),
        next_address=page_address("bureau"),
        form=SeenForm({"seen": _get_read(request, found)}),
    )


def _accept(request: SignedInRequest, found: Review) -> Confirmation:
    """Ask with the new values, and accept these alone: the unit may go on editing meanwhile."""
    name = _name(found)
    return Confirmation(
        heading=_("Accept the changes of “{name}”").format(name=name),
        consequences=[
            _when_public(found, _("The new values are public at once.")),
            _("The unit's managers are told."),
        ],
        action=_("Accept the changes"),
        perform=lambda: instrument_changes_accept(
            actor=request.user,
            now=clock.now(),
            revision=_get_seen(request),
            **_subject(found),
        ),
        success=_("Accepted; the changes of “{name}” are public.").format(name=name),
        back_address=_address(found),
        next_address=page_address("bureau"),
        form=SeenForm({"seen": str(found.subject.revision)}),
        template="providers/units/review_changes_decision.html",
        extra_context={"review": found, "compared": comparison(found)},
    )


def _when_public(found: Review, words: str) -> str:
    """Return the words on who sees it at once; of a suspended unit nobody does until it is reinstated."""
    if found.organization.state == OrganizationState.SUSPENDED:
        return _("The unit is suspended: nobody sees it until the unit is reinstated.")
    return words


def _get_read(request: HttpRequest, found: Review) -> str:
    """Return the revision that the review has shown; the present one once a refusal tells of it."""
    read = "" if request.method == "POST" else request.GET.get("seen", "")
    return read or str(found.subject.revision)


def _get_seen(request: HttpRequest) -> int:
    """Return the revision that the page showed on which the viewer has decided."""
    seen = parse_number(request.POST.get("seen", ""))
    return UNREAD if seen is None else seen


@confirmation_view
def return_(request: SignedInRequest, public_id: str) -> Confirmation:
    found = _to_decide(request, public_id)
    name = _name(found)
    form = RefusalForm(
        request.POST or None,
        seen=_get_read(request, found),
        help_text=_("Say what has to be changed so that it can be published next time."),
    )
    shown: dict[str, Any] = {}
    if found.kind == "changes":
        heading, action = _("Refuse the changes of “{name}”"), _("Refuse with this reason")
        consequence = _("What is public stays as it is.")
        shown = {
            "template": "providers/units/review_changes_decision.html",
            "extra_context": {"review": found, "compared": comparison(found)},
        }
    else:
        heading, action = _("Return “{name}”"), _("Return with this reason")
        consequence = _("The unit can change it and submit it again.")
    return Confirmation(
        heading=heading.format(name=name),
        consequences=[consequence, _("Its managers can read the reason.")],
        action=action,
        perform=lambda: _RETURN[found.kind](
            actor=request.user,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
            revision=_get_seen(request),
            **_subject(found),
        ),
        success=_("“{name}” is returned; its unit can read the reason.").format(name=name),
        back_address=_address(found),
        next_address=page_address("bureau"),
        form=form,
        tone="danger",
        **shown,
    )


_PUBLISH: dict[str, Any] = {
    "instrument": instrument_publish,
    "profile": unit_profile_publish,
}
_RETURN: dict[str, Any] = {
    "instrument": instrument_return,
    "changes": instrument_changes_refuse,
    "profile": unit_profile_return,
}


def _to_decide(request: HttpRequest, public_id: str) -> Review:
    found = review(request.user, public_id)
    require(request.user, "providers.review_publication", found.subject)
    return found


def _subject(found: Review) -> dict[str, int]:
    if found.kind == "profile":
        return {"organization_id": found.subject.organization_id}
    return {"instrument_id": found.subject.pk}


def _name(found: Review) -> str:
    if found.kind == "profile":
        return _("Profile of {unit}").format(unit=bilingual(found.organization, "name"))
    return bilingual(found.subject, "name")


def _address(found: Review) -> str:
    return reverse("bureau_review", args=[found.public_id])
