"""A receipt: from the button to the page that verifies it, and without the platform at all."""

import json
import subprocess
import sys
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bookings.usage.models import UsageCorrection, UsageLog
from instrument_share.journal import guards, seals
from instrument_share.journal.models import AuditSeal
from instrument_share.transparency.domain.receipts import parse_receipt
from instrument_share.transparency.keys import get_public_key
from instrument_share.transparency.models import Checkpoint
from instrument_share.transparency.selectors.receipts import get_receipt
from tests import factories
from tests.bookings.requests.booking import use
from tests.factories import NOW, slot
from tests.rewards.reading import text_of
from tests.transparency.history import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_folder")]
EXAMPLE = Path(__file__).parents[2] / "examples" / "verify_receipt.py"
example = module_from_spec(spec := spec_from_file_location("verify_receipt", EXAMPLE))
spec.loader.exec_module(example)
LATER = NOW + timedelta(days=32)


@pytest.fixture
def log(city):
    return grow(city, 1)


@pytest.fixture
def receipt(city, log, see):
    return b"".join(see(city.researcher, "usage_receipt", log.public_id, 1, now=LATER))


def verify(client, content, name="verify_receipt"):
    return client.post(reverse(name), {"file": SimpleUploadedFile("receipt.json", content)})


def test_the_user_and_the_unit_get_it_and_nobody_else(city, log, see):
    address = "usage_receipt", log.public_id, 1
    for person in (city.researcher, city.keeper, city.manager):
        answer = see(person, *address, now=LATER)
        assert answer["Content-Disposition"] == f'attachment; filename="receipt-{log.public_id}-1.json"'
        assert parse_receipt(answer.content).is_proven
    assert see(factories.member(factories.organization()), *address).status_code == 404
    assert see(None, *address).status_code == 302
    assert see(city.researcher, "usage_receipt", log.public_id, 99).status_code == 404


def test_the_page_of_a_use_offers_what_is_ready_and_says_when_the_rest_is(city, log, see):
    page = see(city.researcher, "usage_log", log.public_id, now=LATER)
    for number in (1, 2, 3, 4):
        assert reverse("usage_receipt", args=[log.public_id, number]) in page.content.decode()
    fresh = use(city, slot(day=10))
    words = text_of(see(city.researcher, "usage_log", fresh.public_id, now=fresh.ends_at))
    assert "回执将随下一个检查点生成" in words
    refused = see(city.researcher, "usage_receipt", fresh.public_id, 5, now=fresh.ends_at)
    assert refused.status_code == 409
    assert "回执将随下一个检查点生成" in text_of(refused)


@pytest.mark.parametrize("page", ["verify_receipt", "verify"])
def test_anybody_learns_what_it_proves(client, city, log, receipt, page):
    client.logout()
    words = text_of(verify(client, receipt, page))
    assert "核验一致。" in words
    assert "当前日志仍保有该条目" in words
    assert log.public_id in words
    assert city.instrument.public_id in words
    pasted = client.post(reverse("verify_receipt"), {"text": receipt.decode()})
    assert "核验一致。" in text_of(pasted)
    client.cookies["django_language"] = "en"
    shown = text_of(verify(client, receipt, page))
    assert "Genuine. What is shown below was in the public log before" in shown


def test_a_receipt_outlives_its_record(client, log, receipt):
    """It stays genuine, and the page says that the platform no longer holds what it shows."""
    with guards.guards_lifted():
        UsageLog.objects.filter(pk=log.pk).update(samples=7)
    assert "当前日志仍保有该条目" in text_of(verify(client, receipt))  # the entry's hash stands
    with guards.guards_lifted():
        log.entry.hash = "0" * 64
        log.entry.save()
    words = text_of(verify(client, receipt))
    assert "核验一致。" in words
    assert "平台现存记录与回执不符。" in words


def test_a_later_log_still_proves_the_earlier_receipt(client, city, log, receipt):
    grow(city, 2)
    assert "且为当时日志的延续" in text_of(verify(client, receipt))


def changed(receipt):
    """Each receipt in which one thing was changed, by what was."""
    made = json.loads(receipt)
    entry = json.loads(made["line"])
    entry["row"]["effective_seconds"] += 3600
    line = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    yield "hours", {**made, "line": line}
    yield "hours and leaf", {**made, "line": line, "leaf": example.leaf_of(line).hex()}
    yield "place", {**made, "index": made["index"] - 1}
    yield "proof", {**made, "proof": made["proof"][1:]}
    yield "checkpoint", {**made, "checkpoint": made["checkpoint"].replace("-0", "-1", 1)}
    yield "words", {**made, "about": {"zh": "全部属实", "en": "All true"}}
    yield "more", {**made, "approved": True}
    yield "key", {**made, "key_sha256": "0" * 64}
    yield "nothing", {}
    yield "a list", [made]


def test_whatever_is_changed_it_is_not_genuine(client, receipt):
    for what, made in changed(receipt):
        words = text_of(verify(client, json.dumps(made).encode()))
        assert "核验一致。" not in words, what
        assert "核验不符。" in words or "这不是本平台的回执" in words, what
    for garbage in (b"", b"\xff\xfe", b"[" * 60_000, b'{"format": "instrument-share-receipt/1"}'):
        assert "核验一致。" not in text_of(verify(client, garbage))
    assert verify(client, b"x" * 70_000).status_code == 422
    assert client.post(reverse("verify_receipt"), {}).status_code == 422


def test_every_changed_byte_is_noticed(receipt):
    """Of the values; blanks between them mean nothing in JSON."""
    plain = json.dumps(json.loads(receipt), ensure_ascii=False).encode()
    key = get_public_key()
    for at in range(0, len(plain), 7):
        try:
            found = parse_receipt(plain[:at] + bytes([plain[at] ^ 1]) + plain[at + 1 :])
        except ValueError:
            continue
        assert not (found.is_proven and found.key == key) or json.loads(receipt)["line"] == found.line, at


def test_a_receipt_of_another_site_is_not_genuine(client, receipt, settings):
    for file in (settings.VAR_DIR / "log-keys").iterdir():
        file.unlink()
    assert "签名所用密钥不属于本平台。" in text_of(verify(client, receipt))


def test_a_seal_is_no_use(client, log):
    """It is a leaf too, and whoever reads the database could make a receipt of it."""
    seal = AuditSeal.objects.get()
    made = get_receipt("seals", 1, seals.seal_line(seal))
    assert "这不是本平台的回执" in text_of(verify(client, json.dumps(made).encode()))


def test_a_correction_has_a_receipt_of_its_own(client, city, log, see):
    receipt = b"".join(see(city.keeper, "usage_receipt", log.public_id, 3, now=LATER))
    words = text_of(verify(client, receipt))
    assert UsageCorrection.objects.get().public_id in words
    assert f"所属上机记录 {log.public_id}" in words


# --- Without the platform ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [  # RFC 8032, 7.1
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ],
)
def test_the_example_verifies_the_vectors_of_the_rfc(public, message, signature):
    public, message, signature = (bytes.fromhex(one) for one in (public, message, signature))
    assert example.is_signed(public, message, signature)
    assert not example.is_signed(public, message + b"x", signature)
    assert not example.is_signed(public, message, bytes([signature[0] ^ 1]) + signature[1:])
    assert not example.is_signed(public, message, signature[:63] + b"\xff")


def test_the_example_needs_nothing_but_the_files(city, log, receipt, client, tmp_path):
    grow(city, 2)
    sizes = list(Checkpoint.objects.order_by("number").values_list("size", flat=True))
    proof = client.get(reverse("api-v1:log_consistency"), {"old": sizes[0], "new": sizes[1]})
    files = {
        "receipt.json": receipt,
        "key": client.get(reverse("log_key")).content,
        "checkpoint": client.get(reverse("log_checkpoint")).content,
        "proof.json": proof.content,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-I", EXAMPLE, "receipt.json", "--key", "key"]
    newer = ["--checkpoint", "checkpoint", "--proof", "proof.json"]
    done = subprocess.run([*command, *newer], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert log.public_id in done.stdout
    assert "still contains it" in done.stdout
    made = json.loads(receipt)
    made["line"] = made["line"].replace("samples", "Samples")
    (tmp_path / "receipt.json").write_text(json.dumps(made))
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "Not proven" in refused.stdout


def test_the_example_notices_a_log_that_was_rewritten(city, log, receipt, client):
    key = example.read_key(client.get(reverse("log_key")).content.decode())
    grow(city, 2)
    newest = client.get(reverse("log_checkpoint")).content.decode()
    with pytest.raises(ValueError, match="does not continue"):
        example.verify(json.loads(receipt), key, newest, [])
    first, second = Checkpoint.objects.order_by("number")
    sizes = {"old": first.size, "new": second.size}
    proof = client.get(reverse("api-v1:log_consistency"), sizes).json()["proof"]
    assert example.verify(json.loads(receipt), key, newest, proof)
    other = [proof[0].replace(proof[0][0], "0" if proof[0][0] != "0" else "1"), *proof[1:]]
    with pytest.raises(ValueError, match="does not continue"):
        example.verify(json.loads(receipt), key, newest, other)
