"""Photos and reports: hostile files, private, by their content."""

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from bookings.samples.domain.errors import NotMeasured, OrderRefused
from bookings.samples.models import SampleFile
from bookings.samples.selectors import get_file, order_files
from bookings.samples.services.files import MOST_AT_ONCE, MOST_FILES, sample_order_report, sample_photos_add
from instrument_share.kernel.errors import DomainError, IllegalMove, NotFound
from tests import factories
from tests.bookings.requests.booking import codes
from tests.bookings.samples.steps import PDF, closed, measured, pdf, received, reported, submitted
from tests.factories import NOW, jpeg
from tests.page_fixtures import text_of


def photo():
    return pdf("x.jpg", jpeg())


SHA = hashlib.sha256(PDF).hexdigest()


def test_a_report_is_kept_once_by_its_content(city):
    order = reported(city)
    sample_order_report(actor=city.keeper, order_id=order.pk, uploads=[pdf("again.pdf")], now=NOW)
    kept = order.files.get()
    assert (kept.sha256, kept.name, kept.media_type) == (SHA, "报告.pdf", "application/pdf")
    with kept.file.open("rb") as file:
        assert file.read() == PDF


def test_a_further_report_leaves_the_day_of_the_first(city):
    first = reported(city)
    again = sample_order_report(
        actor=city.keeper,
        order_id=first.pk,
        uploads=[pdf("2.pdf", PDF + b"%")],
        now=first.reported_at + timedelta(days=1),
    )
    assert (again.reported_at, again.files.count()) == (first.reported_at, 2)


def test_what_is_no_report_is_refused(city):
    order = reported(city)
    for content in (b"<script>", b"MZ\x90", b"%PDF-" + b"0" * (10 * 1024 * 1024)):
        with pytest.raises(OrderRefused):
            sample_order_report(
                actor=city.keeper, order_id=order.pk, uploads=[pdf("x.pdf", content)], now=NOW
            )
    with pytest.raises(OrderRefused) as refused:
        sample_order_report(actor=city.keeper, order_id=order.pk, uploads=[], now=NOW)
    assert codes(refused) == ["samples.report_missing"]


def test_no_report_before_the_hours_are_logged(city):
    with pytest.raises(NotMeasured):
        sample_order_report(actor=city.keeper, order_id=received(city).pk, uploads=[pdf()], now=NOW)


def test_photos_are_decoded_anew(city):
    order = submitted(city)
    (kept,) = sample_photos_add(
        actor=city.researcher, order_id=order.pk, photos=[photo()], position=2, now=NOW
    )
    assert kept.sample.number == "A-2"
    with kept.file.open("rb") as file, Image.open(file) as opened:
        assert (opened.format, dict(opened.getexif())) == ("JPEG", {})
    with pytest.raises(DomainError):
        sample_photos_add(
            actor=city.researcher, order_id=order.pk, photos=[pdf("x.jpg", b"\xff\xd8\xff<svg>")], now=NOW
        )


def test_not_too_many_and_none_after_the_end(city):
    order = submitted(city)
    with pytest.raises(OrderRefused):
        sample_photos_add(
            actor=city.researcher, order_id=order.pk, photos=[photo()] * (MOST_AT_ONCE + 1), now=NOW
        )
    with pytest.raises(IllegalMove):
        sample_photos_add(actor=city.researcher, order_id=closed(city).pk, photos=[photo()], now=NOW)


def test_photos_leave_the_room_of_the_report_and_the_page_says_how_much_there_is(city, see):
    order = received(city)
    now = measured(city, order).ends_at
    for number in range(MOST_FILES - 1):
        SampleFile.objects.create(
            order=order,
            kind="photo",
            sha256=f"{number:064}",
            name=f"{number}.jpg",
            media_type="image/jpeg",
            size=1,
            added_at=now,
            added_by=city.researcher,
            file=f"samples/{number}.jpg",
        )
    add = reverse("sample_photos_add", args=[order.public_id])

    def offers():
        return add in see(city.researcher, "sample_order", order.public_id, now=now).text

    form = text_of(see(city.researcher, "sample_photos_add", order.public_id, now=now))
    assert "每次最多 10 个文件，本委托还可保存 1 个。" in form
    before = offers()
    sample_photos_add(actor=city.researcher, order_id=order.pk, photos=[photo()], now=now)
    assert [before, offers()] == [True, False]
    with pytest.raises(OrderRefused) as refused:
        sample_photos_add(actor=city.researcher, order_id=order.pk, photos=[photo()], now=now)
    assert codes(refused) == ["samples.files_too_many"]
    form = text_of(see(city.keeper, "sample_order_report", order.public_id, now=now))
    assert "每次最多 10 个文件，本委托还可保存 60 个。" in form
    report = sample_order_report(actor=city.keeper, order_id=order.pk, uploads=[pdf()], now=now)
    assert (report.state, report.files.filter(kind="report").count()) == ("reported", 1)


def test_files_are_for_the_owner_and_the_unit_alone(city):
    order = reported(city)
    payer = factories.member(city.company, factories.Role.ORG_ADMIN, name="辛")
    for reader in (city.researcher, city.keeper, city.manager):
        assert get_file(reader, order.public_id, SHA).name == "报告.pdf"
    # Who pays sees the order, and no results.
    assert not order_files(payer, order).exists()
    with pytest.raises(NotFound):
        get_file(payer, order.public_id, SHA)
