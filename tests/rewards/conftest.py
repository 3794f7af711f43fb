from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from instrument_share.documents import official
from instrument_share.documents.sealing import signing
from instrument_share.journal.services import record
from rewards.assessment.services.notice import cycle_announce, cycle_approve
from rewards.assessment.services.scoring import cycle_score
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.findings.services.checking import cycle_check
from rewards.policy.services import policy_load
from rewards.report.models import ReportPreview
from rewards.report.selectors.previews import get_next_number
from rewards.report.services.reports import report_send
from tests.rewards.builders import AFTER, CONTACT, POLICY, YEAR
from tests.rewards.shared_year import year, year_of_module

__all__ = ["year", "year_of_module"]

DAY = timedelta(days=1)


@pytest.fixture
def without_paper(monkeypatch):
    """The report that is sent has no PDF worth reading: to draw and sign it takes longer than all else."""
    papers = count()
    monkeypatch.setattr(official, "render_official", lambda *_letter: b"%%PDF-1.7 %d" % next(papers))
    monkeypatch.setattr(signing, "sign_pdf", lambda pdf, **_more: pdf)


class Steps:
    """The steps of the year as the officers take them, one after the other, from 5 January on."""

    def __init__(self, year, policy=POLICY, budget=Decimal(100_000)):
        self.city = year.city
        self.policy = policy_load(actor=self.city.officer, document=policy, now=AFTER)
        self.id = cycle_open(
            actor=self.city.officer, year=YEAR, policy_id=self.policy.pk, budget_yuan=budget, now=AFTER
        ).pk

    @property
    def cycle(self):
        return AssessmentCycle.objects.select_related("policy").get(pk=self.id)

    def freeze(self, now=AFTER):
        return cycle_freeze(actor=self.city.officer, cycle_id=self.id, now=now)

    def check(self):
        return cycle_check(actor=self.city.officer, cycle_id=self.id, now=AFTER + DAY)

    def score(self, now=AFTER + 2 * DAY):
        return cycle_score(actor=self.city.officer, cycle_id=self.id, now=now)

    def announce(self, now=AFTER + 3 * DAY):
        return cycle_announce(actor=self.city.officer, cycle_id=self.id, now=now, **CONTACT)

    def approve(self, now=AFTER + 14 * DAY, **more):
        return cycle_approve(actor=self.city.reviewer, cycle_id=self.id, now=now, **more)

    def send(self, now=AFTER + 15 * DAY):
        self.look_through(now)
        return report_send(actor=self.city.officer, cycle_id=self.id, now=now)

    def look_through(self, now):
        """The officer has looked through a preview of the paper; to draw one takes long."""
        preview = ReportPreview.objects.create(
            cycle_id=self.id,
            number=get_next_number(self.cycle),
            sha256="0" * 64,
            file="previews/none.pdf",
            made_at=now,
            made_by=self.city.officer,
            looked_at=now,
            looked_by=self.city.officer,
        )
        for action in ("report.previewed", "report.looked_at"):
            details = {"number": preview.number, "pdf_sha256": preview.sha256}
            record(actor=self.city.officer, action=action, subject=self.cycle, now=now, details=details)

    def through(self, last):
        """Every step up to and with `last`; what the last one returned."""
        for name in ("freeze", "check", "score", "announce", "approve", "send"):
            result = getattr(self, name)()
            if name == last:
                return result
        raise ValueError(last)


@pytest.fixture
def steps(year):
    return Steps(year)
