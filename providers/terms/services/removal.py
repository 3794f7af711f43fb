"""Remove the rules of drafts that are removed themselves: nobody could ever book by them."""

from collections.abc import Collection

from providers.terms.models import OpenServiceRule, PriceLine, RuleException, RuleQuota
from providers.terms.openings import calendar_contents


def rules_forget(instrument_ids: Collection[int]) -> None:
    """Delete all versions of the terms of drafts, in the transaction that removes the drafts."""
    rules = OpenServiceRule.objects.filter(instrument_id__in=list(instrument_ids))
    calendar_ids = list(rules.values_list("calendar_id", flat=True))
    if not calendar_ids:
        return
    for part in (PriceLine, RuleQuota, RuleException):
        part._default_manager.filter(rule__in=rules).delete()
    rules.delete()
    for rows in calendar_contents(calendar_ids):
        rows.delete()
