import re

import pytest
from django.contrib.auth.models import AnonymousUser

from rewards.findings.services.deciding import finding_decide
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.models import Objection
from rewards.objections.selectors.objections import get_signed
from rewards.objections.services.objections import Objector, objection_answer, objection_raise
from tests.rewards.builders import AFTER
from tests.rewards.conftest import DAY

RAISED = AFTER + 4 * DAY
ANSWERED = AFTER + 8 * DAY


def linked_in(sent):
    """The objection to which the link in a mail leads."""
    return get_signed(re.search(r"/openness/objections/([^/\s]+)/", sent.body)[1])


class Objections:
    """Objections to the announced results of the builders' year, and their answers."""

    def __init__(self, steps):
        self.steps, self.city = steps, steps.city

    def raise_one(self, **values):
        facts = {
            "actor": AnonymousUser(),
            "cycle_id": self.steps.id,
            "objector": Objector("张三", "zhang@example.org"),
            "subject": "有效机时少计",
            "text": "十二月的机时未计入。",
            "language": "zh-hans",
            "now": RAISED,
        }
        return objection_raise(**(facts | values))

    def answer(self, objection=None, **values):
        facts = {
            "actor": self.city.officer,
            "objection_id": (objection or Objection.objects.get()).pk,
            "effect": AnswerEffect.NOT_UPHELD,
            "text": "经复核，十二月机时均已计入。",
            "now": ANSWERED,
        }
        return objection_answer(**(facts | values))


def decide_in_notice(steps, year):
    """One objects twice; the finding that the first answer opens is upheld while the notice runs."""
    steps.through("announce")
    objections = Objections(steps)
    about = objections.raise_one(about=year.first.public_id)
    objections.raise_one(text="The hours are too few.", language="en")
    finding = objections.answer(about, effect=AnswerEffect.FINDING).finding
    steps.city.answer(finding, ANSWERED)
    finding_decide(actor=steps.city.auditor, finding_id=finding.pk, uphold=True, reason="属实", now=ANSWERED)


@pytest.fixture
def objections(steps):
    """The results are in public notice since 8 January."""
    steps.through("announce")
    return Objections(steps)
