from datetime import date, timedelta
from decimal import Decimal

import pytest

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import Role
from instrument_share.journal.selectors import history, notifications
from instrument_share.kernel.errors import Forbidden, IllegalMove, Invalid, ReasonMissing, RevisionMismatch
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import date_only
from providers.instruments.selectors.instruments import has_qualification, keepers_of
from providers.instruments.services.common import InReview, Retired
from providers.instruments.services.instruments import (
    InnerNumberTaken,
    NothingWaits,
    instrument_changes_accept,
    instrument_changes_refuse,
    instrument_confirm,
    instrument_create,
    instrument_publish,
    instrument_return,
    instrument_submit,
    instrument_update,
)
from providers.instruments.services.people import (
    NotAKeeper,
    QualificationTooShort,
    keeper_assign,
    keeper_remove,
    qualification_grant,
    qualification_revoke,
)
from providers.instruments.services.relations import instrument_links_set
from providers.instruments.services.suspension import instrument_resume, instrument_suspend
from providers.terms.domain.choices import UserKind
from providers.terms.selectors.user_kinds import user_kind
from providers.terms.services.retirement import instrument_retire
from providers.units.selectors.reviews import count_reviews_waiting, reviews_waiting
from tests.providers.conftest import INSTRUMENT, NOW, person, published

LATER = NOW + timedelta(days=1)


def update(world, instrument, actor=None, **values):
    return instrument_update(
        actor=actor or world.manager, instrument_id=instrument.pk, values=values, now=LATER
    )


def test_the_life_of_an_instrument_leaves_its_entries_and_revisions(world, draft):
    manager = {"actor": world.manager, "instrument_id": draft.pk, "now": LATER}
    officer = {"actor": world.officer, "instrument_id": draft.pk, "now": LATER}
    instrument_submit(**manager)
    instrument_return(reason="图片不清", **officer)
    instrument_submit(**manager)
    instrument_publish(**officer)
    instrument_suspend(reason="检修", **manager)
    instrument_resume(**manager)
    instrument_suspend(reason="报废", **officer)
    retired = instrument_retire(reason="报废", **manager)
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
    "submit": lambda world, i: instrument_submit(actor=world.manager, instrument_id=i, now=LATER),
    "publish": lambda world, i: instrument_publish(actor=world.officer, instrument_id=i, now=LATER),
    "return": lambda world, i: instrument_return(
        actor=world.officer, instrument_id=i, reason="缺图", now=LATER
    ),
    "suspend": lambda world, i: instrument_suspend(
        actor=world.manager, instrument_id=i, reason="检修", now=LATER
    ),
    "resume": lambda world, i: instrument_resume(actor=world.manager, instrument_id=i, now=LATER),
    "retire": lambda world, i: instrument_retire(
        actor=world.manager, instrument_id=i, reason="报废", now=LATER
    ),
}


@pytest.mark.parametrize("move", ["publish", "return", "suspend", "resume", "retire"])
def test_draft_rejects_illegal_transitions(world, draft, move):
    with pytest.raises(IllegalMove) as refused:
        MOVES[move](world, draft.pk)
    assert refused.value.params == {"state": "draft", "move": move}


@pytest.mark.parametrize("move", ["submit", "publish", "return", "resume", "retire"])
def test_published_instrument_rejects_illegal_transitions(world, instrument, move):
    with pytest.raises(IllegalMove):
        MOVES[move](world, instrument.pk)


def test_publication_names_all_missing_fields(world):
    values = {**INSTRUMENT, "category": "", "phone": "", "name_zh": "TEM"}
    draft = instrument_create(actor=world.manager, organization_id=world.unit.pk, values=values, now=NOW)
    with pytest.raises(Invalid) as refused:
        instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
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
        instrument_create(actor=world.manager, organization_id=world.unit.pk, values=values, now=NOW)
    assert sorted(problem.code for problem in refused.value.problems) == [
        "instrument.category_unknown",
        "instrument.choice",
        "instrument.country",
        "instrument.essential",
        "instrument.range",
        "instrument.subjects",
        "instrument.unknown_field",
    ]


def test_a_taken_number_and_what_a_public_instrument_lacks_are_named_with_the_rest(world, instrument):
    published(world, inner_number="S-1")
    wrong = {"inner_number": "S-1", "in_service_date": "2099-01-01", "model": "", "name_zh": ""}
    with pytest.raises(Invalid) as refused:
        update(world, instrument, **wrong)
    named = sorted(problem.field for problem in refused.value.problems)
    assert named == ["in_service_date", "inner_number", "model", "name_zh"]
    new = {**INSTRUMENT, "inner_number": "S-1", "in_service_date": "2099-01-01"}
    with pytest.raises(Invalid) as refused:
        instrument_create(actor=world.manager, organization_id=world.unit.pk, values=new, now=NOW)
    assert sorted(problem.field for problem in refused.value.problems) == ["in_service_date", "inner_number"]


def test_concurrently_taken_number_is_refused_with_message(world, draft, monkeypatch):
    taken = published(world, inner_number="S-1")
    monkeypatch.setattr("providers.instruments.services.instruments._find_taken_number", lambda *_: [])
    with pytest.raises(InnerNumberTaken) as refused:
        instrument_update(
            actor=world.manager, instrument_id=draft.pk, values={"inner_number": "S-1"}, now=NOW
        )
    assert refused.value.params == {"inner_number": "S-1"}
    draft.refresh_from_db()
    assert (draft.inner_number, taken.inner_number) == (INSTRUMENT["inner_number"], "S-1")


def test_an_inner_number_is_taken_once_in_a_unit(world, draft):
    with pytest.raises(InnerNumberTaken):
        instrument_create(actor=world.manager, organization_id=world.unit.pk, values=INSTRUMENT, now=NOW)
    instrument_create(actor=world.other_manager, organization_id=world.other.pk, values=INSTRUMENT, now=NOW)


def test_instrument_in_review_cannot_be_edited(world, draft):
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    with pytest.raises(InReview):
        update(world, draft, model="TX-300")


def test_published_descriptions_go_live_and_facts_wait_for_bureau(world, instrument):
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
        instrument_changes_accept(actor=world.manager, instrument_id=instrument.pk, now=LATER)
    accepted = instrument_changes_accept(actor=world.officer, instrument_id=instrument.pk, now=LATER)
    accepted.refresh_from_db()
    assert (accepted.value_yuan, accepted.category.code) == (Decimal("2600000.00"), "020100")
    assert accepted.in_service_date == date(2021, 1, 1)
    assert (accepted.pending_values, accepted.pending_since) == ({}, None)
    with pytest.raises(NothingWaits):
        instrument_changes_accept(actor=world.officer, instrument_id=instrument.pk, now=LATER)


def test_a_waiting_change_can_be_taken_back(world, instrument):
    update(world, instrument, value_yuan="2600000", purpose="special")
    changed = update(world, instrument, value_yuan="2500000")
    assert (changed.pending_values, changed.pending_since) == ({"purpose": "special"}, LATER)
    changed = update(world, instrument, purpose="general")
    assert (changed.pending_values, changed.pending_since) == ({}, None)


def test_a_retired_instrument_leaves_no_change_to_the_bureau(world, instrument):
    update(world, instrument, value_yuan=Decimal(99))
    instrument_suspend(actor=world.manager, instrument_id=instrument.pk, reason="检修", now=LATER)
    assert [review.kind for review in reviews_waiting(world.officer).items] == ["changes"]
    retired = instrument_retire(actor=world.manager, instrument_id=instrument.pk, reason="报废", now=LATER)
    assert (retired.pending_values, retired.pending_since) == ({}, None)
    assert (list(reviews_waiting(world.officer).items), count_reviews_waiting(world.officer)) == ([], 0)
    with pytest.raises(NothingWaits):
        instrument_changes_accept(actor=world.officer, instrument_id=instrument.pk, now=LATER)


def test_refused_changes_leave_the_old_values(world, instrument):
    update(world, instrument, sharing_mode="none")
    refused = instrument_changes_refuse(
        actor=world.officer, instrument_id=instrument.pk, reason="应继续共享", now=LATER
    )
    assert (refused.sharing_mode, refused.pending_values, refused.return_reason) == (
        "external",
        {},
        "应继续共享",
    )


def test_published_instrument_keeps_required_fields(world, instrument):
    with pytest.raises(Invalid):
        update(world, instrument, phone="")


def test_unchanged_values_write_nothing(world, instrument):
    update(world, instrument, model="TX-200", value_yuan="2500000")
    assert instrument.history.count() == 3
    assert [entry.action for entry in history(instrument)][-1] == "instrument.published"


def test_saving_what_is_published_unchanged_confirms_it(world, instrument):
    read = {"values": {"model": "TX-200"}, "revision": instrument.revision}
    saved = instrument_update(actor=world.manager, instrument_id=instrument.pk, now=LATER, **read)
    saved.refresh_from_db()
    assert (saved.confirmed_at, saved.revision) == (LATER, read["revision"])
    assert [entry.action for entry in history(instrument)][-1] == "instrument.confirmed"


def test_a_reason_is_more_than_blanks(world, draft):
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    with pytest.raises(ReasonMissing):
        instrument_return(actor=world.officer, instrument_id=draft.pk, reason="  ", now=NOW)


def inbox(user):
    """What somebody was told, the last first."""
    return [told(one.message, one.params) for one in notifications(user)]


def test_keepers_are_told_of_a_suspension_and_its_end_by_others(world, instrument):
    of = {"instrument_id": instrument.pk}
    keeper_assign(actor=world.manager, user_id=world.keeper.pk, now=NOW, **of)
    accounts.membership_grant(
        actor=None, user=world.manager, organization=world.unit, role=Role.KEEPER, now=NOW
    )
    keeper_assign(actor=world.manager, user_id=world.manager.pk, now=NOW, **of)
    known = {one: len(inbox(one)) for one in (world.keeper, world.manager)}
    instrument_suspend(actor=world.manager, reason="检修", now=LATER, **of)
    instrument_resume(actor=world.manager, now=LATER, **of)
    instrument_suspend(actor=world.officer, reason="投诉", now=LATER, **of)
    instrument_resume(actor=world.officer, now=LATER, **of)
    instrument_suspend(actor=world.keeper, reason="漏水", now=LATER, **of)
    by_bureau = ["科技局已恢复“透射电子显微镜”的服务。", "科技局已暂停“透射电子显微镜”的服务：投诉"]
    assert inbox(world.keeper)[: -known[world.keeper]] == [
        *by_bureau,
        "manager已恢复“透射电子显微镜”的服务。",
        "manager已暂停“透射电子显微镜”的服务：检修",
    ]
    assert inbox(world.manager)[: -known[world.manager] or None] == [
        "keeper已暂停“透射电子显微镜”的服务：漏水",
        *by_bureau,
    ]


def test_nobody_is_named_or_qualified_for_what_is_retired(world, instrument):
    keeper_assign(actor=world.manager, instrument_id=instrument.pk, user_id=world.keeper.pk, now=NOW)
    step = {"actor": world.manager, "instrument_id": instrument.pk, "now": LATER}
    instrument_suspend(reason="报废", **step)
    instrument_retire(reason="报废", **step)
    told_before = inbox(world.user)
    for refused in (
        lambda: keeper_assign(user_id=world.keeper.pk, **step),
        lambda: qualification_grant(user=world.user, expires_at=LATER + timedelta(days=9), **step),
        lambda: instrument_links_set(linked_ids=[], **step),
        lambda: instrument_update(values={"model": "TX-9"}, **step),
        lambda: instrument_confirm(**step),
    ):
        with pytest.raises(Retired):
            refused()
    assert inbox(world.user) == told_before
    keeper_remove(user_id=world.keeper.pk, **step)


def test_a_right_to_operate_a_draft_leads_to_no_page(world, draft):
    qualification_grant(
        actor=world.manager,
        instrument_id=draft.pk,
        user=world.user,
        expires_at=LATER,
        now=NOW,
    )
    (one,) = notifications(world.user)
    assert one.path == ""


def test_keeper_needs_role_in_owning_unit(world, instrument):
    with pytest.raises(NotAKeeper):
        keeper_assign(actor=world.manager, instrument_id=instrument.pk, user_id=world.user.pk, now=NOW)
    for _ in range(2):
        keeper_assign(actor=world.manager, instrument_id=instrument.pk, user_id=world.keeper.pk, now=NOW)
    assert keepers_of([instrument.pk]) == {instrument.pk: [world.keeper]}
    assert inbox(world.keeper) == ["您现在是“透射电子显微镜”的机组负责人，负责审批其预约申请、为用户签到。"]
    keeper_remove(actor=world.manager, instrument_id=instrument.pk, user_id=world.keeper.pk, now=NOW)
    assert keepers_of([instrument.pk]) == {instrument.pk: []}
    assert inbox(world.keeper)[0] == "您不再是“透射电子显微镜”的机组负责人。"


def test_a_qualification_holds_through_its_last_instant_unless_it_is_revoked(world, instrument):
    qualification = qualification_grant(
        actor=world.manager, instrument_id=instrument.pk, user=world.user, expires_at=LATER, now=NOW
    )
    assert inbox(world.user)[0].endswith(f"的上机资格，有效期至{date_only(LATER)}。")
    assert has_qualification(world.user.pk, instrument.pk, LATER)
    assert not has_qualification(world.user.pk, instrument.pk, LATER + timedelta(seconds=1))
    qualification_revoke(actor=world.manager, qualification_id=qualification.pk, reason="离岗", now=NOW)
    assert not has_qualification(world.user.pk, instrument.pk, NOW)


def test_a_qualification_that_has_ended_already_is_refused(world, instrument):
    with pytest.raises(QualificationTooShort):
        qualification_grant(
            actor=world.manager, instrument_id=instrument.pk, user=world.user, expires_at=NOW, now=NOW
        )


def test_user_kind_is_relative_to_owning_unit(world, instrument):
    staff = person("staff", world.unit, Role.RESEARCHER)
    assert user_kind(staff, world.unit, instrument) is UserKind.INSIDE
    assert user_kind(staff, None, instrument) is UserKind.INSIDE
    assert user_kind(world.user, world.company, instrument) is UserKind.ENTERPRISE
    assert user_kind(world.user, world.other, instrument) is UserKind.OUTSIDE
    assert user_kind(world.user, None, instrument) is UserKind.INDIVIDUAL


# --- Who sees what, and finds it ----------------------------------------------------------------------------


def test_edit_with_old_revision_is_refused(world, draft):
    began = draft.revision
    changed = update(world, draft, model="TX-300")
    assert changed.revision == began + 1
    with pytest.raises(RevisionMismatch):
        instrument_update(
            actor=world.manager,
            instrument_id=draft.pk,
            values={"model": "TX-400"},
            revision=began,
            now=LATER,
        )
    draft.refresh_from_db()
    assert (draft.model, draft.revision) == ("TX-300", began + 1)
    again = instrument_update(
        actor=world.manager,
        instrument_id=draft.pk,
        values={"model": "TX-400"},
        revision=began + 1,
        now=LATER,
    )
    assert (again.model, again.revision) == ("TX-400", began + 2)


def test_unchanged_saves_and_transitions_add_no_revision(world, draft):
    update(world, draft, model=draft.model)
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=LATER)
    live = instrument_publish(actor=world.officer, instrument_id=draft.pk, now=LATER)
    assert live.revision == draft.revision
    waiting = update(world, live, value_yuan="3000000")
    accepted = instrument_changes_accept(actor=world.officer, instrument_id=live.pk, now=LATER)
    assert (waiting.revision, accepted.revision) == (live.revision + 1, live.revision + 2)
