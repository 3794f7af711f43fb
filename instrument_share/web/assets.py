"""Scripts, styles and pictures under names that change with their contents (decision record 25)."""

import os
from pathlib import Path

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

_OWN_SCRIPTS = ("instrument_share/*.js", "providers/*.js", "bookings/*.js", "rewards/*.js")
_IMPORTS = (
    (r'(?P<matched>from "(?P<url>\./[^"]+)")', 'from "%(url)s"'),
    (r'(?P<matched>import\("(?P<url>\./[^"]+)"\))', 'import("%(url)s")'),
)
_LAST_WRITTEN = ".gz"


class _OnceCompressor(Compressor):
    """Leaves what an earlier run compressed: under a name with a hash the contents are the same."""

    def compress(self, path: str) -> list[str]:
        return [] if Path(f"{path}{_LAST_WRITTEN}").exists() else super().compress(path)

    def write_data(self, path: str, data: bytes, suffix: str, stat_result: os.stat_result) -> str:
        """Let the file appear when it is complete, so that a run that is broken off leaves no half of one."""
        written = super().write_data(path, data, f"{suffix}.part", stat_result)
        return str(Path(written).rename(f"{path}{suffix}"))


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Gives hashed names to what style sheets name and to the modules that the site's own scripts import.

    Other people's scripts stay as they are: Django's own patterns stumble over source maps that are not
    shipped and over the word `import` in comments.
    """

    patterns = (
        *(entry for entry in CompressedManifestStaticFilesStorage.patterns if entry[0] == "*.css"),
        *((scripts, _IMPORTS) for scripts in _OWN_SCRIPTS),
    )

    def create_compressor(self, **options: object) -> Compressor:
        return _OnceCompressor(**options)
