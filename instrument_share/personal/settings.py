"""How many days each kind of data is kept that is not kept for good; `RETENTION_…_DAYS` set it."""

from django.conf import settings

from instrument_share.accounts.domain.privacy import RetentionRule


def get_days(rule: RetentionRule) -> int:
    """Return the days that a site keeps data of this kind."""
    days: int = settings.RETENTION_DAYS[rule.value]
    return days
