"""The CreateJob page's rules, one row a rule, and its samples, element by element."""

from __future__ import annotations

import copy
import json
import random
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cosbatch.model.errors import InvalidRequest, Problem
from cosbatch.schemas.document import load_document
from cosbatch.service.parse import parse
from cosbatch.service.render import render
from tests.schemas.documents import (
    COPY,
    JOB,
    LOCATION,
    NORMALISED,
    ONE_OPERATION,
    OPERATIONS,
    REFUSED,
    REGION,
    RESTORE,
    SPEC,
    TAKEN,
    TOGETHER,
    Json,
    at,
    job,
)

DATA = Path(__file__).parent.parent / "data" / "documents"


def problems(document: object) -> list[Problem]:
    with pytest.raises(InvalidRequest, match="nothing was sent") as caught:
        load_document(document, REGION)
    return list(caught.value.problems)


# ---------------------------------------------------------------------------------------------- what is taken
@pytest.mark.parametrize(("pointer", "value"), TAKEN)
def test_takes_what_the_page_allows_as_it_is(pointer: str, value: object) -> None:
    assert at(load_document(job((pointer, value)), REGION), pointer) == value


@pytest.mark.parametrize(("pointer", "written", "sent"), NORMALISED)
def test_takes_other_readings_and_sends_the_page_s(pointer: str, written: object, sent: object) -> None:
    assert at(load_document(job((pointer, written)), REGION), pointer) == sent


@pytest.mark.parametrize("changes", TOGETHER)
def test_takes_elements_that_go_together(changes: list[tuple[str, object]]) -> None:
    assert load_document(job(*changes), REGION)


# --------------------------------------------------------------------------------------------- what is refused
@pytest.mark.parametrize(("pointer", "value", "message"), REFUSED)
def test_refuses_at_the_pointer_in_words(pointer: str, value: object, message: str) -> None:
    found = problems(job((pointer, value)))
    assert found[0].pointer == pointer or found[0].pointer.startswith(f"{pointer}/")
    assert found[0].message.startswith(message)
    assert len(found) == 1 or value == {}


def test_refuses_two_operations_and_names_them() -> None:
    both = {**JOB["Operation"], **OPERATIONS}
    assert problems(job(("/Operation", both))) == [
        Problem(
            "/Operation",
            f"{ONE_OPERATION}; it holds COSDeleteObject and COSInitiateRestoreObject "
            "and COSPutObjectCopy and COSPutObjectTagging",
        )
    ]


@pytest.mark.parametrize("directive", ["Replaced", "Replace", "Add"])
def test_asks_for_the_tags_that_a_directive_needs(directive: str) -> None:
    message = "is required when TaggingDirective is Replaced or Add"
    assert problems(job((f"{COPY}/TaggingDirective", directive))) == [Problem(f"{COPY}/NewObjectTagging", message)]


def test_says_nothing_of_other_fields_where_one_is_wrong_by_itself() -> None:
    changes: list[tuple[str, object]] = [
        (f"{SPEC}/Format", "csv"),
        (f"{COPY}/PrefixReplace", "yes"),
        (f"{COPY}/ResourcesPrefix", "a/"),
        (f"{COPY}/TargetKeyPrefix", 5),
        (f"{COPY}/TaggingDirective", "Add"),
        (f"{COPY}/NewObjectTagging", "k=v"),
    ]
    assert [problem.pointer for problem in problems(job(*changes))] == [
        f"{SPEC}/Format",
        f"{COPY}/PrefixReplace",
        f"{COPY}/TargetKeyPrefix",
        f"{COPY}/NewObjectTagging",
    ]


WRONG_TWICE: list[tuple[list[tuple[str, object]], list[str]]] = [
    ([(SPEC, {"Fields": ["Key"], "Format": "csv"})], [f"{SPEC}/Fields", f"{SPEC}/Format"]),
    (
        [(f"{COPY}/StorageClass", "COLD"), (f"{COPY}/TaggingDirective", "Add")],
        [f"{COPY}/NewObjectTagging", f"{COPY}/StorageClass"],
    ),
    ([("/Operation", {**OPERATIONS, "COSInitiateRestoreObject": 5})], ["/Operation", f"{RESTORE}"]),
    (
        [(f"{LOCATION}/ObjectArn", "cos://m-1/" + "k" * 1000), ("/Report/Bucket", f"cos://{'r' * 1002}-1")],
        [f"{LOCATION}/ObjectArn", "/Report/Bucket"],
    ),
]


@pytest.mark.parametrize(("changes", "pointers"), WRONG_TWICE)
def test_reports_a_wrong_field_beside_a_broken_rule_of_another(
    changes: list[tuple[str, object]], pointers: list[str]
) -> None:
    assert sorted(problem.pointer for problem in problems(job(*changes))) == pointers


@pytest.mark.parametrize("wrong", [0, None, [], "p" * 1025])
def test_does_not_ask_for_a_prefix_that_is_there_but_wrong(wrong: object) -> None:
    changes = job((f"{COPY}/PrefixReplace", True), (f"{COPY}/TargetKeyPrefix", wrong))
    assert [problem.pointer for problem in problems(changes)] == [f"{COPY}/TargetKeyPrefix"]


def test_reports_all_faults_of_a_document_at_once_in_a_fixed_order() -> None:
    document = {
        "unknown": 1,
        "RoleArn": 5,
        "Report": {"Bucket": "r", "Prefix": "p" * 257},
        "Priority": -1,
        "Operation": {"COSPutObjectCopy": {"StorageClass": "COLD", "PrefixReplace": True}},
        "Manifest": {"Location": {"ETag": "", "ObjectArn": "cos://m-1"}, "Spec": {"Fields": ["Size"]}},
        "Description": "\x00" + "d" * 256,
        "ClientRequestToken": "",
    }
    assert [problem.pointer for problem in problems(document)] == [
        "/ClientRequestToken",
        "/Description",
        "/Description",
        f"{LOCATION}/ETag",
        f"{LOCATION}/ObjectArn",
        f"{SPEC}/Fields/0",
        f"{SPEC}/Format",
        f"{COPY}/StorageClass",
        f"{COPY}/TargetResource",
        f"{COPY}/PrefixReplace",
        "/Priority",
        "/Report/Bucket",
        "/Report/Enabled",
        "/Report/Prefix",
        "/RoleArn",
        "/unknown",
    ]


def test_reports_the_fields_then_the_unknown_names_as_they_stand_then_the_element_as_a_whole() -> None:
    copied = {"y": 1, "TargetResource": 5, "x": 1, "PrefixReplace": True}
    operation = {"z": 1, "_schema": 1, "COSPutObjectCopy": copied, "COSDeleteObject": {}, "a": 1}
    assert [problem.pointer for problem in problems(job(("/Operation", operation)))] == [
        f"{COPY}/TargetResource",
        f"{COPY}/PrefixReplace",
        f"{COPY}/y",
        f"{COPY}/x",
        "/Operation/z",
        "/Operation/_schema",
        "/Operation/a",
        "/Operation",
    ]


@pytest.mark.parametrize("document", [None, [], "", 0, {}, {"CreateJobRequest": JOB}])
def test_refuses_what_is_no_document(document: object) -> None:
    assert problems(document)


# ------------------------------------------------------------------------------------- normalised and rendered
def test_leaves_the_caller_s_document_as_it_was() -> None:
    written = job((f"{LOCATION}/ObjectArn", "cos://m-1/k"), (f"{COPY}/TargetResource", "cos://t-1"))
    before = copy.deepcopy(written)
    load_document(written, REGION)
    assert written == before


def test_takes_back_what_it_gave() -> None:
    for pointer, value in [*TAKEN, *[(pointer, written) for pointer, written, _ in NORMALISED]]:
        loaded = load_document(job((pointer, value)), REGION)
        assert load_document(given(loaded), "ap-beijing") == loaded


def given(element: Json) -> Json:
    """The element without what was left out."""
    return {
        name: given(value) if isinstance(value, dict) else value for name, value in element.items() if value is not None
    }


def test_resolves_names_in_the_given_region() -> None:
    written = job((f"{LOCATION}/ObjectArn", "cos://m-1/k"), ("/Report/Bucket", "cos://r-1"))
    document = load_document(written, "ap-nanjing")
    assert at(document, f"{LOCATION}/ObjectArn") == "qcs::cos:ap-nanjing::m-1/k"
    assert at(document, "/Report/Bucket") == "qcs::cos:ap-nanjing::r-1"


SAMPLES = sorted(path.stem for path in DATA.glob("*.xml"))
BARE_ETAG = "ec75a30f3af000e9b31d62bed75cbcad"


def elements(xml: bytes) -> list[tuple[str, str]]:
    """Every element of the document, in its order: its path and its text."""

    def walk(element: ET.Element, path: str) -> list[tuple[str, str]]:
        below = [found for child in element for found in walk(child, f"{path}/{child.tag}")]
        return [(path, "" if len(element) else element.text or ""), *below]

    return walk(ET.fromstring(xml), "")


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> tuple[Json, list[tuple[str, str]]]:
    """A published request as a document, and as the elements that it has on the wire."""
    document: Json = json.loads((DATA / f"{request.param}.json").read_text("utf-8"))
    return document, elements((DATA / f"{request.param}.xml").read_bytes())


def test_renders_published_requests_with_the_very_same_elements_and_text(
    sample: tuple[Json, list[tuple[str, str]]],
) -> None:
    document, published = sample
    rendered = elements(render("CreateJobRequest", load_document(document, REGION)))
    # The sample of 2020 has no quotes around the ETag, all later ones do.
    expected = [(path, f'"{text}"' if text == BARE_ETAG else text) for path, text in published]
    # The vendor's Go client has one element elsewhere than the page.
    assert sorted(rendered) == sorted(expected)
    if ("/Operation/COSPutObjectCopy/PrefixReplace", "true") not in published:
        assert rendered == expected


def test_knows_all_seven_published_requests() -> None:
    assert len(SAMPLES) == 7


def test_reads_a_published_request_as_its_document(sample: tuple[Json, list[tuple[str, str]]]) -> None:
    document, _ = sample
    assert parse(render("CreateJobRequest", document), "CreateJobRequest") == document


def test_sends_every_element_in_the_order_of_the_newest_template() -> None:
    document = json.loads((DATA / "copy_with_all_children.json").read_text("utf-8"))
    shuffled = _shuffled(document, random.Random(6))
    assert render("CreateJobRequest", load_document(shuffled, REGION)) == render(
        "CreateJobRequest", load_document(document, REGION)
    )
    copied = load_document(shuffled, REGION)["Operation"]["COSPutObjectCopy"]
    assert list(copied) == [
        "AccessControlDirective",
        "AccessControlGrants",
        "PrefixReplace",
        "ResourcesPrefix",
        "TargetKeyPrefix",
        "CannedAccessControlList",
        "MetadataDirective",
        "ModifiedSinceConstraint",
        "UnModifiedSinceConstraint",
        "NewObjectMetadata",
        "TaggingDirective",
        "NewObjectTagging",
        "StorageClass",
        "TargetResource",
    ]


def _shuffled(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _shuffled(value[name], chance) for name in chance.sample(sorted(value), k=len(value))}


ODD: list[object] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\x00",
    "\ud800",
    "清" * 400,
    [],
    [[]],
    {},
    {"_schema": {}},
]


def test_loads_or_refuses_whatever_stands_anywhere() -> None:
    chance = random.Random(7)
    for _ in range(1_000):
        pointer, value = chance.choice(TAKEN)
        document = job((pointer, value))
        for _ in range(chance.randint(1, 4)):
            _disturb(document, chance)
        try:
            assert render("CreateJobRequest", load_document(document, REGION))
        except InvalidRequest as error:
            assert json.dumps(error.as_json(), ensure_ascii=False).encode()
            assert all(problem.pointer == "" or problem.pointer.startswith("/") for problem in error.problems)


def _disturb(value: Any, chance: random.Random) -> None:
    """Put something odd at a random place of the document."""
    while True:
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        place = chance.choice(places) if places and chance.random() < 0.9 else None
        if place is not None and isinstance(value[place], (dict, list)) and chance.random() < 0.8:
            value = value[place]
            continue
        if isinstance(value, dict):
            value["_schema" if place is None else place] = chance.choice(ODD)
        elif place is not None:
            value[place] = chance.choice(ODD)
        return
