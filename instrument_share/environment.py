"""Settings from the environment, and secrets from files."""

from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping


class _Stripped(FileAwareMapping):
    def __getitem__(self, key: str) -> str:
        value: str = super().__getitem__(key)
        return value.rstrip("\r\n")


class SiteEnv(FileAwareEnv):
    """Reads NAME from the file that NAME_FILE names, where it names one; a line's end is no part of it.

    What stands in the environment can be read by every process of the account and lands in crash reports;
    container engines and systemd hand secrets over as files.
    """

    ENVIRON = _Stripped(cache=False)
