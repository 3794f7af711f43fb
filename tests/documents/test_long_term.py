"""Reports that prove themselves when no server answers any more (PAdES B-LT)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from django.test import override_settings
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from instrument_share.documents.content import Paragraph
from instrument_share.documents.errors import CertificateUnproven, TrustRootsUnusable
from instrument_share.documents.official import render_official
from instrument_share.documents.sealing.authorities import get_trust_roots
from instrument_share.documents.sealing.signing import check_signature, sign_pdf
from tests.documents.sample import letter

NOW = datetime.now(UTC).replace(microsecond=0)
"""The library looks at the clock when it fetches lists of revocations."""
DAY = timedelta(days=1)
LISTS = "list.crl"


@dataclass
class Authority:
    """It certifies others and serves the list of what it revoked, until the list goes away."""

    port: int
    revoked: list[int]

    def __post_init__(self) -> None:
        self.key = _key(f"root of {self.port}")
        self.name = _name("根证书机构")
        self.root = self._certify(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None))

    def issue(self, name: str, usage: x509.ExtensionType) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        """Certify a new key, with the address of the list in its certificate."""
        key = _key("issued")
        address = x509.UniformResourceIdentifier(f"http://127.0.0.1:{self.port}/{LISTS}")
        place = x509.DistributionPoint([address], None, None, None)
        return key, self._certify(_name(name), key, usage, x509.CRLDistributionPoints([place]))

    def list_revoked(self) -> bytes:
        listed = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        listed = listed.last_update(NOW - DAY).next_update(NOW + DAY)
        for number in self.revoked:
            one = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(NOW - DAY).build()
            listed = listed.add_revoked_certificate(one)
        return listed.sign(self.key, SHA256()).public_bytes(Encoding.DER)

    def _certify(
        self, name: x509.Name, key: rsa.RSAPrivateKey, *extensions: x509.ExtensionType
    ) -> x509.Certificate:
        certificate = x509.CertificateBuilder(self.name, name, key.public_key(), x509.random_serial_number())
        certificate = certificate.not_valid_before(NOW - 2 * DAY).not_valid_after(NOW + 700 * DAY)
        for extension in extensions:
            certificate = certificate.add_extension(extension, critical=not isinstance(extension, PLACE))
        return certificate.sign(self.key, SHA256())


PLACE = x509.CRLDistributionPoints


@cache
def _key(_whose: str) -> rsa.RSAPrivateKey:
    """Making keys takes most of the time of these tests."""
    return rsa.generate_private_key(65537, 2048)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


@contextmanager
def served_authority() -> Iterator[Authority]:
    """An authority whose list is served while the context lasts."""

    class Served(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(authority.list_revoked())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    authority = Authority(server.server_port, [])
    thread = Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return render_official(letter(blocks=[Paragraph("正文。")], attachments=[]))


def stamping(authority: Authority) -> DummyTimeStamper:
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    key, certificate = authority.issue("时间戳机构", usage)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(_asn1(certificate), PrivateKeyInfo.load(private))


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


@pytest.fixture(scope="module", autouse=True)
def var_dir(tmp_path_factory):
    """The key that is made here, in a folder of its own."""
    folder = tmp_path_factory.mktemp("var")
    with override_settings(VAR_DIR=folder, SIGNING_KEY_FILE="", SIGNING_KEY_PASSWORD=""):
        yield folder


@pytest.fixture
def own_key(tmp_path) -> Path:
    """The file of a key that the site names."""
    return tmp_path / "own.p12"


def name_issued_key(authority: Authority, file: Path) -> override_settings:
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    key, certificate = authority.issue("科技局", usage)
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"own", key, certificate, None, NoEncryption()))
    return override_settings(SIGNING_KEY_FILE=str(file))


def sign(unsigned: bytes, authority: Authority, timestamper: DummyTimeStamper, *roots) -> bytes:
    return sign_pdf(
        unsigned,
        reason="报送",
        signer_name="科技局",
        signed_at=NOW,
        timestamper=timestamper,
        trust_roots=roots,
    )


def judge(pdf: bytes, *roots: asn1_x509.Certificate):
    """Judge a paper by what it carries alone, as of the time stamped into it; no server is asked."""
    reader = PdfFileReader(BytesIO(pdf))
    (signature,) = reader.embedded_signatures
    told = {"trust_roots": roots, "moment": NOW + timedelta(minutes=1), "revocation_mode": "hard-fail"}
    if "/DSS" in reader.root:
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(told)
    else:
        context = ValidationContext(**told, crls=[])
    return validate_pdf_signature(signature, context)


@pytest.mark.parametrize("issued", [False, True], ids=["a key made here", "a certified key"])
def test_a_report_proves_itself_when_no_server_answers_any_more(unsigned, own_key, issued):
    with served_authority() as authority:
        if issued:
            with name_issued_key(authority, own_key):
                signed = sign(unsigned, authority, stamping(authority), _asn1(authority.root))
                assert check_signature(signed).genuine
        else:
            signed = sign(unsigned, authority, stamping(authority), _asn1(authority.root))
            assert check_signature(signed).genuine
    reader = PdfFileReader(BytesIO(signed))
    assert reader.total_revisions == 2  # as drawn, and signed together with its proofs
    own = () if issued else (reader.embedded_signatures[0].signer_cert,)
    found = judge(signed, _asn1(authority.root), *own)
    assert found.bottom_line, found.pretty_print_details()
    assert found.timestamp_validity.trusted


def test_without_roots_a_stamped_paper_does_not_prove_itself(unsigned, own_key):
    with served_authority() as authority, name_issued_key(authority, own_key):
        signed = sign(unsigned, authority, stamping(authority))
    assert not judge(signed, _asn1(authority.root)).bottom_line


def test_nothing_is_signed_while_no_list_of_revocations_is_to_be_had(unsigned):
    with served_authority() as authority:
        timestamper = stamping(authority)
    with pytest.raises(CertificateUnproven):
        sign(unsigned, authority, timestamper, _asn1(authority.root))


def test_nothing_is_signed_with_a_revoked_certificate(unsigned, own_key):
    with served_authority() as authority:
        timestamper = stamping(authority)
        authority.revoked.append(timestamper.tsa_cert.serial_number)
        with pytest.raises(CertificateUnproven, match="revoked"):
            sign(unsigned, authority, timestamper, _asn1(authority.root))
        authority.revoked.clear()
        with name_issued_key(authority, own_key):
            authority.revoked.append(
                pkcs12.load_pkcs12(own_key.read_bytes(), None).cert.certificate.serial_number
            )
            with pytest.raises(CertificateUnproven, match="revoked"):
                sign(unsigned, authority, timestamper, _asn1(authority.root))


def test_a_time_stamp_of_another_root_is_not_taken(unsigned):
    with served_authority() as authority, served_authority() as other, pytest.raises(CertificateUnproven):
        sign(unsigned, authority, stamping(other), _asn1(authority.root))


def test_the_trusted_certificates_are_those_of_the_site(tmp_path):
    file = tmp_path / "roots.pem"
    with served_authority() as authority:
        file.write_bytes(authority.root.public_bytes(Encoding.PEM))
    with override_settings(TRUST_ROOTS_FILE=str(file), TIMESTAMP_URL="http://127.0.0.1/"):
        assert [root.dump() for root in get_trust_roots()] == [_asn1(authority.root).dump()]
    with override_settings(TRUST_ROOTS_FILE=str(file), TIMESTAMP_URL=""):
        assert get_trust_roots() == []
    with override_settings(TRUST_ROOTS_FILE="", TIMESTAMP_URL="http://127.0.0.1/"):
        assert get_trust_roots() == []


@pytest.mark.parametrize(
    "content", [None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_unreadable_trusted_certificates_are_named(tmp_path, content):
    file = tmp_path / "roots.pem"
    if content is not None:
        file.write_bytes(content)
    with (
        override_settings(TRUST_ROOTS_FILE=str(file), TIMESTAMP_URL="http://127.0.0.1/"),
        pytest.raises(TrustRootsUnusable, match=r"roots\.pem"),
    ):
        get_trust_roots()
