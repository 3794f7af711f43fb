"""Labels of the closed lists of units, as marked literals."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop
from providers.units.domain.choices import InformationState
from providers.units.domain.information import KIND_WORDS, InformationKind

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    InformationKind: {kind: KIND_WORDS[kind] for kind in InformationKind},
    InformationState: {
        InformationState.MISSING: gettext_noop("Missing"),
        InformationState.INCOMPLETE: gettext_noop("Incomplete"),
        InformationState.TOO_FEW: gettext_noop("Too few"),
        InformationState.STALE: gettext_noop("Out of date"),
        InformationState.COMPLETE: gettext_noop("Complete"),
    },
}
