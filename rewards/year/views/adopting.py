"""Page to put a year that was opened under a draft under the decided policy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import rules
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.accounts.permissions import require
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text.formats import bilingual, yuan
from rewards.assessment.services.adopting import cycle_adopt_policy
from rewards.cycle.domain.states import MOVES
from rewards.cycle.selectors.cycles import get_cycle
from rewards.objections.selectors.objections import objections_in_notice, open_objections
from rewards.policy.selectors import decided_policies
from rewards.year.forms import AdoptForm

if TYPE_CHECKING:
    from rewards.cycle.models import AssessmentCycle


@confirmation_view
def cycle_adopt(request: SignedInRequest, year: int) -> Confirmation:
    """Choose the decided policy that replaces the year's draft, and say why."""
    require(request.user, "rewards.run_cycle")
    cycle = get_cycle(request.user, year)
    policies = list(decided_policies(request.user))
    form = AdoptForm(request.POST if request.method == "POST" else None, policies=policies)
    return Confirmation(
        heading=_("{year}: put the year under the decided policy").format(year=year),
        consequences=list(_consequences(cycle)),
        action=_("Replace the draft"),
        perform=lambda: cycle_adopt_policy(
            actor=request.user,
            cycle_id=cycle.pk,
            policy_id=form.cleaned_data["policy"],
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
        success=_("The year is under the decided policy, and the units are told."),
        back_address=reverse("cycle", args=[year]),
        form=form,
        template="rewards/year/adopt.html",
        extra_context={"cycle": cycle, "newest": policies[0] if policies else None},
    )


def _consequences(cycle: "AssessmentCycle") -> Iterator[str]:
    text = _("The policy that is chosen replaces “{policy}”. The budget of {budget} stays.")
    yield text.format(policy=bilingual(cycle.policy, "title"), budget=yuan(cycle.budget_yuan))
    if cycle.noticed_at is not None:
        yield _("The public notice is withdrawn; the results have to be announced again.")
        yield from _objections(cycle)
    if cycle.scored_at is not None:
        yield _("Scores and awards by the draft are deleted; the units have to be scored again.")
    yield _("Each unit is told, with the reason. A decided policy cannot be replaced again.")


def _objections(cycle: "AssessmentCycle") -> Iterator[str]:
    if objections_in_notice(cycle).exists():
        text = _(
            "Those who objected are told by mail, and can object to the new results. Objections still to be "
            "answered: {number}."
        )
        yield text.format(number=open_objections().filter(cycle=cycle).count())


def get_adopt_address(request: HttpRequest, cycle: "AssessmentCycle") -> str:
    """Return the address of the page where the viewer may replace the year's draft, else an empty text."""
    can = cycle.policy.is_draft and "adopt" in MOVES.get(cycle.state, {})
    if not (can and rules.has_perm("rewards.run_cycle", request.user)):
        return ""
    return reverse("cycle_adopt", args=[cycle.year])
