"""Whoever changes rows behind the platform is named by `verify_usage` or `verify_audit`."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bookings.usage.domain import chain
from bookings.usage.models import (
    ServedDay,
    UsageConfirmation,
    UsageCorrection,
    UsageDay,
    UsageEntry,
    UsageLog,
)
from bookings.usage.selectors.chain_log import USAGE_CHECK
from bookings.usage.selectors.overlaps import find_untold_overlaps
from bookings.usage.selectors.usage import build_line, entries_with_rows
from bookings.usage.services.days import usage_units_differing
from bookings.usage.services.usage import usage_correct
from bookings.usage.services.waiting import waiting_add
from bookings.usage.services.withdrawals import usage_correction_withdraw
from instrument_share.journal import guards, seals, services
from instrument_share.journal.models import AuditEntry, AuditSeal
from instrument_share.kernel.interval import Interval
from instrument_share.transparency.domain import merkle, notes
from instrument_share.transparency.keys import get_origin, load_key
from instrument_share.transparency.models import Checkpoint, LogLeaf, LogSubtree
from instrument_share.transparency.selectors import checks, tree
from instrument_share.transparency.selectors.checks import CHECKS
from instrument_share.transparency.selectors.second_place import read_second_place
from instrument_share.transparency.selectors.tree import Tree
from instrument_share.transparency.services import growing
from instrument_share.transparency.services.sending import checkpoints_send
from tests.bookings.requests.booking import use
from tests.bookings.usage.test_usage import by_hand
from tests.engines import drawn
from tests.factories import NOW, slot
from tests.tampering import WANTED, Tampering, columns_of, draw_columns, tables_of
from tests.transparency.history import grow, settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_folder")]
DAY = timedelta(days=1)
LONG_AGO = timedelta(days=400)


@pytest.fixture
def history(city):
    """Three uses with two checkpoints over them, and a third that covers what those left in the journal."""
    grow(city, 1)
    grow(city, 2)
    settle(NOW + 60 * DAY)
    return city


@pytest.fixture
def second_place(history, settings, tmp_path):
    settings.CHECKPOINT_FILE = str(tmp_path / "checkpoints.txt")
    checkpoints_send(NOW)


@pytest.fixture
def lifted():
    with guards.guards_lifted():
        yield


def find(command):
    """What a command names; nothing if it finds everything in order."""
    try:
        call_command(command, verbosity=0)
    except CommandError as error:
        return str(error)
    return ""


def test_history_is_in_order(history, second_place):
    assert (find("verify_usage"), find("verify_audit")) == ("", "")


@pytest.mark.usefixtures("lifted")
def test_tail_of_a_chain_cut_off(history):
    entries = UsageEntry.objects.filter(number__gt=6)
    UsageConfirmation.objects.filter(entry__in=entries).delete()
    UsageCorrection.objects.filter(entry__in=entries).delete()
    entries.delete()
    name = history.instrument.public_id
    assert find("verify_usage") == f"{name} 7–8 is in the log and no longer in the chain"


@pytest.mark.usefixtures("lifted")
def test_whole_chain_removed(history):
    for model in (UsageConfirmation, UsageCorrection, UsageLog, UsageEntry):
        model.objects.all()._raw_delete("default")
    assert f"the whole chain of {history.instrument.public_id}" in find("verify_usage")


@pytest.mark.usefixtures("lifted")
def test_last_seal_removed(history):
    AuditSeal.objects.get(number=3).delete()
    assert find("verify_audit") == "seals 3 is in the log and no longer in the chain"


@pytest.mark.usefixtures("lifted")
def test_all_seals_removed(history):
    AuditSeal.objects.all().delete()
    assert find("verify_audit") == "seals 1–3 is in the log and no longer in the chain"


@pytest.mark.usefixtures("lifted")
def test_seal_in_the_middle_removed(history):
    AuditSeal.objects.get(number=2).delete()
    assert "the seals between 1 and 3 are missing" in find("verify_audit")


@pytest.mark.usefixtures("lifted")
def test_whole_chain_hashed_anew(history):
    rehash_usage()
    name = history.instrument.public_id
    found = find("verify_usage")
    assert found.splitlines() == [
        f"{name} {number} is not what the log holds of it" for number in range(1, 9)
    ]


@pytest.mark.usefixtures("lifted")
def test_journal_sealed_anew(history):
    AuditEntry.objects.filter(action="usage.corrected").update(action="usage.confirmed")
    reseal()
    assert find("verify_audit").splitlines() == [
        f"seals {number} is not what the log holds of it" for number in (1, 2, 3)
    ]


@pytest.mark.usefixtures("lifted")
def test_chain_and_leaves_hashed_anew(history):
    rehash_usage()
    remake_leaves()
    assert find("verify_usage") == ""
    assert find("verify_audit").splitlines() == [
        f"checkpoint {number} does not fit the first {size} leaves: one was changed, removed or exchanged"
        for number, size in ((1, 5), (2, 10), (3, 11))
    ]


@pytest.mark.usefixtures("lifted")
def test_everything_made_anew_and_signed_with_the_sites_own_key(history):
    """The journal still names the roots that were signed first."""
    rehash_usage()
    remake_leaves()
    resign()
    assert "which the journal names, is missing or was changed" in find("verify_audit")


@pytest.mark.usefixtures("lifted", "second_place")
def test_everything_made_anew_with_the_journal_differs_from_the_second_place(history):
    rehash_usage()
    remake_leaves()
    resign()
    for checkpoint in Checkpoint.objects.all():
        entry = AuditEntry.objects.get(action="checkpoint.signed", details__number=checkpoint.number)
        entry.details["root"] = checkpoint.root
        entry.save()
    found = find("verify_audit")
    assert "the second place has a checkpoint of 5 leaves that is not here" in found


@pytest.mark.usefixtures("lifted", "second_place")
def test_everything_removed_is_still_in_the_second_place(history):
    for model in (UsageConfirmation, UsageCorrection, UsageLog, UsageEntry, LogLeaf, AuditSeal, Checkpoint):
        model.objects.all()._raw_delete("default")
    AuditEntry.objects.filter(action="checkpoint.signed").delete()
    assert "the second place has a checkpoint of 11 leaves that is not here" in find("verify_audit")


@pytest.mark.usefixtures("second_place")
def test_a_line_of_the_second_place_that_can_not_be_read(history, settings):
    place = Path(settings.CHECKPOINT_FILE)
    first, *_others = read_second_place(place)
    place.write_text(place.read_text() + first.replace("2026-0", "2026-9"))
    assert "the second place has a checkpoint that can't be read" in find("verify_audit").splitlines()


@pytest.mark.parametrize("details", [[], {}, {"number": [1], "size": 5, "root": "a"}, {"number": "x"}])
def test_an_entry_added_that_tells_of_no_checkpoint(history, details):
    entry = AuditEntry.objects.create(
        at=NOW, action="checkpoint.signed", subject_type="x", subject_id="1", details=details
    )
    assert f"entry {entry.pk} of the journal tells of a checkpoint and names none" in find("verify_audit")


@pytest.mark.usefixtures("lifted")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_checkpoint_removed(history, number):
    Checkpoint.objects.get(number=number).delete()
    assert f"checkpoint {number} of" in find("verify_audit")


@pytest.mark.usefixtures("lifted")
def test_leaf_changed(history):
    LogLeaf.objects.filter(chain=history.instrument.public_id, number=3).update(hash="0" * 64)
    assert f"{history.instrument.public_id} 3 is not what the log holds of it" in find("verify_usage")
    assert "checkpoint 1 does not fit" in find("verify_audit")


@pytest.mark.usefixtures("lifted")
def test_row_of_an_entry_changed(history):
    UsageLog.objects.filter(entry__number=1).update(measuring_seconds=1, effective_seconds=1)
    assert "entry 1 (log" in find("verify_usage")


def test_the_second_place_is_cut(history, second_place, settings):
    Path(settings.CHECKPOINT_FILE).write_text("")
    assert "checkpoint 1 is not in the second place" in find("verify_audit")


# --- Random changes -----------------------------------------------------------------------------------------

NO_EVIDENCE = {
    "Notification": "a message",
    "CheckState": "what a check has found; overwritten by the next",
    "CheckpointTimestamp": "another authority's word on a checkpoint; what is missing is asked for again",
    "MailChoice": "how somebody wants to be told",
    "CaseUse": "which case cites a use",
    "UsageSheetRow": "where an imported use comes from; no hour depends on it, and the journal names it too",
    "UsageResult": "what came of a use; no hour depends on it, and the journal names it too",
    "UsageResultWithdrawal": "as the result",
    "UsageDispute": "an opinion; hours change by a correction only",
    "Review": "read by the freeze, whose snapshot is hashed; the chain of uses doesn't hold it",
}
"""Tables which no check has to defend, with the reason."""
TABLES = [
    *tables_of("journal", NO_EVIDENCE),
    *tables_of("transparency", NO_EVIDENCE),
    *tables_of("bookings", NO_EVIDENCE, package="bookings.usage"),
]
CHANGES = WANTED or drawn(200)


@pytest.mark.usefixtures("lifted")
def test_random_changes_are_named(city, monkeypatch):
    """Each of some hundred single changes, of which the database refuses none, is named."""
    monkeypatch.setattr(services, "SEALED_AT_ONCE", 4)
    for module in (tree, checks, growing):  # so that a short log has subtrees of several levels
        monkeypatch.setattr(module, "HEIGHT", 1)
        monkeypatch.setattr(module, "WIDTH", 2)
    grow(city, 1)
    grow(city, 2)
    last = use(city, slot(day=3))  # and one that waits to be confirmed
    by_hand(city, Interval(last.starts_at, last.ends_at), overlap_reason="两个样品仓", now=last.ends_at)
    taken_back = {"actor": city.keeper, "reason": "笔误", "now": last.ends_at}
    correction = usage_correct(log_id=last.pk, changes={"samples": 2}, **taken_back)
    usage_correction_withdraw(correction_id=correction.pk, **taken_back)
    settle(NOW + 60 * DAY)
    assert LogSubtree.objects.filter(level=3).exists()
    assert [table.__name__ for table in TABLES if not rows_of(table)] == []
    tampering = Tampering({"verify_usage": look_at_usage, "verify_audit": look_at_log}, rows_of)
    draw, columns = random.Random(11), columns_of(TABLES, ())
    for table, field in draw_columns(draw, columns):
        if tampering.made >= CHANGES:
            break
        if draw.random() < 0.1:
            tampering.remove(draw.choice(rows_of(table)))
        else:
            tampering.change(draw, table, field)
    tampering.require_all_named()


@pytest.mark.usefixtures("lifted")
def test_every_row_added_is_named(history):
    """A row at the end of a chain, or a kept sum of a day without uses."""
    tampering = Tampering({"verify_usage": look_at_usage, "verify_audit": look_at_log}, rows_of)
    end = {"hash": "1" * 64}
    use_of_day = UsageDay.objects.latest("pk")
    tampering.add(UsageEntry.objects.latest("number"), number=9, **end)
    tampering.add(LogLeaf.objects.latest("index"), index=LogLeaf.objects.count(), number=9, **end)
    tampering.add(
        AuditSeal.objects.latest("number"), number=4, first_entry_id=9998, last_entry_id=9999, **end
    )
    tampering.add(Checkpoint.objects.latest("number"), number=4)
    tampering.add(Checkpoint.objects.latest("number"), number=2**31 - 1)
    tampering.do("a subtree", lambda: LogSubtree.objects.create(level=1, index=0, **end))
    tampering.add(use_of_day, day=use_of_day.day + DAY)
    tampering.add(ServedDay.objects.latest("pk"), day=use_of_day.day + DAY)
    tampering.do("a day of another unit", lambda: add_served_day(history.company))
    tampering.do("a log that waits", lambda: waiting_add(UsageLog.objects.filter(entry__number=1)))
    assert tampering.made == 10
    tampering.require_all_named()


def add_served_day(unit):
    ServedDay.objects.create(organization=unit, payer=unit, day=NOW.date(), uses=1)


def look_at_usage():
    return USAGE_CHECK.run_all() or find_untold_overlaps() or usage_units_differing()


def look_at_log():
    return [problem for check in CHECKS for problem in check.run_all()]


def rows_of(table):
    rows = table.objects.order_by("pk")
    if table is AuditEntry:  # what no seal covers yet is not protected
        rows = rows.filter(pk__lte=AuditSeal.objects.latest("number").last_entry_id)
    return list(rows)


# --- What somebody does who knows how the platform works ----------------------------------------------------


def rehash_usage():
    """Change a use and hash the whole chain anew, as the services themselves would."""
    UsageLog.objects.filter(entry__number=1).update(samples=99)
    previous = chain.BEGINNING
    for number in range(1, UsageEntry.objects.count() + 1):
        UsageEntry.objects.filter(number=number).update(previous_hash=previous)
        previous = chain.hash_line(build_line(entries_with_rows().get(number=number)))
        UsageEntry.objects.filter(number=number).update(hash=previous)


def reseal():
    previous, after = seals.BEGINNING, 0
    for seal in AuditSeal.objects.order_by("number"):
        entries = AuditEntry.objects.filter(pk__gt=after, pk__lte=seal.last_entry_id).order_by("pk")
        digest = seals.seal_hash(previous, entries)
        AuditSeal.objects.filter(pk=seal.pk).update(previous_hash=previous, hash=digest)
        previous, after = digest, seal.last_entry_id


def remake_leaves():
    for number, digest in UsageEntry.objects.values_list("number", "hash"):
        leaf = merkle.hash_leaf(digest.encode()).hex()
        LogLeaf.objects.exclude(chain="seals").filter(number=number).update(hash=leaf)


def resign():
    for one in Checkpoint.objects.all():
        root = Tree().root(one.size)
        note = notes.sign_note(load_key(), get_origin(), one.size, root, one.made_at)
        Checkpoint.objects.filter(pk=one.pk).update(root=root.hex(), note=note)
