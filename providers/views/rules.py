"""The terms of an instrument: entering a new version, looking at what it means, and the versions before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.interval import Interval
from instrument_share.web import clock
from instrument_share.web.formats import clock_time, moment
from instrument_share.web.forms import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.problem import problems_told, told
from providers import selectors
from providers.domain.sentences import sentences
from providers.domain.terms import Terms, TermsDraft, problems_of
from providers.domain.workdays import ONE_DAY
from providers.forms.rule import TermsForms, initial_of, usual
from providers.selectors.drafts import openings_of_draft
from providers.views.common import done, own_instrument, person

if TYPE_CHECKING:
    from providers.models import Instrument

MOST_VERSIONS = 10
SHOWN_DAYS = 14
HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class OpenDay:
    """A day of the preview: its openings in words and its 48 half hours."""

    day: date
    words: str
    half_hours: tuple[bool, ...]


@dataclass(frozen=True)
class Version:
    """A version beside the one before: sentences with whether the other has them too."""

    terms: Terms
    sentences: tuple[tuple[str, bool], ...]
    before: tuple[tuple[str, bool], ...]
    state: str
    """coming, now or over"""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def rule_new(request: HttpRequest, public_id: str, put_in_force: Callable[..., Any]) -> HttpResponse:
    """`put_in_force` publishes the rule: what follows for bookings is not known here."""
    now = clock.now()
    instrument = own_instrument(request, public_id, "providers.set_rule")
    versions = [
        selectors.terms_of(rule)
        for rule in selectors.rules_of(request.user, instrument.pk)[: MOST_VERSIONS + 1]
    ]
    today = now.astimezone(CITY_TIME).date()
    start = datetime.combine(today + ONE_DAY, time(), CITY_TIME)
    forms = TermsForms(
        request.POST if request.method == "POST" else None,
        initial=initial_of(versions[0] if versions else usual(today), start),
    )
    preview: dict[str, Any] = {}
    if forms.is_valid():
        draft = forms.draft()
        if forms.act == "publish" and (
            published := _published(request, instrument, forms, draft, now, put_in_force)
        ):
            return published
        preview = _preview(draft, max(forms.applies_from, now).astimezone(CITY_TIME).date())
    context = {
        "instrument": instrument,
        "forms": forms,
        "versions": _side_by_side(versions, now)[:MOST_VERSIONS],
        "has_version": bool(versions),
        **preview,
    }
    refused = forms.act == "publish"
    return render(request, "providers/rule.html", context, status=422 if refused else 200)


def _published(
    request: HttpRequest,
    instrument: "Instrument",
    forms: TermsForms,
    draft: TermsDraft,
    now: datetime,
    put_in_force: Callable[..., Any],
) -> HttpResponse | None:
    try:
        rule = put_in_force(
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
    return done(request, sentence, reverse("rule_new", args=[instrument.public_id]) + "#versions")


def _preview(draft: TermsDraft, first: date) -> dict[str, Any]:
    """What the terms say and when they open, or what keeps them from being published."""
    if problems := problems_of(draft):
        return {"problems": problems_told(problems)}
    try:
        found = openings_of_draft(draft, first, first + SHOWN_DAYS * ONE_DAY)
    except DomainError as error:
        return {"problems": [told(error.message, error.params)], "sentences": sentences(draft)}
    return {"sentences": sentences(draft), "days": _days(found, first)}


def _days(openings: Sequence[Interval], first: date) -> list[OpenDay]:
    return [_day(openings, first + number * ONE_DAY) for number in range(SHOWN_DAYS)]


def _day(openings: Sequence[Interval], day: date) -> OpenDay:
    begins = datetime.combine(day, time(), CITY_TIME)
    ends = begins + ONE_DAY
    parts = [
        Interval(max(one.start, begins), min(one.end, ends))
        for one in openings
        if one.start < ends and one.end > begins
    ]
    marks = tuple(any(part.start <= begins + n * HALF_HOUR < part.end for part in parts) for n in range(48))
    words = ", ".join(f"{clock_time(part.start)}–{_closing(part.end, ends)}" for part in parts)
    return OpenDay(day, words or _("not open"), marks)


def _closing(end: datetime, midnight: datetime) -> str:
    return "24:00" if end == midnight else clock_time(end)


def _side_by_side(versions: Sequence[Terms], now: datetime) -> list[Version]:
    """Newest first, each with the one before it."""
    in_force = next((terms.version for terms in versions if terms.applies_from <= now), 0)
    texts = [[told(one.message, one.params) for one in sentences(terms)] for terms in versions]
    pairs = pairwise([*zip(versions, texts, strict=True), (None, [])])
    return [
        Version(
            terms,
            tuple((text, text in earlier) for text in said),
            tuple((text, text in said) for text in earlier),
            "coming" if terms.applies_from > now else "now" if terms.version == in_force else "over",
        )
        for (terms, said), (_before, earlier) in pairs
        if terms is not None
    ]
