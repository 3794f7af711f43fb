"""Who may do what with the publications of a unit."""

import rules

from providers.instruments.permissions import manages_unit, register_owned, supervises_unit
from providers.units.models import Publication, UnitProfile

register_owned(Publication, UnitProfile)

rules.add_perm("providers.withdraw_publication", manages_unit | supervises_unit)
rules.add_perm("providers.remind_unit", supervises_unit)
