"""Convert cells to the values of their fields: words of closed lists, numbers, days, times.

Nothing is guessed. Full-width digits and signs count as half-width; thousand separators are accepted after
every third digit only.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from instrument_share.kernel.cells import number_text
from instrument_share.kernel.city_time import CITY_TIME, FIRST_YEAR, LAST_YEAR, is_countable
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.wording import Bilingual, Words
from providers.exchange.domain.sheets.aliases import normalize_heading
from providers.exchange.domain.sheets.sheet_types import Held, SheetField, ValueKind
from providers.instruments.domain.fields import Unusable
from providers.instruments.domain.subjects import SUBJECTS
from providers.terms.domain.terms import DAY as ONE_DAY
from providers.terms.domain.terms import MINUTE, MOST_HOURS

FIRST_SERIAL, LAST_SERIAL = 18264, 73050
"""Excel's numbers of the days from 1950 to 2099."""
EXCEL_ZERO = date(1899, 12, 30)
WHOLE: Mapping[ValueKind, Any] = {"whole": 1, "minutes": MINUTE, "days": ONE_DAY}
"""Kinds of whole numbers, and what one of each is."""
CELL_ERROR = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|####.*)")
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
TEN_THOUSAND = re.compile(r"万元?$")
TIME = re.compile(r"(\d{1,2})[:点时](?:(\d{1,2})分?(?::(\d{2}))?)?")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]00:00(?::00)?)?")
DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:日\s*|\s+|T)(\d{1,2})[:点时](?:(\d{1,2})分?(?::(\d{2}))?)?"
)
NOT_A_CHOICE = gettext_noop("“{value}” is not one of the choices of “{field}”: {choices}.")
YES = ("是", "有", "需要", "可以", "yes", "y", "true", "1", "√", "✓")
NO = ("否", "无", "不需要", "不可以", "no", "n", "false", "0", "×", "x")
DAY_WORDS: Mapping[str, int] = {
    word: day
    for day, words in enumerate(
        (
            ("周一", "星期一", "一", "1", "monday", "mon"),
            ("周二", "星期二", "二", "2", "tuesday", "tue"),
            ("周三", "星期三", "三", "3", "wednesday", "wed"),
            ("周四", "星期四", "四", "4", "thursday", "thu"),
            ("周五", "星期五", "五", "5", "friday", "fri"),
            ("周六", "星期六", "六", "6", "saturday", "sat"),
            ("周日", "星期日", "星期天", "日", "7", "sunday", "sun"),
        )
    )
    for word in words
}
WEEK_WORDS: Mapping[str, tuple[int, ...]] = {
    "每天": tuple(range(7)),
    "every day": tuple(range(7)),
    "everyday": tuple(range(7)),
    "工作日": tuple(range(5)),
    "周末": (5, 6),
    "weekend": (5, 6),
}
CODE_AND_NAME = re.compile(r"(?<!\d)(\d{3})(?=\s+[^\s\d,，、;；])")
BETWEEN = re.compile(r"\s*(?:至|到|~|～|–|-)\s*")
SEPARATORS = re.compile(r"[,，、;；/\s]+")


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def cell_text(cell: Any) -> str:
    """Return a cell as people read it: integers without a point, dates as dates, stripped."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return str(cell).strip()


def is_serial(field: SheetField, cell: Any) -> bool:
    """Return whether a date's cell holds Excel's serial number of a day."""
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return field.kind == "date" and is_number and FIRST_SERIAL <= cell <= LAST_SERIAL


def parse_cell(
    field: SheetField,
    cell: Any,
    *,
    prefix: str,
    words: Mapping[str, Any],
    dates: Iterable[str] = (),
    factor: Decimal | None = None,
) -> Any:
    """Return the value of a cell by the map's words and formats. Raises Unusable."""
    text = cell_text(cell)
    if CELL_ERROR.fullmatch(text):
        raise _unusable(
            field, "import", "cell_error", gettext_noop("“{value}” is an error of the spreadsheet."), text
        )
    key = normalize_heading(text)
    if key in words and field.kind != "several":
        return words[key]
    match field.kind:
        case "date":
            return _day(field, prefix, cell, dates)
        case "time":
            return _time(field, prefix, cell)
        case "moment":
            return _moment(field, prefix, cell)
        case "money":
            return _money(field, prefix, text, factor)
        case "several":
            return _several(field, prefix, text, words)
        case "choice":
            raise _unusable(field, prefix, "choice", NOT_A_CHOICE, text, choices=_offered(field))
    if parse := _PARSERS.get(field.kind):
        return parse(field, prefix, text)
    return _CODES[field.kind](text) if field.kind in _CODES else text


def choice_words(field: SheetField) -> dict[str, Any]:
    """Return the words of a choice without a map: Chinese, English, and codes."""
    found: dict[str, Any] = {}
    for words in (field.words, field.english):
        for word, meant in words.items():
            found[normalize_heading(word)] = meant
            if isinstance(meant, str) and meant:
                found.setdefault(normalize_heading(meant), meant)
    return found


def clean_field(fields: Mapping[str, SheetField], name: str, value: Any) -> Held:
    """Return the value as a field other than an instrument's holds it, or its problems.

    A map's constant or word may be of any type; it is read like a cell unless it is of the field's type.
    """
    field = fields[name]
    try:
        if not _is_of_kind(field, value):
            value = parse_cell(field, value, prefix="import", words=choice_words(field))
        return {name: _clean_value(field, value)}, []
    except Unusable as unusable:
        return {}, [unusable.problem]


def _is_of_kind(field: SheetField, value: Any) -> bool:
    """Return whether the value is one that cells of the field are converted to."""
    if field.kind == "choice":
        return value in field.words.values()
    return field.kind not in _TYPES or type(value) is _TYPES[field.kind]


_TYPES: Mapping[ValueKind, type] = {
    "money": Decimal,
    **dict.fromkeys(WHOLE, Decimal),
    "hours": Decimal,
    "date": date,
    "time": time,
    "moment": datetime,
    "flag": bool,
    "weekdays": tuple,
    "several": frozenset,
}


def _clean_value(field: SheetField, value: Any) -> Any:
    if field.kind in ("text", "email"):
        text = str(value or "").strip().replace("\x00", "")
        if field.limit is not None and len(text) > field.limit:
            message = gettext_noop(
                "“{field}” can have at most {limit} characters; this has {length}. Shorten it."
            )
            raise _unusable(field, "import", "too_long", message, "", limit=field.limit, length=len(text))
        return text
    if field.kind in WHOLE:
        least, most = field.least or 0, field.most or 10**9
        if value != int(value) or not least <= value <= most:
            message = gettext_noop("“{field}” is a whole number from {least} to {most}.")
            raise _unusable(field, "import", "range", message, str(value), least=least, most=most)
        return int(value) * WHOLE[field.kind]
    if field.kind == "hours":
        if not 0 <= value <= MOST_HOURS or value * 60 != int(value * 60):
            message = gettext_noop("“{field}” is a number of hours from 0 to {most}, in whole minutes.")
            raise _unusable(field, "import", "hours", message, str(value), most=MOST_HOURS)
        return timedelta(minutes=int(value * 60))
    if field.kind == "money":
        if not 0 <= value < 10**8 or value != round(value, 2):
            message = gettext_noop("“{field}” is an amount in yuan, not negative, with two decimals at most.")
            raise _unusable(field, "import", "amount", message, str(value))
        return round(Decimal(value), 2)
    if field.kind == "date" and not is_countable(value):
        message = gettext_noop("“{value}” is not in the years {first} to {last}.")
        years = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        raise _unusable(field, "import", "date_far_off", message, value.isoformat(), **years)
    return value


def _day(field: SheetField, prefix: str, cell: Any, formats: Iterable[str]) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if is_serial(field, cell):
        return EXCEL_ZERO + timedelta(days=int(cell))
    text = cell_text(cell)
    narrow = _narrow(text)
    for form in formats:
        with suppress(ValueError):
            return datetime.strptime(narrow, form).date()
    with suppress(ValueError):
        if match := DAY.fullmatch(narrow) or DIGITS.fullmatch(narrow):
            year, month, day = match.groups()
            return date(int(year), int(month), int(day or 1))
    raise _unusable(field, prefix, "date", gettext_noop("“{value}” is not a date."), text)


def _number(field: SheetField, prefix: str, text: str, said: str = "") -> Decimal:
    digits = re.sub(r"[\s¥￥]", "", _narrow(text)).removesuffix("元")
    if not NUMBER.fullmatch(digits):
        raise _unusable(field, prefix, "number", gettext_noop("“{value}” is not a number."), said or text)
    return Decimal(digits.replace(",", ""))


def _money(field: SheetField, prefix: str, text: str, factor: Decimal | None) -> Decimal:
    """Return an amount in yuan; 万 or 万元 behind it counts, whatever the heading says."""
    joined = "".join(text.split())
    amount = TEN_THOUSAND.sub("", joined)
    if amount != joined:
        factor = Decimal(10_000)
    return _number(field, prefix, amount, said=text) * (factor or 1)


def _time(field: SheetField, prefix: str, cell: Any) -> time:
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, time):
        return cell
    if isinstance(cell, timedelta):
        cell = cell / timedelta(days=1)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 0 <= cell <= 1:
        minutes = round(cell * 1440) % 1440
        return time(minutes // 60, minutes % 60)
    match = TIME.fullmatch(_narrow(cell_text(cell)).replace(" ", ""))
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if hour == 24 and minute == 0:
        return time()
    if hour > 23 or minute > 59:
        raise _unusable(
            field, prefix, "time", gettext_noop("“{value}” is not a time of day."), cell_text(cell)
        )
    return time(hour, minute)


def _moment(field: SheetField, prefix: str, cell: Any) -> datetime:
    """Return an instant that is written as the city's local time, to the second; 24:00 ends the day."""
    text = cell_text(cell)
    with suppress(ValueError, OverflowError):
        if isinstance(cell, datetime):
            return _require_instant(cell.replace(microsecond=0, tzinfo=CITY_TIME))
        if match := MOMENT.fullmatch(_narrow(text)):
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            days_later, hour = divmod(hour, 24) if (hour, minute, second) == (24, 0, 0) else (0, hour)
            midnight = datetime(year, month, day, tzinfo=CITY_TIME) + timedelta(days=days_later)
            return _require_instant(midnight.replace(hour=hour, minute=minute, second=second))
    message = gettext_noop("“{value}” is not a day with a time, such as 2026-03-05 09:00.")
    raise _unusable(field, prefix, "moment", message, text)


def _require_instant(moment: datetime) -> datetime:
    """Return the moment. Raises OverflowError in the first hours of the year 1, which UTC does not have."""
    moment.astimezone(UTC)
    return moment


def _flag(field: SheetField, prefix: str, text: str) -> bool:
    answer = _narrow(text).lower()
    if answer not in YES + NO:
        raise _unusable(field, prefix, "flag", gettext_noop("“{value}” is neither yes nor no."), text)
    return answer in YES


def _weekdays(field: SheetField, prefix: str, text: str) -> tuple[int, ...]:
    narrow = " ".join(_narrow(text).lower().split())
    if narrow in WEEK_WORDS:
        return WEEK_WORDS[narrow]
    days: set[int] = set()
    for part in SEPARATORS.split(BETWEEN.sub("-", narrow)):
        ends = [DAY_WORDS.get(end, DAY_WORDS.get(f"周{end}")) for end in part.split("-")]
        if None in ends or len(ends) > 2 or not part or (ends[0] or 0) > (ends[-1] or 0):
            message = gettext_noop("“{value}” doesn't name weekdays.")
            raise _unusable(field, prefix, "weekdays", message, text)
        days |= set(range(ends[0] or 0, (ends[-1] or 0) + 1))
    return tuple(sorted(days))


def _several(field: SheetField, prefix: str, text: str, words: Mapping[str, Any]) -> frozenset[Any]:
    parts = [part for part in re.split(r"[,，、;；/]+", text) if part.strip()]
    unknown = [part for part in parts if normalize_heading(part) not in words]
    if unknown or not parts:
        value = (unknown or [text])[0].strip()
        raise _unusable(field, prefix, "choice", NOT_A_CHOICE, value, choices=_offered(field))
    return frozenset(words[normalize_heading(part)] for part in parts)


_PARSERS: Mapping[ValueKind, Callable[[SheetField, str, str], Any]] = {
    **dict.fromkeys(WHOLE, _number),
    "hours": _number,
    "flag": _flag,
    "weekdays": _weekdays,
}
"""How a text is read that can be wrong: by the field, the prefix of the problem's code, and the text."""


_SUBJECT_CODES: Mapping[str, str] = {
    _narrow(SUBJECTS[code][0]): code
    for code in sorted(SUBJECTS, key=lambda code: len(SUBJECTS[code][0]), reverse=True)
}
"""Name → code, longer names first, as some contain others."""


def _category_code(text: str) -> str:
    # A leading zero is lost where the column holds numbers; the template offers code and name.
    code = re.sub(r"^([0-9]{6})\s+\S.*$", r"\1", _narrow(text))
    return code.zfill(6) if code.isdigit() else code


def _country_code(text: str) -> str:
    return re.sub(r"^([A-Za-z]{2})\s+\S.*$", r"\1", _narrow(text))


def _subject_codes(text: str) -> str:
    """Return the codes of subjects that are given as codes, as names, or as the template offers them."""
    narrow = _narrow(text)
    if codes := CODE_AND_NAME.findall(narrow):
        return ",".join(codes)
    for name, code in _SUBJECT_CODES.items():
        narrow = narrow.replace(name, code)
    return narrow


_CODES: Mapping[ValueKind, Callable[[str], str]] = {
    "category": _category_code,
    "country": _country_code,
    "subjects": _subject_codes,
}
"""How the code is found in a text; whether there is such a code is checked later."""


def offered_words(words: Mapping[str, Any]) -> list[str]:
    """Return the first word for each meaning, in order."""
    first: dict[Any, str] = {}
    for word, meant in words.items():
        first.setdefault(meant, word)
    return list(first.values())


def _offered(field: SheetField) -> Bilingual:
    return Bilingual("、".join(offered_words(field.words)), ", ".join(offered_words(field.english)))


def _unusable(field: SheetField, prefix: str, code: str, message: str, value: str, **params: Any) -> Unusable:
    told = {"field": Words(field.label), "value": value, **params}
    return Unusable(Problem(f"{prefix}.{code}", message, told, field.name))
