"""The log grows by the links of every chain, and each day's checkpoint covers all of them."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from pyhanko.sign.timestamps import aiohttp_client
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from bookings.usage.models import UsageEntry
from instrument_share.documents.sealing.signing_key import load_signer
from instrument_share.journal import guards
from instrument_share.journal.models import AuditEntry, AuditSeal
from instrument_share.transparency.domain import merkle, notes
from instrument_share.transparency.domain.timestamps import is_timestamp_of
from instrument_share.transparency.keys import get_known_keys, get_origin, get_public_key
from instrument_share.transparency.models import Checkpoint, CheckpointTimestamp, LogLeaf, LogSubtree
from instrument_share.transparency.registry import ChainSource
from instrument_share.transparency.selectors.checkpoints import (
    get_next_checkpoint_at,
    prove_growth,
    prove_leaf,
)
from instrument_share.transparency.selectors.checks import count_unsent
from instrument_share.transparency.selectors.tree import Tree
from instrument_share.transparency.services import growing, sending
from instrument_share.transparency.services.sending import checkpoints_send
from tests.factories import NOW
from tests.transparency.history import Frontier, grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_folder")]
DAY = timedelta(days=1)


def test_a_checkpoint_covers_every_entry_and_every_seal(city):
    grow(city, 1)
    made = Checkpoint.objects.get()
    assert made.size == UsageEntry.objects.count() + AuditSeal.objects.count() == 5
    assert list(LogLeaf.objects.order_by("index").values_list("chain", "number")) == [
        ("seals", 1),
        *((city.instrument.public_id, number) for number in range(1, 5)),
    ]
    note = notes.parse_note(made.note)
    assert (note.size, note.root.hex(), note.origin) == (5, made.root, get_origin())
    assert note.is_signed_by(get_public_key())
    assert AuditEntry.objects.get(action="checkpoint.signed").details["root"] == made.root
    call_command("verify_audit", verbosity=0)
    call_command("verify_usage", verbosity=0)


def test_a_day_has_one_checkpoint_and_the_next_continues_it(city):
    grow(city, 1)
    first = Checkpoint.objects.get()
    assert growing.checkpoint_make(first.made_at) == 0
    assert get_next_checkpoint_at(first.made_at) > first.made_at
    grow(city, 2)
    second = Checkpoint.objects.get(number=2)
    assert (first.size, second.size) == (5, 10)
    path = prove_growth(first.size, second.size)
    roots = [bytes.fromhex(one.root) for one in (first, second)]
    assert merkle.is_consistent(first.size, roots[0], second.size, roots[1], path)


def test_an_empty_site_signs_nothing(db):
    assert growing.checkpoint_make(NOW) == 0
    assert not Checkpoint.objects.exists()


def test_a_checkpoint_that_was_cut_off_goes_on(city, monkeypatch):
    """What was added before the cut stays, and nothing is added twice."""
    monkeypatch.setattr(growing, "AT_ONCE", 3)
    monkeypatch.setattr(growing, "_sign", lambda now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        grow(city, 1)
    assert LogLeaf.objects.count() == 5
    monkeypatch.undo()
    growing.checkpoint_make(NOW + 40 * DAY)
    assert Checkpoint.objects.get().size == 5


def many(monkeypatch, count, at_once):
    digests = [merkle.hash_leaf(number.to_bytes(4)).hex() for number in range(count)]
    source = ChainSource(
        heads=lambda: {"INS-MANY": count},
        digests=lambda chain, after, through: enumerate(digests[after:through], after + 1),
    )
    monkeypatch.setattr(growing, "registered_chains", lambda: (source,))
    monkeypatch.setattr(growing, "AT_ONCE", at_once)
    return [merkle.hash_leaf(one.encode()) for one in digests]


@pytest.mark.parametrize(
    ("count", "at_once"), [(255, 100), (256, 256), (257, 300), (1000, 77), (70_000, 5000)]
)
def test_kept_subtrees_give_the_root_over_all_leaves(db, monkeypatch, count, at_once):
    grown = Frontier()
    for leaf in many(monkeypatch, count, at_once):
        grown.append(leaf)
    assert growing.log_append() == count
    assert LogSubtree.objects.filter(level=1).count() == count // 256
    assert LogSubtree.objects.filter(level=2).count() == count // 65536
    assert Tree().root(count) == grown.root


def test_a_proof_reads_few_rows_however_long_the_log(db, monkeypatch, django_assert_max_num_queries):
    leaves = many(monkeypatch, 70_000, 5000)
    growing.checkpoint_make(NOW)
    for index in (0, 65_535, 65_536, 69_999):
        with django_assert_max_num_queries(6):
            found = prove_leaf(index)
        root = merkle.compute_root(leaves[index], index, 70_000, found.proof)
        assert root.hex() == found.checkpoint.root


def test_the_key_is_made_once_and_a_former_one_still_verifies(city, settings):
    grow(city, 1)
    first = notes.parse_note(Checkpoint.objects.get().note)
    key = settings.VAR_DIR / "log-keys" / "key.pem"
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    grow(city, 2)
    second = notes.parse_note(Checkpoint.objects.get(number=2).note)
    assert first.key_id != second.key_id
    for note in (first, second):
        assert [one for one in get_known_keys() if note.is_signed_by(one)]
    call_command("verify_audit", verbosity=0)


def test_another_authority_timestamps_checkpoints(city, settings, monkeypatch, client):
    settings.TIMESTAMP_URL = "https://tsa.example.org"
    signer = load_signer(NOW)

    def authority(url, session, timeout):
        assert (url, timeout) == (settings.TIMESTAMP_URL, sending.SECONDS)
        return DummyTimeStamper(signer.signing_cert, signer.signing_key, fixed_dt=NOW)

    monkeypatch.setattr(aiohttp_client, "AIOHttpTimeStamper", authority)
    grow(city, 1)
    grow(city, 2)
    for _ in range(2):
        checkpoints_send(NOW)
    assert CheckpointTimestamp.objects.count() == 2
    token = client.get(reverse("log_timestamp", args=[1])).content
    assert is_timestamp_of(token, Checkpoint.objects.get(number=1).note.encode())
    call_command("verify_audit", verbosity=0)
    with guards.guards_lifted():
        CheckpointTimestamp.objects.filter(checkpoint__number=2).update(token=token)
    with pytest.raises(CommandError, match="the timestamp of checkpoint 2"):
        call_command("verify_audit", verbosity=0)


def test_checkpoints_go_to_the_second_place_and_by_mail(city, settings, tmp_path, mailoutbox):
    settings.CHECKPOINT_FILE = str(tmp_path / "checkpoints.txt")
    settings.CHECKPOINT_MAIL = "audit@example.org"
    grow(city, 1)
    grow(city, 2)
    checkpoints_send(NOW)
    checkpoints_send(NOW)
    written = (tmp_path / "checkpoints.txt").read_text()
    assert written == "".join(f"{one.note}\n" for one in Checkpoint.objects.order_by("number"))
    assert re.search(r"\n5\n", written)
    call_command("verify_audit", verbosity=0)


def test_a_second_place_that_is_away_keeps_no_checkpoint_from_its_timestamp(
    city, settings, tmp_path, monkeypatch
):
    settings.CHECKPOINT_FILE = str(tmp_path)  # a folder: the share is not mounted
    settings.TIMESTAMP_URL = "https://tsa.example.org"
    grow(city, 1)
    asked = []
    monkeypatch.setattr(sending, "_timestamp", lambda checkpoint, _now: asked.append(checkpoint.number))
    with pytest.raises(IsADirectoryError):
        checkpoints_send(NOW)
    assert asked == [1]


@pytest.mark.parametrize("cut", ["in the root", "in a character"])
def test_a_checkpoint_that_a_full_disk_cut_off_is_sent_whole(city, settings, tmp_path, cut):
    second = tmp_path / "checkpoints.txt"
    settings.CHECKPOINT_FILE = str(second)
    grow(city, 1)
    note = Checkpoint.objects.get().note.encode()
    there = note.index(b"\n5\n") + 9 if cut == "in the root" else note.index("—".encode()) + 1
    second.write_bytes(note[:there])
    assert count_unsent() == 1
    checkpoints_send(NOW)
    assert count_unsent() == 0
    call_command("verify_audit", verbosity=0)
