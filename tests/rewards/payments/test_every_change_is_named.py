"""Single changes behind the application, of every column that a result depends on: each is named."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction

from instrument_share.accounts.domain import Role
from instrument_share.journal.guards import guards_lifted
from rewards.assessment.models import Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.cycle.models import AssessmentCycle, SnapshotPart
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_answer, finding_decide
from rewards.payments.models import PayeeAccount, Payment
from rewards.payments.services.payments import payment_record
from rewards.policy.models import RewardPolicy
from rewards.policy.services import policy_load
from rewards.report.models import FinanceReport
from rewards.report.selectors import integrity
from rewards.report.services.answers import report_accept, report_return
from tests.rewards.builders import AFTER, POLICY, YEAR, build_city, local
from tests.rewards.conftest import DAY, Steps
from tests.rewards.report.test_recompute import POLICIES, without_paper  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
SEEDS = 300
TABLES = (
    AssessmentCycle,
    RewardPolicy,
    SnapshotPart,
    Finding,
    UnitAssessment,
    IndicatorResult,
    InstrumentResult,
    Award,
    FinanceReport,
    PayeeAccount,
    Payment,
)
UNNOTICED = {
    # nothing that is computed, shown as sealed or paid follows from these
    **dict.fromkeys(
        (
            *("Finding.first_date", "Finding.effective_seconds", "Finding.amount_yuan"),
            *("Finding.points_at_stake", "Finding.yuan_at_stake"),
        ),
        "shown to the auditor beside the logs that say the same; scoring writes what is at stake anew",
    ),
    "SnapshotPart.file": "where the part lies; what lies there is compared with its hash",
}
COLUMNS = [
    (table, field)
    for table in TABLES
    for field in table._meta.concrete_fields
    if field.name != "id" and f"{table.__name__}.{field.name}" not in UNNOTICED
]


def reported_year():
    """A small year with a finding upheld and one dismissed, sealed, accepted and partly paid."""
    city = build_city()
    other = policy_load(actor=city.officer, document=POLICY, now=AFTER)
    AssessmentCycle.objects.create(year=YEAR - 1, policy=other, budget_yuan=1)
    client = city.organization("云屏小微企业有限公司", kind="enterprise", size_class="small")
    units = [city.unit(name) for name in ("云屏大学", "云屏材料研究所")]
    for unit in units:
        instrument = city.instrument(unit, f"{unit.name_zh}仪器")
        city.logs(instrument, 2, payer=unit, external=False)
        city.logs(instrument, 4, payer=client, external=True)
        late = local(YEAR, 12, 31, 8)
        city.log(instrument, late, payer=client, external=True, amount=Decimal(1000))
    owner = type("City", (), {"city": city})
    steps = Steps(owner, POLICIES["fixed by grade and a share by score, fill"], Decimal(10_000))
    steps.freeze()
    steps.check()
    for at, finding in enumerate(Finding.objects.order_by("id")):
        manager = city.person(f"管理员{at}", finding.organization, Role.UNIT_MANAGER)
        finding_answer(actor=manager, finding_id=finding.pk, answer="说明", now=AFTER + DAY)
        finding_decide(
            actor=city.auditor, finding_id=finding.pk, uphold=at == 0, reason=f"理由{at}", now=AFTER + DAY,
            invalidated_logs=finding.logs[:1] if at == 0 else (),
        )  # fmt: skip
    for step in ("score", "announce", "approve"):
        getattr(steps, step)()
    returned = steps.send()
    report_return(actor=city.finance, report_id=returned.pk, reason="缺页", now=AFTER + 15 * DAY)
    report = steps.send()
    report_accept(actor=city.finance, report_id=report.pk, now=AFTER + 16 * DAY, note="收到")
    award = Award.objects.filter(amount_yuan__gt=0).order_by("-amount_yuan")[0]
    city.account(award.assessment.organization)
    payment_record(
        actor=city.finance,
        report_id=report.pk,
        award_id=award.pk,
        amount_yuan=award.amount_yuan,
        paid_date=date(2026, 1, 21),
        voucher="ZF-1",
        now=AFTER + 17 * DAY,
    )


def rows_of_year(table):
    """The rows of the year that is verified; another year and its policy are only there to be mixed up."""
    if table is AssessmentCycle:
        return table.objects.filter(year=YEAR)
    return table.objects.filter(cycles__year=YEAR) if table is RewardPolicy else table.objects.order_by("pk")


class Undone(Exception):
    """Ends the transaction of a change."""


def other(row, field, draw):
    """Another value of a column, such as somebody would write."""
    value = getattr(row, field.attname)
    if isinstance(field, models.ForeignKey):
        pool = field.related_model.objects.exclude(pk=value)
        return draw.choice(list(pool.values_list("pk", flat=True)) or [None])
    if field.choices:
        return draw.choice([code for code, _ in field.choices if code != value])
    if isinstance(field, models.JSONField):
        return {**value, "x": 1} if isinstance(value, dict) else [*value, "x"]
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(value, Decimal):
        return value - 1 if value >= 1 else value + draw.randint(1, 9)
    if isinstance(value, int):
        return value + draw.randint(1, 9)
    if isinstance(value, datetime | date):
        return value + timedelta(days=draw.choice([-1, 1]))
    if value is None:
        return {"DateField": date(2026, 1, 9), "DateTimeField": AFTER}.get(field.get_internal_type(), 7)
    place = draw.randrange(len(value) + 1)
    return (
        (value[:place] + "x" + value[place:])[: field.max_length]
        if len(value) < 64
        else "f" + value[1:-1] + "0"
    )


def problems_after(change):
    """What the command says after a change, which is then undone."""
    said = ""
    try:
        with transaction.atomic():
            change()
            try:
                call_command("verify_cycle", str(YEAR))
            except CommandError as error:
                said = str(error)
            raise Undone
    except Undone:
        return said
    except IntegrityError as error:
        return f"a constraint refuses it: {error}"


def test_every_single_change_is_named(db, without_paper, monkeypatch):  # noqa: F811
    monkeypatch.setattr(integrity, "find_signature_problems", lambda _content: ())
    reported_year()
    call_command("verify_cycle", str(YEAR))
    unnamed = []
    with guards_lifted():
        for seed in range(SEEDS):
            draw = random.Random(seed)
            table, field = COLUMNS[seed % len(COLUMNS)]
            row = draw.choice(list(rows_of_year(table)))
            value = other(row, field, draw)
            if value == getattr(row, field.attname) or (value is None and not field.null):
                continue  # there is nothing else that it could be
            the_row = table.objects.filter(pk=row.pk)
            if not problems_after(partial(the_row.update, **{field.attname: value})):
                unnamed.append(f"{table.__name__}.{field.name}: {getattr(row, field.attname)!r} → {value!r}")
        for table in TABLES[2:]:
            for row in table.objects.all():
                if not problems_after(partial(table.objects.filter(pk=row.pk)._raw_delete, "default")):
                    unnamed.append(f"{table.__name__}: no {row}")
    assert not unnamed, "\n".join(unnamed)
    call_command("verify_cycle", str(YEAR))
