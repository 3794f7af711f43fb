"""What is done to the log, in words."""

from instrument_share.journal.registry import SubjectKind
from instrument_share.kernel.errors import gettext_noop

ACTS: dict[str, str] = {
    "checkpoint.signed": gettext_noop("Checkpoint signed"),
    "log.broken": gettext_noop("A check has found altered records"),
}
KINDS: dict[str, SubjectKind] = {
    "transparency.Checkpoint": SubjectKind(gettext_noop("Checkpoint of the log")),
    "transparency.CheckState": SubjectKind(gettext_noop("Check of the log")),
}
