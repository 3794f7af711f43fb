"""A unit's profile and publications: what they may hold, and what publication needs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from instrument_share.web.responses.problem import told
from providers.units.domain import profiles as units
from providers.units.domain import publications
from providers.units.domain.publications import (
    PublicationKind,
    next_statement_year,
    problem_of_schedule,
    publication_state,
)

PROFILE = {"introduction_zh": "开" * 80, "address_zh": "科技路 1 号", "contact": "李", "phone": "0570-1"}


def codes(problems):
    return [(problem.code, problem.field) for problem in problems]


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("introduction_zh", 5000),
        ("introduction_en", 10_000),
        ("address_zh", 100),
        ("address_en", 200),
        ("contact", 20),
        ("phone", 20),
        ("email", 254),
        ("website", 200),
    ],
)
def test_a_text_of_the_profile_may_have_so_many_characters(name, limit):
    assert units.problems_of_values({name: "a" * limit}) == []
    assert codes(units.problems_of_values({name: "a" * (limit + 1)})) == [("unit.too_long", name)]


def test_profile_publication_requires_its_fields():
    assert units.problems_of_publication(PROFILE) == []
    for name in PROFILE:
        assert codes(units.problems_of_publication({**PROFILE, name: " "})) == [("unit.missing", name)]
    short = {**PROFILE, "introduction_zh": "开" * 79}
    assert codes(units.problems_of_publication(short)) == [("unit.introduction_short", "introduction_zh")]
    assert codes(units.problems_of_publication({**PROFILE, "introduction_zh": "开"})) == [
        ("unit.introduction_short", "introduction_zh")
    ]
    assert codes(units.problems_of_values({"colour": "red"})) == [("unit.unknown_field", "colour")]


def draft(kind, **values):
    return codes(publications.problems_of_draft(kind, {"title_zh": "开放日", **values}))


def published(kind, **values):
    return codes(publications.problems_of_publication(kind, {"title_zh": "开放日", **values}))


NEWS, REGULATION = PublicationKind.NEWS, PublicationKind.REGULATION
CASE, OPENNESS = PublicationKind.CASE, PublicationKind.OPENNESS


@pytest.mark.parametrize(
    ("kind", "name", "limit"),
    [
        (CASE, "client_zh", 100),
        (CASE, "client_en", 200),
        (OPENNESS, "how_zh", 2000),
        (OPENNESS, "how_en", 4000),
        (OPENNESS, "audience_zh", 2000),
        (OPENNESS, "audience_en", 4000),
        (OPENNESS, "charges_zh", 2000),
        (OPENNESS, "charges_en", 4000),
        (OPENNESS, "contact", 20),
        (OPENNESS, "phone", 20),
        (NEWS, "title_en", 200),
    ],
)
def test_a_text_of_a_publication_may_have_so_many_characters(kind, name, limit):
    year = {"year": 2025} if kind is OPENNESS else {}
    assert draft(kind, **{**year, name: "a" * limit}) == []
    assert draft(kind, **{**year, name: "a" * (limit + 1)}) == [("publication.too_long", name)]


def test_a_draft_has_a_title():
    assert draft(NEWS, title_zh="题" * 100) == []
    for title in ("题" * 101, " ", None):
        assert draft(NEWS, title_zh=title) == [("publication.title", "title_zh")]


@pytest.mark.parametrize(
    ("effective", "expiry", "field"),
    [
        (date(2026, 1, 1), None, None),
        (date(2026, 1, 1), date(2026, 1, 1), None),
        (date(2026, 1, 1), date(2025, 12, 31), "expiry_date"),
        (None, date(2025, 12, 31), "effective_date"),
    ],
)
def test_the_dates_of_a_regulation(effective, expiry, field):
    found = draft(REGULATION, effective_date=effective, expiry_date=expiry)
    assert found == ([(f"publication.{field}", field)] if field else [])


@pytest.mark.parametrize(
    ("total", "external", "fits"),
    [(5, 5, True), (5, 6, False), (None, 1, False), (None, None, True), (5, None, True), (0, 0, True)],
)
def test_hours_for_others_are_part_of_all_hours(total, external, fits):
    found = draft(OPENNESS, year=2025, total_hours=total, external_hours=external)
    assert found == ([] if fits else [("publication.hours", "external_hours")])


def test_publication_requires_text():
    assert published(NEWS, body_zh="正文") == []
    assert published(NEWS) == [("publication.text", "body_zh")]
    in_force = {"effective_date": date(2026, 1, 1)}
    assert published(REGULATION, **in_force) == [("publication.text_or_file", "body_zh")]
    assert published(REGULATION, file="a.pdf", **in_force) == []
    assert published(OPENNESS, year=2025) == [("publication.text", "body_zh")]
    (nothing,) = publications.problems_of_publication(OPENNESS, {"title_zh": "开放日", "year": 2025})
    assert told(nothing.message, nothing.params) == "请填写各部分内容，或将全部内容写入正文。"
    assert published(OPENNESS, year=2025, how_zh="公开") == [
        ("publication.part", "audience_zh"),
        ("publication.part", "charges_zh"),
    ]


@pytest.mark.parametrize(
    ("stated", "year"),
    [([], 2025), ([2025], 2026), ([2023, 2025], 2024), ([2024], 2025), ([2024, 2025, 2026], None)],
)
def test_the_year_that_the_next_statement_is_about(stated, year):
    assert next_statement_year(stated, 2026) == year


def test_a_state_follows_from_the_instants():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert [
        publication_state(*instants).value
        for instants in ((None, None, None), (now, None, None), (now, now, None), (None, now, now))
    ] == ["draft", "scheduled", "published", "withdrawn"]
    assert problem_of_schedule(now + timedelta(seconds=1), now) is None
    assert problem_of_schedule(now, now).code == "publication.schedule_past"


def test_picture_requires_alt_text():
    assert publications.problems_of_picture(True, "图" * 100, "p" * 200) == []
    assert codes(publications.problems_of_picture(False, "图" * 101, " ")) == [
        ("picture.missing", "picture"),
        ("picture.words", "alt_zh"),
        ("picture.words", "alt_en"),
    ]
    assert codes(publications.problems_of_picture(True, "图", "p" * 201)) == [("picture.words", "alt_en")]


def test_a_text_of_a_publication_is_markdown_and_of_so_many_characters():
    markdown = {
        kind: [name for name, field in publications.FIELDS[kind].items() if field.markdown]
        for kind in PublicationKind
    }
    assert list(markdown.values()) == [["body_zh", "body_en"]] * 4
    for name, limit in (("body_zh", 20_000), ("body_en", 40_000)):
        assert draft(NEWS, **{name: "a" * limit}) == []
        assert draft(NEWS, **{name: "a" * (limit + 1)}) == [("publication.too_long", name)]
    for limit, found in ((150, []), (151, [("publication.too_long", "file_name")])):
        assert draft(REGULATION, effective_date=date(2026, 1, 1), file_name="a" * limit) == found
    assert draft(NEWS, colour="red") == [("publication.unknown_field", "colour")]


def test_a_statement_needs_its_year():
    assert draft(OPENNESS) == [("publication.year", "year")]
