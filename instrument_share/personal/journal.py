"""What is done with personal data, in words."""

from instrument_share.journal.registry import SubjectKind
from instrument_share.kernel.errors import gettext_noop

ACTS: dict[str, str] = {
    "account_deletion.asked": gettext_noop("Deletion of the account asked for"),
    "account_deletion.carried_out": gettext_noop("Account deleted"),
    "account_deletion.stopped": gettext_noop("Deletion of the account stopped"),
    "account_deletion.withdrawn": gettext_noop("Deletion of the account withdrawn"),
    "personal_archive.asked": gettext_noop("Copy of own data asked for"),
    "personal_archive.downloaded": gettext_noop("Copy of own data downloaded"),
    "personal_archive.made": gettext_noop("Copy of own data made"),
    "personal_data.disclosed": gettext_noop("Personal data read in bulk"),
    "retention.applied": gettext_noop("Old personal data deleted"),
}
KINDS: dict[str, SubjectKind] = {
    "personal.AccountDeletion": SubjectKind(gettext_noop("Deletion of an account")),
    "personal.PersonalArchive": SubjectKind(gettext_noop("Copy of own data")),
    "personal.RetentionRun": SubjectKind(gettext_noop("Rule of retention")),
}
