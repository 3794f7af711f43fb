"""What the document of the API says of its operations, schemas and fields, in the reader's language."""

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
    closed_lists: Mapping[str, str]

    def add_to(self, document: dict[str, Any]) -> None:
        """Describe the document in the active language; docstrings of operations and schemas are messages.

        Parts that several documents share are replaced, never written to.
        """
        document["info"] |= _describe(document["info"])
        for title, schema in document["components"]["schemas"].items():
            schema |= _describe(
                {**schema, "description": self.closed_lists.get(title, schema.get("description"))}
            )
            for name, field in schema.get("properties", {}).items():
                field.pop("title", None)
                field |= _describe(field, self.fields.get(name)) | _without_repeated_parts(field)
        for path in document["paths"].values():
            for operation in path.values():
                operation |= _describe(operation)
                operation["parameters"] = [self._describe_parameter(one) for one in operation["parameters"]]
                operation["responses"] = {
                    status: _describe_headers(response) for status, response in operation["responses"].items()
                }

    def _describe_parameter(self, parameter: Mapping[str, Any]) -> dict[str, Any]:
        schema = {name: value for name, value in parameter["schema"].items() if name not in REPEATED}
        described = _describe(parameter, self.parameters.get(parameter["name"]))
        return {**described, "schema": {**schema, **_without_repeated_parts(schema)}}


def _without_repeated_parts(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a schema that is combined of some, which is described as a whole."""
    if "allOf" not in schema:
        return {}
    parts = [{name: part[name] for name in part if name not in REPEATED} for part in schema["allOf"]]
    return {"allOf": parts}


def _describe_headers(response: Mapping[str, Any]) -> dict[str, Any]:
    if "headers" not in response:
        return dict(response)
    return {**response, "headers": {name: _describe(one) for name, one in response["headers"].items()}}


def _describe(target: Mapping[str, Any], shared: str | None = None) -> dict[str, Any]:
    said = target.get("description") or shared
    if said:
        return {**target, "description": gettext(said)}
    return {name: value for name, value in target.items() if name != "description"}
