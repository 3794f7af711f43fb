"""Labels of the closed lists of accounts."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.accounts.domain import OrganizationKind, SizeClass

KINDS: dict[str, str | Promise] = {
    OrganizationKind.UNIVERSITY.value: _("University"),
    OrganizationKind.INSTITUTE.value: _("Research institute"),
    OrganizationKind.HOSPITAL.value: _("Hospital"),
    OrganizationKind.ENTERPRISE.value: _("Enterprise"),
    OrganizationKind.SERVICE_BODY.value: _("Service body"),
    OrganizationKind.GOVERNMENT.value: _("Government body"),
    OrganizationKind.BUREAU.value: _("Science and Technology Bureau"),
    OrganizationKind.FINANCE.value: _("Finance Bureau"),
}
SIZES: dict[str, str | Promise] = {
    SizeClass.NONE.value: _("Not an enterprise"),
    SizeClass.LARGE.value: _("Large"),
    SizeClass.MEDIUM.value: _("Medium"),
    SizeClass.SMALL.value: _("Small"),
    SizeClass.MICRO.value: _("Micro"),
}
