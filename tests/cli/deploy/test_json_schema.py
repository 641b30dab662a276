"""The JSON Schema of what is declared: it is valid by the dialect's own schema, and takes whatever the function takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the package carries no types
from marshmallow import Schema, fields

from cosbatch.cli.deploy.json_schema import RULES_ACROSS_FIELDS, json_schema
from cosbatch.schemas.calls import CREATE_JOB_OPTIONS, SCHEMAS
from cosbatch.schemas.document import CreateJobRequest
from cosbatch.schemas.elements import Choice, Element, Flag, ListOf, Nothing, Number, Part, Text
from cosbatch.schemas.profiles_file import ProfilesFile
from tests.schemas.documents import COPY, JOB, NORMALISED, OPERATIONS, REFUSED, TAKEN, TOGETHER, Json, job

ROOT = Path(__file__).parent.parent.parent.parent
DOCUMENTS = sorted((ROOT / "tests" / "data" / "documents").glob("*.json"))
EXPORTED: dict[str, Schema] = {
    "CreateJob": CreateJobRequest(),
    "CreateJob options": CREATE_JOB_OPTIONS,
    "Profiles": ProfilesFile(),
    **SCHEMAS,
}


def validator(schema: Schema) -> Any:
    return Draft202012Validator(json_schema(schema, "any"))


@pytest.mark.parametrize("name", EXPORTED)
def test_is_valid_by_the_schema_of_its_dialect(name: str) -> None:
    exported = json_schema(EXPORTED[name], name)
    assert exported["title"] == name
    Draft202012Validator.check_schema(exported)
    assert json.loads(json.dumps(exported)) == exported


@pytest.mark.parametrize("name", EXPORTED)
def test_describes_every_field_and_container(name: str) -> None:
    assert [path for path, part in _parts(json_schema(EXPORTED[name], name), name) if not part["description"]] == []


def _parts(part: Json, path: str) -> list[tuple[str, Json]]:
    """The fields of an exported schema, at any depth."""
    array = part.get("items", next((one["items"] for one in part.get("anyOf", ()) if "items" in one), None))
    below = [found for name, field in part.get("properties", {}).items() for found in _parts(field, f"{path}/{name}")]
    inside = _parts(array, f"{path}/*") if array else []
    here = [(path, part)] if "/" in path else []
    return [*here, *below, *inside]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_takes_every_published_request(path: Path) -> None:
    validator(EXPORTED["CreateJob"]).validate(json.loads(path.read_text("utf-8")))


def test_takes_the_example_profiles() -> None:
    validator(EXPORTED["Profiles"]).validate(json.loads((ROOT / "profiles.json").read_text("utf-8")))


CALLS: list[tuple[str, Json]] = [
    ("DescribeJob", {"JobId": "053dc622-8c50-b46f"}),
    ("ListJobs", {}),
    ("ListJobs", {"JobStatuses": "Active", "MaxResults": "1000", "NextToken": "t"}),
    ("UpdateJobPriority", {"JobId": "j", "Priority": 0}),
    ("UpdateJobStatus", {"JobId": "j", "RequestedJobStatus": "Ready", "StatusUpdateReason": "取消"}),
    ("DeleteJob", {"JobId": "j"}),
    ("CreateJob options", {"Profile": "restore", "DryRun": "true"}),
]


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_takes_every_call(name: str, call: Json) -> None:
    validator(EXPORTED[name]).validate(call)


class Child(Element):
    """A child.

    Of which more could be said.
    """

    Name = Text(1, required=True)


class Everything(Element):
    """One of each."""

    Free = Text()
    Short = Text(5, 8, load_default=None, about="A short word.")
    Colour = Choice("red", synonyms={"rouge": "red"}, load_default="red")
    Count = Number(1, 3)
    Switch = Flag(load_default=False)
    Mark = Nothing()
    Some = ListOf(Text(1), minimum=1, load_default=list)
    Few = ListOf(Part(Child), maximum=2)
    Only = Part(Child, required=True, about="The only one.")


def test_says_of_each_kind_what_it_takes() -> None:
    text = {"type": "string", "minLength": 1}
    name = {"description": "Text that is not empty.", **text}
    child: Json = {"type": "object", "properties": {"Name": name}, "required": ["Name"], "additionalProperties": False}
    whole = {"type": "integer", "minimum": 1, "maximum": 3}
    assert json_schema(Everything(), "All") == {
        "title": "All",
        "description": "One of each.",
        "type": "object",
        "properties": {
            "Free": {"description": "Text.", "type": "string", "minLength": 0},
            "Short": {
                "description": "A short word. 5 to 8 bytes in UTF-8.",
                "type": "string",
                "minLength": 2,
                "maxLength": 8,
            },
            "Colour": {"description": "One of red.", "enum": ["red", "rouge"], "default": "red"},
            "Count": {
                "description": "A whole number from 1 to 3, or the same as a decimal string.",
                "anyOf": [whole, {"type": "string", "pattern": "^-?[0-9]{1,20}$"}],
            },
            "Switch": {
                "description": "True or false, or the same as a string.",
                "enum": [True, False, "true", "false"],
                "default": False,
            },
            "Mark": {
                "description": "An empty element.",
                "type": "object",
                "maxProperties": 0,
            },
            "Some": {
                "description": "A list of 1 or more members.",
                "type": "array",
                "items": {"description": "Text that is not empty.", **text},
                "minItems": 1,
                "default": [],
            },
            "Few": {
                "description": "A list of 0 to 2 members.",
                "type": "array",
                "items": {"description": "A child.", **child},
                "minItems": 0,
                "maxItems": 2,
            },
            "Only": {"description": "The only one. A child.", **child},
        },
        "required": ["Only"],
        "additionalProperties": False,
    }


class Parent(Element):
    Only = Part(Child, required=True)
    Lent = Part(lambda: Child(partial=("Name",)), required=True)


PARTIAL: list[tuple[Any, list[str], list[str], list[str]]] = [
    (None, ["Only", "Lent"], ["Name"], []),
    (True, [], [], []),
    (("Only",), ["Lent"], ["Name"], ["Name"]),
    (("Only", "Only.Name"), ["Lent"], [], ["Name"]),
]


@pytest.mark.parametrize(("partial", "root", "only", "lent"), PARTIAL)
def test_requires_what_the_schema_requires_when_it_is_partial(
    partial: Any, root: list[str], only: list[str], lent: list[str]
) -> None:
    exported: Json = json_schema(Parent(partial=partial), "any")
    parts = exported["properties"]
    assert (exported["required"], parts["Only"]["required"], parts["Lent"]["required"]) == (root, only, lent)
    for name in root:
        assert name in Parent(partial=partial).validate({})


def test_leaves_out_what_the_schema_leaves_out() -> None:
    exported: Json = json_schema(CreateJobRequest(exclude=("ClientRequestToken",)), "any")
    assert "ClientRequestToken" not in exported["properties"]


def test_refuses_to_guess_what_another_kind_of_field_takes() -> None:
    with pytest.raises(TypeError, match="Integer is no kind of element"):
        json_schema(Schema.from_dict({"a": fields.Integer()})(), "any")


def test_speaks_of_every_element_that_has_rules_across_its_fields() -> None:
    checked = {type(schema) for schema in _schemas(EXPORTED.values()) if _checks(schema)}
    assert checked == set(RULES_ACROSS_FIELDS)


def _checks(schema: Schema) -> set[str]:
    return {name for name in dir(schema) if name.startswith("check_")}


def _schemas(schemas: Any) -> list[Schema]:
    """The schemas and all inside them."""
    found: list[Schema] = []
    for schema in schemas:
        inner = [getattr(field, "inner", field) for field in schema.fields.values()]
        found += [schema, *_schemas(field.schema for field in inner if isinstance(field, Part))]
    return found


# ----------------------------------------------------------------------- the same verdict as the function's, or milder
GOOD = [
    *[job(change) for change in TAKEN],
    *[job((pointer, written)) for pointer, written, _ in NORMALISED],
    *[job(*changes) for changes in TOGETHER],
]


def test_refuses_nothing_that_the_function_takes() -> None:
    schema = validator(EXPORTED["CreateJob"])
    for document in GOOD:
        schema.validate(document)


def test_takes_of_the_bad_only_what_it_cannot_judge() -> None:
    schema = validator(EXPORTED["CreateJob"])
    missed = [(value, message) for pointer, value, message in REFUSED if schema.is_valid(job((pointer, value)))]
    assert [row for row in missed if not _is_beyond(*row)] == []
    assert len(missed) < len(REFUSED) / 3


def _is_beyond(value: object, message: str) -> bool:
    """Whether the rule is one that JSON Schema has no words for: bytes, characters, forms of names, range of a string."""
    if message.startswith(("must have at most", "must be a whole number")):
        return isinstance(value, str)
    forms = (
        "a resource name",
        "names a",
        "of the URL",
        "the URL",
        "uid/",
        "roleName",
        "be an ETag",
        "be printable",
        "must not begin with",
    )
    return any(words in message for words in ("character U+", *forms))


def test_refuses_two_operations_and_none() -> None:
    schema = validator(EXPORTED["CreateJob"])
    two = {**JOB["Operation"], "COSPutObjectTagging": OPERATIONS["COSPutObjectTagging"]}
    assert not schema.is_valid(job(("/Operation", two)))
    assert not schema.is_valid(job(("/Operation", {})))


@pytest.mark.parametrize("directive", ["Replaced", "Replace", "Add"])
def test_asks_for_the_tags_that_a_directive_needs(directive: str) -> None:
    assert not validator(EXPORTED["CreateJob"]).is_valid(job((f"{COPY}/TaggingDirective", directive)))
