"""Entries of the top bar: public pages, and the desks of a person's roles."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.accounts.domain import Role
from instrument_share.web.desks import Navigation, Place

USAGE_PREFIXES = (
    *("/bookings/", "/credit/", "/projects/", "/samples/", "/statements/"),
    *("/statistics/", "/usage/", "/waiting/"),
)
BESIDE_FINANCE = ("/bureau/", "/forecast/", "/unit-accounts/", *USAGE_PREFIXES)
PUBLIC = (
    Place("/instruments/", _("Catalogue"), beyond=("/compare/", "/find/", "/basket/")),
    Place("/timeline/", _("Timeline")),
    Place("/units/", _("Units"), beyond=("/publications/",)),
    Place("/openness/", _("Openness"), beyond=("/policies/",)),
    Place("/vouchers/", pgettext_lazy("navigation", "Vouchers")),
    Place("/verify/", _("Verify"), beyond=("/log/",)),
)
BESIDE_OWN = ("/organizations/", "/unit-accounts/", *USAGE_PREFIXES)
OWN = Place("/me/", _("My desk"), beyond=BESIDE_OWN)
BY_ROLE = (
    Place("/finance/", _("Finance desk"), frozenset({Role.FINANCE_OFFICER}), BESIDE_FINANCE),
    Place(
        "/bureau/",
        _("Bureau desk"),
        frozenset({Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR}),
        (
            "/facts/",
            "/finance/",
            "/forecast/",
            "/journal/",
            "/organizations/",
            "/revisions/",
            "/unit/",
            *USAGE_PREFIXES,
        ),
    ),
    Place(
        "/system/",
        _("System desk"),
        frozenset({Role.SYSADMIN}),
        ("/bureau/", "/journal/", "/organizations/"),
    ),
    Place(
        "/unit/",
        _("Unit desk"),
        frozenset({Role.UNIT_MANAGER}),
        ("/bureau/", "/facts/", "/forecast/", "/keeper/", "/revisions/", "/unit-accounts/", *USAGE_PREFIXES),
    ),
    Place("/keeper/", _("Keeper’s desk"), frozenset({Role.KEEPER}), ("/unit/", *USAGE_PREFIXES)),
)

NAVIGATION = Navigation(public=PUBLIC, by_role=BY_ROLE, own=OWN)
