from datetime import date, timedelta
from decimal import Decimal

import pytest

from instrument_share.accounts.domain import Role
from instrument_share.journal.selectors import history, notifications
from instrument_share.kernel.errors import Forbidden, IllegalMove, Invalid, NotFound
from providers import selectors, services
from providers.domain.words import ServiceMode, UserKind
from providers.services import instruments
from providers.services.common import InReview, ReasonMissing

from .conftest import INSTRUMENT, NOW, person, published, terms

LATER = NOW + timedelta(days=1)


def update(world, instrument, actor=None, **values):
    return services.instrument_update(
        actor=actor or world.manager, instrument_id=instrument.pk, values=values, now=LATER
    )


def test_the_life_of_an_instrument_leaves_its_entries_and_revisions(world, draft):
    manager = {"actor": world.manager, "instrument_id": draft.pk, "now": LATER}
    officer = {"actor": world.officer, "instrument_id": draft.pk, "now": LATER}
    services.instrument_submit(**manager)
    services.instrument_return(reason="图片不清", **officer)
    services.instrument_submit(**manager)
    services.instrument_publish(**officer)
    services.instrument_suspend(reason="检修", **manager)
    services.instrument_resume(**manager)
    services.instrument_suspend(reason="报废", **officer)
    retired = services.instrument_retire(reason="报废", **manager)
    assert [entry.action for entry in history(draft)] == [
        "instrument.created",
        "instrument.submitted",
        "instrument.returned",
        "instrument.submitted",
        "instrument.published",
        "instrument.suspended",
        "instrument.resumed",
        "instrument.suspended",
        "instrument.retired",
    ]
    revisions = retired.history.order_by("history_id")
    assert [revision.state for revision in revisions] == [
        "draft",
        "submitted",
        "draft",
        "submitted",
        "published",
        "suspended",
        "published",
        "suspended",
        "retired",
    ]
    assert [revision.history_user for revision in revisions[:3]] == [
        world.manager,
        world.manager,
        world.officer,
    ]
    assert retired.retired_at == LATER
    assert [message.params.get("reason") for message in notifications(world.manager)] == [
        "报废",
        None,
        "图片不清",
    ]


MOVES = {
    "submit": lambda world, i: services.instrument_submit(actor=world.manager, instrument_id=i, now=LATER),
    "publish": lambda world, i: services.instrument_publish(actor=world.officer, instrument_id=i, now=LATER),
    "return": lambda world, i: services.instrument_return(
        actor=world.officer, instrument_id=i, reason="缺图", now=LATER
    ),
    "suspend": lambda world, i: services.instrument_suspend(
        actor=world.manager, instrument_id=i, reason="检修", now=LATER
    ),
    "resume": lambda world, i: services.instrument_resume(actor=world.manager, instrument_id=i, now=LATER),
    "retire": lambda world, i: services.instrument_retire(
        actor=world.manager, instrument_id=i, reason="报废", now=LATER
    ),
}


@pytest.mark.parametrize("move", ["publish", "return", "suspend", "resume", "retire"])
def test_what_is_not_in_the_table_of_moves_cannot_happen(world, draft, move):
    with pytest.raises(IllegalMove) as refused:
        MOVES[move](world, draft.pk)
    assert refused.value.params == {"state": "draft", "move": move}


@pytest.mark.parametrize("move", ["submit", "publish", "return", "resume", "retire"])
def test_nor_from_what_is_published(world, instrument, move):
    with pytest.raises(IllegalMove):
        MOVES[move](world, instrument.pk)


def test_publication_needs_its_fields_and_names_all_that_lack(world):
    values = {**INSTRUMENT, "category": "", "phone": "", "name_zh": "TEM"}
    draft = services.instrument_create(
        actor=world.manager, organization_id=world.unit.pk, values=values, now=NOW
    )
    with pytest.raises(Invalid) as refused:
        services.instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    assert [problem.field for problem in refused.value.problems] == ["name_zh", "category", "phone"]


def test_every_unusable_value_is_named(world):
    values = {
        **INSTRUMENT,
        "name_zh": "",
        "value_yuan": "-1",
        "country": "China",
        "purpose": "both",
        "category": "777777",
        "subjects": ["1"],
        "colour": "red",
    }
    with pytest.raises(Invalid) as refused:
        services.instrument_create(actor=world.manager, organization_id=world.unit.pk, values=values, now=NOW)
    assert sorted(problem.code for problem in refused.value.problems) == [
        "instrument.category_unknown",
        "instrument.choice",
        "instrument.country",
        "instrument.essential",
        "instrument.range",
        "instrument.subjects",
        "instrument.unknown_field",
    ]


def test_a_number_that_another_instrument_took_between_check_and_write_is_refused_in_words(
    world, draft, monkeypatch
):
    taken = published(world, inner_number="S-1")
    monkeypatch.setattr(instruments, "_need_free_number", lambda *_: None)
    with pytest.raises(services.InnerNumberTaken) as refused:
        services.instrument_update(
            actor=world.manager, instrument_id=draft.pk, values={"inner_number": "S-1"}, now=NOW
        )
    assert refused.value.params == {"inner_number": "S-1"}
    draft.refresh_from_db()
    assert (draft.inner_number, taken.inner_number) == (INSTRUMENT["inner_number"], "S-1")


def test_an_inner_number_is_taken_once_in_a_unit(world, draft):
    with pytest.raises(services.InnerNumberTaken):
        services.instrument_create(
            actor=world.manager, organization_id=world.unit.pk, values=INSTRUMENT, now=NOW
        )
    services.instrument_create(
        actor=world.other_manager, organization_id=world.other.pk, values=INSTRUMENT, now=NOW
    )


def test_while_it_is_reviewed_nothing_changes(world, draft):
    services.instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    with pytest.raises(InReview):
        update(world, draft, model="TX-300")


def test_of_what_is_published_descriptions_go_live_and_facts_wait_for_the_bureau(world, instrument):
    changed = update(
        world,
        instrument,
        functions_zh="形貌、成分与结构分析。",
        value_yuan=Decimal("2600000"),
        category="020100",
        in_service_date=date(2021, 1, 1),
    )
    assert changed.functions_zh == "形貌、成分与结构分析。"
    assert changed.confirmed_at == LATER
    assert (changed.value_yuan, changed.category.code) == (Decimal("2500000.00"), "010101")
    assert changed.pending_values == {
        "value_yuan": "2600000.00",
        "category": "020100",
        "in_service_date": "2021-01-01",
    }
    with pytest.raises(Forbidden):
        services.instrument_changes_accept(actor=world.manager, instrument_id=instrument.pk, now=LATER)
    accepted = services.instrument_changes_accept(actor=world.officer, instrument_id=instrument.pk, now=LATER)
    accepted.refresh_from_db()
    assert (accepted.value_yuan, accepted.category.code) == (Decimal("2600000.00"), "020100")
    assert accepted.in_service_date == date(2021, 1, 1)
    assert (accepted.pending_values, accepted.pending_since) == ({}, None)
    with pytest.raises(services.NothingWaits):
        services.instrument_changes_accept(actor=world.officer, instrument_id=instrument.pk, now=LATER)


def test_a_waiting_change_can_be_taken_back(world, instrument):
    update(world, instrument, value_yuan="2600000", purpose="special")
    changed = update(world, instrument, value_yuan="2500000")
    assert (changed.pending_values, changed.pending_since) == ({"purpose": "special"}, LATER)
    changed = update(world, instrument, purpose="general")
    assert (changed.pending_values, changed.pending_since) == ({}, None)


def test_refused_changes_leave_the_old_values(world, instrument):
    update(world, instrument, sharing_mode="none")
    refused = services.instrument_changes_refuse(
        actor=world.officer, instrument_id=instrument.pk, reason="应继续共享", now=LATER
    )
    assert (refused.sharing_mode, refused.pending_values, refused.return_reason) == (
        "external",
        {},
        "应继续共享",
    )


def test_what_is_published_keeps_what_publication_needs(world, instrument):
    with pytest.raises(Invalid):
        update(world, instrument, phone="")


def test_what_does_not_differ_writes_nothing(world, instrument):
    update(world, instrument, model="TX-200", value_yuan="2500000")
    assert instrument.history.count() == 3
    assert [entry.action for entry in history(instrument)][-1] == "instrument.published"


def test_a_reason_is_more_than_blanks(world, draft):
    services.instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    with pytest.raises(ReasonMissing):
        services.instrument_return(actor=world.officer, instrument_id=draft.pk, reason="  ", now=NOW)


def test_only_who_has_the_role_in_the_unit_becomes_keeper(world, instrument):
    with pytest.raises(services.NotAKeeper):
        services.keeper_assign(
            actor=world.manager, instrument_id=instrument.pk, user_id=world.user.pk, now=NOW
        )
    for _ in range(2):
        services.keeper_assign(
            actor=world.manager, instrument_id=instrument.pk, user_id=world.keeper.pk, now=NOW
        )
    assert selectors.keepers_of([instrument.pk]) == {instrument.pk: [world.keeper]}
    services.keeper_remove(actor=world.manager, instrument_id=instrument.pk, user_id=world.keeper.pk, now=NOW)
    assert selectors.keepers_of([instrument.pk]) == {instrument.pk: []}


def test_a_qualification_holds_through_its_last_instant_unless_it_is_revoked(world, instrument):
    qualification = services.qualification_grant(
        actor=world.manager, instrument_id=instrument.pk, user=world.user, expires_at=LATER, now=NOW
    )
    assert selectors.has_qualification(world.user.pk, instrument.pk, LATER)
    assert not selectors.has_qualification(world.user.pk, instrument.pk, LATER + timedelta(seconds=1))
    assert list(selectors.qualifications(world.user, NOW)) == [qualification]
    assert list(selectors.qualifications(world.manager, NOW)) == [qualification]
    assert list(selectors.qualifications(world.other_manager, NOW)) == []
    services.qualification_revoke(actor=world.manager, qualification_id=qualification.pk, now=NOW)
    assert not selectors.has_qualification(world.user.pk, instrument.pk, NOW)


def test_a_qualification_that_has_ended_already_is_refused(world, instrument):
    with pytest.raises(services.QualificationTooShort):
        services.qualification_grant(
            actor=world.manager, instrument_id=instrument.pk, user=world.user, expires_at=NOW, now=NOW
        )


def test_who_asks_seen_from_the_owning_unit(world, instrument):
    staff = person("staff", world.unit, Role.RESEARCHER)
    assert selectors.user_kind(staff, world.unit, instrument) is UserKind.INSIDE
    assert selectors.user_kind(staff, None, instrument) is UserKind.INSIDE
    assert selectors.user_kind(world.user, world.company, instrument) is UserKind.ENTERPRISE
    assert selectors.user_kind(world.user, world.other, instrument) is UserKind.OUTSIDE
    assert selectors.user_kind(world.user, None, instrument) is UserKind.INDIVIDUAL


# --- Who sees what, and finds it ----------------------------------------------------------------------------


def test_a_draft_is_seen_by_its_unit_and_what_is_handed_in_by_the_bureau_too(world, draft):
    def seen_by():
        return {
            name
            for name in ("manager", "keeper", "other_manager", "officer", "auditor", "user")
            if draft in selectors.instruments(getattr(world, name))
        }

    assert seen_by() == {"manager", "keeper"}
    services.instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    assert seen_by() == {"manager", "keeper", "officer", "auditor"}
    services.instrument_publish(actor=world.officer, instrument_id=draft.pk, now=NOW)
    assert len(seen_by()) == 6
    with pytest.raises(NotFound):
        selectors.instrument(world.user, "INS-NOTHING")


@pytest.mark.parametrize(
    "text",
    [
        "电镜",
        "透射",
        "透射 云屏",
        "TEM-9",
        "tem-9",
        "toushedianzixianweijing",
        "tsdzxwj",
        "透射显微",
        "transmission MICROSCOPE",
        "云屏材料研究所 显微",
    ],
)
def test_search_finds_by_every_term_in_chinese_pinyin_and_english(world, instrument, text):
    update(world, instrument, model="TEM-9")
    published(
        world, world.other, world.other_manager, name_zh="质谱仪", name_en="MS", category="020100", model="X"
    )
    assert list(selectors.catalogue(world.user, search=selectors.search(text))) == [instrument]


@pytest.mark.parametrize("text", ["质谱", "%", "_"])
def test_search_finds_nothing_where_nothing_has_it(world, instrument, text):
    assert list(selectors.catalogue(world.user, search=selectors.search(text))) == []


def test_the_catalogue_by_category_unit_and_state(world, instrument):
    other = published(world, world.other, world.other_manager, category="020100")
    suspended = published(world, inner_number="S-1")
    services.instrument_suspend(actor=world.manager, instrument_id=suspended.pk, reason="检修", now=NOW)
    assert set(selectors.catalogue(world.user)) == {instrument, other}
    for code in ("010000", "010100", "010101"):
        assert list(selectors.catalogue(world.user, selectors.Asked(category=code))) == [instrument]
    assert list(selectors.catalogue(world.user, selectors.Asked(unit=world.other.public_id))) == [other]
    (first, second) = selectors.category_counts(world.user)
    assert (first.code, first.count, first.children[0].code, first.children[0].children[0].count) == (
        "010000",
        1,
        "010100",
        1,
    )
    assert (second.code, second.count, second.children[0].count) == ("020000", 1, 1)


def test_the_catalogue_asks_the_rule_in_force(world, instrument):
    def rule(mode, applies_from):
        services.rule_publish(
            actor=world.manager,
            instrument_id=instrument.pk,
            draft=terms(service_modes=frozenset({mode}), user_kinds=frozenset({UserKind.OUTSIDE})),
            applies_from=applies_from,
            now=NOW,
        )

    rule(ServiceMode.SAMPLES, NOW)
    rule(ServiceMode.REMOTE, LATER)

    def found(at, **asked):
        return list(selectors.catalogue(world.user, selectors.Asked(**asked), at=at)) == [instrument]

    assert found(mode="samples", at=NOW)
    assert not found(mode="remote", at=NOW)
    assert found(mode="remote", at=LATER)
    assert found(user_kind="outside", at=NOW)
    assert not found(user_kind="inside", at=NOW)
    assert not found(mode="samples", at=NOW - timedelta(seconds=1))


def test_a_page_of_instruments_takes_as_many_statements_for_one_as_for_many(world, instrument, statements):
    def page():
        found = list(selectors.catalogue(world.user, search=selectors.search("电子")))
        return [(one.organization.district, one.category.name_zh) for one in found], selectors.terms_now(
            [one.pk for one in found], NOW
        )

    statements.assert_unchanged(page, by=lambda: [published(world, inner_number=f"M-{n}") for n in range(9)])


def test_who_began_with_an_older_revision_is_told_and_overwrites_nothing(world, draft):
    began = draft.revision
    changed = update(world, draft, model="TX-300")
    assert changed.revision == began + 1
    with pytest.raises(services.EditedMeanwhile):
        services.instrument_update(
            actor=world.manager,
            instrument_id=draft.pk,
            values={"model": "TX-400"},
            revision=began,
            now=LATER,
        )
    draft.refresh_from_db()
    assert (draft.model, draft.revision) == ("TX-300", began + 1)
    again = services.instrument_update(
        actor=world.manager,
        instrument_id=draft.pk,
        values={"model": "TX-400"},
        revision=began + 1,
        now=LATER,
    )
    assert (again.model, again.revision) == ("TX-400", began + 2)


def test_what_changes_nothing_and_the_life_of_an_instrument_are_no_new_revision(world, draft):
    update(world, draft, model=draft.model)
    services.instrument_submit(actor=world.manager, instrument_id=draft.pk, now=LATER)
    live = services.instrument_publish(actor=world.officer, instrument_id=draft.pk, now=LATER)
    assert live.revision == draft.revision
    waiting = update(world, live, value_yuan="3000000")
    accepted = services.instrument_changes_accept(actor=world.officer, instrument_id=live.pk, now=LATER)
    assert (waiting.revision, accepted.revision) == (live.revision + 1, live.revision + 2)
