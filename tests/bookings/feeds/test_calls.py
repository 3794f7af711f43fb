"""Calls to addresses that people named: where they may go, and against a real receiver."""

import http.server
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bookings.feeds.services import calls


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::127.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::a00:1", False),
        ("2002:7f00:1::", False),
        ("2001::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("240.0.0.1", False),
        ("100.100.100.200", False),
        ("168.63.129.16", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address, public):
    assert calls.is_public(address) is public


def resolve_to(monkeypatch, *addresses):
    rows = [(0, 0, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(calls.socket, "getaddrinfo", lambda *args, **kwargs: rows)


def test_a_host_with_one_private_address_is_refused(monkeypatch):
    resolve_to(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(calls.CallRefused):
        calls.post_json("https://example.org/", "{}", {})


@pytest.mark.parametrize("address", ["http://example.org/", "ftp://example.org/", "https://a@example.org/"])
def test_nothing_but_https_is_called(address):
    with pytest.raises(calls.CallRefused):
        calls.post_json(address, "{}", {})


@pytest.mark.parametrize(
    ("address", "may_be"),
    [
        ("https://example.org/hook", True),
        ("https://example.org:443/hook", True),
        ("https://93.184.216.34/", True),
        ("https://lims.example.org:8443/", True),  # as the site allows
        ("https://example.org:8443/", False),
        ("https://example.org:0/", False),
        ("https://example.org:99999/", False),
        ("https://localhost/", False),
        ("https://db/", False),
        ("https://metadata.google.internal/", False),
        ("https://printer.local./", False),
        ("https://169.254.169.254/latest/meta-data/", False),
        ("https://[::1]/", False),
        ("https://[64:ff9b::a00:1]/", False),
        ("http://lims.example.org:8443/", False),
        ("https://[::1", False),
    ],
)
def test_an_inner_address_is_refused_when_it_is_typed(settings, address, may_be):
    settings.OUTGOING_ALLOWED = ["lims.example.org:8443"]
    assert calls.may_be_called(address) is may_be


def test_a_host_that_the_site_allows_may_be_an_inner_one(monkeypatch, settings):
    settings.OUTGOING_ALLOWED = ["lims.example.org:8443"]
    resolve_to(monkeypatch, "10.0.0.1")
    assert calls.find_public_addresses("lims.example.org", 8443) == ["10.0.0.1"]
    with pytest.raises(calls.CallRefused):
        calls.find_public_addresses("lims.example.org", 443)


def test_a_name_is_resolved_once_and_called_there(receiver, monkeypatch):
    """Whoever answers the name server cannot answer something else the second time."""
    port, _got = receiver
    asked = []

    def resolve(host, *_):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    monkeypatch.setattr(calls, "find_public_addresses", resolve)
    assert calls.post_json(f"https://example.org:{port}/", "{}", {"X-Mark": "m"}).status == 302
    assert asked == ["example.org"]


def certificate(folder):
    """A key and a certificate for example.org in one file, valid now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = folder / "receiver.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    return file


@pytest.fixture
def receiver(tmp_path, monkeypatch, settings):
    """A receiver at example.org that answers 302 and keeps what it was sent."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self):
            got.append(
                (self.path, self.headers["X-Mark"], self.rfile.read(int(self.headers["Content-Length"])))
            )
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            if self.path == "/waits":
                self.rfile.read(1)  # until the caller hangs up
                return
            self.wfile.write(b"elsewhere")

        def log_message(self, *args):
            pass

    file = certificate(tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = served.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    trusting = ssl.create_default_context(cafile=file)
    monkeypatch.setattr(calls.ssl, "create_default_context", lambda: trusting)
    monkeypatch.setattr(calls, "find_public_addresses", lambda host, port: ["127.0.0.1"])
    settings.OUTGOING_ALLOWED = [
        f"{host}:{server.server_port}" for host in ("example.org", "other.example.org")
    ]
    yield server.server_port, got
    server.shutdown()
    server.server_close()


@pytest.fixture
def limit(monkeypatch):
    """The limit of a call as a whole, which passes when the test says so."""

    class Limit:
        def __init__(self, seconds, pass_by):
            Limit.seconds, Limit.pass_by = seconds, staticmethod(pass_by)

        def start(self):
            pass

        def cancel(self):
            pass

    monkeypatch.setattr(calls.threading, "Timer", Limit)
    return Limit


def test_a_call_that_is_opened_too_late_is_ended(receiver, limit, monkeypatch):
    """While the name is resolved, and until the certificate is shown, there is nothing to hang up yet."""

    def resolve(host, port):
        limit.pass_by()
        return ["127.0.0.1"]

    monkeypatch.setattr(calls, "find_public_addresses", resolve)
    with pytest.raises(TimeoutError):
        calls.post_json(f"https://example.org:{receiver[0]}/", "{}", {"X-Mark": "m"})
    assert (limit.seconds, receiver[1]) == (6, [])


def test_an_answer_that_comes_too_slowly_is_ended(receiver, limit, monkeypatch):
    """The receiver's answer is the last of its connection, which is no longer the call's own then."""
    read = calls.http.client.HTTPResponse.read

    def read_too_long(answer, longest):
        limit.pass_by()
        with suppress(ConnectionResetError):
            return read(answer, longest)
        return b""

    monkeypatch.setattr(calls.http.client.HTTPResponse, "read", read_too_long)
    with pytest.raises(TimeoutError, match="the call took too long"):
        calls.post_json(f"https://example.org:{receiver[0]}/waits", "{}", {"X-Mark": "m"})


def test_a_receiver_gets_the_message_and_redirects_are_not_followed(receiver):
    port, got = receiver
    answer = calls.post_json(f"https://example.org:{port}/hook?a=1", '{"仪":1}', {"X-Mark": "m"})
    assert got == [("/hook?a=1", "m", '{"仪":1}'.encode())]
    assert (answer.status, answer.text, answer.is_success) == (302, "elsewhere", False)


def test_an_address_in_chinese_is_percent_encoded(receiver):
    port, got = receiver
    calls.post_json(f"https://example.org:{port}/推送/%E4%BB%AA?单位=a&b=1", "{}", {"X-Mark": "m"})
    assert got[0][0] == "/%E6%8E%A8%E9%80%81/%E4%BB%AA?%E5%8D%95%E4%BD%8D=a&b=1"


def test_addresses_of_ipv4_come_first(monkeypatch):
    resolve_to(monkeypatch, "2606:2800:220:1::1", "93.184.216.35", "93.184.216.34")
    assert calls.find_public_addresses("example.org", 443) == [
        "93.184.216.34",
        "93.184.216.35",
        "2606:2800:220:1::1",
    ]


def test_an_address_that_is_away_leads_to_the_next(receiver, monkeypatch):
    """Nobody listens at 127.0.0.2."""
    port, _got = receiver
    monkeypatch.setattr(calls, "find_public_addresses", lambda host, port: ["127.0.0.2", "127.0.0.1"])
    assert calls.post_json(f"https://example.org:{port}/", "{}", {"X-Mark": "m"}).status == 302
    monkeypatch.setattr(calls, "find_public_addresses", lambda host, port: ["127.0.0.2", "127.0.0.3"])
    with pytest.raises(ConnectionRefusedError):
        calls.post_json(f"https://example.org:{port}/", "{}", {})


def test_a_certificate_of_another_name_is_refused(receiver):
    with pytest.raises(ssl.SSLCertVerificationError):
        calls.post_json(f"https://other.example.org:{receiver[0]}/", "{}", {})
