"""A small city whose year comes out at figures that can be checked by hand.

    city = build_city()
    instrument = city.instrument(city.unit("云屏大学"), "扫描电子显微镜")
    city.logs(instrument, 70, payer=client, external=True)

Rows are made directly: what is tested here begins when the year is over.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from schedule.models import Calendar

from bookings.requests.models import Booking, BookingGroup
from bookings.usage.models import Review, UsageConfirmation, UsageEntry, UsageLog
from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.models import District, Membership, Organization, User
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.uscc import compute_check_character
from providers.instruments.models import Instrument
from providers.terms.models import OpenServiceRule, OpenWindow
from providers.units.models import UnitProfile
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_answer
from rewards.findings.services.falsification import (
    falsification_answer,
    falsification_decide,
    falsification_propose,
)
from rewards.payments.models import PayeeAccount
from rewards.payments.services.accounts import account_check, account_enter

YEAR = 2025
CONTACT = {"person": "科技局收件人", "phone": "0999-1234567", "address": "云屏市望江路 1 号"}
"""Whom a public notice names."""
BEFORE = datetime(2024, 6, 1, tzinfo=UTC)
AFTER = datetime(2026, 1, 5, 2, tzinfo=UTC)
NIGHT = timedelta(hours=10, minutes=10)

POLICY = """
format = "reward-policy/1"
code = "small-city"
version = "1"
title_zh = "小城大型科研仪器开放共享奖励办法"
source_zh = "为测试而写"

[counting]
value_threshold = 200000
exclude = ["related", "medical"]

[money]
unit = "元"

[[groups]]
title_zh = "运行与共享"
[[groups.indicators]]
code = "utilization"
measure = "utilization"
title_zh = "有效机时率"
points = 40
shape = { kind = "linear", zero = 0, full = 1 }
[[groups.indicators]]
code = "external_share"
measure = "external_share"
title_zh = "对外服务机时占比"
points = 60
shape = { kind = "linear", zero = 0, full = 0.5 }

[findings]
cap = 10
points = { overdue = 2 }

[[grades]]
code = "good"
at_least = 75
title_zh = "良好"
[[grades]]
code = "pass"
at_least = 60
title_zh = "合格"
[[grades]]
code = "poor"
at_least = 0
title_zh = "较差"

[[rules]]
code = "by-score"
kind = "score_share"
clause_zh = "按得分超出合格线的部分分配"
floor = "pass"
"""

POLICY_OF_ALL_ROWS = POLICY.replace("points = 40", "points = 10").replace(
    "\n[findings]",
    """
[[groups.indicators]]
code = "satisfaction"
measure = "satisfaction"
title_zh = "用户满意度"
points = 10
shape = { kind = "linear", zero = 3, full = 5 }
[[groups.indicators]]
code = "decisions"
measure = "decision_timeliness"
title_zh = "审批及时率"
points = 10
shape = { kind = "linear", zero = 0, full = 1 }
[[groups.indicators]]
code = "completeness"
measure = "completeness"
title_zh = "信息完整度"
points = 10
shape = { kind = "linear", zero = 0, full = 1 }

[findings]""",
)
"""The same with the indicators that have pages of their rows."""


class Numbers:
    """1, 2, 3 …; a copy goes on from where it was made."""

    last = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last


@dataclass
class City:
    officer: User
    reviewer: User
    auditor: User
    finance: User
    researcher: User
    operators: dict[int, User] = field(default_factory=dict)
    numbers: Numbers = field(default_factory=Numbers)

    def organization(self, name: str, *, kind: str = "university", **values: object) -> Organization:
        first = f"1244030{next(self.numbers):010d}"
        return Organization.objects.create(
            uscc=first + compute_check_character(first),
            name_zh=name,
            kind=kind,
            state="admitted",
            created_at=BEFORE,
            **values,
        )

    def person(self, name: str, organization: Organization, role: Role) -> User:
        username = f"person-{next(self.numbers)}"
        person = User.objects.create(username=username, name=name, privacy_version=NOTICE_VERSION)
        return self.give(person, organization, role)

    def give(self, user: User, organization: Organization, role: Role) -> User:
        """The person has another role as well."""
        Membership.objects.create(
            user=user, organization=organization, role=role.value, state="active", created_at=BEFORE
        )
        forget_standing(user)
        return user

    def account(self, unit: Organization, number: str = "6222020000001234") -> PayeeAccount:
        """A receiving account that its manager entered and Finance checked."""
        manager = self.person("管理员", unit, Role.UNIT_MANAGER)
        entered = account_enter(
            actor=manager,
            organization_id=unit.pk,
            holder=unit.name_zh,
            bank="云屏银行科苑支行",
            number=number,
            now=BEFORE,
        )
        return account_check(actor=self.finance, account_id=entered.pk, now=BEFORE)

    def unit(self, name: str, **values: object) -> Organization:
        unit = self.organization(name, owns_instruments=True, **values)
        profile = UnitProfile(organization=unit, state="published", published_at=BEFORE, confirmed_at=BEFORE)
        profile._history_date = BEFORE
        profile.save()
        return unit

    def instrument(
        self,
        unit: Organization,
        name: str,
        *,
        value: int = 500_000,
        since: date = date(2020, 1, 1),
        **values: object,
    ) -> Instrument:
        instrument = Instrument(
            organization=unit,
            state="published",
            inner_number=f"N{next(self.numbers)}",
            name_zh=name,
            value_yuan=value,
            in_service_date=since,
            place_zh=f"{name}实验室",
            created_at=BEFORE,
            published_at=BEFORE,
            confirmed_at=BEFORE,
            **values,
        )
        instrument._history_date = BEFORE
        instrument.save()
        self.operators[instrument.pk] = self.person(f"{name}操作员", unit, Role.KEEPER)
        rule = OpenServiceRule.objects.create(
            instrument=instrument,
            version=1,
            applies_from=BEFORE,
            calendar=Calendar.objects.create(name=name, slug=f"c-{next(self.numbers)}"),
            user_kinds=["inside", "outside", "enterprise"],
            service_modes=["operated"],
            created_at=BEFORE,
        )
        OpenWindow.objects.create(
            instrument=instrument, rule=rule, starts_at=local(YEAR, 1, 1), ends_at=local(YEAR, 12, 30)
        )
        return instrument

    def logs(
        self, instrument: Instrument, number: int, *, payer: Organization, external: bool, **values: object
    ) -> list[UsageLog]:
        """`number` uses of ten effective hours, one a day after the last one, ¥1,000 each when external."""
        taken = UsageLog.objects.filter(instrument=instrument).count()
        starts = [local(YEAR, 1, 2, 8) + timedelta(days=taken + day) for day in range(number)]
        amount = Decimal(1000 if external else 300)
        return self._record(instrument, starts, payer=payer, external=external, amount=amount, **values)

    def log(self, instrument: Instrument, start: datetime, **values: object) -> UsageLog:
        """One use of ten effective hours; `values` as `_record` takes them."""
        (log,) = self._record(instrument, [start], **values)
        return log

    def _record(
        self,
        instrument: Instrument,
        starts: list[datetime],
        *,
        payer: Organization,
        external: bool,
        amount: Decimal,
        confirmed: bool = True,
        booked: bool = True,
        rating: str = "",
        recorded_after: timedelta = timedelta(),
        **values: object,
    ) -> list[UsageLog]:
        """The uses with all that belongs to them, each kind of row in one statement."""
        bookings = self._bookings(instrument, starts, payer, amount) if booked else [None] * len(starts)
        kinds = ["log", "confirmation"] if confirmed else ["log"]
        recorded = [start + NIGHT + recorded_after for start in starts]
        entries = iter(self._entries(instrument, [(kind, at) for at in recorded for kind in kinds]))
        logs, confirmations, reviews = [], [], []
        for start, booking in zip(starts, bookings, strict=True):
            facts = {"payer": payer, "external": external, "amount": amount, **values}
            logs.append(self._log(next(entries), instrument, start, booking, **facts))
            if confirmed:
                confirmations.append(UsageConfirmation(log=logs[-1], entry=next(entries)))
            if rating:
                reviews.append(Review(log=logs[-1], rating=rating, created_at=start + NIGHT))
        UsageLog.objects.bulk_create(logs)
        UsageConfirmation.objects.bulk_create(confirmations)
        Review.objects.bulk_create(reviews)
        return logs

    def _log(
        self,
        entry: UsageEntry,
        instrument: Instrument,
        start: datetime,
        booking: Booking | None,
        *,
        payer: Organization,
        external: bool,
        amount: Decimal,
        **values: object,
    ) -> UsageLog:
        usual = {"related": False, "capture": "check_out"}
        return UsageLog(
            entry=entry,
            instrument=instrument,
            booking=booking,
            user=self.researcher,
            operator=self.operators[instrument.pk],
            payer_organization=payer,
            user_kind="outside" if external else "inside",
            user_organization_kind=payer.kind,
            user_size_class=payer.size_class,
            in_region=True,
            external=external,
            starts_at=start,
            ends_at=start + NIGHT,
            setup_seconds=1800,
            measuring_seconds=32400,
            post_seconds=1800,
            idle_seconds=600,
            effective_seconds=36000,
            service_mode="operated",
            direction="research",
            content="测试",
            amount_yuan=amount,
            **{**usual, **values},
        )

    def answer(self, finding: Finding, now: datetime, text: str = "") -> Finding:
        """The unit's manager answers; without a text, that there is no objection."""
        manager = self.person("答复人", finding.organization, Role.UNIT_MANAGER)
        return finding_answer(
            actor=manager, finding_id=finding.pk, answer=text, no_objection=not text, now=now
        )

    def prove_falsified(self, finding: Finding, now: datetime) -> None:
        """The auditor proposes that an upheld finding is a falsification, and the officer confirms it."""
        asked = {"finding_id": finding.pk, "now": now}
        falsification_propose(actor=self.auditor, reason="记录不实", question="请说明来源。", **asked)
        manager = self.person("答复人", finding.organization, Role.UNIT_MANAGER)
        falsification_answer(actor=manager, answer="无法说明。", **asked)
        falsification_decide(actor=self.officer, confirm=True, reason="查证属实", **asked)

    def entry(self, instrument: Instrument, kind: str, at: datetime) -> UsageEntry:
        """The next entry of the instrument, without what it stands for."""
        (entry,) = self._entries(instrument, [(kind, at)])
        return entry

    def _entries(self, instrument: Instrument, recorded: list[tuple[str, datetime]]) -> list[UsageEntry]:
        first = UsageEntry.objects.filter(instrument=instrument).count() + 1
        return UsageEntry.objects.bulk_create(
            UsageEntry(
                instrument=instrument,
                number=number,
                kind=kind,
                previous_hash="0" * 64,
                hash=f"{number:064d}",
                recorded_at=at,
                recorded_by=self.researcher,
            )
            for number, (kind, at) in enumerate(recorded, first)
        )

    def _bookings(
        self, instrument: Instrument, starts: list[datetime], payer: Organization, quoted: Decimal
    ) -> list[Booking]:
        groups = BookingGroup.objects.bulk_create(
            BookingGroup(user=self.researcher, created_at=start) for start in starts
        )
        rule = instrument.rules.get()
        return Booking.objects.bulk_create(
            Booking(
                group=group,
                instrument=instrument,
                rule=rule,
                user=self.researcher,
                payer_organization=payer,
                state="completed",
                starts_at=start,
                ends_at=start + NIGHT,
                held_until=start + NIGHT,
                user_kind="outside",
                service_mode="operated",
                subject="测试",
                quote=[],
                quoted_yuan=quoted,
                requested_at=start - timedelta(days=2),
            )
            for start, group in zip(starts, groups, strict=True)
        )


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CITY_TIME)


def build_city() -> City:
    District.objects.create(code="990101", name_zh="云屏区")
    city = City(officer=None, reviewer=None, auditor=None, finance=None, researcher=None)
    bureau = city.organization("云屏市科学技术局", kind="bureau")
    treasury = city.organization("云屏市财政局", kind="finance")
    college = city.organization("云屏用户学院")
    city.officer = city.person("科技局经办", bureau, Role.BUREAU_OFFICER)
    city.reviewer = city.person("科技局审定", bureau, Role.BUREAU_OFFICER)
    city.auditor = city.person("科技局核查", bureau, Role.BUREAU_AUDITOR)
    city.finance = city.person("财政局经办", treasury, Role.FINANCE_OFFICER)
    city.researcher = city.person("研究员", college, Role.RESEARCHER)
    return city


@dataclass
class Year:
    """Three units: 100.00 points, 63.51 and 38.17; a budget of 100,000 yuan goes to the first two."""

    city: City
    first: Organization
    second: Organization
    third: Organization
    first_instrument: Instrument
    second_instrument: Instrument
    third_instrument: Instrument
    client: Organization
    manager: User


def build_year() -> Year:
    city = build_city()
    client = city.organization("云屏小微企业有限公司", kind="enterprise", size_class="small")
    first, second, third = (city.unit(name) for name in ("云屏大学", "云屏材料研究所", "云屏海洋研究院"))
    instruments = (
        city.instrument(first, "扫描电子显微镜"),
        city.instrument(second, "核磁共振波谱仪"),
        city.instrument(third, "质谱仪", since=date(YEAR, 7, 1)),
    )
    for unit, instrument, inside, outside in zip(
        (first, second, third), instruments, (70, 69, 20), (70, 29, 5), strict=True
    ):
        city.logs(instrument, inside, payer=unit, external=False)
        city.logs(instrument, outside, payer=client, external=True)
    return Year(
        city, first, second, third, *instruments, client, city.person("管理员", first, Role.UNIT_MANAGER)
    )
