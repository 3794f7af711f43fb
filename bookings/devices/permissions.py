"""Who looks after the device of an instrument."""

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import has_role_in
from providers.public import is_keeper_of

looks_after = is_keeper_of | has_role_in(lambda instrument: instrument.organization_id, Role.UNIT_MANAGER)

rules.add_perm("bookings.manage_device", looks_after)
rules.add_perm("bookings.keep_notes", looks_after)
