"""The labels of the closed lists, as marked literals."""

from collections.abc import Mapping
from enum import StrEnum

from bookings.samples.domain.choices import Afterwards, SampleFileKind, SampleHazard, SampleStorage
from bookings.samples.domain.states import Progress
from instrument_share.kernel.errors import gettext_noop

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    SampleHazard: {
        SampleHazard.FLAMMABLE: gettext_noop("Flammable or explosive"),
        SampleHazard.TOXIC: gettext_noop("Toxic"),
        SampleHazard.CORROSIVE: gettext_noop("Corrosive"),
        SampleHazard.BIOLOGICAL: gettext_noop("Biological"),
        SampleHazard.RADIOACTIVE: gettext_noop("Radioactive"),
        SampleHazard.OTHER: gettext_noop("Other hazard"),
    },
    SampleStorage: {
        SampleStorage.ROOM: gettext_noop("Room temperature"),
        SampleStorage.COOL: gettext_noop("2–8 °C"),
        SampleStorage.FROZEN: gettext_noop("−20 °C or colder"),
        SampleStorage.DRY: gettext_noop("Dry"),
        SampleStorage.DARK: gettext_noop("Dark"),
    },
    Afterwards: {
        Afterwards.RETURN: gettext_noop("Return to the user"),
        Afterwards.DISPOSE: gettext_noop("Dispose of"),
    },
    SampleFileKind: {
        SampleFileKind.PHOTO: gettext_noop("Photo"),
        SampleFileKind.REPORT: gettext_noop("Report or result"),
    },
    Progress: {
        Progress.TO_PLAN: gettext_noop("To be scheduled"),
        Progress.PLANNED: gettext_noop("Time scheduled"),
        Progress.MEASURING: gettext_noop("Being measured"),
        Progress.MEASURED: gettext_noop("Measured, report to come"),
    },
}
