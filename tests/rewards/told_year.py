"""A year in which everything happens that the journal tells of: every table of rewards has a row of it."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.kernel.city_time import CITY_TIME
from rewards.assessment.models import Award
from rewards.cycle.models import AssessmentCycle
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.services import fact_confirm, fact_declare, fact_return, fact_withdraw
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.findings.services.falsification import falsification_decide, falsification_propose
from rewards.inspections.domain.choices import DrawnFrom, InspectionOutcome
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.models import Objection
from rewards.objections.services.objections import Objector, objection_comment
from rewards.payments.domain.bank_sheet import BankRow
from rewards.payments.models import Payment
from rewards.payments.services.batches import batch_make, batch_settle, batch_withdraw
from rewards.payments.services.payments import payment_record, payment_reverse
from rewards.policy.services import policy_load
from rewards.report.services.answers import report_accept, report_return
from tests.factories import jpeg
from tests.rewards.builders import AFTER, POLICY, YEAR, build_city, local
from tests.rewards.conftest import DAY, Steps
from tests.rewards.inspections.conftest import Draws
from tests.rewards.objections.conftest import Objections

SENT = AFTER + 30 * DAY
LAST = SENT + 10 * DAY
UNITS = ("云屏大学", "云屏材料研究所", "云屏海洋研究院", "云屏农科院")


def make_told_year(policy: str) -> None:
    """From declared facts to payments that came back; beside it another year, only to be mixed up with."""
    city = build_city()
    city.units = [city.unit(name) for name in UNITS]
    _use(city)
    loaded = policy_load(actor=city.officer, document=POLICY, now=AFTER)
    AssessmentCycle.objects.create(year=YEAR - 1, policy=loaded, budget_yuan=1)
    _declare(city)
    steps = Steps(SimpleNamespace(city=city), policy, Decimal(10_000))
    steps.freeze()
    steps.check()
    _decide(city)
    _inspect(steps)
    _object(steps)
    _send_and_pay(steps)


def _use(city):
    client = city.organization("云屏小微企业有限公司", kind="enterprise", size_class="small")
    for unit in city.units:
        instrument = city.instrument(unit, f"{unit.name_zh}仪器")
        city.logs(instrument, 2, payer=unit, external=False)
        city.logs(instrument, 4, payer=client, external=True)
        late = local(YEAR, 12, 31, 8)
        city.log(instrument, late, payer=client, external=True, amount=Decimal(1000))


def _declare(city):
    facts = {"actor": city.officer, "evidence": "合同 12 号", "now": AFTER}
    for unit, instrument in ((unit, unit.instruments.get().public_id) for unit in city.units[:2]):
        projects = fact_declare(
            organization_id=unit.pk, year=YEAR, kind=FactKind.MAJOR_PROJECTS, figure=Decimal(3), **facts
        )
        proofs = [ContentFile(b"%PDF-1", "合同.pdf"), ContentFile(b"%PDF-2", "发票.pdf")]
        value = fact_declare(
            organization_id=unit.pk, year=YEAR - 1, kind=FactKind.NONFISCAL_VALUE, figure=Decimal(100_000),
            instrument=instrument, uploads=proofs, **facts,
        )  # fmt: skip
        fact_confirm(actor=city.reviewer, fact_id=value.pk, now=AFTER)
        fact_return(actor=city.reviewer, fact_id=projects.pk, reason="合同不全", now=AFTER)
    manager, unit = city.person("申报人", city.units[2], Role.UNIT_MANAGER), city.units[2]
    own = fact_declare(
        organization_id=unit.pk, year=YEAR, kind=FactKind.MAJOR_PROJECTS, figure=Decimal(1),
        **facts | {"actor": manager},
    )  # fmt: skip
    fact_withdraw(actor=manager, fact_id=own.pk, reason="数量有误", now=AFTER)


def _decide(city):
    """One upheld and then again with another reason, one dismissed, one a falsification, one upheld."""
    now = AFTER + 2 * DAY
    for finding in Finding.objects.order_by("id"):
        city.answer(finding, now, "说明")
    first, second, third, fourth = Finding.objects.order_by("id")
    for finding, uphold, reason in (
        (first, True, "理由"), (first, True, "更正理由"), (second, False, "核实无误"),
        (third, True, "属实"), (fourth, True, "属实"),
    ):  # fmt: skip
        finding_decide(
            actor=city.auditor, finding_id=finding.pk, uphold=uphold, reason=reason, now=now,
            invalidated_logs=finding.logs[:1] if uphold else (),
        )  # fmt: skip
    falsification_propose(
        actor=city.auditor, finding_id=third.pk, reason="记录有疑", question="请说明。", now=now
    )
    falsification_decide(actor=city.officer, finding_id=third.pk, confirm=False, reason="证据不足", now=now)
    city.prove_falsified(third, now)


def _inspect(steps):
    draws = Draws(steps, Organization.objects.get(kind="bureau"))
    draws.announce(over=DrawnFrom.ENTRIES, size=3, source_en="a draw of the lottery")
    first, second, _third = draws.make()
    draws.record(first, outcome=InspectionOutcome.NO_OBJECTION)
    photos = [BytesIO(jpeg()), BytesIO(jpeg(colour="red"))]
    draws.record(second, outcome=InspectionOutcome.FINDING, notes="记录不全", photos=photos)
    _uphold(steps.city, Finding.objects.get(kind="inspection"), AFTER + 9 * DAY)
    steps.score(AFTER + 10 * DAY)
    steps.announce(AFTER + 10 * DAY)


def _uphold(city, finding, now):
    city.answer(finding, now)
    finding_decide(actor=city.auditor, finding_id=finding.pk, uphold=True, reason="属实", now=now)


def _object(steps):
    objections, city, now = Objections(steps), steps.city, AFTER + 11 * DAY
    unit = city.units[0]
    files = [ContentFile(b"%PDF-", "证明.pdf"), ContentFile(b"%PDF-1", "附件.pdf")]
    about = objections.raise_one(about=unit.public_id, uploads=files, now=now)
    manager = city.person("说明人", unit, Role.UNIT_MANAGER)
    objection_comment(actor=manager, objection_id=about.pk, text="已核对。", now=now)
    objection_comment(actor=manager, objection_id=about.pk, text="补充说明。", now=now)
    objections.answer(about, effect=AnswerEffect.FINDING, now=now + DAY)
    objector = Objector("李四", "li@example.org", phone="13800000000")
    objections.raise_one(actor=AnonymousUser(), objector=objector, now=now)
    objections.answer(Objection.objects.get(number=2), now=now + DAY)
    _uphold(city, Finding.objects.get(kind="objection"), now + DAY)
    steps.score(now + DAY + timedelta(hours=1))
    steps.announce(now + 2 * DAY)
    steps.approve(SENT - DAY, objections="另收到书面异议一件，已答复。")


def _send_and_pay(steps):
    city = steps.city
    finance = {"actor": city.finance, "now": LAST}
    returned = steps.send(SENT)
    report_return(report_id=returned.pk, reason="缺页", **finance)
    report = steps.send(SENT)
    report_accept(report_id=report.pk, note="收到", **finance)
    awards = list(Award.objects.filter(amount_yuan__gt=0).order_by("pk"))
    assert len(awards) == 3
    for award in awards:
        city.account(award.assessment.organization, f"62220200000012{award.pk:02d}")
    paid, failed, waiting = (award.public_id for award in awards)
    batch = batch_make(report_id=report.pk, awards=[paid, failed, waiting], **finance)
    day = LAST.astimezone(CITY_TIME).date()
    answers = [
        BankRow(paid, paid=True, voucher="ZF-1", day=day),
        BankRow(failed, paid=False, reason="户名不符"),
    ]
    batch_settle(batch_id=batch.pk, answers=answers, **finance)
    batch_withdraw(batch_id=batch.pk, reason="改为单笔", **finance)
    back = Payment.objects.get()
    payment_reverse(payment_id=back.pk, reversed_date=day, voucher="CH-1", reason="退回", **finance)
    batch_make(report_id=report.pk, awards=[failed], **finance)
    for number, award in ((2, awards[0]), (3, awards[2])):
        payment_record(
            report_id=report.pk, award_id=award.pk, amount_yuan=award.amount_yuan, paid_date=day,
            voucher=f"ZF-{number}", **finance,
        )  # fmt: skip
