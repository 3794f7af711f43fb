"""The labels of the closed lists, as marked literals."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop
from providers.units.domain.choices import (
    Completeness,
)

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Completeness: {
        Completeness.MISSING: gettext_noop("Missing"),
        Completeness.STALE: gettext_noop("Out of date"),
        Completeness.COMPLETE: gettext_noop("Complete"),
    },
}
