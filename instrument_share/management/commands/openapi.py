import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from instrument_share.api import api


def document() -> str:
    """Return the API's OpenAPI document as it is kept in docs/openapi.json: in English."""
    with translation.override("en"):
        schema = api.get_openapi_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n"


class Command(BaseCommand):
    help = (
        "Write the API's OpenAPI document to docs/openapi.json, to be committed with the change that made it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "openapi.json"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
