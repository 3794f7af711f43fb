"""Examples of what the API takes and answers, composed from one value for each name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

REF = "#/components/schemas/"
PUBLIC_ID = "^[A-Z]{3}-"
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
}
EMPTY: Mapping[str, Any] = {"boolean": False, "integer": 1, "number": 1, "object": {}}
FORMATS: Mapping[str, str] = {
    "date-time": "2026-12-01T01:00:00Z",
    "date": "2026-12-01",
    "time": "18:00:00",
    "base64": "JVBERi0xLjc=",
    "binary": "JVBERi0xLjc=",
}
"""What a format looks like; times are in UTC."""


class NoExample(LookupError):
    """A name of the API without an example value."""


@dataclass(frozen=True)
class Examples:
    """What stands for each name: values and nulls by field, prefixes of ids by field or schema.

    A lazy text is in the language of the document.
    """

    values: Mapping[str, Any]
    prefixes: Mapping[str, str]
    unset: frozenset[str]

    def add_to(self, document: Mapping[str, Any]) -> None:
        """Give every body and every answer of the document that has none an example."""
        schemas = document["components"]["schemas"]
        for content, is_body in _contents(document):
            if "example" not in content and "schema" in content:
                content["example"] = _Composer(self, schemas, is_body).compose(content["schema"])


def _contents(document: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    for path in document["paths"].values():
        for operation in path.values():
            yield from ((one, True) for one in operation.get("requestBody", {}).get("content", {}).values())
            for answer in operation["responses"].values():
                yield from ((one, False) for one in answer.get("content", {}).values())


@dataclass(frozen=True)
class _Composer:
    examples: Examples
    schemas: Mapping[str, Any]
    is_body: bool
    """Of a request: what may be left out and is null then, is left out, unless it has a value of its own."""

    def compose(self, schema: Mapping[str, Any], owner: str = "", name: str = "") -> Any:
        """Return an example of a schema, which is the field `name` of the schema `owner`."""
        if f"{owner}.{name}" in self.examples.values and "anyOf" not in schema:
            return self._value(f"{owner}.{name}")
        if schema.get("examples"):
            return schema["examples"][0]
        if "$ref" in schema:
            owner = schema["$ref"].removeprefix(REF)
            return self.compose(self.schemas[owner], owner, name)
        for combined in ("anyOf", "allOf"):
            if combined in schema:
                return self._compose_choice(schema[combined], owner, name)
        if "enum" in schema:
            value = self._value(name)
            return value if value in schema["enum"] else schema["enum"][0]
        if schema.get("type") == "array":
            one = self.compose(schema["items"], owner, name)
            return [one] * schema.get("minItems", 1)
        if "properties" in schema:
            return self._compose_object(schema, owner)
        return self._find_value(schema, owner, name)

    def _compose_choice(self, options: "list[Mapping[str, Any]]", owner: str, name: str) -> Any:
        is_nullable = {"type": "null"} in options
        if is_nullable and not self.examples.unset.isdisjoint({name, f"{owner}.{name}"}):
            return None
        given = [one for one in options if one != {"type": "null"}]
        texts = [one for one in given if one.get("type") == "string"]
        return self.compose((texts or given)[0], owner, name)

    def _compose_object(self, schema: Mapping[str, Any], owner: str) -> dict[str, Any]:
        return {
            name: self.compose(one, owner, name)
            for name, one in schema["properties"].items()
            if not self._is_left_out(schema, owner, name)
        }

    def _is_left_out(self, schema: Mapping[str, Any], owner: str, name: str) -> bool:
        return (
            self.is_body
            and f"{owner}.{name}" not in self.examples.values
            and name not in schema.get("required", ())
            and {"type": "null"} in schema["properties"][name].get("anyOf", ())
        )

    def _find_value(self, schema: Mapping[str, Any], owner: str, name: str) -> Any:
        kind = schema.get("type", "object")
        if schema.get("pattern", "").startswith(PUBLIC_ID):
            return self._make_id(owner, name)
        if isinstance(value := self._value(name), KINDS[kind]):
            return value
        if kind != "string":
            return schema.get("default", EMPTY[kind])
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        if name.endswith("_yuan"):
            return "200.00"
        raise NoExample(f"{owner}.{name}")

    def _value(self, name: str) -> Any:
        value = self.examples.values.get(name)
        return str(value) if isinstance(value, Promise) else value

    def _make_id(self, owner: str, name: str) -> str:
        known = (f"{owner}.{name}", name) if name != "id" else (owner,)
        for one in known:
            if one in self.examples.prefixes:
                return f"{self.examples.prefixes[one]}-7K2M9QX4TB"
        raise NoExample(f"{owner}.{name}")
