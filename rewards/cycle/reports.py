"""Figures and dates as tables and papers write them."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.renminbi import to_capitals
from rewards.policy.domain.figures import format_rounded, to_hours


def format_money(amount: Decimal | str) -> str:
    """Write an amount with two decimals and thousands separators: 1,234,500.00"""
    return f"{Decimal(amount):,.2f}"


def format_money_in_capitals(amount: Decimal | str) -> str:
    """Write an amount in capital numerals: 人民币壹佰贰拾叁万肆仟伍佰元整"""
    return f"人民币{to_capitals(Decimal(amount))}"


def format_hours(seconds: int) -> str:
    """Write seconds as hours with two decimals: 1,190.00"""
    return f"{Decimal(format_rounded(to_hours(seconds))):,.2f}"


def format_points(figure: Decimal | str | None) -> str:
    """Write points with two decimals, and a dash where there are none."""
    return "—" if figure is None else f"{Decimal(figure):.2f}"


def format_date(moment: datetime | date) -> str:
    """Write a date, or a moment's date in the city: 2026年1月5日"""
    day = moment.astimezone(CITY_TIME).date() if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


CAPTURES: dict[str, str | Promise] = {
    "check_out": gettext_lazy("check-in and check-out"),
    "manual": gettext_lazy("by hand"),
    "import": gettext_lazy("imported sheet"),
    "device": gettext_lazy("device"),
}
