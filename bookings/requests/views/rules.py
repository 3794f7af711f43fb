"""Terms of an instrument: editing a new version, its preview, and former versions."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bookings.requests.services.instrument_decisions import rule_put_in_force
from bookings.requests.views.rule_preview import build_preview, compare_terms
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.text.formats import moment
from providers import public as providers
from providers.domain import LIVE, ONE_DAY, Terms, TermsDraft, sentences_by_part
from providers.public import TermsForms, default_terms, own_instrument, person, rule_initial

if TYPE_CHECKING:
    from providers.models import Instrument

MAX_VERSIONS = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def rule_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter new terms; preview or publish them."""
    now = clock.now()
    instrument = own_instrument(request, public_id, "providers.set_rule")
    rules = providers.rules_of(request.user, instrument.pk)[: MAX_VERSIONS + 1]
    versions = [providers.terms_of(rule) for rule in rules]
    today = now.astimezone(CITY_TIME).date()
    shown = versions[0] if versions else default_terms(today)
    start = datetime.combine(today + ONE_DAY, time(), CITY_TIME)
    forms = TermsForms(request.POST if request.method == "POST" else None, initial=rule_initial(shown, start))
    draft: TermsDraft | None = None if forms.act else shown
    preview: dict[str, Any] = {}
    if forms.is_valid():
        draft = forms.draft()
        if forms.act == "publish" and (published := _published(request, instrument, forms, draft, now)):
            return published
        before = versions[0] if versions else None
        preview = build_preview(person(request), instrument, draft, before, max(forms.applies_from, now), now)
    context = {
        "instrument": instrument,
        "forms": forms,
        "parts": forms.parts(),
        "summaries": sentences_by_part(draft) if draft is not None else {},
        "versions": _side_by_side(versions, now)[:MAX_VERSIONS],
        **preview,
    }
    refused = forms.act == "publish"
    return render(request, "bookings/requests/rule.html", context, status=422 if refused else 200)


def _published(
    request: HttpRequest, instrument: "Instrument", forms: TermsForms, draft: TermsDraft, now: datetime
) -> HttpResponse | None:
    try:
        rule = rule_put_in_force(
            actor=person(request),
            instrument_id=instrument.pk,
            draft=draft,
            applies_from=forms.applies_from,
            now=now,
        )
    except DomainError as error:
        add_problems(forms.rule, error)
        return None
    sentence = _("Version {version} is public and applies from {start}.").format(
        version=rule.version, start=moment(rule.applies_from)
    )
    return redirect_with_message(
        request, sentence, reverse("rule_new", args=[instrument.public_id]) + "#versions"
    )


def _side_by_side(versions: Sequence[Terms], now: datetime) -> list[dict[str, Any]]:
    """Return the versions, newest first, each compared with the one before; coming, in force now or over."""
    in_force = next((terms.version for terms in versions if terms.applies_from <= now), 0)
    return [
        {
            "terms": terms,
            "compared": compare_terms(before, terms),
            "state": "coming" if terms.applies_from > now else "now" if terms.version == in_force else "over",
        }
        for terms, before in zip_longest(versions, versions[1:])
    ]


RULE_TAB = providers.InstrumentTab(30, "rule_new", gettext_lazy("Rule and prices"))


def get_rule_notice(instrument: "Instrument", now: datetime) -> providers.InstrumentNotice | None:
    """Return a notice for a published instrument without a rule in force, which nobody can book."""
    if instrument.state not in LIVE or providers.terms_at(instrument.pk, now):
        return None
    return providers.InstrumentNotice(
        text=_("Nobody can book it yet: it has no rule in force."),
        action=_("Set its rule and prices"),
        address=reverse("rule_new", args=[instrument.public_id]),
    )
