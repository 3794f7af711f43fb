"""What units are told of their results, in the inbox and by mail."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual
from rewards.assessment.models import UnitAssessment
from rewards.cycle.models import AssessmentCycle
from rewards.findings.services.telling import tell_unit

ANNOUNCED = gettext_noop(
    "The results of {year} are announced through {last}. Your unit: score {score}, award ¥{amount}. Who "
    "disagrees can object until then."
)
ANNOUNCED_WITHOUT_SCORE = gettext_noop(
    "The results of {year} are announced through {last}. The award of your unit is ¥{amount}. Who disagrees "
    "can object until then."
)
NOTICE_ENDED = gettext_noop(
    "The public notice of the results of {year} has ended early: findings were decided, and the units have "
    "been scored again. The new results will be announced."
)
APPROVED = gettext_noop("The results of {year} are approved. The award of your unit is ¥{amount}.")
APPROVED_WITH_AWARD = gettext_noop(
    "The results of {year} are approved. The award of your unit is ¥{amount}. It is paid to the receiving "
    "account that your unit has entered and a second person has checked."
)
SEALED = gettext_noop("The report of {year} is sealed and with the Finance Bureau; your award is ¥{amount}.")
RETURNED = gettext_noop(
    "The Finance Bureau returned the report of {year}; a new one will be sealed and sent. Certificates and "
    "sheets of your unit that come from the returned one are no longer in force. Your award stays ¥{amount}."
)
PAID = gettext_noop("The Finance Bureau paid the award of {year} on {day}: ¥{amount}.")

CAME_BACK = gettext_noop("The payment of {year}, ¥{amount}, came back on {day}: {reason}")

ADOPTED = gettext_noop("{year} is assessed by “{policy}”, which replaces the draft. {reason}")
ADOPTED_SCORED = gettext_noop(
    "{year} is assessed by “{policy}”, which replaces the draft. The scores by the draft no longer hold; the "
    "units are scored again. {reason}"
)
ADOPTED_NOTICED = gettext_noop(
    "{year} is assessed by “{policy}”, which replaces the draft. The public notice of the results by the "
    "draft is withdrawn; the units are scored and the results announced again. {reason}"
)


def tell_of_policy(
    cycle: AssessmentCycle, units: Iterable[int], reason: str, now: datetime, *, scored: bool, noticed: bool
) -> None:
    """Tell each unit that the decided policy replaces the draft, and what becomes of the results by it."""
    message = ADOPTED_NOTICED if noticed else ADOPTED_SCORED if scored else ADOPTED
    policy = cycle.policy
    title = Bilingual(policy.title_zh, policy.title_en)
    path = reverse("policy", args=[policy.public_id])
    for organization_id in units:
        tell_unit(
            organization_id, message, now, path, {"year": cycle.year, "policy": title, "reason": reason}
        )


def tell_of_notice(cycle: AssessmentCycle, now: datetime) -> None:
    """Tell each unit its score, where the policy gives one, and award, and until when one can object."""
    for assessment in _assessments(cycle):
        params = {"amount": _amount(assessment), "last": cycle.notice_ends_date}
        if assessment.score is None:
            _tell(assessment, ANNOUNCED_WITHOUT_SCORE, now, params)
        else:
            _tell(assessment, ANNOUNCED, now, {"score": f"{assessment.score:.2f}", **params})


def tell_of_ended_notice(cycle: AssessmentCycle, now: datetime) -> None:
    """Tell each unit that the notice has ended, since the units are scored again, and that another comes.

    The link leads to the findings, which changed the results.
    """
    path = reverse("findings", args=[cycle.year])
    for organization_id in UnitAssessment.objects.filter(cycle=cycle).values_list(
        "organization_id", flat=True
    ):
        tell_unit(organization_id, NOTICE_ENDED, now, path, {"year": cycle.year})


def tell_of_approval(cycle: AssessmentCycle, now: datetime) -> None:
    """Tell each unit its approved award, and what has to be there before it can be paid."""
    for assessment in _assessments(cycle):
        message = APPROVED_WITH_AWARD if assessment.award.amount_yuan else APPROVED
        _tell(assessment, message, now, {"amount": _amount(assessment)})


def tell_of_sealing(cycle: AssessmentCycle, now: datetime) -> None:
    """Tell each unit that the report is with Finance."""
    _tell_each(cycle, SEALED, now)


def tell_of_return(cycle: AssessmentCycle, now: datetime) -> None:
    """Tell each unit that Finance returned the report, and with it what was issued from it."""
    _tell_each(cycle, RETURNED, now)


def tell_of_payment(assessment: UnitAssessment, now: datetime, *, day: date, amount: Decimal) -> None:
    """Tell a unit that its award was paid."""
    _tell(assessment, PAID, now, {"day": day, "amount": f"{amount:,.2f}"})


def tell_of_reversal(
    assessment: UnitAssessment, now: datetime, *, day: date, amount: Decimal, reason: str
) -> None:
    """Tell a unit that a payment came back."""
    _tell(assessment, CAME_BACK, now, {"day": day, "amount": f"{amount:,.2f}", "reason": reason})


def _tell_each(cycle: AssessmentCycle, message: str, now: datetime) -> None:
    for assessment in _assessments(cycle):
        _tell(assessment, message, now, {"amount": _amount(assessment)})


def _assessments(cycle: AssessmentCycle) -> QuerySet[UnitAssessment]:
    return UnitAssessment.objects.filter(cycle=cycle).select_related("award", "cycle")


def _amount(assessment: UnitAssessment) -> str:
    return f"{assessment.award.amount_yuan:,.2f}"


def _tell(assessment: UnitAssessment, message: str, now: datetime, params: Mapping[str, Any]) -> None:
    path = reverse("assessment", args=[assessment.public_id])
    tell_unit(assessment.organization_id, message, now, path, {"year": assessment.cycle.year, **params})
