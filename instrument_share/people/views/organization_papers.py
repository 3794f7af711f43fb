"""Documents and declared relations of an organization."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import require_found
from instrument_share.people.forms import DocumentsForm, RelationForm
from instrument_share.people.views.organizations import get_organization_address
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message, render_form, run_service
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def documents_add(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Add documents."""
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, "accounts.file_document", found)
    form = DocumentsForm(request.POST or None, request.FILES or None)
    kept = run_service(
        form,
        lambda: services.organization_document_add(
            actor=request.user,
            organization_id=found.pk,
            uploads=form.cleaned_data["documents"],
            now=clock.now(),
        ),
    )
    if kept is not None:
        return redirect_with_message(request, _("The documents are saved."), get_organization_address(found))
    context = {"organization": found, "form": form, "back_address": get_organization_address(found)}
    return render_form(request, "people/documents_form.html", context)


@login_required
@require_safe
def document(request: SignedInRequest, public_id: str, document_id: str) -> FileResponse:
    """Return a document's file, inline but sandboxed, to those who may read it."""
    found = accounts.document(
        request.user, accounts.organization_inside(request.user, public_id), document_id
    )
    response = FileResponse(found.file.open("rb"), filename=found.name, content_type=found.media_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@confirmation_view
def document_remove(request: SignedInRequest, public_id: str, document_id: str) -> Confirmation:
    """Confirm removing a document."""
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, "accounts.file_document", found)
    kept = accounts.document(request.user, found, document_id)
    return Confirmation(
        heading=_("Remove “{name}”?").format(name=kept.name),
        consequences=[_("Neither your administrators nor the bureau can read it any more.")],
        action=_("Remove the document"),
        perform=lambda: services.organization_document_remove(
            actor=request.user, organization_id=found.pk, public_id=document_id, now=clock.now()
        ),
        success=_("The document is removed."),
        back_address=get_organization_address(found),
        tone="danger",
    )


@confirmation_view
def relation_new(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm declaring a relation."""
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, "accounts.declare_relation", found)
    form = RelationForm(request.POST or None)
    return Confirmation(
        heading=_("Declare a related organization"),
        consequences=[
            _("Use between related organizations is logged and paid as usual, but earns no reward."),
            _("Your declaration is enough; the other side is told. Only the bureau can end the relation."),
        ],
        action=_("Declare it related"),
        perform=lambda: services.relation_declare(
            actor=request.user, first=found, second=form.cleaned_data["other_uscc"], now=clock.now()
        ),
        success=_("The two count as related from now on."),
        back_address=get_organization_address(found),
        form=form,
    )


@confirmation_view
def relation_end(request: SignedInRequest, public_id: str, other_id: str) -> Confirmation:
    """Confirm ending a relation."""
    found = accounts.organization_inside(request.user, public_id)
    require(request.user, "accounts.end_relation", found)
    related = [one for one in accounts.related_to(found) if one.is_declared and one.until is None]
    other = require_found(
        next((one.organization for one in related if one.organization.public_id == other_id), None)
    )
    require(request.user, "accounts.be_outside", other)
    form = ReasonForm(request.POST or None)
    return Confirmation(
        heading=_("End the relation with {name}?").format(name=bilingual(other, "name")),
        consequences=[
            _("Use between the two counts for rewards from now on; what was logged stays as it is."),
            _("Both sides are told, with your reason."),
        ],
        action=_("End the relation"),
        perform=lambda: services.relation_end(
            actor=request.user,
            organization_id=found.pk,
            other_id=other.pk,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        success=_("The two no longer count as related."),
        back_address=get_organization_address(found),
        form=form,
        tone="danger",
    )
