"""The closed lists of sample orders."""

from enum import StrEnum


class SampleHazard(StrEnum):
    """What the unit has to protect itself against."""

    FLAMMABLE = "flammable"
    TOXIC = "toxic"
    CORROSIVE = "corrosive"
    BIOLOGICAL = "biological"
    RADIOACTIVE = "radioactive"
    OTHER = "other"


class SampleStorage(StrEnum):
    """How a sample is kept until it is measured."""

    ROOM = "room"
    COOL = "cool"
    FROZEN = "frozen"
    DRY = "dry"
    DARK = "dark"


class Afterwards(StrEnum):
    """What becomes of the samples once they are measured."""

    RETURN = "return"
    DISPOSE = "dispose"


class SampleFileKind(StrEnum):
    """What a file of an order is."""

    PHOTO = "photo"
    REPORT = "report"
