"""Labels of the closed lists of instruments, as marked literals."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop
from providers.instruments.domain.choices import (
    Audience,
    BelongsTo,
    Condition,
    Funding,
    GroupKind,
    Origin,
    Purpose,
    SharingMode,
)

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    BelongsTo: {
        BelongsTo.NONE: gettext_noop("None: an instrument by itself"),
        BelongsTo.CENTRE: gettext_noop("A scientific instrument centre"),
        BelongsTo.LARGE_FACILITY: gettext_noop("A large research facility"),
        BelongsTo.SERVICE_UNIT: gettext_noop("An instrument service unit"),
    },
    Audience: {
        Audience.EVERYBODY: gettext_noop("Everybody"),
        Audience.QUALIFIED: gettext_noop("Qualified users only"),
    },
    GroupKind: {
        GroupKind.INTERCHANGEABLE: gettext_noop("Interchangeable"),
        GroupKind.RELATED: gettext_noop("Related to each other"),
    },
    Origin: {
        Origin.PURCHASE: gettext_noop("Purchased"),
        Origin.SELF_MADE: gettext_noop("Self-made"),
        Origin.GIFT: gettext_noop("Gift"),
        Origin.OTHER: gettext_noop("Other origin"),
    },
    Purpose: {
        Purpose.GENERAL: gettext_noop("General purpose"),
        Purpose.SPECIAL: gettext_noop("Special purpose"),
    },
    Funding: {
        Funding.CENTRAL: gettext_noop("Central funds"),
        Funding.LOCAL: gettext_noop("Local funds"),
        Funding.OWN: gettext_noop("Own funds"),
        Funding.OTHER: gettext_noop("Other funds"),
    },
    SharingMode: {
        SharingMode.INTERNAL: gettext_noop("Shared inside the unit"),
        SharingMode.EXTERNAL: gettext_noop("Shared with outside users"),
        SharingMode.NONE: gettext_noop("Not shared"),
    },
    Condition: {
        Condition.NORMAL: gettext_noop("Operational"),
        Condition.STANDBY: gettext_noop("On standby"),
        Condition.REMOTE: gettext_noop("In remote service"),
        Condition.OCCASIONAL_FAULTS: gettext_noop("Occasional faults"),
        Condition.FREQUENT_FAULTS: gettext_noop("Frequent faults"),
        Condition.AWAITING_REPAIR: gettext_noop("Awaiting repair"),
        Condition.AWAITING_DISPOSAL: gettext_noop("Awaiting disposal"),
    },
}
