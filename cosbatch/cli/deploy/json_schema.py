"""Writes the declared schemas as JSON Schema (2020-12), for editors, generators of clients, and the OpenAPI document.

What it refuses, the schemas refuse as well. They refuse more, of which JSON Schema cannot speak: it counts characters
where the pages count bytes, takes 10.0 for a whole number, and knows neither the forms of names nor XML's characters.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import singledispatch
from typing import Any

from marshmallow import Schema, fields, missing

from cosbatch.model.names import CSV
from cosbatch.schemas.document import PREFIXES, Copy, Operation, Spec
from cosbatch.schemas.elements import Choice, Flag, ListOf, Nothing, Number, Part, Text

Json = dict[str, Any]
# marshmallow's word for fields that may be missing though they are required: all, or those at these paths (`A.B`).
Partial = bool | Collection[str] | None
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(schema: Schema, title: str) -> Json:
    """The JSON Schema of what `schema` loads, without its dialect; its descriptions are the declarations' own.

    Raises TypeError where the schema has a field that is none of the kinds of element.
    """
    return {"title": title, **_object(schema, schema.partial)}


def _object(schema: Schema, partial: Partial) -> Json:
    declared = {field.data_key or name: field for name, field in schema.load_fields.items()}
    return {
        "description": _paragraph(type(schema).__doc__),
        "type": "object",
        "properties": {name: _property(field, _inside(name, partial)) for name, field in declared.items()},
        "required": [name for name, field in declared.items() if field.required and not _may_miss(name, partial)],
        "additionalProperties": False,
        **RULES_ACROSS_FIELDS.get(type(schema), {}),
    }


def _may_miss(name: str, partial: Partial) -> bool:
    return partial if isinstance(partial, bool) else name in (partial or ())


def _inside(name: str, partial: Partial) -> Partial:
    """What of `partial` concerns the fields inside this one."""
    if partial is None or isinstance(partial, bool):
        return partial
    return [path.removeprefix(f"{name}.") for path in partial if path.startswith(f"{name}.")]


def _paragraph(docstring: str | None) -> str:
    return " ".join((docstring or "").strip().partition("\n\n")[0].split())


def _property(field: fields.Field[Any], partial: Partial) -> Json:
    """What one field takes: its meaning and its rule in words, and its default."""
    value = _value(field, partial)
    meaning, rule = field.metadata.get("description", ""), value.pop("description")
    return {"description": f"{meaning} {rule}".strip(), **value, **_default(field)}


def _default(field: fields.Field[Any]) -> Json:
    default = field.load_default() if callable(field.load_default) else field.load_default
    return {} if default is missing or default is None else {"default": default}


# ------------------------------------------------------------------------------------------- the kinds of element
@singledispatch
def _value(field: fields.Field[Any], _: Partial) -> Json:
    """What a field of this kind takes; `description` is its rule in words."""
    raise TypeError(f"{type(field).__name__} is no kind of element that JSON Schema is written of")


@_value.register
def _part(field: Part, partial: Partial) -> Json:
    return _object(field.schema, field.schema.partial if partial is None else partial)


@_value.register
def _several(field: ListOf, partial: Partial) -> Json:
    members: Json = {"type": "array", "items": _property(field.inner, partial), "minItems": field.minimum}
    if field.maximum is None:
        return {"description": f"A list of {field.minimum} or more members.", **members}
    rule = f"A list of {field.minimum} to {field.maximum} members."
    return {"description": rule, **members, "maxItems": field.maximum}


@_value.register
def _text(field: Text, _: Partial) -> Json:
    # A character has one to four bytes: text of enough bytes has at least this many characters.
    text: Json = {"type": "string", "minLength": -(-field.minimum // 4)}
    if field.maximum is None:
        return {"description": "Text that is not empty." if field.minimum else "Text.", **text}
    rule = f"{field.minimum} to {field.maximum} bytes in UTF-8."
    return {"description": rule, **text, "maxLength": field.maximum}


@_value.register
def _choice(field: Choice, _: Partial) -> Json:
    return {"description": f"One of {', '.join(field.words)}.", "enum": [*field.words, *field.synonyms]}


@_value.register
def _number(field: Number, _: Partial) -> Json:
    whole = {"type": "integer", "minimum": field.minimum, "maximum": field.maximum}
    decimal = {"type": "string", "pattern": "^-?[0-9]{1,20}$"}
    rule = f"A whole number from {field.minimum} to {field.maximum}, or the same as a decimal string."
    return {"description": rule, "anyOf": [whole, decimal]}


@_value.register
def _flag(_: Flag, __: Partial) -> Json:
    return {"description": "True or false, or the same as a string.", "enum": [True, False, "true", "false"]}


@_value.register
def _nothing(_: Nothing, __: Partial) -> Json:
    return {"description": "An empty element.", "type": "object", "maxProperties": 0}


# --------------------------------------------------------------------------------------------- rules across fields
def _holds(name: str, value: Json) -> Json:
    return {"required": [name], "properties": {name: value}}


def _names(column: str, at_least: int) -> Json:
    return {"contains": {"const": column}, "minContains": at_least, "maxContains": 1}


_LIST: Json = {"type": "array"}
_COLUMNS: Json = {"if": _LIST, "then": {"allOf": [_names("Bucket", 1), _names("Key", 1), _names("VersionId", 0)]}}
_REPLACES: Json = _holds("PrefixReplace", {"enum": [True, "true"]})
_PREFIXED: Json = {"anyOf": [_holds(name, {"type": "string", "minLength": 1}) for name in PREFIXES]}

# What JSON Schema can say of each rule that an element checks across its fields.
RULES_ACROSS_FIELDS: dict[type[Schema], Json] = {
    Operation: {"minProperties": 1, "maxProperties": 1},
    Spec: {
        "allOf": [
            {"if": _holds("Fields", _LIST), "then": _holds("Format", {"type": "string"})},
            {"if": _holds("Format", {"const": CSV}), "then": _holds("Fields", _LIST)},
            {"properties": {"Fields": _COLUMNS}},
        ]
    },
    Copy: {
        "allOf": [
            {
                "if": _holds("TaggingDirective", {"enum": ["Replaced", "Replace", "Add"]}),
                "then": {"required": ["NewObjectTagging"]},
            },
            {"if": _PREFIXED, "then": _REPLACES},
            {"if": _REPLACES, "then": _PREFIXED},
        ]
    },
}
