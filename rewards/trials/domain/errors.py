"""Errors of trying a policy on a year."""

from instrument_share.kernel.errors import Conflict, gettext_noop


class YearNotFrozen(Conflict):
    """A trial needs a frozen year."""

    code = "reward.year_not_frozen"
    message = gettext_noop("The data of {year} are not frozen yet. A policy is tried on frozen data.")
