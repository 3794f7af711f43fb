"""What can be wrong with the log."""

from instrument_share.kernel.errors import Conflict, NotFound, gettext_noop


class LogKeyUnusable(Conflict):
    code = "log.key_unusable"
    message = gettext_noop("The key that signs checkpoints can't be read: {path}")


class LogDamaged(Conflict):
    code = "log.damaged"
    message = gettext_noop(
        "The log does not agree with its own checkpoint, so no proof can be given. The administrator is told."
    )


class SizeUnknown(NotFound):
    code = "log.size_unknown"
    message = gettext_noop("No checkpoint has this size. The list of checkpoints names the sizes there are.")
