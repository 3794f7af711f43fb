"""The API's description as docs/ keeps it; `test_openapi` compares it with the API.

To make it anew takes seconds, and every process that collects tests would.
"""

import json
from pathlib import Path

from django.conf import settings

KEPT = (Path(settings.BASE_DIR) / "docs/openapi.json").read_text(encoding="utf-8")
DOCUMENT = json.loads(KEPT)
