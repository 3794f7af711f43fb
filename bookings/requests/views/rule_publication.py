"""Publish a version from its page: once its preview has been seen, with the outcomes of bookings."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.requests.domain.errors import DecisionHitsBookings
from bookings.requests.forms.outcomes import PublicationOutcomesForm
from bookings.requests.registry import tell_grant_changes
from bookings.requests.selectors.affected import affected_bookings
from bookings.requests.selectors.granting import get_grant_changes
from bookings.requests.selectors.rule_effects import (
    find_free_starts,
    get_lost_hours_condition,
    get_publication,
)
from bookings.requests.selectors.scope import NOTHING
from bookings.requests.services.rules import rule_put_in_force
from bookings.requests.views.outcomes import build_notes
from instrument_share.kernel.errors import DomainError, RevisionMismatch
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import moment
from providers import public as providers
from providers.domain import TermsDraft
from providers.public import TermsForms

if TYPE_CHECKING:
    from bookings.requests.models import Booking
    from providers.models import Instrument

SEEN = "previewed"
"""The field that carries the digest of the preview on the page."""
NOT_OF_THE_RULE = {"csrfmiddlewaretoken", "form_token", "act", "reason", "for_all", SEEN}


class Publication:
    """The publication of the entered terms, and the bookings that lie outside their opening hours.

    It takes one confirmation: that the preview of the same terms, with the same bookings and beside the same
    versions, stood on the page from which they are published.
    """

    def __init__(
        self,
        request: SignedInRequest,
        instrument: "Instrument",
        forms: TermsForms,
        draft: TermsDraft,
        now: datetime,
    ) -> None:
        self._request, self._instrument, self._forms = request, instrument, forms
        self._draft, self._now = draft, now
        self.is_refused = bool(providers.find_rule_problems(draft, forms.applies_from, now))
        self.is_unconfirmed = False
        self._read()

    def _read(self) -> None:
        """Read what stands now: the versions so far, the bookings outside the new hours, and whom it hits."""
        start = self._forms.applies_from
        self.change = get_publication(self._instrument.pk, self._draft, start)
        self.replaced = providers.find_replaced(self.change.before, start, self._now)
        condition = NOTHING if self.is_refused else get_lost_hours_condition(self.change)
        self.others_hit = (
            [] if self.is_refused else tell_grant_changes(get_grant_changes([self.change]), self._now)
        )
        self.bookings = list(affected_bookings(self._request.user, condition))
        self.fingerprint = _fingerprint(self._request.POST, self.bookings, self.change.versions_before)
        is_seen = self._request.POST.get(SEEN) == self.fingerprint
        self.fates = PublicationOutcomesForm(
            self._request.POST if is_seen and self._forms.act == "publish" else None,
            bookings=self.bookings,
            notes=build_notes(self.bookings, self._now),
            find_starts=partial(find_free_starts, self._instrument, self.change, now=self._now),
            typed=self._request.POST.dict(),
        )
        self._is_seen = is_seen

    def publish(self) -> HttpResponse | None:
        """Publish and redirect; None where the page is to be shown again with what it asks or refuses."""
        if self.is_refused:
            self._forms.add_further_problems(self._now)
            return None
        if not self._is_seen:
            self.is_unconfirmed = True
            return None
        if self.bookings and not self.fates.is_valid():
            return None
        try:
            rule = rule_put_in_force(
                actor=self._request.user,
                instrument_id=self._instrument.pk,
                draft=self._draft,
                applies_from=self._forms.applies_from,
                now=self._now,
                outcomes=self.fates.outcomes,
                reason=self.fates.cleaned_data["reason"] if self.bookings else "",
                seen=self.change.versions_before,
            )
        except (DecisionHitsBookings, RevisionMismatch):
            self._read()
            self.is_unconfirmed = True
            return None
        except DomainError as error:
            self.fates.add_refusal(error, self._forms.rule)
            return None
        sentence = _("Version {version} is public and applies from {start}.").format(
            version=rule.version, start=moment(rule.applies_from)
        )
        return redirect_with_message(
            self._request, sentence, reverse("rule_new", args=[self._instrument.public_id]) + "#versions"
        )


def _fingerprint(typed: QueryDict, bookings: "Iterable[Booking]", versions: list[int]) -> str:
    """Return the digest of the entered terms, the bookings outside their hours and the versions so far.

    What a colleague has published meanwhile, these terms may take back: that is to be seen first.
    """
    terms = sorted(
        (name, values)
        for name, values in typed.lists()
        if name not in NOT_OF_THE_RULE and not name.startswith(("outcome_", "start_"))
    )
    affected = [(one.public_id, one.starts_at.isoformat(), one.ends_at.isoformat()) for one in bookings]
    return hashlib.sha256(json.dumps([terms, affected, versions]).encode()).hexdigest()
