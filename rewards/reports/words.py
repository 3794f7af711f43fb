"""Figures, dates and codes as official papers write them."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.renminbi import capitals
from rewards.domain.checks import KINDS
from rewards.domain.counting import REASONS
from rewards.domain.figures import hours, shown
from rewards.domain.states import FindingState


def money(amount: Decimal | str) -> str:
    """1,234,500.00"""
    return f"{Decimal(amount):,.2f}"


def money_in_capitals(amount: Decimal | str) -> str:
    """人民币壹佰贰拾叁万肆仟伍佰元整"""
    return f"人民币{capitals(Decimal(amount))}"


def in_hours(seconds: int) -> str:
    """Seconds as hours with two decimals: 1,190.00"""
    return f"{Decimal(shown(hours(seconds))):,.2f}"


def points(figure: Decimal | str) -> str:
    return f"{Decimal(figure):.2f}"


def on_date(moment: datetime | date) -> str:
    """2026年1月5日, in the city's time."""
    day = moment.astimezone(CITY_TIME).date() if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


def reason(code: str) -> str:
    """Why an entry or an instrument does not count."""
    return gettext(REASONS[code]) if code in REASONS else code


def finding_kind(code: str) -> str:
    return gettext(KINDS[code]) if code in KINDS else code


FINDING_STATES = {
    FindingState.OPEN: "尚未处理",
    FindingState.DISMISSED: "不予认定",
    FindingState.UPHELD: "予以认定",
}
"""What an auditor decided."""


def finding_state(code: str) -> str:
    return FINDING_STATES[FindingState(code)]
