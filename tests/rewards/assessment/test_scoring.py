"""From the frozen year to scores and awards, by figures that can be checked by hand."""

from datetime import timedelta
from decimal import Decimal

from bookings.usage.models import UsageConfirmation, UsageCorrection, UsageEntry
from rewards.assessment.models import Award, IndicatorResult, InstrumentResult, UnitAssessment
from rewards.cycle.services.cycles import cycle_freeze
from rewards.findings.models import Finding
from tests.rewards.builders import AFTER, YEAR, local


def results(cycle_id):
    """Every stored figure of a cycle, unit by unit."""
    return [
        (
            each.organization.name_zh,
            str(each.score),
            each.grade_zh,
            str(each.award.amount_yuan),
            each.effective_seconds,
            each.external_seconds,
            str(each.external_income_yuan),
        )
        for each in UnitAssessment.objects.filter(cycle_id=cycle_id)
        .select_related("organization", "award")
        .order_by("-score")
    ]


EXPECTED = [
    ("云屏大学", "100.00", "良好", "91933.00", 1400 * 3600, 700 * 3600, "70000.00"),
    ("云屏材料研究所", "63.51", "合格", "8067.00", 980 * 3600, 290 * 3600, "29000.00"),
    ("云屏海洋研究院", "38.17", "较差", "0.00", 250 * 3600, 50 * 3600, "5000.00"),
]


def test_the_year_comes_out_at_these_figures(steps):
    cycle = steps.through("score")
    assert results(cycle.pk) == EXPECTED
    assert (cycle.entries_reported, cycle.entries_counted, cycle.excluded) == (263, 263, [])
    assert cycle.unallocated_yuan == Decimal("0.00")


def test_overlap_with_previous_year_is_not_counted_twice(steps, year):
    """Ten hours and ten minutes each: from 20:00 on New Year's Eve, and from 02:00; six hours are left."""
    common = {"payer": year.client, "external": True, "amount": Decimal(1000)}
    year.city.log(year.first_instrument, local(YEAR - 1, 12, 31, 20), **common)
    cut = year.city.log(year.first_instrument, local(YEAR, 1, 1, 2), **common)
    cycle = steps.through("score")
    result = InstrumentResult.objects.get(instrument=year.first_instrument)
    assert result.entries_reduced[cut.public_id]["part"] == "36/61"
    assert result.effective_seconds == 1400 * 3600 + 21246
    assert result.external_income_yuan == Decimal("70590.16")
    assert (cycle.entries_reported, cycle.entries_counted, cycle.excluded) == (264, 264, [])
    assert Finding.objects.get(kind="overlap").evidence["hours"] == "4.17"
    assert set(Finding.objects.values_list("kind", flat=True)) == {"overlap"}


def test_an_indicator_shows_its_numbers(steps, year):
    cycle = steps.through("score")
    shown = IndicatorResult.objects.filter(
        assessment__cycle=cycle, assessment__organization=year.third
    ).order_by("position")
    assert [(each.title_zh, each.value, each.formula, str(each.points)) for each in shown] == [
        ("有效机时率", "0.3542", "250.00 ÷ 705.75 = 0.3542", "14.17"),
        ("对外服务机时占比", "0.2000", "50.00 ÷ 250.00 = 0.2000", "24.00"),
    ]


def rows(cycle_id):
    """All rows of the results but for their primary keys."""
    found = []
    for model, path in (
        (UnitAssessment, "cycle"),
        (IndicatorResult, "assessment__cycle"),
        (InstrumentResult, "assessment__cycle"),
        (Award, "assessment__cycle"),
    ):
        for row in model.objects.filter(**{path: cycle_id}).values():
            found.append((model.__name__, {k: v for k, v in row.items() if k not in ("id", "assessment_id")}))
    return sorted(found, key=repr)


def test_scoring_again_gives_the_same_rows(steps):
    cycle = steps.through("score")
    before = rows(cycle.pk)
    steps.score(now=AFTER + timedelta(days=20))
    assert rows(cycle.pk) == before


def test_freezing_the_same_facts_gives_the_same_name(steps):
    first = steps.freeze()
    parts = set(first.parts.values_list("sha256", flat=True))
    type(first).objects.update(state="collecting", snapshot_hash="")
    first.parts.all().delete()
    again = cycle_freeze(actor=steps.city.officer, cycle_id=steps.id, now=AFTER + timedelta(days=200))
    assert again.snapshot_hash == first.snapshot_hash
    assert set(again.parts.values_list("sha256", flat=True)) == parts


def correct(log, *, by, **changes):
    """A confirmed correction of a log."""
    number = UsageEntry.objects.filter(instrument=log.instrument).count()
    entries = [
        UsageEntry.objects.create(
            instrument=log.instrument,
            number=number + step,
            kind=kind,
            previous_hash="0" * 64,
            hash="0" * 64,
            recorded_at=AFTER,
            recorded_by=by,
        )
        for step, kind in ((1, "correction"), (2, "confirmation"))
    ]
    correction = UsageCorrection.objects.create(entry=entries[0], log=log, changes=changes, reason="抄错")
    UsageConfirmation.objects.create(entry=entries[1], log=log, correction=correction)


def test_a_correction_before_the_freeze_counts(steps, year):
    log = year.first_instrument.usage_logs.filter(external=True).first()
    correct(log, by=year.city.officer, amount_yuan="5000.00")
    steps.through("score")
    assert results(steps.id)[0][-1] == "74000.00"


def test_a_correction_after_the_freeze_changes_no_later_step(steps, year):
    steps.freeze()
    log = year.first_instrument.usage_logs.filter(external=True).first()
    correct(log, by=year.city.officer, amount_yuan="5000.00", measuring_seconds=0)
    year.city.logs(year.third_instrument, 40, payer=year.client, external=True)
    steps.check()
    steps.score()
    assert results(steps.id) == EXPECTED
