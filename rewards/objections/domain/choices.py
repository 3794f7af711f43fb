"""Closed lists of objections, and how an objector is named in public."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop


class InNameOf(StrEnum):
    """In whose name somebody objects."""

    PERSON = "person"
    ORGANIZATION = "organization"


class AnswerEffect(StrEnum):
    """What follows from an answer."""

    NOT_UPHELD = "not_upheld"
    CLARIFIED = "clarified"
    FINDING = "finding"
    SCORED_ANEW = "scored_anew"


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    InNameOf: {
        InNameOf.PERSON: gettext_noop("As a person"),
        InNameOf.ORGANIZATION: gettext_noop("For an organization"),
    },
    AnswerEffect: {
        AnswerEffect.NOT_UPHELD: gettext_noop("Not upheld: the results stand"),
        AnswerEffect.CLARIFIED: gettext_noop("Upheld: corrected, without effect on the results"),
        AnswerEffect.FINDING: gettext_noop("Upheld: a finding is opened, which an auditor decides"),
        AnswerEffect.SCORED_ANEW: gettext_noop(
            "Upheld: findings are decided anew, and the units scored again"
        ),
    },
}
