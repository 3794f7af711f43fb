import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import pytest

from bookings.usage.domain import chain
from tests.bookings.requests.domain.terms import local


@dataclass
class Log:
    public_id: str = "LOG-0000000001"
    user_kind: str = "outside"
    user_organization_kind: str = "university"
    user_size_class: str = "none"
    in_region: bool = True
    external: bool = True
    related: bool = False
    starts_at: datetime = field(default_factory=lambda: local("2026-03-02 09:00"))
    ends_at: datetime = field(default_factory=lambda: local("2026-03-02 11:00"))
    setup_seconds: int = 600
    measuring_seconds: int = 6000
    post_seconds: int = 0
    idle_seconds: int = 600
    effective_seconds: int = 6600
    service_mode: str = "self_operated"
    direction: str = "research"
    purpose: str = "service"
    content: str = "薄膜厚度"
    project: str = ""
    funding_sources: list = field(default_factory=list)
    samples: int = 2
    results: str = ""
    amount_yuan: Decimal = Decimal("183.3")
    price: list = field(default_factory=list)
    capture: str = "check_out"
    booking: None = None
    user: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(public_id="USR-A"))
    operator: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(public_id="USR-B"))
    payer_organization: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(public_id="ORG-A"))
    payer_person: None = None


def hashed(log, **changes):
    facts = {
        "instrument": "INS-1",
        "number": 1,
        "kind": "log",
        "previous": chain.BEGINNING,
        "recorded_at": local("2026-03-02 11:00"),
        "recorded_by": "USR-B",
        **changes,
    }
    return chain.compute_entry_hash(row=chain.log_row(log), **facts)


def test_the_form_of_version_1_never_changes():
    values = {"b": [Decimal("5")], "a": local("2026-03-02 09:00"), "文": None}
    assert chain.to_plain_value(values) == {"b": ["5.00"], "a": "2026-03-02T01:00:00Z", "文": None}
    assert hashed(Log()) == "88c78295ecd6cd769a06d95646ed0a4f67c5033e70089138f120f4a6349bc8ef"


def test_canonical_form_contains_no_names_or_free_text():
    form = str(chain.to_plain_value(chain.log_row(Log(content="为张三测试", project="李四基金"))))
    assert "张三" not in form
    assert "李四" not in form


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ends_at", local("2026-03-02 11:01")),
        ("measuring_seconds", 6001),
        ("amount_yuan", Decimal("183.31")),
        ("external", False),
        ("content", "其他"),
        ("price", [{"unit": "hour"}]),
    ],
)
def test_any_change_of_a_row_changes_its_hash(name, value):
    log = Log()
    setattr(log, name, value)
    assert hashed(log) != hashed(Log())


def test_the_hash_depends_on_place_and_predecessor_and_not_on_time_zone_or_trailing_zeros():
    assert hashed(Log()) != hashed(Log(), number=2)
    assert hashed(Log()) != hashed(Log(), previous="1" * 64)
    elsewhere = Log(amount_yuan=Decimal("183.30"))
    elsewhere.starts_at = elsewhere.starts_at.astimezone(timezone(timedelta(hours=3)))
    assert hashed(elsewhere) == hashed(Log())


def test_a_correction_holds_its_reason_and_texts_as_hashes_and_other_values_as_they_are():
    changes = {"samples": 3, "content": "断面"}
    log = SimpleNamespace(public_id="LOG-1")
    correction = SimpleNamespace(public_id="COR-1", log=log, changes=changes, reason="漏记")
    assert chain.correction_row(correction) == {
        "id": "COR-1",
        "log": "LOG-1",
        "changes": {"samples": 3, "content": hashlib.sha256("断面".encode()).hexdigest()},
        "reason_sha256": hashlib.sha256("漏记".encode()).hexdigest(),
    }
    assert chain.confirmation_row(SimpleNamespace(public_id="CON-1", log=log, correction=None)) == {
        "id": "CON-1",
        "log": "LOG-1",
        "correction": None,
    }


def test_value_without_canonical_form_is_refused():
    assert chain.to_plain_value({"at": local("2026-03-02 09:00"), "yuan": Decimal("5")}) == {
        "at": "2026-03-02T01:00:00Z",
        "yuan": "5.00",
    }
    for value in ({1, 2}, float("nan")):
        with pytest.raises((TypeError, ValueError)):
            hashed(Log(price=[value]))
