"""Is this paper genuine: a code or a file in, one clear answer out."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.multipartparser import MultiPartParser
from django.test import Client
from django.urls import reverse

from rewards.assessment.models import UnitAssessment
from rewards.report.reports.certificate import render_certificate
from rewards.report.selectors.certificates import get_certificate
from rewards.report.selectors.reports import get_report_file
from rewards.report.selectors.verification import verify_file
from rewards.report.services.answers import report_return
from rewards.report.views import verify
from tests.rewards.builders import AFTER
from tests.rewards.conftest import DAY
from tests.rewards.reading import text_of


@pytest.fixture
def sent(small):
    return small.steps.through("send")


def by_code(client, code):
    return client.get(reverse("verify"), {"code": code})


def by_file(client, content, name="报送函.pdf"):
    return client.post(reverse("verify"), {"file": SimpleUploadedFile(name, content)})


def test_the_page_asks_nobody_to_log_in(client, db):
    page = client.get(reverse("verify"))
    assert page.status_code == 200
    assert "输入文件上印的核验码，或上传文件本身，无需登录。" in text_of(page)


def test_a_printed_code_shows_what_was_sent_however_it_is_typed(client, sent):
    for typed in (sent.code, sent.code.lower(), sent.code.replace("-", " ")):
        words = text_of(by_code(client, typed))
        assert f"核验码 {sent.code} 对应的文件确已报送。" in words
        assert "云屏大学" in words
        assert "合计 ¥" in words


def test_a_code_that_was_never_printed_is_not_genuine(client, sent):
    words = text_of(by_code(client, "AAAA-BBBB-CCCC"))
    assert "核验不符。 没有核验码为 AAAA-BBBB-CCCC 的文件。" in words
    assert by_code(client, "").status_code == 422
    assert by_code(client, "x" * 500).status_code == 422
    assert by_code(client, "<script>").status_code == 200


def test_a_returned_report_is_said_to_be_out_of_force(client, small, sent):
    type(sent).objects.update(state="returned", answered_by=small.city.finance)
    assert "该报送件已被财政局退回，不再有效" in text_of(by_code(client, sent.code))
    english = client.get(reverse("verify"), {"code": sent.code}, headers={"Accept-Language": "en"})
    assert "another" not in text_of(english)
    _name, paper = get_report_file(sent, "pdf")
    answer = by_file(client, paper)
    assert "该报送件已被财政局退回，不再有效" in text_of(answer)
    assert b"note-success" not in answer.content


def test_each_file_of_the_package_is_genuine(client, sent):
    for kind in ("pdf", "package"):
        name, content = get_report_file(sent, kind)
        words = text_of(by_file(client, content, name))
        assert f"核验一致。 “{name}”与报送的文件逐字节一致。" in words
    assert "数字签名由本平台签署，覆盖整个文件。" in text_of(by_file(client, get_report_file(sent, "pdf")[1]))


def test_every_file_inside_the_package_is_genuine_by_itself(client, sent):
    with zipfile.ZipFile(BytesIO(get_report_file(sent, "package")[1])) as package:
        files = {name: package.read(name) for name in package.namelist()}
    assert {"manifest.json", "SHA256SUMS", "年度数据/units.jsonl.gz"} < files.keys()
    for name, content in files.items():
        words = text_of(by_file(client, content, "x"))
        assert "核验一致。 “x”与报送的文件逐字节一致。" in words, name
        verdict = verify_file(content)
        assert files[verdict.file] == content
    for name, content in files.items():
        assert not verify_file(content[:-1]).genuine, name


def test_a_file_of_two_reports_is_shown_with_the_one_in_force(small, sent):
    with zipfile.ZipFile(BytesIO(get_report_file(sent, "package")[1])) as package:
        part = package.read("年度数据/units.jsonl.gz")
    report_return(actor=small.city.finance, report_id=sent.pk, reason="附件缺页", now=AFTER + 16 * DAY)
    assert verify_file(part).report == sent
    again = small.steps.send()
    assert verify_file(part).report == again


def test_a_certificate_is_genuine_although_the_stored_package_was_changed(client, small, sent):
    """Its signature says so; what was sealed can't be shown beside it. The page by code asks for the file."""
    found = get_certificate(small.city.officer, UnitAssessment.objects.get().public_id)
    certificate = render_certificate(found)
    with default_storage.open(sent.package_file, "wb") as file:
        file.write(b"changed")
    assert "无法显示其中的金额。请上传您手中的文件核验" in text_of(by_code(client, found.code))
    answer = by_file(client, certificate, "证书.pdf")
    words = text_of(answer)
    assert answer.status_code == 200
    assert "核验一致。 “证书.pdf”由本平台出具，未经改动。" in words
    assert "平台存储的报送包已不是当时报送的文件" in words
    assert "云屏大学" not in words
    type(sent).objects.update(state="returned", answered_by=small.city.finance)
    assert "该报送件已被财政局退回，不再有效" in text_of(by_file(client, certificate, "证书.pdf"))
    assert not verify_file(certificate[:-1]).genuine


@pytest.mark.parametrize("place", [1000, -1000])
def test_one_changed_byte_is_not_genuine(client, sent, place):
    _, content = get_report_file(sent, "pdf")
    changed = bytearray(content)
    changed[place] ^= 1
    words = text_of(by_file(client, bytes(changed)))
    assert "核验不符。 “报送函.pdf”不是本平台报送的文件。" in words
    assert "文件的 SHA-256 与任何已报送的文件都不一致。" in words


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7 instrument-share-receipt/1",
        b"MZ\x90\x00",
        b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 5000,
    ],
)
def test_hostile_files_are_answered_calmly(client, sent, content):
    answer = by_file(client, content)
    assert answer.status_code == 200
    assert "核验不符。" in text_of(answer)


def test_a_name_is_shown_as_text(client, sent):
    answer = by_file(client, b"x", "<img src=x onerror=alert(1)>.pdf")
    assert b"<img src=x" not in answer.content


def test_missing_file_is_refused(client, sent):
    answer = client.post(reverse("verify"), {})
    assert answer.status_code == 422
    assert answer.context["paper_form"].errors["file"]


def test_a_file_above_the_limit_is_refused_without_being_kept(client, db, monkeypatch):
    monkeypatch.setattr(verify, "PAPER_AT_MOST", verify.MEGABYTE)
    read = []
    monkeypatch.setattr(verify, "_with_file", lambda request: read.append(request))
    monkeypatch.setattr(MultiPartParser, "parse", lambda _parser: read.append("taken apart"))
    answer = by_file(client, b"x" * (verify.MEGABYTE + verify.ENVELOPE + 1))
    assert answer.status_code == 413
    assert "文件超过 1 MB，无法在此核验。报送包若超过此大小，请逐个核验其中的文件。" in text_of(answer)
    assert read == []


def test_a_form_of_another_site_is_refused(db):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("verify"), {"file": BytesIO(b"x")})
    assert answer.status_code == 403
