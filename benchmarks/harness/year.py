"""An invented year of four units with five instruments each, one use a day, through `history_import`."""

from datetime import timedelta
from decimal import Decimal

from bookings.usage.domain.choices import Rating
from bookings.usage.domain.history import HistoryRow, PastUse
from bookings.usage.services.history import history_import
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from instrument_share.demo.city import adopted_policy
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import ServiceMode
from providers.terms.models import PriceLine
from rewards.assessment.services.notice import cycle_announce, cycle_approve
from rewards.assessment.services.scoring import cycle_score
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.findings.services.checking import cycle_check
from rewards.findings.services.deciding import finding_decide
from rewards.policy.services import policy_load
from tests.rewards.builders import AFTER, YEAR, build_city, local

UNITS = ("云屏理工大学", "云屏材料研究所", "云屏海洋研究院", "云屏医学院")
PER_UNIT = 5
DAY = timedelta(days=1)


class Year:
    """The city before its year is frozen. `rows` are what was done, by unit."""

    def __init__(self, uses_each: int) -> None:
        self.city = build_city()
        self.client = self.city.organization("云屏小微企业有限公司", kind="enterprise", size_class="small")
        self.rows: list[list[HistoryRow]] = []
        self.administrator = self.city.person("系统管理员", self.client, Role.SYSADMIN)
        for name in UNITS:
            unit = self.city.unit(name)
            rows = []
            for number in range(PER_UNIT):
                instrument = self.city.instrument(unit, f"{name}仪器{number + 1}")
                PriceLine.objects.create(rule=instrument.rules.get(), price_yuan=Decimal(100))
                # One use in three is the unit's own.
                rows += [
                    self._row(instrument.pk, day, self.client.pk if day % 3 else unit.pk)
                    for day in range(uses_each)
                ]
            self.rows.append(rows)

    def _row(self, instrument_id: int, day: int, payer_id: int) -> HistoryRow:
        start = local(YEAR, 1, 2, 9) + day * DAY
        time = Interval(start, start + timedelta(hours=4))
        return HistoryRow(
            instrument_id=instrument_id,
            user_id=self.city.researcher.pk,
            payer_organization_id=payer_id,
            service_mode=ServiceMode.OPERATED,
            subject="断口观察",
            booked=time,
            requested_at=start - 2 * DAY,
            used=PastUse(
                time=time,
                operator_id=self.city.operators[instrument_id].pk,
                idle_seconds=600,
                recorded_at=time.end,
                confirmed_by_id=self.city.researcher.pk,
                rating=Rating.VERY_SATISFIED,
            ),
        )

    def import_all(self) -> None:
        for rows in self.rows:
            history_import(actor=self.administrator, rows=rows, now=AFTER)


class Steps:
    """The bureau's steps of that year under the city's adopted policy, from 5 January on."""

    def __init__(self, officer: User) -> None:
        self.officer = officer
        policy = policy_load(actor=self.officer, document=adopted_policy(YEAR), now=AFTER)
        cycle = cycle_open(
            actor=self.officer, year=YEAR, policy_id=policy.pk, budget_yuan=Decimal(3_000_000), now=AFTER
        )
        self.on = {"actor": self.officer, "cycle_id": cycle.pk}

    @property
    def cycle(self) -> AssessmentCycle:
        return AssessmentCycle.objects.select_related("policy").get(pk=self.on["cycle_id"])

    def freeze(self) -> None:
        cycle_freeze(**self.on, now=AFTER)

    def check(self) -> None:
        cycle_check(**self.on, now=AFTER + DAY)

    def score(self) -> None:
        cycle_score(**self.on, now=AFTER + 2 * DAY)

    def approve(self) -> None:
        """Announce and, when the notice is over and every finding was dismissed, approve."""
        decided = AFTER + 20 * DAY  # no unit answers within its ten working days
        for finding in self.cycle.findings.all():
            finding_decide(
                actor=self.officer, finding_id=finding.pk, uphold=False, reason="情况属实", now=decided
            )
        self.score()
        contact = {"person": "科技局", "phone": "0999-1234567", "address": "云屏市望江路 1 号"}
        cycle_announce(**self.on, **contact, now=decided)
        cycle_approve(actor=self._reviewer(), cycle_id=self.cycle.pk, now=decided + 14 * DAY)

    def _reviewer(self) -> User:
        """Return another officer of the bureau."""
        bureau = self.officer.memberships.get(role=Role.BUREAU_OFFICER.value).organization
        reviewer = User.objects.create(username="reviewer", name="审定人")
        reviewer.memberships.create(
            organization=bureau, role=Role.BUREAU_OFFICER.value, state="active", created_at=AFTER
        )
        return reviewer
