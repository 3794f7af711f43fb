"""An invented city of three sizes on PostgreSQL, written by the database itself.

It is valid for what pages and exports read, not for what verifies: entries of usage chains have no true hash,
logs by hand have no booking, revisions of an instrument repeat it, and nothing stands in the journal. The
index of the search is empty: `search_rebuild` fills it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Min, Model
from schedule.models import Calendar

from benchmarks.catalogue import ADJECTIVES, KINDS
from benchmarks.harness.copies import copies, revisions, series, unchecked
from bookings.requests.models import NextFree
from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageEntry, UsageLog
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import District, Membership, Organization, User
from instrument_share.kernel.city_time import CITY_TIME
from providers.instruments.models import Instrument, InstrumentCategory, Keeper
from providers.search.services.synonyms import synonyms_load
from providers.terms.domain.choices import Decision, ServiceMode, UserKind
from providers.terms.models import OpenServiceRule, OpenWindow, PriceLine
from providers.units.models import OpennessStatement, Regulation, ServiceCase, UnitNews, UnitProfile

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.astimezone(CITY_TIME).date()
LONG_AGO = NOW - timedelta(days=1000)
DISTRICTS, REVISIONS, WINDOWS = 8, 7, 14
KEPT = 10
"""So many instruments has the keeper whose day is measured."""
WAITS = 50
"""One log in so many waits to be confirmed."""
AGO = f"timestamptz '{NOW:%Y-%m-%d %H:%M:%S}+00' - interval '1 {{unit}}' * ({{number}})"


@dataclass(frozen=True)
class Size:
    """How much of each there is."""

    instruments: int
    units: int
    clients: int
    logs: int


SIZES = {
    "small": Size(instruments=60, units=9, clients=90, logs=25_000),
    "middle": Size(instruments=2_000, units=60, clients=600, logs=244_000),
    "large": Size(instruments=20_000, units=200, clients=2_000, logs=1_000_000),
}


class BigCity:
    """The city; `officer`, `manager` and `keeper` are who looks at it."""

    def __init__(self, size: Size) -> None:
        self.size = size
        synonyms_load(actor=None, now=LONG_AGO)
        self.people()
        self.units()
        self.instruments()
        self.terms()
        self.publications()
        with unchecked():
            self.logs()

    def people(self) -> None:
        bureau = self._organization("云屏市科学技术局", "bureau")
        bureau.save()
        self.officer, self.manager, self.keeper, self.operator, self.researcher = (
            User.objects.create(username=name, name=name, email=f"{name}@example.org")
            for name in ("officer", "manager", "keeper", "operator", "researcher")
        )
        self._member(self.officer, bureau.pk, Role.BUREAU_OFFICER)
        for number in range(DISTRICTS):
            District.objects.create(code=f"9901{number + 1:02}", name_zh=f"第{number + 1}区")

    def units(self) -> None:
        district = f"{_first(District)} + n % {DISTRICTS}"
        unit = self._organization("", "university", owns_instruments=True)
        uscc, name = "'1299{0}' || lpad(n::text, 13, '0')", "'云屏{0}' || n"
        copies(
            unit,
            series(self.size.units),
            uscc=uscc.format(1),
            name_zh=name.format("单位"),
            district_id=district,
        )
        self.unit = unit_id = _first(Organization, owns_instruments=True)
        company = self._organization("", "enterprise", size_class="small")
        copies(
            company,
            series(self.size.clients),
            public_id="'ORG-C' || lpad(n::text, 9, '0')",
            uscc=uscc.format(2),
            name_zh=name.format("企业"),
        )
        self.client = _first(Organization, kind="enterprise")
        self._member(self.manager, unit_id, Role.UNIT_MANAGER)
        self._member(self.keeper, unit_id, Role.KEEPER)
        self._member(self.researcher, self.client, Role.RESEARCHER)
        profile = UnitProfile(
            state="published",
            introduction_zh="云屏市的大型科研仪器向社会开放，" * 10,
            address_zh="云屏市学府路一号",
            contact="李老师",
            phone="0999-1234567",
            picture="units/picture.jpg",
            published_at=LONG_AGO,
        )
        confirmed = AGO.format(unit="day", number="n * 37 % 500")
        copies(
            profile,
            series(self.size.units),
            organization_id=f"{unit_id} - 1 + n",
            confirmed_at=confirmed,
        )
        revisions(UnitProfile, 3, AGO.format(unit="day", number="900 - n * 250"))

    def instruments(self) -> None:
        for number, (name, name_en, _) in enumerate(KINDS):
            code = f"{number + 1:02}0000"
            InstrumentCategory.objects.create(version="1", code=code, name_zh=name, name_en=name_en)
        kinds = _array(f"{adjective}{kind[0]}" for adjective in ADJECTIVES for kind in KINDS)
        copies(
            Instrument(
                state="published",
                name_en="Analyser",
                functions_zh="材料形貌、成分与结构的常规分析，面向高校与企业开放。",
                created_at=LONG_AGO,
                published_at=LONG_AGO,
            ),
            series(self.size.instruments),
            organization_id=f"{self.unit} + n % {self.size.units}",
            category_id=f"{_first(InstrumentCategory)} + n % {len(KINDS)}",
            inner_number="'N' || n",
            name_zh=f"{kinds}[1 + n % {len(KINDS) * len(ADJECTIVES)}]",
            model="'M-' || n",
            value_yuan="200000 + n * 7919 % 5000000",
            confirmed_at=AGO.format(unit="day", number="n / 200 * 37 % 400"),
        )
        self.instrument = first = _first(Instrument)
        revisions(Instrument, REVISIONS, AGO.format(unit="day", number=f"1000 - n * {900 // REVISIONS}"))
        kept = Instrument.objects.filter(organization_id=self.unit).order_by("pk")[:KEPT]
        Keeper.objects.bulk_create(Keeper(instrument=one, user=self.keeper) for one in kept)
        copies(
            NextFree(until=None, days=TODAY.isoformat(), computed_at=NOW),
            series(self.size.instruments),
            instrument_id=f"{first} - 1 + n",
            at=AGO.format(unit="hour", number="- n % 97"),
        )

    def terms(self) -> None:
        numbers = series(self.size.instruments)
        copies(Calendar(name="rule"), numbers, slug="'rule-' || n")
        rule = OpenServiceRule(
            version=1,
            applies_from=LONG_AGO,
            user_kinds=[kind.value for kind in UserKind],
            service_modes=[mode.value for mode in ServiceMode],
            decision=Decision.AT_ONCE.value,
            created_at=LONG_AGO,
        )
        copies(
            rule,
            numbers,
            instrument_id=f"{self.instrument} - 1 + n",
            calendar_id=f"{_first(Calendar)} - 1 + n",
        )
        rules = _first(OpenServiceRule)
        copies(PriceLine(), numbers, rule_id=f"{rules} - 1 + n", price_yuan="50 + n * 37 % 900")
        copies(
            OpenWindow(),
            f"{numbers}, generate_series(0, {WINDOWS - 1}) AS day",
            instrument_id=f"{self.instrument} - 1 + n",
            rule_id=f"{rules} - 1 + n",
            starts_at=f"timestamptz '{TODAY} 08:00+08' + interval '1 day' * day",
            ends_at=f"timestamptz '{TODAY} 20:00+08' + interval '1 day' * day",
        )

    def publications(self) -> None:
        """Six news, three cases, a regulation and a statement of each unit; of some units all are old."""
        text = {"title_zh": "标题", "body_zh": "正文" * 50, "created_at": LONG_AGO}
        for row, each in (
            (UnitNews(**text), 6),
            (ServiceCase(**text), 3),
            (Regulation(**text, effective_date=LONG_AGO.date()), 1),
            (OpennessStatement(**text, year=TODAY.year - 1), 1),
        ):
            copies(
                row,
                series(each * self.size.units),
                organization_id=f"{self.unit} + n % {self.size.units}",
                published_at=AGO.format(unit="day", number="n * 53 % 500"),
            )

    def logs(self) -> None:
        """Each instrument is used at even distances over a year; two uses in three are for others."""
        size, numbers = self.size, series(self.size.logs)
        instrument = f"{self.instrument} + n % {size.instruments}"
        hours = f"(n / {size.instruments} + 1) * {365.0 * 24 * size.instruments / size.logs:.3f}"
        starts = f"date_trunc('second', {AGO.format(unit='hour', number=hours)})"
        unit = f"{self.unit} + n % {size.instruments} % {size.units}"
        client = f"{self.client} + n % {size.clients}"
        entries = self._entries("log", numbers, instrument, f"2 * (n / {size.instruments}) + 1")
        log = UsageLog(
            user=self.researcher,
            operator=self.operator,
            user_kind="enterprise",
            user_size_class="small",
            in_region=True,
            related=False,
            measuring_seconds=3 * 3600,
            effective_seconds=3 * 3600,
            service_mode="operated",
            direction="research",
            content="断口观察",
            amount_yuan=Decimal(300),
            capture="manual",
        )
        copies(
            log,
            numbers,
            entry_id=f"{entries} - 1 + n",
            instrument_id=instrument,
            payer_organization_id=f"CASE n % 3 WHEN 0 THEN {unit} ELSE {client} END",
            external="n % 3 <> 0",
            starts_at=starts,
            ends_at=f"{starts} + interval '3 hours'",
        )
        logs = _first(UsageLog)
        confirmed = (
            f"(SELECT n, row_number() OVER (ORDER BY n) AS place FROM {numbers}"
            f" WHERE (n + n / {size.instruments}) % {WAITS} <> 0) AS confirmed"
        )
        number = f"2 * (n / {size.instruments}) + 2"
        entries = self._entries("confirmation", confirmed, instrument, number)
        copies(
            UsageConfirmation(),
            confirmed,
            entry_id=f"{entries} - 1 + place",
            log_id=f"{logs} - 1 + n",
        )
        self._corrections(logs)

    def _corrections(self, logs: int) -> None:
        """One log in two hundred was corrected, and the correction confirmed."""
        size = self.size
        numbers, log = series(size.logs // 200), f"{logs} - 1 + n * 200 - 199"
        instrument = f"{self.instrument} + (n * 200 - 199) % {size.instruments}"
        proposed = self._entries("correction", numbers, instrument, "1000000 + 2 * n")
        correction = UsageCorrection(changes={"measuring_seconds": 7200}, reason="记错")
        copies(correction, numbers, entry_id=f"{proposed} - 1 + n", log_id=log)
        confirmed = self._entries("confirmation", numbers, instrument, "1000001 + 2 * n")
        copies(
            UsageConfirmation(),
            numbers,
            public_id="'CNC-' || lpad(n::text, 10, '0')",
            entry_id=f"{confirmed} - 1 + n",
            log_id=log,
            correction_id=f"{_first(UsageCorrection)} - 1 + n",
        )

    def _entries(self, kind: str, source: str, instrument: str, number: str) -> int:
        """Insert entries and return the id of the first."""
        last = UsageEntry.objects.aggregate(last=Max("pk", default=0))["last"]
        nothing = "0" * 64
        entry = UsageEntry(
            kind=kind, previous_hash=nothing, hash=nothing, recorded_at=NOW, recorded_by=self.operator
        )
        copies(entry, source, instrument_id=instrument, number=number)
        return _first(UsageEntry, pk__gt=last)

    def _organization(self, name: str, kind: str, **fields: object) -> Organization:
        return Organization(
            uscc="110000000000000000",
            name_zh=name,
            kind=kind,
            state="admitted",
            created_at=LONG_AGO,
            **fields,
        )

    def _member(self, user: User, organization_id: int, role: Role) -> None:
        Membership.objects.create(
            user=user,
            organization_id=organization_id,
            role=role.value,
            state="active",
            created_at=LONG_AGO,
        )


def _first(model: type[Model], **which: object) -> int:
    """Return the lowest id; those that follow have no gap in a new database."""
    found = model._default_manager.filter(**which).aggregate(first=Min("pk"))["first"]
    assert isinstance(found, int)
    return found


def _array(texts: Iterable[str]) -> str:
    return "(ARRAY[" + ", ".join(f"'{text}'" for text in texts) + "])"
