"""Pages of an organization: registration, correction, joining, details and revision."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe
from rules import has_perm

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.permissions import require
from instrument_share.people.forms import (
    ContactForm,
    DocumentsForm,
    OrganizationForm,
    RequestForm,
    RevisionForm,
    get_contact_initial,
    get_initial,
    get_revision_initial,
)
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import clock
from instrument_share.web.forms.two_versions import Difference, save_or_compare
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, render_form, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, in_english, name_columns
from instrument_share.web.text.labels import KINDS, SIZES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.services.kept_documents import KeptDocument

PER_PAGE = 50
CORRECTED_LABELS = {
    "uscc": _lazy("Unified social credit code"),
    "name_zh": _lazy("Chinese name"),
    "name_en": _lazy("English name"),
    "kind": _lazy("Kind of organization"),
    "size_class": _lazy("Size of the enterprise"),
    "district": _lazy("District"),
    "in_region": _lazy("In the city"),
    "parent": _lazy("Superior organization"),
    "owns_instruments": _lazy("Owns instruments"),
    "contact": _lazy("Contact person"),
    "phone": _lazy("Phone"),
}
"""The columns that a registration fills, as the page of the organization names them."""


@login_required
@require_safe
def my_organizations(request: SignedInRequest) -> HttpResponse:
    """List one's memberships with their state and next step."""
    belongings = accounts.belongings(request.user)
    waiting = accounts.waiting_requests(request.user, [one.organization for one in belongings])
    alone = {one.pk for one in accounts.organizations_held_alone(request.user)}
    context = {
        "tabs": build_my_tabs(request.user, "my_organizations"),
        "rows": [
            {
                "row": one,
                "waiting": waiting.get(one.organization.pk, 0),
                "is_held_alone": one.organization.pk in alone,
                "may_hand_over": bool(accounts.roles_to_grant(request.user, one.organization)),
            }
            for one in belongings
        ],
        "is_new": not belongings,
    }
    return render(request, "people/my_organizations.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def organization_register(request: SignedInRequest) -> HttpResponse:
    """Register an organization."""
    kept = services.documents_kept(actor=request.user, tickets=request.POST.getlist("kept"))
    form = OrganizationForm(
        request.POST or None,
        request.FILES or None,
        has_documents=bool(kept),
        initial={
            "contact": request.user.name,
            "phone": request.user.phone,
            "owns_instruments": "owning" in request.GET,
        },
    )
    made = run_service(
        form,
        lambda: services.organization_register(
            actor=request.user,
            registration=form.as_registration(),
            documents=_documents_of(form, kept),
            now=clock.now(),
        ),
    )
    if made is not None:
        services.kept_documents_forget(actor=request.user)
        sentence = _("{name} is registered. The bureau reviews it; you are told when it is admitted.")
        return redirect_with_message(
            request, sentence.format(name=bilingual(made, "name")), get_organization_address(made)
        )
    context = {
        "form": form,
        "kept": _keep_documents(request, kept),
        "taken": form.taken_code,
        "is_new": True,
        "back_address": reverse("my_organizations"),
    }
    return render_form(request, "people/organization_form.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def organization_correct(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Correct a registration before admission, or resubmit a refused one."""
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, "accounts.correct_organization", found)
    if found.state not in (OrganizationState.PENDING, OrganizationState.REFUSED):
        raise services.NotCorrectable
    documents = list(accounts.documents(request.user, found))
    kept = services.documents_kept(actor=request.user, tickets=request.POST.getlist("kept"))
    form = OrganizationForm(
        request.POST or None,
        request.FILES or None,
        initial=get_initial(found),
        has_documents=bool(documents or kept),
        organization=found,
    )
    corrected = run_service(
        form,
        lambda: services.organization_correct(
            actor=request.user,
            organization_id=found.pk,
            registration=form.as_registration(),
            documents=_documents_of(form, kept),
            now=clock.now(),
        ),
    )
    if corrected is not None:
        services.kept_documents_forget(actor=request.user)
        sentence = _("The registration is corrected and waits for the bureau.")
        return redirect_with_message(request, sentence, get_organization_address(found))
    context = {
        "form": form,
        "organization": found,
        "documents": documents,
        "kept": _keep_documents(request, kept),
        "back_address": get_organization_address(found),
    }
    return render_form(request, "people/organization_form.html", context)


def _documents_of(form: OrganizationForm, kept: "Sequence[KeptDocument]") -> list[Any]:
    """Return the documents of this round and of the rounds before."""
    return [*(one.as_upload() for one in kept), *form.cleaned_data["documents"]]


def _keep_documents(request: SignedInRequest, kept: "Sequence[KeptDocument]") -> "list[KeptDocument]":
    """Keep the documents of a form that was refused, and return them with those of the rounds before."""
    uploads = request.FILES.getlist("documents")
    for upload in uploads:
        upload.seek(0)
    new = services.documents_keep(actor=request.user, uploads=uploads)
    return list({one.path: one for one in (*kept, *new)}.values())


@login_required
@require_safe
def organization_join(request: SignedInRequest) -> HttpResponse:
    """Find an organization by part of its name or by its code."""
    text = request.GET.get("q", "").strip()
    mine = {one.organization.pk: one for one in accounts.belongings(request.user)}
    by_name = accounts.organizations_to_join(request.user, text, name_columns())
    found = [(one, mine.get(one.pk)) for one in by_name]
    is_suspended = not found and accounts.is_suspended_by_uscc(text)
    refusal = told(services.NotJoinable.message, {}) if is_suspended else ""
    context = {"q": text, "found": found, "refusal": refusal}
    return render(request, "people/organization_join.html", context)


@confirmation_view
def membership_request(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm asking to join an organization."""
    found = accounts.organization_joinable(request.user, public_id)
    form = RequestForm(request.POST or None)
    name = bilingual(found, "name")
    sentence = _("You have asked to be admitted to {name}. You are told what its administrator decides.")
    return Confirmation(
        heading=_("Ask to be admitted to {name}").format(name=name),
        consequences=[
            _("Its administrator sees your name and email address, and decides."),
            _("Once admitted, you can book for it; what you book for it, its administrator sees."),
        ],
        action=_("Ask to be admitted"),
        perform=lambda: services.membership_request(
            actor=request.user,
            organization_id=found.pk,
            note=form.cleaned_data["note"],
            now=clock.now(),
        ),
        success=sentence.format(name=name),
        back_address=reverse("organization_join"),
        next_address=reverse("my_organizations"),
        form=form,
    )


@login_required
@require_safe
def organization(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show an organization to its people and the bureau: facts, documents, relations, next step."""
    found = accounts.organization_inside(request.user, public_id)
    may = {
        name: has_perm(f"accounts.{permission}", request.user, found)
        for name, permission in (
            ("admit", "admit_organization"),
            ("suspend", "suspend_organization"),
            ("correct", "correct_organization"),
            ("edit", "edit_organization"),
            ("revise", "revise_organization"),
            ("file", "file_document"),
            ("relate", "declare_relation"),
            ("unrelate", "end_relation"),
        )
    }
    is_open = found.state in (OrganizationState.PENDING, OrganizationState.REFUSED)
    context = {
        "organization": found,
        "tabs": build_organization_tabs(request, found, "organization"),
        "keeps_webhooks": has_perm(
            "bookings.manage_webhooks", request.user, SimpleNamespace(organization_id=found.pk, side="payer")
        ),
        "facts": list_facts(found),
        "documents": accounts.documents(request.user, found),
        "documents_form": DocumentsForm(),
        "related": accounts.related_to(found),
        "may": may | {"correct": may["correct"] and is_open, "revise": may["revise"] and not is_open},
        "steps": _steps(found),
        "resubmission": _describe_resubmission(found),
        "suspension": accounts.suspension_of(found),
        "has_all_sysadmins": may["suspend"] and accounts.has_all_sysadmins(found),
        "belongs": bool(accounts.active_roles(request.user.pk, found.pk)),
        "is_held_alone": found in accounts.organizations_held_alone(request.user),
        "may_hand_over": bool(accounts.roles_to_grant(request.user, found)),
        "overseen": is_overseen(request, found),
    }
    return render(request, "people/organization.html", context)


def build_organization_tabs(
    request: SignedInRequest, found: "Organization", current: str
) -> list[tuple[Any, ...]]:
    """Return the organization's tabs: projects for its people, members for those who manage them."""
    entries = [("organization", _("The organization"), get_organization_address(found))]
    if accounts.roles_to_grant(request.user, found):
        entries.append(("members", _("Members"), reverse("members", args=[found.public_id])))
    if found.pk in accounts.standing(request.user).organization_ids():
        address = reverse("organization_projects", args=[found.public_id])
        entries.append(("projects", _("Projects"), address))
    return [(text, address, key == current) for key, text, address in entries]


def is_overseen(request: SignedInRequest, found: "Organization") -> bool:
    """Return whether the viewer, who does not belong to the organization, has it in the list of all."""
    oversees = accounts.region_of(request.user).covers(found) or accounts.standing(request.user).holds(
        Role.SYSADMIN
    )
    return oversees and not accounts.active_roles(request.user.pk, found.pk)


def get_organization_address(found: "Organization") -> str:
    """Return the address of the organization's page."""
    return reverse("organization", args=[found.public_id])


def list_facts(found: "Organization") -> list[tuple[str, Any]]:
    """Return what an organization has registered, in the words of pages."""
    other_name = found.name_zh if in_english() and found.name_en else found.name_en
    return [
        (_("Unified social credit code"), found.uscc),
        (_("Name in the other language"), other_name),
        (_("Kind of organization"), KINDS.get(found.kind, found.kind)),
        (_("Size of the enterprise"), SIZES[found.size_class] if found.size_class != "none" else ""),
        (
            _("District"),
            bilingual(found.district, "name")
            if found.district
            else ("" if found.in_region else _("Outside the city")),
        ),
        (_("Answers for"), bilingual(found.region, "name") if found.region else ""),
        (_("Superior organization"), bilingual(found.parent, "name") if found.parent else ""),
        (_("Owns instruments"), _("Yes") if found.owns_instruments else _("No")),
        (_("Contact person"), found.contact),
        (_("Phone"), found.phone),
        (_("Registered by"), found.registered_by.get_full_name() if found.registered_by else ""),
    ]


def _describe_resubmission(found: "Organization") -> dict[str, Any] | None:
    """Return the reason of the last refusal, and what was corrected since in the words of the form."""
    resubmission = accounts.resubmission_of(found)
    if resubmission is None:
        return None
    return {
        "reason": resubmission.reason,
        "changes": [
            (CORRECTED_LABELS[name], _describe_value(before), _describe_value(after))
            for name, (before, after) in resubmission.changes.items()
        ],
    }


def _describe_value(value: str) -> str:
    """Return a value of the journal as pages show it."""
    words = {"": "—", "True": _("Yes"), "False": _("No"), **KINDS, **SIZES}
    return str(words.get(value, value))


def _steps(found: "Organization") -> list[tuple[str, str, str]]:
    """Return the steps to admission; nothing once it is admitted."""
    match found.state:
        case OrganizationState.PENDING:
            decided = (_("The bureau decides"), "now", "")
        case OrganizationState.REFUSED:
            decided = (_("Not admitted"), "stopped", found.reason)
        case _:
            return []
    return [
        (_("Registered"), "done", ""),
        decided,
        (_("Book, invite colleagues, publish"), "next", ""),
    ]


@confirmation_view
def organization_edit(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm changes to contact data.

    Where somebody else has changed it meanwhile, that stands beside what was typed.
    """
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, "accounts.edit_organization", found)
    form = ContactForm(request.POST or None, initial=get_contact_initial(found))
    meanwhile: list[Difference] = []

    def save() -> "Organization":
        return services.organization_edit(
            actor=request.user, organization_id=found.pk, now=clock.now(), **form.cleaned_data
        )

    def describe() -> dict[str, Any]:
        return get_contact_initial(accounts.organization_inside(request.user, public_id))

    return Confirmation(
        heading=_("Contact and English name"),
        consequences=[_("What the bureau has checked can only be changed by the bureau; ask it to do so.")],
        action=_("Save"),
        perform=lambda: save_or_compare(form, save, present=describe, meanwhile=meanwhile),
        success=_("Saved."),
        back_address=get_organization_address(found),
        form=form,
        template="people/organization_contact.html",
        extra_context={"meanwhile": meanwhile},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def organization_revise(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Change an admitted organization's facts as the bureau, with a reason.

    Where somebody else has changed them meanwhile, that stands beside what was typed.
    """
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, "accounts.revise_organization", found)
    form = RevisionForm(request.POST or None, organization=found)
    meanwhile: list[Difference] = []

    def save() -> "Organization":
        return services.organization_revise(
            actor=request.user,
            organization_id=found.pk,
            registration=form.as_registration(),
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            now=clock.now(),
        )

    def describe() -> dict[str, Any]:
        return get_revision_initial(accounts.organization_inside(request.user, public_id))

    revised = run_service(form, lambda: save_or_compare(form, save, present=describe, meanwhile=meanwhile))
    if revised is not None:
        return redirect_with_message(
            request, _("Changed; its administrators are told why."), get_organization_address(found)
        )
    context = {
        "form": form,
        "meanwhile": meanwhile,
        "organization": found,
        "back_address": get_organization_address(found),
    }
    return render_form(request, "people/organization_revise.html", context)
