"""Format numbers, amounts and times for readers, in both languages; times are Asia/Shanghai."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from instrument_share.databases.blank_texts import IsBlank
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.money import round_to_fen as rounded_yuan

NOTHING = "—"
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_english() -> bool:
    """Return whether the active language is English."""
    return (get_language() or "").startswith("en")


def bilingual(thing: Any, field: str) -> str:
    """Return `<field>_en` for readers of English if filled in, else `<field>_zh`; a dash for None."""
    if thing is None:
        return NOTHING
    if in_english() and (english := getattr(thing, f"{field}_en", "")):
        return str(english)
    return str(getattr(thing, f"{field}_zh"))


def is_chinese_for_english(thing: Any, field: str) -> bool:
    """Return whether `bilingual` gives a reader of English Chinese, as there is no English."""
    return thing is not None and in_english() and not getattr(thing, f"{field}_en", "")


def name_columns(path: str = "name") -> tuple[str, ...]:
    """Return the columns that sort rows by the name that `bilingual` shows, for `order_by` and `cursor.page`.

    In English, names that are in Chinese alone come after those in English.
    """
    if not in_english():
        return (f"{path}_zh",)
    return (f"{path}_en__{IsBlank.lookup_name}", f"{path}_en", f"{path}_zh")


def get_name_key(thing: Any, field: str = "name") -> tuple[bool, str]:
    """Return what sorts rows in memory by the name that `bilingual` shows, as `name_columns` in queries."""
    return is_chinese_for_english(thing, field), bilingual(thing, field)


def join_sentences(texts: Iterable[str]) -> str:
    """Return sentences one after the other: in Chinese without a blank."""
    return (" " if in_english() else "").join(texts)


def bracketed(more: object) -> str:
    """Return a code or count in brackets, to follow a name: `（010102）`, ` (010102)`."""
    return f" ({more})" if in_english() else f"（{more}）"


def yuan(amount: Decimal | int | None) -> str:
    """Format an amount as `¥1,234.50`; a dash for None."""
    if amount is None:
        return NOTHING
    value = Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP) if amount < 0 else rounded_yuan(amount)
    return f"{'−' if value < 0 else ''}¥{abs(value):,.2f}"


def number(value: Decimal | float | None, places: int = 2) -> str:
    """Format with at most `places` decimals, without trailing zeros, in groups of three."""
    if value is None:
        return NOTHING
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def hours(length: timedelta | Decimal | float | None) -> str:
    """Format a length of time, a timedelta or a number of hours: `2.5 小时`, `1 hour`."""
    if length is None:
        return NOTHING
    if isinstance(length, timedelta):
        length = Decimal(int(length.total_seconds())) / 3600
    text = number(length)
    return ngettext("%(hours)s hour", "%(hours)s hours", 1 if text == "1" else 2) % {"hours": text}


def length(duration: timedelta) -> str:
    """Format a length of time in its usual unit: `30 分钟`, `9.5 hours`."""
    half_hours, rest = divmod(duration, timedelta(minutes=30))
    if half_hours >= 2 and not rest:
        return hours(duration)
    minutes = duration // timedelta(minutes=1)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)


def hours_and_minutes(length: Decimal) -> str:
    """Format a number of hours: `2.5`, and `15 h 50 min` where quarters of an hour don't do."""
    if not length * 4 % 1:
        return number(length)
    whole, minutes = divmod(int((length * 60).to_integral_value(ROUND_HALF_UP)), 60)
    shown = _("{hours} h {minutes} min") if whole else _("{minutes} min")
    return shown.format(hours=whole, minutes=minutes)


def percent(share: Decimal | float | None, places: int = 1) -> str:
    """Format a share of one as a percentage: 0.853 is `85.3%`."""
    if share is None:
        return NOTHING
    return f"{number(Decimal(str(share)) * 100, places)}%"


def clock_time(instant: datetime) -> str:
    """Format the time of day: `14:00`."""
    return f"{instant.astimezone(CITY_TIME):%H:%M}"


def day(instant: date | datetime | None) -> str:
    """Format a date with its weekday: `2026年3月5日 周四`, `Thu 5 Mar 2026`."""
    if instant is None:
        return NOTHING
    on = _local_date(instant)
    if in_english():
        return f"{weekday(on)} {_date_en(on)}"
    return f"{_date_zh(on)} {weekday(on)}"


def weekday(on: date) -> str:
    """Format the weekday: `周四`, `Thu`."""
    return _WEEKDAYS_EN[on.weekday()] if in_english() else f"周{_WEEKDAYS_ZH[on.weekday()]}"


def date_only(instant: date | datetime | None) -> str:
    """Format a date: `2026年3月5日`, `5 Mar 2026`."""
    if instant is None:
        return NOTHING
    on = _local_date(instant)
    return _date_en(on) if in_english() else _date_zh(on)


def month_label(on: date, *, is_running: bool = False) -> str:
    """Return the month of a date in words; a running one says that it reaches until today."""
    month = date_format(on, "YEAR_MONTH_FORMAT")
    return _("{month} (to date)").format(month=month) if is_running else month


def moment(instant: datetime | None) -> str:
    """Format a date and time: `2026年3月5日 14:00`, `5 Mar 2026, 14:00`."""
    if instant is None:
        return NOTHING
    separator = ", " if in_english() else " "
    return f"{date_only(instant)}{separator}{clock_time(instant)}"


def soon(instant: datetime, now: datetime) -> str:
    """Format a time near `now`: `今天 14:00`, `周四 09:00`; a week ahead or more with its date."""
    on, today = _local_date(instant), _local_date(now)
    if on - today >= timedelta(days=7):
        return moment(instant)
    named = {0: _("Today"), 1: _("Tomorrow")}.get((on - today).days, weekday(on))
    return f"{named} {clock_time(instant)}"


def clock_range(interval: Interval) -> str:
    """Format the hours of an interval within a day: `08:00–12:00`, and midnight at its end as 24:00."""
    end = clock_time(interval.end)
    return f"{clock_time(interval.start)}–{'24:00' if end == '00:00' else end}"


def timerange(interval: Interval) -> str:
    """Format from when to when: the day once if it is one day, and midnight at its end as 24:00."""
    start, end = interval.start.astimezone(CITY_TIME), interval.end.astimezone(CITY_TIME)
    separator = ", " if in_english() else " "
    last_instant = end - timedelta(microseconds=1)
    if start.date() == last_instant.date():
        return f"{day(start)}{separator}{clock_range(interval)}"
    return f"{day(start)}{separator}{start:%H:%M} – {day(end)}{separator}{end:%H:%M}"


def _local_date(instant: date | datetime) -> date:
    return instant.astimezone(CITY_TIME).date() if isinstance(instant, datetime) else instant


def _date_zh(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _date_en(on: date) -> str:
    return f"{on.day} {_MONTHS_EN[on.month - 1]} {on.year}"
