"""The form of the seals, whose stored hashes must stay valid."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

from instrument_share.journal import seals

ENTRY = SimpleNamespace(
    pk=7,
    at=datetime(2026, 3, 2, 9, 0, 0, 123_456, timezone(timedelta(hours=8))),
    actor_id=None,
    actor_name="钱多多",
    action="organization.admitted",
    subject_type="accounts.organization",
    subject_id="12",
    organization_id=12,
    details={"reason": "材料齐全\n“可”", "b": [1, True, None], "a": {}},
    address="::1",
)


def test_the_seal_of_version_1_never_changes():
    assert seals.seal_hash(seals.BEGINNING, [ENTRY, ENTRY], form=1) == (
        "4285afaa61fb73ce43c679d9262faca7ab0a3c5eac28b482fed7ce044d9f74fd"
    )


def test_version_2_covers_the_name_of_who_acted():
    assert seals.seal_hash(seals.BEGINNING, [ENTRY]) == (
        "f89be78ab991428b93ecaa7541ad305c143d9424f229198b9f5dba5c2d7b2ed9"
    )
    renamed = SimpleNamespace(**{**vars(ENTRY), "actor_name": "钱少少"})
    assert seals.seal_hash(seals.BEGINNING, [renamed]) != seals.seal_hash(seals.BEGINNING, [ENTRY])
    assert seals.seal_hash(seals.BEGINNING, [renamed], form=1) == seals.seal_hash(
        seals.BEGINNING, [ENTRY], form=1
    )


def test_the_line_of_a_seal_never_changes():
    seal = SimpleNamespace(
        form=2,
        number=3,
        entries=2,
        first_entry_id=7,
        last_entry_id=8,
        previous_hash="0" * 64,
        hash="1" * 64,
        sm3="",
        sealed_at=ENTRY.at,
    )
    assert seals.seal_line(seal).decode() == (
        '{"entries":2,"first":7,"form":2,"hash":"' + "1" * 64 + '","kind":"seal","last":8,"number":3,'
        '"previous":"' + "0" * 64 + '","sealed_at":"2026-03-02T01:00:00.123456+00:00"}'
    )


def test_sm3_covers_the_same_lines_and_both_hashes_of_the_seal_before():
    first = seals.seal_sm3(seals.BEGINNING, "", [ENTRY, ENTRY])
    assert first == ("5e2a7d0b2ad99dda87b5257cf6cfdd1d364b49f66095d03b2b0a67976a06d59b")
    assert seals.seal_sm3(seals.BEGINNING, first, [ENTRY, ENTRY]) == (
        "558ffcc39296585f7597671615e2570979e349a65756cf71281c98bfb8d5a439"
    )


def test_the_line_of_a_seal_names_its_sm3_where_it_has_one():
    seal = {
        "form": 2,
        "number": 3,
        "entries": 2,
        "first_entry_id": 7,
        "last_entry_id": 8,
        "sealed_at": ENTRY.at,
    }
    seal |= {"previous_hash": "0" * 64, "hash": "1" * 64}
    line = seals.seal_line(SimpleNamespace(**seal, sm3="2" * 64)).decode()
    assert line.endswith('+00:00","sm3":"' + "2" * 64 + '"}')
