"""List a unit's publications for its managers, and edit them."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.journal import selectors as journal
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound, RevisionMismatch
from instrument_share.web import clock, cursor
from instrument_share.web.forms.fields import FindProblems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import Told, problems_told
from instrument_share.web.text.formats import bilingual, name_columns
from instrument_share.web.text.labels import label
from providers.instruments.selectors.instruments import instruments
from providers.instruments.views.common import managed_unit, person
from providers.revisions.selectors import revised_row
from providers.revisions.views.editing import preview_texts, report_conflict
from providers.units.domain.choices import PublicationState
from providers.units.domain.publications import FIELDS, PublicationKind
from providers.units.forms.publication import PictureForm, PublicationForm
from providers.units.selectors.publications import (
    own_publication_counts,
    own_publications,
    pictures,
    publication,
)
from providers.units.services.publications import (
    find_problems_of_release,
    find_problems_of_update,
    find_publication_problems,
    publication_draft,
    publication_publish,
    publication_update,
)
from providers.units.views.publication_choices import (
    editor_choices,
    is_to_be_public,
    next_page,
    say_published,
)

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.models import Organization

PER_PAGE = 30
PICTURES_SHOWN = 12
TITLES = {
    PublicationKind.NEWS: (gettext_lazy("News"), gettext_lazy("Write news")),
    PublicationKind.REGULATION: (gettext_lazy("Regulations"), gettext_lazy("Add a regulation")),
    PublicationKind.CASE: (gettext_lazy("Service cases"), gettext_lazy("Write a case")),
    PublicationKind.OPENNESS: (
        gettext_lazy("Openness statements"),
        gettext_lazy("Write an openness statement"),
    ),
}


@login_required
@require_safe
def publications(request: HttpRequest, organization_id: str, kind: str) -> HttpResponse:
    """List everything of one kind, also drafts and withdrawn ones; `?state=` and `?q=` filter."""
    unit = managed_unit(request, organization_id)
    chosen = kind_of(kind)
    state, text = request.GET.get("state", ""), request.GET.get("q", "")
    page = cursor.page(
        own_publications(request.user, chosen, unit.pk, state=state, text=text),
        ordering=("-shown_at", "-id"),
        cursor=request.GET.get("cursor"),
        limit=PER_PAGE,
    )
    context = {
        "unit": unit,
        "kind": chosen.value,
        "title": TITLES[chosen][0],
        "action": TITLES[chosen][1],
        "action_address": new_address(unit, chosen),
        "page": page,
        "rows": [(one, tell_what_is_missing(chosen, one)) for one in page.items],
        "text": text,
        "filtered": bool(state or text),
        "chips": _chips(request, unit, chosen, state),
        "tabs": [
            (names[0], reverse("unit_publications", args=[unit.public_id, one.value]), one is chosen)
            for one, names in TITLES.items()
        ],
    }
    return render(request, "providers/units/publications.html", context)


def _chips(request: HttpRequest, unit: "Organization", kind: PublicationKind, chosen: str) -> list[Any]:
    counts = own_publication_counts(request.user, kind, unit.pk)
    return [
        (
            label("publication", state).text,
            request.path if state == chosen else f"{request.path}?state={state.value}",
            state == chosen,
            counts[state],
        )
        for state in PublicationState
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def new(
    request: HttpRequest,
    organization_id: str,
    kind: str,
    *,
    prefilled: Mapping[str, Any] | None = None,
    shown: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Create a draft, or publish at once.

    `prefilled` are initial values; `shown` is additional context, such as the years of statements.
    """
    now = clock.now()
    unit = managed_unit(request, organization_id)
    chosen = kind_of(kind)
    act = request.POST.get("act", "publish")
    check = partial(find_publication_problems, chosen, unit.pk, is_draft=not is_to_be_public(act))
    form = _form(request, chosen, unit.pk, {**_usual(chosen, now), **(prefilled or {})}, check)
    if "year" in form.initial:
        form.keep_year()
    save = publication_publish if act == "publish" else publication_draft
    choices = editor_choices(None)

    def write() -> Any:
        return save(
            actor=person(request),
            kind=chosen,
            organization_id=unit.pk,
            values=form.values_with_file(),
            now=now,
        )

    is_sent = request.method == "POST" and act != "preview"
    if is_sent and (made := run_service(form, write)):
        words = _("Saved as a draft; only your unit sees it. Publish it, or choose a time.")
        if made.state is PublicationState.PUBLISHED:
            words = say_published(unit.pk)
        return redirect_with_message(request, words, next_page(choices, act, chosen, made))
    context = {
        **_editor(request, unit, chosen, form),
        "choices": choices,
        "title": TITLES[chosen][1],
        **(shown or {}),
        "back_address": reverse("unit_publications", args=[unit.public_id, chosen.value]),
    }
    return render(request, "providers/units/publication_edit.html", context, status=422 if is_sent else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def edit(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Change a draft or a publication; concurrent changes are reported, not overwritten.

    What was taken down is shown on its page, and not changed any more.
    """
    now = clock.now()
    chosen = kind_of(kind)
    found: Any = publication(request.user, chosen, public_id)
    require(request.user, "providers.edit_unit", found)
    if found.state is PublicationState.WITHDRAWN and request.method != "POST":
        return redirect(page_address("publication", found.public_id))
    initial = {name: getattr(found, name) for name in FIELDS[chosen].keys() - {"file", "instruments"}}
    if chosen is PublicationKind.CASE:
        initial["instruments"] = [str(pk) for pk in found.instruments.values_list("pk", flat=True)]
    act = request.POST.get("act", "save")
    is_draft = found.state is PublicationState.DRAFT and not is_to_be_public(act)
    check = partial(find_problems_of_update, chosen, found, is_draft=is_draft)
    form = _form(request, chosen, found.organization_id, {**initial, "revision": found.revision}, check)

    def update() -> Any:
        return publication_update(
            actor=person(request),
            kind=chosen,
            publication_id=found.pk,
            values=form.values_with_file(),
            revision=form.cleaned_data["revision"],
            now=now,
        )

    choices = editor_choices(found)
    is_sent = request.method == "POST" and act != "preview"
    meanwhile: Any = ()
    try:
        if is_sent and (saved := run_service(form, update, reraise=RevisionMismatch)):
            return redirect_with_message(
                request, _after_saving(saved), next_page(choices, act, chosen, saved)
            )
    except RevisionMismatch as error:
        meanwhile = report_conflict(form, error, revised_row(request.user, public_id))
    context = {
        **_editor(request, found.organization, chosen, form),
        "choices": choices,
        "title": bilingual(found, "title"),
        "found": found,
        "meanwhile": meanwhile,
        "decisions": journal.decisions(found, found.organization_id),
        "back_address": page_address("publication", found.public_id),
    }
    return render(request, "providers/units/publication_edit.html", context, status=422 if is_sent else 200)


def tell_what_is_missing(kind: PublicationKind, text: Any) -> list[Told]:
    """Return what keeps a draft from being published, in words; nothing of what is or was public."""
    if text.state not in (PublicationState.DRAFT, PublicationState.SCHEDULED):
        return []
    return problems_told(find_problems_of_release(kind, text))


def new_address(unit: "Organization", kind: PublicationKind) -> str:
    """Return the address to create a publication; a statement starts with its year's figures."""
    if kind is PublicationKind.OPENNESS:
        return reverse("statement_new", args=[unit.public_id])
    return reverse("publication_new", args=[unit.public_id, kind.value])


def kind_of(text: str) -> PublicationKind:
    """Return the kind that an address names. Raises NotFound."""
    try:
        return PublicationKind(text)
    except ValueError:
        raise NotFound from None


def _editor(
    request: HttpRequest, unit: "Organization", kind: PublicationKind, form: PublicationForm
) -> dict[str, Any]:
    """Return the editor's context: the form, the preview and the unit's pictures."""
    return {
        "unit": unit,
        "kind": kind.value,
        "form": form,
        "preview": preview_texts(request, form),
        "pictures": pictures(request.user, unit.pk)[:PICTURES_SHOWN],
        "picture_form": PictureForm(prefix="new"),
    }


def _form(
    request: HttpRequest,
    kind: PublicationKind,
    organization_id: int,
    initial: dict[str, Any],
    find_problems: FindProblems,
) -> PublicationForm:
    own = instruments(request.user).filter(organization_id=organization_id)
    return PublicationForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        instruments=own.order_by(*name_columns(), "pk"),
        find_problems=find_problems,
        initial=initial,
    )


def _after_saving(saved: Any) -> str:
    if saved.state is PublicationState.PUBLISHED:
        return _("Changed; the new version is public.")
    if saved.state is PublicationState.SCHEDULED:
        return _("Saved. It is published at the time that you chose.")
    return _("Saved as a draft; only your unit sees it. Publish it, or choose a time.")


def _usual(kind: PublicationKind, now: "datetime") -> dict[str, Any]:
    today = now.astimezone(CITY_TIME).date()
    return {"effective_date": today} if kind is PublicationKind.REGULATION else {}
