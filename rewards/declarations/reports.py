"""Kinds of declared facts as text."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rewards.declarations.domain.facts import FactKind

KINDS: dict[str, str | Promise] = {
    FactKind.QUALIFICATION: _("Condition of a policy"),
    FactKind.GRADE: _("Grade of another assessment"),
    FactKind.MAJOR_PROJECTS: _("Major projects served"),
    FactKind.NONFISCAL_VALUE: _("Value paid from non-fiscal funds"),
    FactKind.REWARDED_BEFORE: _("One-off reward received before"),
}
