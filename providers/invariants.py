"""What must be true of terms, whatever happened to processes and machines.

Each function yields what is not so, in English, with public ids: for who operates the site.
"""

from instrument_share.transparency.registry import whole
from providers.terms.selectors.published_terms import find_changed_rules

INVARIANTS = (whole("rules.published", find_changed_rules),)
