from datetime import date

import pytest

from instrument_share.journal.selectors import history, notifications
from instrument_share.kernel.errors import Forbidden, Invalid, NotFound
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.models import InstrumentCategory
from providers.instruments.selectors.instruments import category_table
from providers.instruments.services.categories import category_table_load
from providers.instruments.services.common import InReview
from providers.units.domain.publications import PublicationKind
from providers.units.selectors import units as units_selectors
from providers.units.selectors.publications import publication, publications
from providers.units.selectors.units import units
from providers.units.services import profiles
from providers.units.services.publications import (
    AlreadyWithdrawn,
    StatementExists,
    publication_publish,
    publication_update,
    publication_withdraw,
)
from tests.providers.conftest import NOW, PROFILE, published


def profile(world, act, actor=None, **more):
    return getattr(profiles, f"unit_profile_{act}")(
        actor=actor or world.manager, organization_id=world.unit.pk, now=NOW, **more
    )


def test_a_profile_is_written_reviewed_returned_published_and_edited_live(world):
    profile(world, "save", values=PROFILE)
    profile(world, "submit")
    with pytest.raises(InReview):
        profile(world, "save", values={"contact": "张主任"})
    profile(world, "return", world.officer, reason="请补充英文")
    assert list(units(world.user)) == []
    profile(world, "submit")
    made = profile(world, "publish", world.officer)
    assert [unit.public_id for unit in units(world.user)] == [made.public_id]
    assert units_selectors.unit(world.user, world.unit.public_id) == made
    live = profile(world, "save", values={"contact": "张主任"})
    assert (live.state, live.confirmed_at) == ("published", NOW)
    profile(world, "confirm")
    assert [entry.action for entry in history(made)] == [
        "unit_profile.saved",
        "unit_profile.submitted",
        "unit_profile.returned",
        "unit_profile.submitted",
        "unit_profile.published",
        "unit_profile.saved",
        "unit_profile.confirmed",
    ]
    assert made.history.count() == 7
    assert [message.params for message in notifications(world.manager)] == [{}, {"reason": "请补充英文"}]


def test_a_short_introduction_or_a_missing_phone_is_not_submitted(world):
    profile(world, "save", values={**PROFILE, "introduction_zh": "短", "phone": ""})
    with pytest.raises(Invalid) as refused:
        profile(world, "submit")
    assert [problem.code for problem in refused.value.problems] == ["unit.missing", "unit.introduction_short"]


def test_published_profile_rejects_incomplete_edits(world):
    profile(world, "save", values=PROFILE)
    profile(world, "submit")
    profile(world, "publish", world.officer)
    with pytest.raises(Invalid):
        profile(world, "save", values={"phone": ""})


def publish(world, kind=PublicationKind.NEWS, actor=None, **values):
    return publication_publish(
        actor=actor or world.manager,
        kind=kind,
        organization_id=world.unit.pk,
        values={"title_zh": "开放日", "body_zh": "欢迎参观。", **values},
        now=NOW,
    )


def test_news_goes_out_at_once_and_the_bureau_can_take_it_down_with_a_reason(world):
    news = publish(world)
    assert list(publications(world.user, PublicationKind.NEWS)) == [news]
    withdraw = {"kind": PublicationKind.NEWS, "publication_id": news.pk, "now": NOW}
    with pytest.raises(Forbidden):
        publication_withdraw(actor=world.other_manager, reason="不实", **withdraw)
    publication_withdraw(actor=world.officer, reason="内容不实", **withdraw)
    with pytest.raises(NotFound):
        publication(world.user, PublicationKind.NEWS, news.public_id)
    assert publication(world.manager, PublicationKind.NEWS, news.public_id) == news
    assert [entry.action for entry in history(news)] == ["news.published", "news.withdrawn"]
    assert notifications(world.manager).get().params["reason"] == "内容不实"
    with pytest.raises(AlreadyWithdrawn):
        publication_withdraw(actor=world.officer, reason="内容不实", **withdraw)


def test_a_change_leaves_the_revision_before_it(world):
    news = publish(world)
    publication_update(
        actor=world.manager,
        kind=PublicationKind.NEWS,
        publication_id=news.pk,
        values={"title_zh": "开放周"},
        now=NOW,
    )
    assert list(news.history.order_by("history_id").values_list("title_zh", flat=True)) == [
        "开放日",
        "开放周",
    ]


@pytest.mark.parametrize(
    ("kind", "values", "codes"),
    [
        (PublicationKind.NEWS, {"title_zh": " "}, ["publication.title"]),
        (PublicationKind.NEWS, {"body_zh": "", "year": 1}, ["publication.unknown_field", "publication.text"]),
        (PublicationKind.REGULATION, {}, ["publication.effective_date"]),
        (
            PublicationKind.REGULATION,
            {"body_zh": "", "effective_date": date(2025, 2, 1), "expiry_date": date(2025, 1, 1)},
            ["publication.expiry_date", "publication.text_or_file"],
        ),
        (PublicationKind.OPENNESS, {}, ["publication.year"]),
    ],
)
def test_publish_names_missing_fields(world, kind, values, codes):
    with pytest.raises(Invalid) as refused:
        publish(world, kind, **values)
    assert [problem.code for problem in refused.value.problems] == codes


def test_a_year_has_one_openness_statement(world):
    publish(world, PublicationKind.OPENNESS, year=2024)
    with pytest.raises(StatementExists):
        publish(world, PublicationKind.OPENNESS, year=2024)


def test_a_case_shows_the_units_own_instruments_only(world, instrument):
    foreign = published(world, world.other, world.other_manager)
    case = publish(world, PublicationKind.CASE, instruments=[instrument.pk, foreign.pk])
    assert list(case.instruments.all()) == [instrument]


ROWS = [
    CategoryRow("010000", "分析仪器", "_root_"),
    CategoryRow("010100", "质谱", "010000"),
]


def test_a_new_category_table_is_the_one_in_use_and_the_same_again_changes_nothing(world, instrument):
    for _ in range(2):
        category_table_load(actor=world.officer, version="2027", rows=ROWS, now=NOW)
    assert sorted(row.code for row in category_table()) == ["010000", "010100"]
    assert InstrumentCategory.objects.filter(version="2027").count() == 2
    instrument.refresh_from_db()
    assert instrument.category.version == "test"


def test_a_category_table_with_faults_is_refused_as_a_whole(world):
    rows = [*ROWS, CategoryRow("0201", "短"), CategoryRow("030100", "孤", "030000")]
    with pytest.raises(Invalid) as refused:
        category_table_load(actor=None, version="2027", rows=rows, now=NOW)
    assert [problem.code for problem in refused.value.problems] == ["category.row", "category.parent"]
    with pytest.raises(Forbidden):
        category_table_load(actor=world.manager, version="2027", rows=ROWS, now=NOW)
