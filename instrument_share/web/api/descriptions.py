"""What the fields and parameters of the API mean, in the language that is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

REPEATED = frozenset({"title", "description"})
"""What pydantic says in the schema of a parameter too; a title is the name again, in capitals."""


@dataclass(frozen=True)
class Descriptions:
    """Descriptions of names that mean the same wherever they stand, as marked literals.

    What means something of its own is described beside the field or parameter, which comes before these.
    """

    fields: Mapping[str, str]
    parameters: Mapping[str, str]

    def add_to(self, document: Mapping[str, Any]) -> None:
        """Describe every field, parameter and header of the document in the active language.

        Parts that several documents share are replaced, never written to.
        """
        for schema in document["components"]["schemas"].values():
            for name, field in schema.get("properties", {}).items():
                field.pop("title", None)
                field |= _describe(field, self.fields.get(name))
        for path in document["paths"].values():
            for operation in path.values():
                operation["parameters"] = [self._describe_parameter(one) for one in operation["parameters"]]
                operation["responses"] = {
                    status: _describe_headers(response) for status, response in operation["responses"].items()
                }

    def _describe_parameter(self, parameter: Mapping[str, Any]) -> dict[str, Any]:
        schema = {name: value for name, value in parameter["schema"].items() if name not in REPEATED}
        return {**_describe(parameter, self.parameters.get(parameter["name"])), "schema": schema}


def _describe_headers(response: Mapping[str, Any]) -> dict[str, Any]:
    if "headers" not in response:
        return dict(response)
    return {**response, "headers": {name: _describe(one) for name, one in response["headers"].items()}}


def _describe(target: Mapping[str, Any], shared: str | None = None) -> dict[str, Any]:
    said = target.get("description") or shared
    return {**target, "description": gettext(said)} if said else dict(target)
