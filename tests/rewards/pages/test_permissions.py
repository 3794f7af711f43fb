"""Who may open which page, and who may do what: the whole table at once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from instrument_share.accounts.domain import Role
from rewards.assessment.models import UnitAssessment
from tests.rewards.builders import AFTER, YEAR, local

OFFICER, AUDITOR, FINANCE = "officer", "auditor", "finance"
VISITOR, RESEARCHER, MANAGER, OTHER = "visitor", "researcher", "manager", "other manager"
EVERYBODY = (VISITOR, RESEARCHER, MANAGER, OTHER, OFFICER, AUDITOR, FINANCE)

PAGES = {
    # name: what visitor, researcher, manager, another unit's manager, officer, auditor and finance get
    "cycle": (302, 403, 403, 403, 200, 200, 200),
    "units_csv": (302, 403, 403, 403, 200, 200, 200),
    "cycle_open": (302, 403, 403, 403, 200, 403, 403),
    "policy_new": (302, 403, 403, 403, 200, 403, 403),
    "cycle_step": (302, 403, 403, 403, 200, 403, 403),
    "findings": (302, 403, 200, 200, 200, 200, 200),
    "finding": (302, 403, 200, 404, 200, 200, 200),
    "assessment": (302, 403, 200, 404, 200, 200, 200),
    "instrument_result": (302, 403, 200, 404, 200, 200, 200),
    "result": (200, 200, 200, 200, 200, 200, 200),
    "finance": (302, 403, 403, 403, 200, 200, 200),
    "report": (302, 403, 403, 403, 200, 200, 200),
    "report_pdf": (302, 403, 403, 403, 200, 200, 200),
    "report_package": (302, 403, 403, 403, 200, 200, 200),
    "report_accept": (302, 403, 403, 403, 403, 403, 200),
    "report_return": (302, 403, 403, 403, 403, 403, 200),
    "payment_new": (302, 403, 403, 403, 403, 403, 200),
    "verify": (200, 200, 200, 200, 200, 200, 200),
}
DEEDS = {
    "cycle_step": (302, 403, 403, 403, 409, 403, 403),
    "finding_decide": (302, 404, 403, 404, 403, 409, 403),
    "finding_answer": (302, 404, 409, 404, 403, 403, 403),
    "falsification_propose": (302, 404, 403, 404, 403, 409, 403),
    "falsification_answer": (302, 404, 409, 404, 403, 403, 403),
    "falsification_decide": (302, 404, 403, 404, 409, 409, 403),
    "report_return": (302, 403, 403, 403, 403, 403, 302),
}


@pytest.fixture
def addresses(small, clock):
    """The address of each page in a year whose report was sent, with one finding that was decided."""
    small.city.log(
        small.instrument, local(YEAR, 1, 2, 9), payer=small.client, external=True, amount=1000, booked=True
    )
    report = small.steps.through("check") and _send(small)
    clock.set(AFTER + timedelta(days=16))
    unit = UnitAssessment.objects.get()
    finding = small.steps.cycle.findings.first()
    ids = {
        "cycle_step": (YEAR, "send"),
        "cycle_open": (YEAR - 1,),
        "policy_new": (),
        "finding": (finding.public_id,),
        "finding_decide": (finding.public_id,),
        "finding_answer": (finding.public_id,),
        "falsification_propose": (finding.public_id,),
        "falsification_answer": (finding.public_id,),
        "falsification_decide": (finding.public_id,),
        "assessment": (unit.public_id,),
        "instrument_result": (unit.public_id, small.instrument.public_id),
        "finance": (),
        "payment_new": (report.public_id, unit.award.public_id),
        "verify": (),
    }
    of_report = ("report", "report_pdf", "report_package", "report_accept", "report_return")
    ids |= dict.fromkeys(of_report, (report.public_id,))
    return {name: reverse(name, args=ids.get(name, (YEAR,))) for name in {**PAGES, **DEEDS}}


def _send(small):
    from rewards.findings.services.deciding import finding_decide

    for finding in small.steps.cycle.findings.all():
        small.city.answer(finding, AFTER + timedelta(days=1))
        finding_decide(
            actor=small.city.auditor,
            finding_id=finding.pk,
            uphold=False,
            reason="记录属实。",
            now=AFTER + timedelta(days=1),
        )
    for step in ("score", "announce", "approve"):
        getattr(small.steps, step)()
    return small.steps.send()


@pytest.fixture
def clients(small):
    """A logged-in client for each kind of person, the visitor's without a login."""
    other = small.city.unit("云屏材料研究所")
    people = {
        RESEARCHER: small.city.researcher,
        MANAGER: small.city.person("管理员", small.unit, Role.UNIT_MANAGER),
        OTHER: small.city.person("管理员", other, Role.UNIT_MANAGER),
        OFFICER: small.city.officer,
        AUDITOR: small.city.auditor,
        FINANCE: small.city.finance,
    }
    clients = {name: Client() for name in EVERYBODY}
    for name, person in people.items():
        clients[name].force_login(person)
    return clients


def status(answer):
    if answer.streaming:
        answer.getvalue()  # read to its end, the file is closed
    return answer.status_code


def test_page_access_depends_on_role(addresses, clients):
    got = {name: tuple(status(clients[who].get(addresses[name])) for who in EVERYBODY) for name in PAGES}
    assert got == PAGES


def test_a_visitor_is_asked_to_log_in_and_comes_back(addresses, clients):
    answer = clients[VISITOR].get(addresses["report"])
    assert answer["Location"] == f"{reverse('account_login')}?next={addresses['report']}"


def test_action_permissions_depend_on_role(addresses, clients):
    typed = {
        "finding_decide": {"outcome": "none", "reason": "另有说明。"},
        "finding_answer": {"answer": "说明。"},
        "falsification_propose": {"reason": "事后编造。", "question": "原件何在？"},
        "falsification_answer": {"answer": "说明。"},
        "falsification_decide": {"outcome": "confirm", "reason": "属实。"},
        "report_return": {"reason": "附件缺页。"},
    }
    got = {
        name: tuple(clients[who].post(addresses[name], typed.get(name, {})).status_code for who in EVERYBODY)
        for name in DEEDS
    }
    assert got == DEEDS
