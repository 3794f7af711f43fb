"""The environment of every test process; loaded (`-p tests.environment`) before the settings read it.

Each process, and so each xdist worker, gets a folder of its own for its database, files and keys.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OWN_FOLDER = Path(tempfile.mkdtemp(prefix="instrument-share-test-"))
(OWN_FOLDER / "static").mkdir()  # whitenoise warns where there is none
atexit.register(shutil.rmtree, OWN_FOLDER, ignore_errors=True)

os.environ.update(
    SECRET_KEY="for-tests-only",
    DEBUG="false",
    DEMO="false",
    SITE_URL="http://testserver",
    EMAIL_URL="memorymail://",
    DATABASE_POOL="0",
    SECOND_FACTOR_ROLES="",
    LOG_LEVEL="ERROR",
    LIMIT_FACTOR="0",
    VAR_DIR=str(OWN_FOLDER),
)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)
