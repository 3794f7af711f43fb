"""Who may do what with the publications of a unit."""

import rules

from providers.instruments.permissions import is_unit_manager, is_unit_officer, register_owned
from providers.units.models import Publication, UnitProfile

register_owned(Publication, UnitProfile)

rules.add_perm("providers.withdraw_publication", is_unit_manager | is_unit_officer)
rules.add_perm("providers.remind_unit", is_unit_officer)
