"""300 random years come out alike by the program and by examples/recompute.py, to the 分."""

import gzip
import io
import json
import random
import zipfile
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from bookings.domain import Rating, UsagePurpose
from rewards.assessment.domain.outcome import compute_outcome
from rewards.cycle.domain.snapshot_schema import (
    DecisionsRow,
    InstrumentRow,
    OpennessRow,
    UnitRow,
    UsageRow,
    build_row,
    encode_row,
)
from rewards.findings.domain.rulings import Rulings
from rewards.policy.domain.policy import BASES, EXCLUSIONS
from rewards.policy.domain.policy_document import read_policy
from rewards.policy.domain.vocabulary import MEASURES
from tests.rewards.assessment.domain.test_outcome_of_snapshot import UNIT
from tests.rewards.builders import local
from tests.rewards.cycle.domain.test_snapshot_schema import INSTRUMENT, USAGE

EXAMPLES = Path(__file__).parents[3] / "examples"
CASES, BLOCK = 300, 60
YEAR = 2025
HEAD = """
format = "reward-policy/1"
code = "random"
version = "1"
title_zh = "随机"
source_zh = "随机"
"""
GRADES = """
[[grades]]
code = "good"
at_least = 40
title_zh = "良好"
[[grades]]
code = "poor"
at_least = 0
title_zh = "较差"
"""


class Draw:
    """One random city with its policy and decisions; the same seed draws the same."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.unit_rows = [self._unit(at) for at in range(self.random.randint(1, 5))]
        owned = [self._instrument(at) for at in range(self.random.randint(1, 7))]
        self.instrument_rows = owned
        self.uses = {row.instrument: self._uses(row.instrument) for row in owned}
        self.scored = self.random.random() < 0.7
        self.budget = Decimal(self.random.choice(["150", "1000", "7777.77", "50000", "900000"]))
        self.decided = [self._decision(at) for at in range(self.random.randint(0, 4))]

    def pick(self, *options):
        return self.random.choice(options)

    def _unit(self, at):
        values = {
            "uscc": f"USCC{at}",
            "organization": f"ORG-{at}",
            "group": self.pick(None, "USCC0", "USCC1"),
            "kinds_complete": [self.random.randint(0, 6) for _ in range(self.pick(0, 3, 12))],
            "published_instruments": self.random.randint(0, 9),
            "declared_instruments": self.pick(None, 0, 9),
            "cases_published": self.random.randint(0, 3),
        }
        return build_row(UnitRow, UNIT | values)

    def _instrument(self, at):
        values = {
            "instrument": f"INS-{at}",
            "uscc": self.pick(*self.unit_rows).uscc,
            "value_yuan": Decimal(self.pick(0, 150_000, 300_000, 1_000_000)),
            "purpose": self.pick("general", "special"),
            "externally_shared": self.random.random() < 0.9,
            "published_in_year": self.random.random() < 0.9,
            "in_service_from": self.pick(date(2020, 1, 1), date(YEAR, 7, 1), date(YEAR, 12, 31)),
            "retired_on": self.pick(None, None, date(YEAR - 1, 12, 31), date(YEAR, 9, 30)),
        }
        return build_row(InstrumentRow, INSTRUMENT | values)

    def _uses(self, instrument):
        return [self._use(instrument, number) for number in range(1, self.random.randint(0, 9) + 1)]

    def _use(self, instrument, number):
        start = self.pick(local(YEAR, 1, 1), local(YEAR, 3, 1), local(YEAR + 1, 1, 1)) + timedelta(
            minutes=self.random.randint(-200, 200)
        )
        end = start + timedelta(minutes=self.random.randint(1, 150))
        values = {
            "id": f"{instrument}-{number}",
            "instrument": instrument,
            "number": number,
            "starts_at": start,
            "ends_at": end,
            "recorded_at": end + timedelta(days=self.pick(0, 9, 11)),
            "setup_seconds": self.random.randint(0, 900),
            "measuring_seconds": self.random.randint(0, 4000),
            "amount_yuan": Decimal(self.random.randint(0, 900_000)) / 100,
            "external": self.random.random() < 0.7,
            "related": self.random.random() < 0.2,
            "in_region": self.random.random() < 0.8,
            "confirmed": self.random.random() < 0.9,
            "user_organization_kind": self.pick("enterprise", "university"),
            "user_size_class": self.pick("large", "small", "none"),
            "payer_organization": self.pick(None, "ORG-0", "ORG-1", "ORG-9"),
            "purpose": self.pick(*UsagePurpose),
            "capture": self.pick("check_out", "manual", "import", "device"),
            "rating": self.pick(None, *Rating),
            "open_dispute": self.pick(None, "UDP-1"),
            "logged_ends_at": self.pick(None, None, end - timedelta(days=3), end + timedelta(days=3)),
        }
        return build_row(UsageRow, USAGE | values)

    def _decision(self, at):
        logs = [use.id for uses in self.uses.values() for use in uses]
        return {
            "number": at + 1,
            "uscc": self.pick(*self.unit_rows).uscc,
            "kind": self.pick("overlap", "amount"),
            "state": self.pick("upheld", "upheld", "dismissed"),
            "invalidated_logs": self.random.sample(logs, min(len(logs), 2)),
            "falsified": self.random.random() < 0.15,
            "overdue": self.random.random() < 0.5,
        }

    # what the program takes

    def units(self):
        return self.unit_rows

    def instruments(self):
        return self.instrument_rows

    def openness(self):
        values = [("INS-0", 400_000, 3600), ("INS-2", 7_000_000, 999_999), ("INS-3", 0, 0)]
        return [
            build_row(
                OpennessRow, dict(zip(("instrument", "offered_seconds", "closed_seconds"), row, strict=True))
            )
            for row in values
        ]

    def decisions(self):
        return [build_row(DecisionsRow, {"uscc": "USCC0", "decided": 3, "lapsed": 4})]

    def usage(self, instrument):
        return self.uses[instrument]

    @property
    def rulings(self):
        upheld = [each for each in self.decided if each["state"] == "upheld"]
        counts = defaultdict(Counter)
        for each in upheld:
            counts[each["uscc"]].update([each["kind"], "upheld", *(["overdue"] if each["overdue"] else [])])
        return Rulings(
            frozenset(log for each in upheld for log in each["invalidated_logs"]),
            counts,
            frozenset(each["uscc"] for each in upheld if each["falsified"]),
        )

    # what the example takes

    def package(self, document):
        target = io.BytesIO()
        parts = {
            "units": self.unit_rows,
            "instruments": self.instrument_rows,
            "openness": self.openness(),
            "decisions": self.decisions(),
            **{f"usage/{name}": uses for name, uses in self.uses.items() if uses},
        }
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("奖励办法.toml", document)
            archive.writestr("核查决定.json", json.dumps({"decisions": self.decided}))
            archive.writestr("年度数据清单.json", json.dumps({"year": YEAR}))
            for name, rows in parts.items():
                lines = b"".join(map(encode_row, rows))
                archive.writestr(f"年度数据/{name}.jsonl.gz", gzip.compress(lines, 1))
        return zipfile.ZipFile(target)

    # the policy

    def document(self):
        exclude = self.random.sample(EXCLUSIONS, self.random.randint(0, len(EXCLUSIONS)))
        caps = [f"{key} = {self.pick(90, 333.33, 20000)}" for key in ("instrument", "unit", "group")]
        return "\n".join(
            [
                HEAD,
                "[counting]",
                f"value_threshold = {self.pick(0, 200_000)}",
                f"exclude = {json.dumps(exclude)}",
                self.pick("", "late_by_hand_days = 10"),
                "[quota]\ngeneral = 12\nspecial = 3.5",
                f'[money]\nunit = "{self.pick("分", "元", "百元")}"',
                "[caps]",
                *(cap for cap in caps if self.random.random() < 0.5),
                self._groups() if self.scored else "",
                *self._rules(),
            ]
        )

    def _groups(self):
        measures = self.random.sample(sorted(MEASURES), 5)
        indicators = [
            f'[[groups.indicators]]\ncode = "{name}"\nmeasure = "{name}"\ntitle_zh = "例"\npoints = 20\n'
            f"no_value = {self.pick(0, 7)}\nshape = {self._shape()}"
            for name in measures
        ]
        findings = "[findings]\ncap = 5.5\npoints = { overdue = 2, upheld = 0.333, overlap = 3 }\n"
        return '[[groups]]\ntitle_zh = "例"\n' + "\n".join(indicators) + "\n" + findings + GRADES

    def _shape(self):
        return self.pick(
            '{ kind = "linear", zero = 0, full = "1/3" }',
            '{ kind = "linear", zero = 5, full = 0.5 }',
            '{ kind = "steps", steps = [[0.1, 3], [0.5, 11.115], [3, 20]] }',
            '{ kind = "per_unit", points = 0.7, each = 0.05 }',
        )

    def _rules(self):
        number = self.random.randint(1, 3)
        highest = self.random.random() < 0.4
        over = self.pick("scale", "fill")
        kinds = ["income_rate", "instrument_income", "grade_fixed", "value_fixed"]
        if self.scored and not highest:
            kinds.append("score_share")
        for at in range(number):
            kind = self.pick(*kinds)
            lines = [f'[[rules]]\ncode = "rule-{at}"\nkind = "{kind}"\nclause_zh = "例"']
            if highest:
                lines.append(f'highest_of = "one"\nshare = 0.9\nover_budget = "{over}"')
            else:
                lines.append(f'share = "1/{number}"\nover_budget = "{self.pick("scale", "fill")}"')
            yield "\n".join([*lines, *self._of_kind(kind)])

    def _of_kind(self, kind):
        if kind in ("income_rate", "instrument_income"):
            # What a unit paid for tests is not among the facts of every version of the snapshot.
            yield f'basis = "{self.pick(*BASES[:3])}"'
            yield self.pick(
                "rate = 0.075", "rate = { good = 0.1, poor = 0.03 }" if self.scored else "rate = 1"
            )
        elif kind == "grade_fixed":
            yield self.pick(
                "amounts = 149", "amounts = { good = 350.5, poor = 1 }" if self.scored else "amounts = 0"
            )
        elif kind == "value_fixed":
            yield "bands = [[100000, 149.5], [300000, 2000]]"
        else:
            yield self.pick("floor = 10", 'floor = "good"')


@pytest.fixture
def example(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    import recompute_money
    import recompute_year

    def compute(archive, budget):
        year = recompute_year.Year(archive)
        for unit in year.units.values():
            recompute_year.assess(year, unit)
            unit["balance"] = recompute_year.balance(unit)
        recompute_money.Money(year).allocate(Fraction(budget))
        return year

    return compute


def figures_of_program(unit):
    facts = [each.facts for each in unit.instruments if each.ineligible_reason is None]
    return {
        "effective": sum((Fraction(one.effective_seconds) for one in facts), Fraction(0)),
        "external_income": sum((Fraction(one.external_income) for one in facts), Fraction(0)),
        "indicators": {
            one.code: (one.measured.value, Fraction(one.points)) for one in unit.assessment.indicators
        },
        "deducted": Fraction(unit.assessment.deducted),
        "score": None if unit.assessment.score is None else Fraction(unit.assessment.score),
        "grade": unit.assessment.grade or "",
        "claims": {claim.rule.code: claim.amount for claim in unit.award.claims},
        "pots": {pot.pot: (pot.share, pot.amount) for pot in unit.award.pots},
        "award": Fraction(unit.award.amount),
        "balance": {
            step: (each["entries"], Fraction(each["hours"])) for step, each in unit.balance.as_json().items()
        },
    }


def figures_of_example(unit):
    return {
        "effective": unit["sums"]["effective"],
        "external_income": unit["sums"]["external_income"],
        "grade": unit["code"],
        **{
            key: unit[key]
            for key in ("indicators", "deducted", "score", "claims", "pots", "award", "balance")
        },
    }


@pytest.mark.parametrize("block", range(CASES // BLOCK))
def test_random_years_come_out_alike(block, example):
    awards = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        draw = Draw(seed)
        document = draw.document()
        outcome = compute_outcome(read_policy(document), YEAR, draw, draw.rulings, draw.budget)
        with draw.package(document) as archive:
            year = example(archive, draw.budget)
        for unit in outcome.units:
            assert figures_of_example(year.units[unit.facts.uscc]) == figures_of_program(unit), (
                seed,
                document,
            )
            awards += bool(unit.award.amount)
        assert year.reasons[""] == outcome.counted
        assert {
            reason: count for reason, count in year.reasons.items() if reason not in ("", "other_year")
        } == {reason: entries for reason, (entries, _) in outcome.excluded.items()}
    assert awards > BLOCK  # most years have something to divide
