"""What the services of instruments share."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from instrument_share.kernel.errors import DomainError, Kind, gettext_noop
from providers.instruments.models import InstrumentCategory


class InReview(DomainError):
    """What the bureau is reviewing, or what is retired, stays as it is."""

    code = "providers.not_editable"
    kind: Kind = "conflict"
    message = gettext_noop(
        "This can't be changed while it is “{state}”. Wait for the bureau's decision or ask for its return."
    )


def values_to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of fields as they are kept in JSON, from which the same fields read them again."""
    return {name: _value_to_json(value) for name, value in values.items()}


def _value_to_json(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case InstrumentCategory():
            return value.code
    return value
