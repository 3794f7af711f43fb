"""The city's time: intervals are kept in UTC; rules are written, days counted, times shown in this zone."""

from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")
