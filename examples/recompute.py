"""Compute scores and awards again from the package of a report, by docs/recompute.md alone.

    python recompute.py PACKAGE.zip

Exits with 0 and `no difference`, or with 1 and every difference. Needs Python 3.11, its standard library,
and the three files beside this one: what the package holds, what counts, and how money is divided.
"""

import csv
import io
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import floor

from recompute_money import Money
from recompute_package import BUDGET, RESULTS, check_files, check_snapshot
from recompute_year import FEN, Row, Year, assess, balance, half_up, total

WITHOUT_BALANCES = "instrument-share-results/2"
"""The format of older packages, which do not say the balance of hours."""


def main(path: str) -> int:
    """Check the package and print what it comes to; return the exit code."""
    try:
        with zipfile.ZipFile(path) as archive:
            differences = list(check_files(archive)) or list(check_snapshot(archive))
            differences = differences or list(check_results(archive))
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        differences = [f"{path}: {type(error).__name__}: {error}"]
    print("\n".join(differences) if differences else "no difference")
    return 1 if differences else 0


def check_results(archive: zipfile.ZipFile) -> Iterator[str]:
    """Compute the year, print it, and yield every figure of the package that differs."""
    year = Year(archive)
    for unit in year.units.values():
        assess(year, unit)
    budget = Fraction(json.loads(archive.read(BUDGET))["budget_yuan"])
    Money(year).allocate(budget)
    sealed = json.loads(archive.read(RESULTS))
    listed = {each["uscc"]: each for each in sealed["units"]}
    for uscc, unit in sorted(year.units.items(), key=lambda one: (-(one[1]["score"] or 0), one[0])):
        print(
            f"{uscc} {unit['name_zh']}:", shown_score(unit["score"]), unit["code"] or "—", yuan(unit["award"])
        )
    for uscc in sorted({*listed} ^ {*year.units}):
        yield f"unit {uscc}: {'not computed' if uscc in listed else 'not in the results'}"
    for uscc in sorted({*listed} & {*year.units}):
        unit = year.units[uscc]
        computed, told = figures(unit), said(listed[uscc])
        if sealed["format"] != WITHOUT_BALANCES:
            computed, told = computed | balance_figures(unit), told | said_balance(listed[uscc])
        yield from compare(f"unit {uscc} {unit['name_zh']}", computed, told)
    awarded = total(unit["award"] for unit in year.units.values())
    excluded = {reason: count for reason, count in year.reasons.items() if reason not in ("", "other_year")}
    computed = {
        "uses reported": year.reasons[""] + sum(excluded.values()),
        "uses counted": year.reasons[""],
        "awards together": yuan(awarded),
        "unallocated": yuan(budget - awarded),
        **{f"excluded {reason}": count for reason, count in excluded.items()},
    }
    told = {
        "uses reported": sealed["entries_reported"],
        "uses counted": sealed["entries_counted"],
        "awards together": sealed["awarded_yuan"],
        "unallocated": sealed["unallocated_yuan"],
        **{f"excluded {reason}": count for reason, count in sealed["excluded"].items()},
    }
    yield from compare("year", computed, told)
    yield from check_tables(archive, year)


def shown_score(score: Fraction | None) -> str:
    """Write a score with two decimals, and a dash where there is none."""
    return "—" if score is None else yuan(score)


def yuan(amount: Fraction) -> str:
    """Write an amount with two decimals."""
    return str(Decimal(floor(amount * 100)).scaleb(-2).quantize(Decimal("0.01")))


def figures(unit: Row) -> Row:
    """Return the computed figures of a unit, rounded as the results say them."""
    sums, score = unit["sums"], unit["score"]
    return {
        "instruments counted": len(unit["counted"]),
        "effective seconds": floor(sums["effective"] + Fraction(1, 2)),
        "external seconds": floor(sums["external"] + Fraction(1, 2)),
        "external income": yuan(half_up(sums["external_income"], FEN)),
        "points": yuan(unit["points"]),
        "deducted": yuan(unit["deducted"]),
        "score": None if score is None else yuan(score),
        "grade": unit["code"],
        "barred": unit["barred"],
        "award": yuan(unit["award"]),
        **{
            f"indicator {code} {what}": figure
            for code, (value, given) in unit["indicators"].items()
            for what, figure in (
                ("value", None if value is None else half_up(value, Fraction(1, 10000))),
                ("points", yuan(given)),
            )
        },
        **{f"claim {rule}": claim for rule, claim in unit["claims"].items()},
        **{f"share {pot}": share for pot, (share, _) in unit["pots"].items()},
        **{f"amount {pot}": yuan(amount) for pot, (_, amount) in unit["pots"].items()},
    }


def said(unit: Row) -> Row:
    """Return the same figures as the results say them."""
    return {
        "instruments counted": unit["instruments_counted"],
        "effective seconds": unit["effective_seconds"],
        "external seconds": unit["external_seconds"],
        "external income": unit["external_income_yuan"],
        "award": unit["amount_yuan"],
        **{key: unit[key] for key in ("points", "deducted", "score", "grade", "barred")},
        **{
            f"indicator {each['code']} {what}": figure
            for each in unit["indicators"]
            for what, figure in (
                ("value", None if each["value"] is None else Fraction(each["value"])),
                ("points", each["points"]),
            )
        },
        **{f"claim {each['rule']}": Fraction(each["claim_exact"]) for each in unit["claims"]},
        **{f"share {each['pot']}": Fraction(each["share_exact"]) for each in unit["pots"]},
        **{f"amount {each['pot']}": each["amount"] for each in unit["pots"]},
    }


def balance_figures(unit: Row) -> Row:
    """Return the computed entries and hours of a unit, by their step."""
    return {
        f"{step} {what}": figure
        for step, (entries, hours) in balance(unit).items()
        for what, figure in (("entries", entries), ("hours", yuan(hours)))
    }


def said_balance(unit: Row) -> Row:
    """Return the same entries and hours as the results say them."""
    return {
        f"{step} {what}": each[what]
        for step, each in unit["balance"].items()
        for what in ("entries", "hours")
    }


def compare(where: str, computed: Row, told: Row) -> Iterator[str]:
    """Yield every figure that differs, with both."""
    for name in sorted({*computed, *told}):
        if computed.get(name) != told.get(name):
            yield f"{where}, {name}: {told.get(name)} in the package, {computed.get(name)} computed"


def check_tables(archive: zipfile.ZipFile, year: Year) -> Iterator[str]:
    """Yield which scores and awards of the tables differ; units of one name cannot be told apart."""
    computed = Counter(
        (unit["name_zh"], shown_score(unit["score"]), f"{Decimal(yuan(unit['award'])):,}")
        for unit in year.units.values()
    )
    told = Counter(
        (row["单位"], row["得分"], row["奖励金额（元）"])
        for row in table(archive, "csv/评价结果.csv")
        if row["序号"]
    )
    for name, score, award in sorted(computed.keys() ^ told.keys()):
        kind = "computed" if (name, score, award) in computed else "in the table"
        yield f"file csv/评价结果.csv, unit {name}: score {score}, award {award} {kind}"
    given = Counter(
        (unit["name_zh"], yuan(each))
        for unit in year.units.values()
        for _, each in unit["indicators"].values()
    )
    shown = Counter((row["单位"], row["得分"]) for row in table(archive, "csv/指标得分.csv"))
    for name in sorted({one for one, _ in (given - shown) + (shown - given)}):
        yield f"file csv/指标得分.csv, unit {name}: its points are not those computed"


def table(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    """Return the rows of a CSV file."""
    return csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
