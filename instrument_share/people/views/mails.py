"""Which notifications a person gets by mail, and when."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.journal import services
from instrument_share.journal.selectors import get_mail_choices
from instrument_share.people.forms import MailChoicesForm
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, render_form, run_service
from instrument_share.web.signed_in import SignedInRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def mail_choices(request: SignedInRequest) -> HttpResponse:
    """Choose for each kind of notification whether it is mailed at once, once a day or never."""
    form = MailChoicesForm(
        request.POST if request.method == "POST" else None,
        initial={kind.value: one.value for kind, one in get_mail_choices(request.user).items()},
    )
    saved = run_service(
        form,
        lambda: services.mail_choices_set(actor=request.user, choices=form.to_choices(), now=clock.now()),
    )
    if saved is not None:
        return redirect_with_message(request, _("Your choice is saved."), reverse("mail_choices"))
    context = {"tabs": build_my_tabs(request.user, "settings"), "form": form}
    return render_form(request, "people/mail_choices.html", context)
