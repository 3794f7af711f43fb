"""Who runs the annual assessment."""

import rules

from instrument_share.accounts.permissions import is_officer

rules.add_perm("rewards.run_cycle", is_officer)
