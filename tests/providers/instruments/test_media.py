"""An instrument's gallery and its files."""

from io import BytesIO

import pytest
from PIL import Image

from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, NotFound
from providers.instruments.domain.choices import Audience
from providers.instruments.models import Instrument, InstrumentPicture
from providers.instruments.selectors.media import attachments_of, instrument_attachment, pictures_of
from providers.instruments.services.common import InReview
from providers.instruments.services.instruments import (
    ChangedSinceRead,
    instrument_publish,
    instrument_return,
    instrument_submit,
)
from providers.instruments.services.media import (
    AttachedAlready,
    TitleMissing,
    TooMany,
    instrument_attachment_add,
    instrument_picture_add,
    instrument_picture_describe,
    instrument_picture_move,
    instrument_picture_remove,
)
from providers.instruments.services.people import qualification_grant
from tests.factories import jpeg
from tests.providers.conftest import NOW, published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def add(world, instrument, colour="teal", actor=None, **more):
    return instrument_picture_add(
        actor=actor or world.manager,
        instrument_id=instrument.pk,
        upload=BytesIO(jpeg((2400, 1200), colour)),
        now=NOW,
        **more,
    )


def order(instrument):
    return [one.alt_zh for one in pictures_of([instrument.pk])[instrument.pk]]


def test_a_picture_is_kept_in_two_widths_and_the_first_stands_for_the_instrument(world, draft):
    first = add(world, draft, alt_zh="主机", alt_en="Main unit")
    add(world, draft, "navy", alt_zh="样品台")
    assert (first.width, first.height) == (1280, 640)
    with first.small.open() as file, Image.open(file) as small:
        assert (small.format, small.size) == ("JPEG", (360, 180))
    draft.refresh_from_db()
    assert draft.picture.name == first.small.name
    assert order(draft) == ["主机", "样品台"]


def test_the_same_picture_twice_is_stored_once(world, draft):
    first, second = add(world, draft), add(world, draft)
    assert (first.large.name, first.small.name) == (second.large.name, second.small.name)


def test_pictures_change_places_and_the_new_first_one_stands_for_the_instrument(world, draft):
    one, two, three = (add(world, draft, colour, alt_zh=colour) for colour in ("teal", "navy", "maroon"))
    instrument_picture_move(actor=world.manager, picture_id=three.pk, forward=True, now=NOW)
    assert order(draft) == ["teal", "maroon", "navy"]
    instrument_picture_move(actor=world.manager, picture_id=one.pk, forward=False, now=NOW)
    assert order(draft) == ["maroon", "teal", "navy"]
    draft.refresh_from_db()
    assert draft.picture.name == three.small.name
    instrument_picture_move(actor=world.manager, picture_id=two.pk, forward=False, now=NOW)
    assert order(draft) == ["maroon", "teal", "navy"]
    instrument_picture_remove(actor=world.manager, picture_id=three.pk, now=NOW)
    draft.refresh_from_db()
    assert (order(draft), draft.picture.name) == (["teal", "navy"], one.small.name)


def test_what_a_picture_shows_is_said_in_100_chinese_or_200_english_characters(world, draft):
    picture = add(world, draft)
    for extra in ("", "more"):
        described = instrument_picture_describe(
            actor=world.manager,
            picture_id=picture.pk,
            alt_zh=" " + "电" * 100 + extra,
            alt_en="e" * 200 + extra,
            now=NOW,
        )
        assert (described.alt_zh, described.alt_en) == ("电" * 100, "e" * 200)


def test_there_are_eight_pictures_at_most(world, draft):
    for number in range(8):
        add(world, draft, (number, 0, 0))
    with pytest.raises(TooMany):
        add(world, draft)
    assert InstrumentPicture.objects.count() == 8


def test_nothing_changes_while_the_bureau_reviews(world, draft):
    picture = add(world, draft)
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    with pytest.raises(InReview):
        add(world, draft)
    with pytest.raises(InReview):
        instrument_picture_remove(actor=world.manager, picture_id=picture.pk, now=NOW)


def test_a_change_of_the_main_picture_is_a_revision(world, draft):
    before = draft.history.count()
    add(world, draft)
    add(world, draft, "navy")
    assert draft.history.count() == before + 1
    actions = [one.action for one in journal.history(draft)]
    assert actions.count("instrument.picture_added") == 2


def attach(world, instrument, content=b"%PDF-1.7 manual", actor=None, **more):
    return instrument_attachment_add(
        actor=actor or world.manager,
        instrument_id=instrument.pk,
        upload=BytesIO(content),
        now=NOW,
        **{"title_zh": "使用手册", **more},
    )


def test_a_file_is_known_by_its_content_and_has_a_title(world, instrument):
    made = attach(world, instrument, title_en="Manual")
    assert (made.size_bytes, made.title_en, len(made.sha256)) == (15, "Manual", 64)
    with pytest.raises(AttachedAlready) as refused:
        attach(world, instrument, title_zh="又一次")
    assert refused.value.field == "file"
    with pytest.raises(TitleMissing) as refused:
        attach(world, instrument, b"%PDF-1.7 another", title_zh=" ")
    assert [one.field for one in refused.value.problems] == ["title_zh"]


def test_restricted_files_are_visible_to_qualified_users_unit_and_bureau(world, instrument):
    inner = attach(world, instrument, audience=Audience.QUALIFIED)
    attach(world, instrument, b"%PDF-1.7 samples", title_zh="送样要求")
    qualification_grant(
        actor=world.manager, instrument_id=instrument.pk, user=world.user, expires_at=LATER, now=NOW
    )
    readers = {
        person.username
        for person in (
            world.manager,
            world.keeper,
            world.other_manager,
            world.officer,
            world.auditor,
            world.user,
        )
        if reads(person, inner)
    }
    assert readers == {"manager", "keeper", "officer", "auditor", "user"}
    shown = attachments_of(world.other_manager, instrument, NOW)
    assert [(one.attachment.title_zh, one.may_read) for one in shown] == [
        ("使用手册", False),
        ("送样要求", True),
    ]


LATER = NOW.replace(year=NOW.year + 1)


def reads(person, attachment):
    try:
        instrument_attachment(person, attachment.public_id, NOW)
    except NotFound:
        return False
    return True


def test_manager_of_other_unit_cannot_change_media(world, instrument):
    for act in (add, attach):
        with pytest.raises(Forbidden):
            act(world, instrument, actor=world.other_manager)


def test_the_bureau_publishes_only_the_files_that_it_has_read(world, draft):
    of_unit = {"actor": world.manager, "instrument_id": draft.pk, "now": NOW}
    of_bureau = {"actor": world.officer, "instrument_id": draft.pk, "now": NOW}
    read = instrument_submit(**of_unit).revision
    instrument_return(reason="附件不是本仪器的", **of_bureau)
    attach(world, draft)
    handed_in = instrument_submit(**of_unit).revision
    with pytest.raises(ChangedSinceRead):
        instrument_publish(revision=read, **of_bureau)
    assert instrument_publish(revision=handed_in, **of_bureau).state == "published"


def test_a_gallery_of_many_instruments_takes_one_statement(world, instrument, statements):
    add(world, instrument)

    def more():
        for number in range(3):
            add(world, published(world, inner_number=f"B-{number}"), (number, 9, 9))

    statements.assert_unchanged(
        lambda: pictures_of(list(Instrument.objects.values_list("pk", flat=True))), by=more
    )
