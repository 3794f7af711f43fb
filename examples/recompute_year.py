"""What counts, measures, points, scores and grades (docs/recompute.md, 1 to 5)."""

import heapq
import json
import tomllib
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from recompute_package import DECISIONS, POLICY, SNAPSHOT, rows

Amounts = dict[str, Fraction]
Row = dict[str, Any]

FEN = Fraction(1, 100)
PURPOSES = {
    "statutory_testing": "statutory",
    "goods_inspection": "commodity_inspection",
    "medical_care": "medical",
    "commercial_filming": "filming",
    "telecom_billing": "telecom",
}
STARS = {"very_satisfied": 5, "satisfied": 4, "neutral": 3, "dissatisfied": 2, "very_poor": 1}
OUT_OF_SCOPE = {"other_year", "not_published", "below_threshold", "not_shared", "retired"}


def half_up(figure: Fraction, step: Fraction) -> Fraction:
    """Round to a multiple of a step, halves up."""
    return floor(figure / step + Fraction(1, 2)) * step


def number(value: Any, default: Any = 0) -> Fraction:
    """Return a number of the policy exactly."""
    return Fraction(str(default if value is None else value))


def instant(text: str) -> datetime:
    """Read an instant in UTC."""
    return datetime.fromisoformat(text)


def total(figures: Iterable[Fraction]) -> Fraction:
    """Add up exactly."""
    return sum(figures, Fraction(0))


class Year:
    """The facts of every unit of the package."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.policy: Row = tomllib.loads(archive.read(POLICY).decode(), parse_float=Decimal)
        self.year: int = json.loads(archive.read(SNAPSHOT))["year"]
        self.days = (date(self.year + 1, 1, 1) - date(self.year, 1, 1)).days
        self.begin, self.end = (datetime(at - 1, 12, 31, 16, tzinfo=UTC) for at in (self.year, self.year + 1))
        self.counting: Row = self.policy.get("counting", {})
        decisions = json.loads(archive.read(DECISIONS))["decisions"]
        self.upheld = [each for each in decisions if each["state"] == "upheld"]
        self.invalidated = {log for each in self.upheld for log in each["invalidated_logs"]}
        self.reasons: Counter[str] = Counter()
        self.fees: Amounts = defaultdict(Fraction)
        openness = {each["instrument"]: each for each in rows(archive, "openness")}
        decided = {each["uscc"]: each for each in rows(archive, "decisions")}
        self.units = {each["uscc"]: each for each in rows(archive, "units")}
        for uscc, unit in self.units.items():
            unit.update(counted=[], reviews=[], served=set(), decided=0, lapsed=0)
            unit.update(entries=Counter(), seconds=defaultdict(Fraction))
            unit.update(decided.get(uscc, {}))
        for row in rows(archive, "instruments"):
            if row["uscc"] in self.units:
                row.update({"offered_seconds": 0, "closed_seconds": 0} | openness.get(row["instrument"], {}))
                self.count(self.units[row["uscc"]], row, rows(archive, "usage", row["instrument"]))

    def why_not(self, row: Row) -> str:
        """Return why an instrument does not count; empty where it does."""
        if not row["published_in_year"]:
            return "not_published"
        if Fraction(row["value_yuan"]) < number(self.counting.get("value_threshold")):
            return "below_threshold"
        if not row["externally_shared"]:
            return "not_shared"
        gone = row["retired_on"]
        return "retired" if gone and date.fromisoformat(gone) < date(self.year, 1, 1) else ""

    def count(self, unit: Row, row: Row, uses: list[Row]) -> None:
        """Add one instrument and its uses to its unit."""
        barred = self.why_not(row)
        first = max(date.fromisoformat(row["in_service_from"]), date(self.year, 1, 1))
        last = min(date.fromisoformat(row["retired_on"] or "9999-12-31"), date(self.year, 12, 31))
        row["service"] = Fraction(max((last - first).days + 1, 0), self.days)
        sums: Amounts = defaultdict(Fraction)
        parts = self.parts(uses)
        for use in uses:
            part = parts.get(use["id"], Fraction(1))
            reason = self.reason(use, barred) or ("" if part else "overlap")
            self.reasons[reason] += 1
            seconds = use["setup_seconds"] + use["measuring_seconds"] + use["post_seconds"]
            if reason not in OUT_OF_SCOPE:
                sums["reported"] += seconds
                if reason == "invalidated":
                    sums["invalidated"] += seconds
                elif use["rating"]:
                    unit["reviews"].append(STARS[use["rating"]])
            unit["entries"][reason] += 1
            unit["seconds"][reason] += seconds if reason else seconds * part
            if not reason:
                unit["seconds"]["overlap"] += seconds * (1 - part)
                self.add(unit, sums, use, seconds * part, Fraction(use["amount_yuan"]) * part)
        row["sums"] = sums
        if not barred:
            unit["counted"].append(row)

    def add(self, unit: Row, sums: Amounts, use: Row, seconds: Fraction, yuan: Fraction) -> None:
        """Add a use that counts."""
        sums["effective"] += seconds
        if not use["external"]:
            sums["internal_income"] += yuan
            return
        enterprise = use["user_organization_kind"] == "enterprise"
        sme = enterprise and use["user_size_class"] in ("medium", "small", "micro")
        sums["external"] += seconds
        sums["sme"] += seconds * sme
        sums["external_income"] += yuan
        sums["enterprise_income"] += yuan * enterprise
        sums["sme_income"] += yuan * sme
        if use["payer_organization"]:
            unit["served"].add(use["payer_organization"])
            self.fees[use["payer_organization"]] += yuan

    def reason(self, use: Row, barred: str) -> str:
        """Return the first reason why a use does not count, but for overlaps."""
        exclude = self.counting.get("exclude", ())
        if not self.begin <= instant(use["starts_at"]) < self.end:
            return "other_year"
        if barred:
            return barred
        if use["id"] in self.invalidated:
            return "invalidated"
        if not use["confirmed"]:
            return "unconfirmed"
        if use["external"] and use["related"] and "related" in exclude:
            return "related"
        if PURPOSES.get(use["purpose"]) in exclude:
            return PURPOSES[use["purpose"]]
        if use["external"] and not use["in_region"] and "outside_region" in exclude:
            return "outside_region"
        days = self.counting.get("late_by_hand_days")
        by_hand = days is not None and use["capture"] in ("manual", "import")
        entered_end = instant(use.get("logged_ends_at") or use["ends_at"])
        late = by_hand and instant(use["recorded_at"]) - entered_end > timedelta(days=int(days or 0))
        return "late_by_hand" if late else ""

    def parts(self, uses: list[Row]) -> Amounts:
        """Return the part of each use that may take time: every instant is the lowest number's."""
        taking = [use for use in uses if use["confirmed"] and use["id"] not in self.invalidated]
        spans = {use["number"]: (instant(use["starts_at"]), instant(use["ends_at"])) for use in taking}
        edges = sorted({edge for span in spans.values() for edge in span})
        waiting = sorted(spans, key=lambda one: spans[one][0], reverse=True)
        own: dict[int, timedelta] = defaultdict(timedelta)
        under_way: list[int] = []
        for now, then in pairwise(edges):
            while waiting and spans[waiting[-1]][0] <= now:
                heapq.heappush(under_way, waiting.pop())
            while under_way and spans[under_way[0]][1] <= now:
                heapq.heappop(under_way)
            if under_way:
                own[under_way[0]] += then - now
        lengths = {one: end - start for one, (start, end) in spans.items()}
        second = timedelta(seconds=1)
        return {
            use["id"]: Fraction(own[use["number"]] // second, lengths[use["number"]] // second)
            for use in taking
        }


def balance(unit: Row) -> dict[str, tuple[int, Fraction]]:
    """Return entries and hours of what was reported, excluded, taken by overlaps, and counted."""
    hours = {reason: half_up(seconds / 3600, FEN) for reason, seconds in unit["seconds"].items()}
    reasons = unit["entries"].keys() - {"", "overlap", "other_year"}
    parts = {
        "excluded": (sum(unit["entries"][each] for each in reasons), total(hours[each] for each in reasons)),
        "overlap": (unit["entries"]["overlap"], hours.get("overlap", Fraction(0))),
        "counted": (unit["entries"][""], hours.get("", Fraction(0))),
    }
    reported = (sum(entries for entries, _ in parts.values()), total(hours for _, hours in parts.values()))
    return {"reported": reported, **parts}


def quotient(top: Fraction | int, bottom: Fraction | int) -> Fraction | None:
    """Return a quotient; None where there is none."""
    return Fraction(top) / bottom if bottom else None


def less(lost: Fraction, whole: Fraction) -> Fraction | None:
    """Return 1 − lost ÷ whole."""
    return 1 - lost / whole if whole else None


def measures(unit: Row, quota: Row) -> dict[str, Fraction | None]:
    """Return every measure of a unit."""
    full = {"general": number(quota.get("general"), 1400), "special": number(quota.get("special"), 800)}
    mine = unit["counted"]
    expected = total(full[row["purpose"]] * row["service"] for row in mine)
    service = total(row["service"] for row in mine)
    worth = total(Fraction(row["value_yuan"]) for row in mine)
    offered, closed = (
        total(Fraction(row[f"{key}_seconds"]) for row in mine) for key in ("offered", "closed")
    )
    keys = ("effective", "external", "sme", "reported", "invalidated", "internal_income", "external_income")
    unit["sums"] = s = {key: total(row["sums"][key] for row in mine) for key in keys}
    kinds = unit["kinds_complete"]
    return {
        "effective_hours_mean": quotient(s["effective"] / 3600, service),
        "utilization": quotient(s["effective"] / 3600, expected),
        "external_hours_mean": quotient(s["external"] / 3600, service),
        "external_share": quotient(s["external"], s["effective"]),
        "sme_share": quotient(s["sme"], s["external"]),
        "external_income": s["external_income"],
        "income_yield": quotient(s["internal_income"] + Fraction(3, 2) * s["external_income"], worth),
        "open_hours_share": quotient(offered / 3600, expected),
        "uptime_share": less(closed, offered),
        "networked_share": quotient(unit["published_instruments"], unit["declared_instruments"] or 0),
        "completeness": quotient(sum(kinds), 6 * len(kinds)),
        "satisfaction": quotient(sum(unit["reviews"]), len(unit["reviews"])),
        "decision_timeliness": quotient(unit["decided"], unit["decided"] + unit["lapsed"]),
        "data_quality": less(s["invalidated"], s["reported"]),
        "organizations_served": Fraction(len(unit["served"])),
        "major_projects": Fraction(unit.get("major_projects") or 0),
        "cases_published": Fraction(unit["cases_published"]),
    }


def points(indicator: Row, value: Fraction | None) -> Fraction:
    """Return the points of an indicator."""
    if value is None:
        return half_up(number(indicator.get("no_value")), FEN)
    most, shape = number(indicator["points"]), indicator["shape"]
    if shape["kind"] == "linear":
        zero, full = number(shape["zero"]), number(shape["full"])
        exact = most * (value - zero) / (full - zero)
    elif shape["kind"] == "steps":
        exact = ([Fraction(0)] + [number(p) for bound, p in shape["steps"] if number(bound) <= value])[-1]
    else:
        exact = number(shape["points"]) * floor(value / number(shape["each"]))
    return half_up(min(max(exact, Fraction(0)), most), FEN)


def assess(year: Year, unit: Row) -> None:
    """Give a unit its indicators, score and grade."""
    policy, values = year.policy, measures(unit, year.policy.get("quota", {}))
    indicators = [each for group in policy.get("groups", ()) for each in group["indicators"]]
    unit["indicators"] = {
        each["code"]: (values[each["measure"]], points(each, values[each["measure"]])) for each in indicators
    }
    mine = [each for each in year.upheld if each["uscc"] == unit["uscc"]]
    found = Counter(each["kind"] for each in mine)
    found.update(upheld=len(mine), overdue=sum(each["overdue"] for each in mine))
    taken = policy.get("findings", {})
    off = total(half_up(found[kind] * number(each), FEN) for kind, each in taken.get("points", {}).items())
    unit["deducted"] = min(off, half_up(number(taken.get("cap")), FEN))
    unit["barred"] = any(each["falsified"] for each in mine)
    unit["points"] = total(given for _, given in unit["indicators"].values())
    known = {each["code"] for each in policy.get("grades", ())}
    unit["score"], unit["code"] = None, unit["grade"] if unit.get("grade") in known else ""
    if indicators:
        score = min(max(unit["points"] - unit["deducted"], Fraction(0)), Fraction(100))
        unit["score"] = Fraction(0) if unit["barred"] else score
        reached = [each for each in policy.get("grades", ()) if number(each["at_least"]) <= unit["score"]]
        unit["code"] = reached[0]["code"] if reached else ""
