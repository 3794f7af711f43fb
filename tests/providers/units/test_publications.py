"""News, regulations, cases and statements: drafted, scheduled, published, changed by two, taken down."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from PIL import Image

from instrument_share.jobs.one_by_one import SomeFailed
from instrument_share.journal.selectors import decisions, history, notifications
from instrument_share.kernel.errors import IllegalMove, Invalid, NotFound, RevisionMismatch
from providers.instruments.services.instruments import instrument_confirm, instrument_update
from providers.revisions.selectors import compare_revisions, revised_row, revisions
from providers.units.domain.publications import PublicationKind
from providers.units.models import OpennessStatement, PublicationPicture, UnitNews
from providers.units.selectors.publications import (
    own_publication_counts,
    own_publications,
    publication_at,
    publication_picture,
    publications,
    statements_by_year,
)
from providers.units.services import publications as publication_services
from providers.units.services import publications as services
from providers.units.services.profiles import unit_profile_save
from providers.units.services.publication_pictures import publication_picture_add
from providers.units.services.publications import (
    publication_draft,
    publication_publish,
    publications_publish_due,
)
from tests.providers.conftest import NOW, PROFILE, published

NEWS = PublicationKind.NEWS
TEXT = {"title_zh": "开放日", "body_zh": "欢迎参观。"}
VISITOR = AnonymousUser()
MINUTE = timedelta(minutes=1)


def draft(world, kind=NEWS, **values):
    return publication_draft(
        actor=world.manager, kind=kind, organization_id=world.unit.pk, values={**TEXT, **values}, now=NOW
    )


def publish(world, kind=NEWS, now=NOW, **values):
    return publication_publish(
        actor=world.manager, kind=kind, organization_id=world.unit.pk, values={**TEXT, **values}, now=now
    )


def act(world, verb, row, actor=None, kind=NEWS, now=NOW, **more):
    return getattr(publication_services, f"publication_{verb}")(
        actor=actor or world.manager, kind=kind, publication_id=row.pk, now=now, **more
    )


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_a_draft_is_seen_by_the_unit_alone(world):
    row = draft(world, body_zh="")
    for viewer in (VISITOR, world.user, world.officer, world.auditor, world.other_manager):
        with pytest.raises(NotFound):
            publication_at(viewer, row.public_id)
        assert list(publications(viewer, NEWS)) == []
        assert list(own_publications(viewer, NEWS, world.unit.pk)) == []
    assert list(publications(world.manager, NEWS)) == []
    assert publication_at(world.manager, row.public_id).publication == row
    assert [one.state for one in own_publications(world.manager, NEWS, world.unit.pk)] == ["draft"]


def test_a_draft_needs_a_title_and_publication_a_text(world):
    with pytest.raises(Invalid) as refused:
        draft(world, title_zh="")
    assert codes(refused) == ["publication.title"]
    row = draft(world, body_zh="")
    for verb, more in (("release", {}), ("schedule", {"at": NOW + MINUTE})):
        with pytest.raises(Invalid) as refused:
            act(world, verb, row, **more)
        assert codes(refused) == ["publication.text"]
    act(world, "update", row, values={"body_zh": "欢迎。"})
    assert act(world, "release", row, now=NOW + MINUTE).published_at == NOW + MINUTE


def test_tick_publishes_what_is_due_and_it_counts_from_then(world):
    early, late = draft(world), draft(world, title_zh="明天")
    act(world, "schedule", early, at=NOW + MINUTE)
    act(world, "schedule", late, at=NOW + timedelta(days=1))
    assert publications_publish_due(NOW) == 0
    then = NOW + 2 * MINUTE
    assert publications_publish_due(then) == 1
    assert publications_publish_due(then) == 0
    early.refresh_from_db()
    assert (early.state, early.published_at, early.scheduled_at) == ("published", then, None)
    assert list(publications(VISITOR, NEWS)) == [early]
    assert [(entry.action, entry.who) for entry in history(early)] == [
        ("news.drafted", "manager"),
        ("news.scheduled", "manager"),
        ("news.published", "system"),
    ]
    assert notifications(world.manager).get().message == "“{title}” has been published, as you planned."


def test_a_publication_that_fails_keeps_no_other_from_being_published(world, monkeypatch):
    broken, other = draft(world), draft(world, title_zh="第二")
    for one in (broken, other):
        act(world, "schedule", one, at=NOW + MINUTE)
    publish = services._publish

    def fail_for_broken(kind, publication, *given):
        if publication.pk == broken.pk:
            raise ValueError("A text is broken.")
        return publish(kind, publication, *given)

    monkeypatch.setattr(services, "_publish", fail_for_broken)
    with pytest.raises(SomeFailed, match=rf"^publication {broken.public_id}; done for others: 1$"):
        publications_publish_due(NOW + 2 * MINUTE)
    assert list(publications(VISITOR, NEWS)) == [other]
    monkeypatch.undo()
    assert publications_publish_due(NOW + 3 * MINUTE) == 1


def test_a_schedule_is_changed_and_taken_back(world):
    row = draft(world)
    act(world, "schedule", row, at=NOW + MINUTE)
    act(world, "schedule", row, at=NOW + 5 * MINUTE)
    assert publications_publish_due(NOW + 2 * MINUTE) == 0
    assert act(world, "unschedule", row).state == "draft"
    assert publications_publish_due(NOW + 6 * MINUTE) == 0
    with pytest.raises(Invalid) as refused:
        act(world, "schedule", row, at=NOW)
    assert codes(refused) == ["publication.schedule_past"]


def test_scheduled_publication_must_stay_publishable(world):
    row = draft(world)
    act(world, "schedule", row, at=NOW + MINUTE)
    with pytest.raises(Invalid) as refused:
        act(world, "update", row, values={"body_zh": ""})
    assert codes(refused) == ["publication.text"]


@pytest.mark.parametrize(
    ("verb", "more", "state"),
    [
        ("release", {}, "published"),
        ("schedule", {"at": NOW + MINUTE}, "published"),
        ("unschedule", {}, "published"),
        ("unschedule", {}, "draft"),
        ("discard", {}, "published"),
        ("withdraw", {"reason": "日期有误"}, "draft"),
    ],
)
def test_illegal_transition_is_refused(world, verb, more, state):
    row = publish(world) if state == "published" else draft(world)
    with pytest.raises(IllegalMove):
        act(world, verb, row, **more)


def test_a_discarded_draft_is_gone_but_not_from_the_journal(world):
    row = draft(world)
    public_id = row.public_id
    act(world, "discard", row)
    assert not UnitNews.objects.exists()
    kept = UnitNews.history.filter(public_id=public_id).order_by("history_id")
    assert [one.history_type for one in kept] == ["+", "-"]
    with pytest.raises(NotFound):
        publication_at(world.manager, public_id)


def test_second_save_with_old_revision_is_refused(world):
    row = publish(world)
    began_with = row.revision
    first = act(world, "update", row, values={"body_zh": "甲写的。"}, revision=began_with)
    with pytest.raises(RevisionMismatch):
        act(world, "update", row, values={"body_zh": "乙写的。"}, revision=began_with)
    row.refresh_from_db()
    assert (row.body_zh, row.revision) == ("甲写的。", first.revision)
    act(world, "update", row, values={"body_zh": "乙写的。"}, revision=first.revision)


def test_profile_edit_with_old_revision_is_refused(world):
    save = {"actor": world.manager, "organization_id": world.unit.pk, "now": NOW}
    began_with = unit_profile_save(values=PROFILE, **save).revision
    unit_profile_save(values={"contact": "甲"}, revision=began_with, **save)
    with pytest.raises(RevisionMismatch):
        unit_profile_save(values={"contact": "乙"}, revision=began_with, **save)


def test_public_sees_only_that_publication_was_withdrawn(world):
    row = publish(world)
    act(world, "withdraw", row, world.officer, reason="日期有误")
    for viewer in (VISITOR, world.user, world.other_manager):
        assert publication_at(viewer, row.public_id).gone
    for viewer in (world.manager, world.officer, world.auditor):
        assert not publication_at(viewer, row.public_id).gone
    trace = decisions(row, world.unit.pk).get()
    assert (trace.actor, trace.action, trace.details["reason"]) == (
        world.officer,
        "news.withdrawn",
        "日期有误",
    )


def test_the_instruments_of_a_case_before_and_after_a_change_stand_in_the_journal(world, instrument):
    first, second = instrument, published(world, inner_number="A-2")
    row = publish(world, PublicationKind.CASE, instruments=[first.pk])
    act(world, "update", row, kind=PublicationKind.CASE, values={"instruments": [second.pk]})
    made, changed = history(row)
    assert (made.details["before"], made.details["after"]) == (
        {"instruments": ""},
        {"instruments": first.public_id},
    )
    assert (changed.details["before"], changed.details["after"]) == (
        {"instruments": first.public_id},
        {"instruments": second.public_id},
    )
    act(world, "update", row, kind=PublicationKind.CASE, values={"instruments": [second.pk]})
    assert "before" not in history(row).last().details


@pytest.mark.parametrize("public_id", ["NEW-0000000000", "XXX-0000000000", "", "NEW"])
def test_unknown_publication_is_not_found(world, public_id):
    with pytest.raises(NotFound):
        publication_at(world.manager, public_id)


PARTS = {"how_zh": "自主上机与委托测试。", "audience_zh": "企业与高校。", "charges_zh": "按成本收费。"}


def statement(world, **values):
    return publish(world, PublicationKind.OPENNESS, **{"body_zh": "", "year": 2024, **PARTS, **values})


def test_a_statement_says_it_in_parts(world):
    made = statement(world, total_hours=Decimal("1200.5"), external_hours=Decimal("300"))
    assert (made.how_zh, made.external_hours) == ("自主上机与委托测试。", Decimal("300"))
    for values, expected in (
        ({"charges_zh": ""}, ["publication.part"]),
        ({"how_zh": "", "audience_zh": "", "charges_zh": ""}, ["publication.text"]),
        ({"total_hours": Decimal(1), "external_hours": Decimal(2)}, ["publication.hours"]),
        ({"external_hours": Decimal(2)}, ["publication.hours"]),
        ({"how_zh": "长" * 2001}, ["publication.too_long"]),
    ):
        with pytest.raises(Invalid) as refused:
            statement(world, year=2023, **values)
        assert codes(refused) == expected


def test_a_year_is_free_again_after_its_statement_was_taken_down(world):
    first = statement(world)
    act(world, "withdraw", first, kind=PublicationKind.OPENNESS, reason="数据有误")
    second = statement(world)
    assert statements_by_year(world.unit.pk) == {2024: second}


def test_the_database_refuses_dates_that_contradict(world):
    row = publish(world)
    for wrong in ({"scheduled_at": NOW}, {"published_at": None, "withdrawn_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            UnitNews.objects.filter(pk=row.pk).update(**wrong)
    made = statement(world, total_hours=Decimal(2), external_hours=Decimal(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        OpennessStatement.objects.filter(pk=made.pk).update(external_hours=3)


def test_the_units_own_list(world, statements):
    row, other = draft(world), publish(world, title_zh="培训日", now=NOW - MINUTE)
    act(world, "schedule", row, at=NOW + MINUTE)

    def own(**which):
        found = own_publications(world.manager, NEWS, world.unit.pk, **which)
        return list(found.order_by("-shown_at", "-id"))

    assert own() == [row, other]
    assert own(state="scheduled") == [row]
    assert own(text="培训") == [other]
    counts = own_publication_counts(world.manager, NEWS, world.unit.pk)
    assert counts == {"draft": 0, "scheduled": 1, "published": 1, "withdrawn": 0}


def upload(colour="red", mode="RGB"):
    made = BytesIO()
    Image.new(mode, (40, 30), colour).save(made, "PNG")
    made.seek(0)
    return made


def picture(world, **more):
    values = {"upload": upload(), "alt_zh": "一号楼", "alt_en": "Building 1", **more}
    return publication_picture_add(actor=world.manager, organization_id=world.unit.pk, now=NOW, **values)


def test_a_picture_is_kept_once_in_a_unit(world):
    first, again = picture(world), picture(world, alt_zh="主楼")
    assert (again.pk, again.alt_zh) == (first.pk, "主楼")
    assert (first.width, first.height) == (40, 30)
    assert picture(world, upload=upload("blue")).pk != first.pk
    with pytest.raises(Invalid) as refused:
        picture(world, upload=None, alt_zh=" ", alt_en="x" * 201)
    assert codes(refused) == ["picture.missing", "picture.words", "picture.words"]
    assert PublicationPicture.objects.count() == 2


def test_a_picture_is_public_while_a_public_text_shows_it(world, statements):
    made = picture(world)

    def seen_by(viewer):
        try:
            return publication_picture(viewer, made.public_id) == made
        except NotFound:
            return False

    line = f"![一号楼](/units/pictures/{made.public_id}/)"
    assert [seen_by(one) for one in (VISITOR, world.other_manager, world.manager)] == [False, False, True]
    row = draft(world, body_zh=line)
    assert not seen_by(VISITOR)
    act(world, "release", row)
    assert seen_by(VISITOR)
    act(world, "withdraw", row, reason="有误")
    assert [seen_by(one) for one in (VISITOR, world.officer, world.auditor)] == [False, True, True]
    statement(world, how_zh=line)
    assert seen_by(VISITOR)


def test_revisions_say_who_changed_what(world, statements):
    row = draft(world)
    act(world, "update", row, values={"title_zh": "开放周", "body_en": "Welcome."}, now=NOW + MINUTE)
    act(world, "release", row, now=NOW + 2 * MINUTE)
    act(world, "withdraw", row, world.officer, reason="有误", now=NOW + 3 * MINUTE)
    of = revised_row(world.manager, row.public_id)
    rows = list(of.rows().order_by("-history_date", "-history_id"))
    found = revisions(of, rows)
    assert [(one.by, one.state, one.new_state, one.changed, one.is_first) for one in found] == [
        ("officer", "withdrawn", True, (), False),
        ("manager", "published", True, (), False),
        ("manager", "draft", False, ("Title", "Text (English)"), False),
        ("manager", "draft", True, (), True),
    ]
    middle = compare_revisions(of, found[2].id)
    assert [(field.name, field.before, field.after) for field in middle.fields] == [
        ("title_zh", "开放日", "开放周"),
        ("body_en", "", "Welcome."),
    ]
    whole = compare_revisions(of, found[3].id, found[0].id)
    assert [field.name for field in whole.fields] == ["title_zh", "body_en"]
    with pytest.raises(NotFound):
        compare_revisions(of, found[3].id)

    statements.assert_unchanged(
        lambda: revisions(of, list(of.rows().order_by("-history_date", "-history_id"))),
        by=lambda: [
            act(world, "update", other, values={"body_zh": f"第 {number} 版"})
            for other in [publish(world)]
            for number in range(5)
        ],
    )


def test_revisions_of_an_instrument_and_of_a_profile(world, instrument):
    instrument_update(
        actor=world.manager, instrument_id=instrument.pk, values={"contact": "张工"}, now=NOW + MINUTE
    )
    of = revised_row(world.manager, instrument.public_id)
    newest = revisions(of, list(of.rows().order_by("-history_date", "-history_id")))[0]
    assert newest.changed == ("Contact",)
    unit_profile_save(actor=world.manager, organization_id=world.unit.pk, values=PROFILE, now=NOW)
    profile = unit_profile_save(
        actor=world.manager, organization_id=world.unit.pk, values={"phone": "0570-1"}, now=NOW + MINUTE
    )
    of = revised_row(world.manager, profile.public_id)
    rows = list(of.rows().order_by("-history_date", "-history_id"))
    assert revisions(of, rows)[0].changed == ("Phone",)


def test_a_revision_says_that_it_only_confirmed(world, instrument):
    instrument_confirm(actor=world.manager, instrument_id=instrument.pk, now=NOW + MINUTE)
    instrument_update(
        actor=world.manager, instrument_id=instrument.pk, values={"contact": "张工"}, now=NOW + 2 * MINUTE
    )
    of = revised_row(world.manager, instrument.public_id)
    found = revisions(of, list(of.rows().order_by("-history_date", "-history_id")))
    assert [(one.changed, one.confirmed) for one in found[:2]] == [(("Contact",), False), ((), True)]
    assert not any(one.confirmed for one in found[2:])
