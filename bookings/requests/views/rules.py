"""Terms of an instrument: editing a new version, its preview, its withdrawal, and former versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bookings.requests.forms.outcomes import CANCEL, KEEP, MOVE, KeepingOutcomesForm
from bookings.requests.registry import tell_grant_changes
from bookings.requests.selectors.affected import affected_bookings
from bookings.requests.selectors.granting import get_grant_changes
from bookings.requests.selectors.rule_effects import (
    RuleChange,
    find_free_starts,
    get_lost_hours_condition,
    get_withdrawal,
)
from bookings.requests.services.rules import rule_withdraw
from bookings.requests.views.outcomes import ask_outcomes
from bookings.requests.views.rule_comparison import compare_terms
from bookings.requests.views.rule_preview import build_preview
from bookings.requests.views.rule_publication import Publication
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from instrument_share.web import clock
from instrument_share.web.forms.fields import ReasonForm
from instrument_share.web.forms.params import parse_number
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, moment
from providers import public as providers
from providers.domain import (
    LIVE,
    ONE_DAY,
    InstrumentState,
    Terms,
    TermsDraft,
    find_rule_states,
    sentences_by_part,
)
from providers.public import TermsForms, default_terms, own_instrument, rule_initial

if TYPE_CHECKING:
    from providers.models import Instrument, OpenServiceRule

MAX_VERSIONS = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def rule_new(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Enter new terms; preview or publish them."""
    now = clock.now()
    instrument = own_instrument(request, public_id, "providers.set_rule")
    published = list(providers.published_rules_of(request.user, instrument.pk)[: MAX_VERSIONS + 1])
    if instrument.state == InstrumentState.RETIRED and request.method != "POST":
        return _show_retired(request, instrument, published, now)
    today = now.astimezone(CITY_TIME).date()
    shown = _get_starting_terms(request, published) or default_terms(today)
    start = datetime.combine(today + ONE_DAY, time(), CITY_TIME)
    forms = TermsForms(request.POST if request.method == "POST" else None, initial=rule_initial(shown, start))
    draft: TermsDraft | None = None if forms.act else shown
    proposed: dict[str, Any] = {}
    status = 422 if forms.act == "publish" else 200
    if forms.is_valid():
        draft, begins = forms.draft(), max(forms.applies_from, now)
        publication = Publication(request, instrument, forms, draft, now)
        if forms.act == "publish" and (answer := publication.publish()):
            return answer
        proposed = build_preview(request.user, instrument, draft, publication.change.before, begins, now)
        proposed["publication"] = publication
        status = 200 if publication.is_unconfirmed else status
    elif forms.act == "publish":
        forms.add_further_problems(now)
    context = {
        "instrument": instrument,
        "forms": forms,
        "parts": forms.parts(),
        "summaries": sentences_by_part(draft) if draft is not None else {},
        "versions": _side_by_side(published, now)[:MAX_VERSIONS],
        **proposed,
    }
    return render(request, "bookings/requests/rule.html", context, status=status)


def _show_retired(
    request: SignedInRequest, instrument: "Instrument", published: "Sequence[OpenServiceRule]", now: datetime
) -> HttpResponse:
    versions = _side_by_side(published, now)[:MAX_VERSIONS]
    context = {"instrument": instrument, "versions": versions}
    return render(request, "bookings/requests/rule_of_retired.html", context)


def _get_starting_terms(request: HttpRequest, published: "Sequence[OpenServiceRule]") -> Terms | None:
    """Return the version whose number the address names, else the newest that was not withdrawn."""
    number = parse_number(request.GET.get("version", ""))
    named = [rule for rule in published if rule.version == number]
    standing = [rule for rule in published if rule.withdrawn_at is None]
    return next((providers.terms_of(rule) for rule in [*named, *standing]), None)


def _side_by_side(published: "Sequence[OpenServiceRule]", now: datetime) -> list[dict[str, Any]]:
    """Return the versions, newest first, each with its state and compared with the one before it."""
    states = find_rule_states(published, now)
    terms = providers.terms_of_rows(published)
    standing = [one for one, rule in zip(terms, published, strict=True) if rule.withdrawn_at is None]
    return [
        {
            "rule": rule,
            "terms": one,
            "standing": states[rule.version],
            "compared": compare_terms(
                next((other for other in standing if other.version < one.version), None), one
            ),
        }
        for rule, one in zip(published, terms, strict=True)
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def rule_withdrawal(request: SignedInRequest, public_id: str, rule_id: str) -> HttpResponse:
    """Withdraw a version that has not begun, after asking for the outcome of each booking outside hours."""
    now = clock.now()
    instrument = own_instrument(request, public_id, "providers.set_rule")
    rule = require_found(
        providers.published_rules_of(request.user, instrument.pk).filter(public_id=rule_id).first()
    )
    providers.require_withdrawable(rule, now)
    change = get_withdrawal(rule)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        help_text=_("It is recorded; users whose booking is cancelled can read it."),
    )
    home = reverse("rule_new", args=[instrument.public_id]) + "#versions"

    def withdraw(outcomes: Mapping[str, Any]) -> str:
        rule_withdraw(
            actor=request.user,
            rule_id=rule.pk,
            reason=form.cleaned_data["reason"],
            outcomes=outcomes,
            now=now,
        )
        return _("Version {version} is withdrawn.").format(version=rule.version)

    return ask_outcomes(
        request,
        "bookings/requests/rule_withdraw.html",
        form,
        condition=get_lost_hours_condition(change),
        choices=(KEEP, MOVE, CANCEL),
        build_form=partial(
            KeepingOutcomesForm, find_starts=partial(find_free_starts, instrument, change, now=now)
        ),
        decide=withdraw,
        next_address=home,
        back_address=home,
        heading=_("Withdraw version {version} of the rule of “{name}”").format(
            version=rule.version, name=bilingual(instrument, "name")
        ),
        consequences=_get_consequences(change, rule, now),
        action=_("Withdraw this version"),
        judged=affected_bookings(request.user, Q(rule=rule)),
    )


def _get_consequences(change: RuleChange, rule: "OpenServiceRule", now: datetime) -> list[str]:
    start = moment(rule.applies_from)
    remaining = providers.version_in_force(change.after, rule.applies_from)
    if remaining is None:
        applies = _("From {start} no rule is in force then: nobody can book.").format(start=start)
    else:
        applies = _("From {start} version {version} applies instead.").format(
            start=start, version=remaining.version
        )
    return [
        applies,
        *tell_grant_changes(get_grant_changes([change]), now),
        _("Everybody sees this at once. The version stays in the list of versions, marked as withdrawn."),
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
