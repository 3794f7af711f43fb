"""Everything that reads a file, a message or an address from outside, fed with whole and spoilt ones.

A reader takes its input or refuses it with a DomainError, or with what its docstring names. Anything else is
a fault, as are more than a few seconds, or more memory than the limit of the run.
"""

import csv
import io
import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from traceback import format_exc
from typing import Any

from bookings.devices.bridge.answers import _read_event
from bookings.devices.domain import require_signed
from bookings.feeds.domain.busy_times import read_busy_times
from bookings.feeds.domain.webhooks import sign
from instrument_share.apart import Failed, TookTooMuch, run_apart
from instrument_share.kernel.errors import DomainError
from instrument_share.sheets.reading import read_table
from instrument_share.transparency.domain.notes import parse_note
from instrument_share.transparency.domain.receipts import parse_receipt
from instrument_share.web.text.markdown import to_html
from providers.exchange.domain.sheets.column_choices import build_map, sheet_columns
from providers.exchange.domain.sheets.maps import parse_map
from providers.exchange.domain.sheets.reading import read_sheet
from providers.exchange.domain.sheets.sheet_columns import KINDS
from providers.instruments.domain.categories import read_category_rows
from providers.instruments.services.pictures import prepare_attachment, prepare_picture
from providers.terms.domain.holiday_list import parse_days
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.domain.sheet import HEADS as FACT_HEADS
from rewards.declarations.domain.sheet import Known, read_fact_sheet
from rewards.payments.domain.bank_sheet import HEADS as BANK_HEADS
from rewards.payments.domain.bank_sheet import Expected, read_bank_sheet
from rewards.policy.domain.policy_document import read_policy
from rewards.report.selectors.verification import find_signature_problems
from tests import factories
from tests.factories import NOW
from tests.fuzzing.hostile import DAYS, MOMENTS, NUMBERS, TEXTS, Hostile, calendar, pdf, plain_workbook, sent
from tests.rewards.builders import POLICY

SECONDS = 5
"""Of processor time, so long a reader may take."""
FURTHER_MEMORY = 1024**3
CELLS = (
    *TEXTS[1:12],
    *NUMBERS,
    *DAYS,
    *MOMENTS,
    "430,150",
    "购置",
    "休",
    "成功",
    "9:00-17:00",
    "周一至周五",
    "30 分钟",
)
RULES = (
    *("FREQ=SECONDLY", "FREQ=DAILY;COUNT=2147483647", "FREQ=YEARLY;BYDAY=53MO", "FREQ=DAILY;INTERVAL=0"),
    *(
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;UNTIL=00010101T000000Z",
        "FREQ=MONTHLY;BYSETPOS=-366",
    ),
    *("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=HOURLY;BYHOUR=1,2", "FREQ=", ";;=;"),
    "FREQ=YEARLY;BYYEARDAY=" + ",".join(str(day) for day in range(-366, 367) if day),
)
EVENT = {
    "kind": "start",
    "at": "2026-03-03T09:00:00Z",
    "sequence": 1,
    "code": "123456",
    "person": "USR-7H2K9QW4",
}
BANK = [Expected("AWD-1", "62220001", Decimal("100.00")), Expected("AWD-2", "62220002", Decimal("0.01"))]
KNOWN = Known(
    units={"91330100000000000A": 1},
    kinds={kind.value: kind for kind in FactKind},
    codes={},
    instruments={},
)


@dataclass(frozen=True)
class Reader:
    """A reader with the inputs that it takes, spoilt; and how often it is tried, as it is quick or slow."""

    name: str
    weight: int
    make: Callable[[Hostile], Any]
    read: Callable[[Any], object]
    raises: tuple[type[Exception], ...] = ()


def _bytes(hostile: Hostile, content: bytes) -> bytes:
    return hostile.spoil_bytes(content) if hostile.chance(0.8) else content


def _text(hostile: Hostile, text: str) -> str:
    if hostile.chance(0.5):
        return _bytes(hostile, text.encode()).decode(errors="replace")
    return hostile.spoil(text)


def _rows(hostile: Hostile, heads: list[str], *, whole: float = 0.7) -> bytes:
    """A CSV file with these heads, some lost or twice, and rows of anything."""
    chosen = [head for head in heads if hostile.chance(0.9)] + hostile.random.sample(heads, 1)
    made = io.StringIO()
    writer = csv.writer(made, delimiter=hostile.random.choice(",;\t"))
    writer.writerow(chosen)
    for _ in range(hostile.random.randint(0, 5)):
        writer.writerow(
            [hostile.random.choice(CELLS) if hostile.chance(0.8) else hostile.value()[:9_999] for _ in chosen]
        )
    encoded = made.getvalue().encode(
        hostile.random.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16")), "replace"
    )
    return encoded if hostile.chance(whole) else hostile.spoil_bytes(encoded)


def _sheet_heads(hostile: Hostile) -> tuple[str, bytes]:
    name = hostile.random.choice(list(KINDS))
    known = list(KINDS[name].known_headings)
    heads = [known[0], *hostile.random.sample(known, min(12, len(known)))]
    return name, _rows(hostile, heads)


def _read_unit_sheet(given: tuple[str, bytes]) -> None:
    kind, table = KINDS[given[0]], read_table(given[1])
    read_sheet(table, build_map(sheet_columns(table, kind), {}, kind), kind)


def _calendar(hostile: Hostile) -> str:
    text = calendar().decode()
    if hostile.chance(0.5):
        text = text.replace("FREQ=WEEKLY;COUNT=4;BYDAY=TU", hostile.random.choice(RULES))
    if hostile.chance(0.4):
        text = text.replace(
            "20260303T090000", sent(hostile.random.choice((*DAYS, "99991231T235959", "00010101")))
        )
    if hostile.chance(0.2):
        text = text.replace(
            "Asia/Shanghai", hostile.random.choice(("../../etc/passwd", "", "UTC+99", "\x00"))
        )
    return _text(hostile, text) if hostile.chance(0.6) else text


def _event(hostile: Hostile) -> bytes:
    event: Any = dict(EVENT)
    for name in hostile.random.sample(sorted(event), 2):
        event[name] = hostile.random.choice(
            (
                hostile.value(),
                None,
                [],
                {},
                True,
                -1,
                2**70,
                1e400,
                [[[]]] * 9,
                hostile.random.choice(MOMENTS),
            )
        )
    return _bytes(hostile, json.dumps(event).encode())


def _policy(hostile: Hostile) -> str:
    lines = POLICY.splitlines()
    for _ in range(hostile.random.randint(1, 3)):
        at = hostile.random.randrange(len(lines))
        name, equals, _value = lines[at].partition("=")
        if equals and hostile.chance(0.7):
            values = (
                "1e999",
                "-1",
                "nan",
                "'1/0'",
                "[]",
                "{}",
                "'a'",
                "9" * 5_000,
                "1979-05-27",
                "true",
                "'1e99999999'",
            )
            lines[at] = f"{name}= {hostile.random.choice(values)}"
        else:
            lines[at] = hostile.spoil(lines[at])
    return "\n".join(lines)


READERS = (
    Reader("a unit's sheet", 20, _sheet_heads, _read_unit_sheet),
    Reader(
        "a sheet of facts",
        10,
        lambda hostile: _rows(hostile, [one for names in FACT_HEADS.values() for one in names]),
        lambda content: read_fact_sheet(read_table(content).rows, KNOWN),
    ),
    Reader(
        "a bank's sheet",
        10,
        lambda hostile: _rows(hostile, [one for names in BANK_HEADS.values() for one in names]),
        lambda content: read_bank_sheet(read_table(content).rows, BANK),
    ),
    Reader(
        "a list of holidays",
        5,
        lambda hostile: _rows(hostile, ["日期", "类型", "名称"]),
        lambda content: parse_days(read_table(content).rows),
    ),
    Reader(
        "a table of categories",
        5,
        lambda hostile: _rows(hostile, ["parent", "code", "name", "name_en"]).decode(errors="replace"),
        lambda text: read_category_rows(text.splitlines(keepends=True)),
        (csv.Error,),
    ),
    Reader("a workbook", 1, lambda hostile: _bytes(hostile, plain_workbook()), read_table),
    Reader("any file as a sheet", 1, lambda hostile: hostile.file().read(), read_table),
    Reader(
        "a map of columns",
        10,
        lambda hostile: _text(
            hostile, '[columns]\nname_zh = "名称"\nvalue_yuan = { heading = "原值", factor = "10000" }\n'
        ),
        parse_map,
    ),
    Reader("a policy", 10, _policy, read_policy),
    Reader(
        "a calendar",
        2,
        _calendar,
        lambda text: run_apart(read_busy_times, text, NOW, seconds=SECONDS),
        (Failed, TookTooMuch),
    ),
    Reader(
        "a receipt",
        10,
        lambda hostile: _bytes(
            hostile, json.dumps({"format": "a", "line": "{}", "proof": ["00"], "index": 0}).encode()
        ),
        parse_receipt,
        (ValueError,),
    ),
    Reader(
        "a checkpoint",
        10,
        lambda hostile: _text(hostile, "a.example\n7\nAAAA\n2026-03-03T09:00:00Z\n\n— a.example AAAAAAAA\n"),
        parse_note,
        (ValueError,),
    ),
    Reader("an event of a device", 15, _event, _read_event),
    Reader(
        "a signature",
        5,
        lambda hostile: _text(hostile, sign("secret", NOW, "{}")),
        lambda header: require_signed("secret", header, "{}", NOW),
    ),
    Reader(
        "Markdown",
        10,
        lambda hostile: (
            _text(hostile, "# a\n\n* [b](c) **d**\n\n|a|\n|-|\n" * 3) + sent(hostile.value()[:9_999])
        ),
        to_html,
    ),
    Reader(
        "a picture", 2, lambda hostile: io.BytesIO(_bytes(hostile, factories.jpeg((90, 60)))), prepare_picture
    ),
    Reader("any file as a picture", 2, lambda hostile: io.BytesIO(hostile.file().read()), prepare_picture),
    Reader("an attachment", 2, lambda hostile: io.BytesIO(_bytes(hostile, pdf())), prepare_attachment),
    Reader("a signed paper", 2, lambda hostile: _bytes(hostile, pdf()), find_signature_problems),
)
WEIGHTS = [reader.weight for reader in READERS]


def attack(seed: str) -> str:
    """Feed one reader; return what is wrong, or nothing."""
    hostile = Hostile(seed)
    (reader,) = hostile.random.choices(READERS, WEIGHTS)
    given, started = reader.make(hostile), time.process_time()
    try:
        reader.read(given)
    except (DomainError, *reader.raises):
        pass
    except Exception:
        return f"{reader.name}: {format_exc()[-1500:]}\n    {seed} {given!r:.600}"
    seconds = time.process_time() - started
    return f"{reader.name}: {seconds:.1f} s\n    {seed} {given!r:.600}" if seconds > SECONDS else ""


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Whatever is read inside has so much memory beside what the process holds already."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + FURTHER_MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
