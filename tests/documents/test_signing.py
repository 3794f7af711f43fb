import socket
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from django.conf import settings
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.sign.timestamps import DummyTimeStamper
from pypdf import PdfReader, PdfWriter

from instrument_share.documents.content import Paragraph
from instrument_share.documents.errors import SigningKeyUnusable, TimestampFailed
from instrument_share.documents.official import render_official
from instrument_share.documents.sealing import signing
from instrument_share.documents.sealing.authorities import get_timestamper
from instrument_share.documents.sealing.signing import SignatureCheck, check_signature, sign_pdf
from tests.documents.reading import text
from tests.documents.sample import letter

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
OURS = "云屏市大型科学仪器开放共享平台"
GENUINE = SignatureCheck("", intact=True, covers_all=True, ours=True, signer=OURS, signed_at=AT)


@pytest.fixture(scope="module", autouse=True)
def var_dir(tmp_path_factory):
    """The key of these tests, in a folder of their own."""
    folder = tmp_path_factory.mktemp("var")
    with override_settings(VAR_DIR=folder, SIGNING_KEY_FILE="", SIGNING_KEY_PASSWORD=""):
        yield folder


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return render_official(letter(blocks=[Paragraph("正文。")], attachments=[]))


@pytest.fixture(scope="module")
def signed(unsigned) -> bytes:
    return sign_pdf(unsigned, reason="报送财政局", signer_name="云屏市科学技术局", signed_at=AT)


def signature_of(pdf: bytes) -> tuple[int, int]:
    start, before, after, rest = (int(group) for group in signing.BYTE_RANGE.search(pdf).groups())
    assert start == 0
    assert after + rest == len(pdf)
    return before, after


def changed(pdf: bytes, place: int, byte: int) -> bytes:
    assert pdf[place] != byte
    return pdf[:place] + bytes([byte]) + pdf[place + 1 :]


def test_signed_file_verifies_and_stays_readable(signed, unsigned):
    assert check_signature(signed) == GENUINE
    assert check_signature(signed).genuine
    read = PdfReader(BytesIO(signed))
    assert "正文。" in text(read.pages[0])
    field = read.root_object["/AcroForm"]["/Fields"][0].get_object()["/V"]
    assert field["/SubFilter"] == "/ETSI.CAdES.detached"
    assert field["/Reason"] == "报送财政局"
    assert field["/Name"] == "云屏市科学技术局"
    assert read.metadata == PdfReader(BytesIO(unsigned)).metadata


@pytest.mark.parametrize("share", [0.01, 0.1, 0.33, 0.5, 0.8, 0.97])
def test_one_changed_byte_of_the_document_is_noticed(signed, share):
    before, _ = signature_of(signed)
    place = int(before * share)
    assert check_signature(changed(signed, place, signed[place] ^ 1)).problem == "changed"


def test_a_text_of_the_paper_cannot_pass_for_where_it_is_kept():
    """A unit's name stands among the metadata, close before the signature, as it was entered."""
    name = "甲公司/Location (AAAA-BBBB-CCCC) /M (D:20200101000000Z) endobj"
    paper = render_official(letter(blocks=[Paragraph("正文。")], attachments=[], subject=name))
    found = check_signature(
        sign_pdf(paper, reason=name, signer_name=name, signed_at=AT, location="1111-2222-3333")
    )
    assert (found.problem, found.location, found.signed_at) == ("", "1111-2222-3333", AT)
    assert check_signature(sign_pdf(paper, reason=name, signer_name=name, signed_at=AT)).location == ""


def test_one_changed_byte_after_the_signature_is_noticed(signed):
    place = signed.rindex(b"%%EOF") + 2
    assert check_signature(changed(signed, place, ord("X"))).problem == "changed"


def test_one_changed_digit_of_the_signature_is_noticed(signed):
    before, after = signature_of(signed)
    near = range(before, before + 24)
    for place in [*near, *range(before + 25, after, 23), after - 2, after - 1]:
        for digit in b"018A":
            if signed[place] != digit:
                assert not check_signature(changed(signed, place, digit)).genuine, place - before


def test_changed_algorithm_name_is_detected(signed):
    """RSA with and without its digest in the name verify alike; only one is how we write it."""
    before, after = signature_of(signed)
    place = signed.rindex(b"06092A864886F70D01010B", before, after) + len("06092A864886F70D01010")
    assert check_signature(changed(signed, place, ord("1"))).problem == "changed"


@pytest.mark.parametrize("added", [b"\n", b"x", b"\n1 0 obj<<>>endobj\ntrailer<</Prev 0>>\n%%EOF\n"])
def test_bytes_added_after_signing_are_detected(signed, added):
    found = check_signature(signed + added)
    assert (found.problem, found.intact, found.covers_all, found.ours) == ("added_to", True, False, True)


def test_file_signed_with_foreign_key_is_not_ours(unsigned, signed, tmp_path):
    with override_settings(VAR_DIR=tmp_path):
        theirs = sign_pdf(unsigned, reason="", signer_name="别处", signed_at=AT)
        assert check_signature(theirs).genuine
    found = check_signature(theirs)
    assert (found.problem, found.intact, found.covers_all, found.ours) == ("foreign", True, True, False)


def test_our_signature_in_another_file_does_not_fit(signed):
    before, after = signature_of(signed)
    other = sign_pdf(
        render_official(letter(blocks=[Paragraph("另文。")], attachments=[])),
        reason="报送财政局",
        signer_name="云屏市科学技术局",
        signed_at=AT,
    )
    start, end = signature_of(other)
    assert end - start == after - before
    assert check_signature(other[:start] + signed[before:after] + other[end:]).problem == "changed"


def test_file_signed_again_elsewhere_counts_as_extended(signed, tmp_path):
    with override_settings(VAR_DIR=tmp_path):
        twice = bytes(signed + signed[signature_of(signed)[1] :])
    assert check_signature(twice).problem == "added_to"


def encrypted(pdf: bytes) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf))
    writer.encrypt("secret", algorithm="RC4-128")
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def test_files_without_a_signature(unsigned):
    assert check_signature(unsigned) == SignatureCheck("unsigned")
    assert check_signature(encrypted(unsigned)) == SignatureCheck("unsigned")
    assert check_signature(unsigned[:1000]) == SignatureCheck("unsigned")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", bytes(1000), "报送件".encode()])
def test_non_pdf_has_no_signature(content):
    assert check_signature(content) == SignatureCheck("not_pdf")


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(signing, "MAX_FILE_BYTES", 10)
    assert check_signature(b"%PDF-1.7 and more") == SignatureCheck("too_large")


@pytest.mark.parametrize(
    "inside",
    [
        b"<>",
        b"<00>",
        b"<3080" + b"3080" * 20_000 + b">",  # nested without an end
        b"<zz>",
        b"(text)",
        b"<308400000000>",
        b"<"
        + b"".join(b"3083%06X" % (5 * left) for left in range(5000, 0, -1))
        + b">",  # deep and well-formed
        b"<30847FFFFFFF>",
    ],
)
def test_a_hostile_signature_is_only_a_changed_file(inside):
    head, tail = b"%PDF-1.7\n/Contents ", b"\n/ByteRange [0 %d %d %d]"
    before, after = len(head), len(head) + len(inside)
    for guess in range(200):
        end = tail % (before, after, guess)
        if len(end) == guess:
            break
    found = check_signature(head + inside + end)
    assert found.problem == "changed"
    assert not found.intact


@given(st.binary(max_size=300), st.lists(st.integers(0, 400), min_size=4, max_size=4))
def test_arbitrary_bytes_do_not_raise(content, numbers):
    pdf = b"%PDF-" + content + b"/ByteRange [%d %d %d %d]" % tuple(numbers) + content
    assert not check_signature(pdf).genuine


def test_the_key_is_made_once_and_for_its_owner_alone(var_dir, signed, unsigned):
    file = var_dir / "signing" / "key.p12"
    made = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sign_pdf(unsigned, reason="", signer_name="", signed_at=AT + timedelta(days=400))
    assert file.read_bytes() == made
    assert [path.suffix for path in sorted(file.parent.iterdir())].count(".cer") == 1
    _, certificate, _ = pkcs12.load_key_and_certificates(made, None)
    assert certificate.not_valid_before_utc <= AT
    assert certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value == OURS


def test_old_documents_verify_after_key_renewal(unsigned, tmp_path):
    with override_settings(VAR_DIR=tmp_path):
        old = sign_pdf(unsigned, reason="", signer_name="", signed_at=AT)
        (tmp_path / "signing" / "key.p12").unlink()
        new = sign_pdf(unsigned, reason="", signer_name="", signed_at=AT)
        assert check_signature(old).genuine
        assert check_signature(new).genuine


def test_a_site_signs_with_its_own_key(unsigned, signed, var_dir, tmp_path):
    key, certificate, _ = pkcs12.load_key_and_certificates(
        (var_dir / "signing" / "key.p12").read_bytes(), None
    )
    own = tmp_path / "own.p12"
    own.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"own", key, certificate, None, BestAvailableEncryption(b"pass")
        )
    )
    with override_settings(VAR_DIR=tmp_path, SIGNING_KEY_FILE=str(own), SIGNING_KEY_PASSWORD="pass"):
        assert check_signature(signed).genuine  # known by the named key, before anything is signed here
        assert check_signature(sign_pdf(unsigned, reason="", signer_name="", signed_at=AT)).genuine
        assert not (Path(settings.VAR_DIR) / "signing" / "key.p12").exists()


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_key_that_cannot_be_opened_is_named(unsigned, signed, var_dir, tmp_path, password):
    key, certificate, _ = pkcs12.load_key_and_certificates(
        (var_dir / "signing" / "key.p12").read_bytes(), None
    )
    own = tmp_path / "own.p12"
    own.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"own", key, certificate, None, BestAvailableEncryption(b"pass")
        )
    )
    with override_settings(VAR_DIR=tmp_path, SIGNING_KEY_FILE=str(own), SIGNING_KEY_PASSWORD=password):
        with pytest.raises(SigningKeyUnusable) as refused:
            sign_pdf(unsigned, reason="", signer_name="", signed_at=AT)
        assert check_signature(signed).problem == "foreign"
    assert refused.value.params == {"path": str(own)}


def test_missing_key_file_is_named(unsigned, tmp_path):
    missing = str(tmp_path / "none.p12")
    with override_settings(SIGNING_KEY_FILE=missing), pytest.raises(SigningKeyUnusable) as refused:
        sign_pdf(unsigned, reason="", signer_name="", signed_at=AT)
    assert missing in str(refused.value)


@pytest.fixture(scope="module")
def authority() -> DummyTimeStamper:
    """A time stamp authority in the test's own process."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "时间戳机构")])
    stamping = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=3650))
        .add_extension(stamping, critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        PrivateKeyInfo.load(private),
        fixed_dt=AT + timedelta(seconds=5),
    )


@pytest.fixture(scope="module")
def stamped(unsigned, authority) -> bytes:
    return sign_pdf(unsigned, reason="", signer_name="", signed_at=AT, timestamper=authority)


def test_a_signature_carries_the_time_of_an_authority(stamped):
    assert check_signature(stamped) == replace(GENUINE, stamped_at=AT + timedelta(seconds=5))


def test_a_time_stamp_of_another_signature_is_noticed(stamped, unsigned, authority):
    other = sign_pdf(unsigned, reason="别件", signer_name="", signed_at=AT, timestamper=authority)
    before, after = signature_of(stamped)
    start, end = signature_of(other)
    info = cms.ContentInfo.load(bytes.fromhex(stamped[before + 1 : after - 1].decode()), strict=False)
    foreign = cms.ContentInfo.load(bytes.fromhex(other[start + 1 : end - 1].decode()), strict=False)
    info["content"]["signer_infos"][0]["unsigned_attrs"] = foreign["content"]["signer_infos"][0][
        "unsigned_attrs"
    ]
    written = info.dump(force=True).hex().upper().ljust(after - before - 2, "0")
    assert (
        check_signature(stamped[: before + 1] + written.encode() + stamped[after - 1 :]).problem == "changed"
    )


def test_one_changed_byte_of_a_time_stamp_is_noticed(stamped):
    before, after = signature_of(stamped)
    token = stamped.index(b"2A864886F70D010910020E", before, after)  # the attribute that holds it
    end = len(stamped[before : after - 1].rstrip(b"0"))
    for place in range(token, before + end - 1, 197):
        found = check_signature(changed(stamped, place, ord("0" if stamped[place] != ord("0") else "1")))
        assert not found.genuine or found.stamped_at == AT + timedelta(seconds=5), place


def test_a_paper_is_not_signed_while_the_authority_does_not_answer(unsigned):
    with (
        socket.socket() as closed,
        override_settings(TIMESTAMP_URL=f"http://127.0.0.1:{free_port(closed)}/"),
        pytest.raises(TimestampFailed) as refused,
    ):
        sign_pdf(unsigned, reason="", signer_name="", signed_at=AT, timestamper=get_timestamper())
    assert "127.0.0.1" in str(refused.value)


def free_port(probe: socket.socket) -> int:
    """A port on which nothing listens: bound, and no more."""
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


def test_a_site_without_an_authority_stamps_nothing():
    with override_settings(TIMESTAMP_URL=""):
        assert get_timestamper() is None
