import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from instrument_share.api import api


def document() -> str:
    """The API's OpenAPI document as it is kept in docs/openapi.json."""
    return json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n"


class Command(BaseCommand):
    help = (
        "Write the API's OpenAPI document to docs/openapi.json, to be committed with the change that made it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "openapi.json"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
