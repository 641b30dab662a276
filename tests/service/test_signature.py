"""The signature's documented steps, each against every vector that was published."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import requests

from cosbatch.model.credentials import Credentials
from cosbatch.model.messages import Request
from cosbatch.service import signature

Vector = dict[str, Any]
VECTORS: list[Vector] = json.loads((Path(__file__).parents[1] / "data" / "signature_vectors.json").read_text("utf-8"))


@pytest.fixture(params=VECTORS, ids=lambda vector: vector["name"])
def vector(request: pytest.FixtureRequest) -> Vector:
    published: Vector = request.param
    return published


def test_knows_all_nine_published_vectors() -> None:
    assert len(VECTORS) == 9


def test_makes_the_sign_key_of_every_vector_that_has_a_secret_key() -> None:
    with_key = [vector for vector in VECTORS if vector["secret_key"]]
    assert len(with_key) == 7
    for vector in with_key:
        assert signature.sign_key(vector["secret_key"], vector["key_time"]) == vector["sign_key"]


def test_makes_the_http_string(vector: Vector) -> None:
    http_string = signature.http_string(vector["method"], vector["path"], vector["parameters"], vector["headers"])
    assert http_string == vector["http_string"]
    assert hashlib.sha1(http_string.encode()).hexdigest() == vector["http_string_sha1"]


def test_makes_the_string_to_sign(vector: Vector) -> None:
    assert signature.string_to_sign(vector["key_time"], vector["http_string"]) == vector["string_to_sign"]


def test_makes_the_signature(vector: Vector) -> None:
    assert signature.signature(vector["sign_key"], vector["string_to_sign"]) == vector["signature"]


def test_makes_the_authorization(vector: Vector) -> None:
    authorization = signature.authorization(
        vector["secret_id"],
        vector["sign_key"],
        vector["key_time"],
        vector["method"],
        vector["path"],
        vector["parameters"],
        vector["headers"],
    )
    assert authorization == vector["authorization"]


def test_does_not_care_in_which_order_pairs_come(vector: Vector) -> None:
    parameters, headers = vector["parameters"][::-1], vector["headers"][::-1]
    assert signature.http_string(vector["method"], vector["path"], parameters, headers) == vector["http_string"]


ENCODED = [
    ("AZaz09-_.~", "AZaz09-_.~"),
    (" ", "%20"),
    ("+", "%2B"),
    ("/", "%2F"),
    ("!'()*", "%21%27%28%29%2A"),
    ("%", "%25"),
    ("腾", "%E8%85%BE"),
    ("😀", "%F0%9F%98%80"),
]


@pytest.mark.parametrize(("text", "encoded"), ENCODED)
def test_encodes_all_but_the_unreserved_characters(text: str, encoded: str) -> None:
    assert signature.url_encode(text) == encoded


def test_lowers_names_after_encoding_and_leaves_values_as_they_are() -> None:
    pairs = [("jobStatuses", "Active"), ("Ä", "Ä"), ("empty", "")]
    assert signature.name_list(pairs) == "%c3%84;empty;jobstatuses"
    assert signature.value_list(pairs) == "%c3%84=%C3%84&empty=&jobstatuses=Active"


def test_sorts_a_repeated_name_by_its_values() -> None:
    assert signature.value_list([("a", "2"), ("A", "1")]) == "a=1&a=2"


def test_signs_the_decoded_path() -> None:
    assert signature.http_string("DELETE", "/jobs/a b%", (), ()) == "delete\n/jobs/a b%\n\n\n"


def test_starts_a_minute_early_and_holds_for_a_quarter_of_an_hour() -> None:
    assert signature.key_time(1_557_989_211) == "1557989151;1557990051"


def test_signs_in_one_go_as_the_steps_do_one_by_one() -> None:
    key_time = signature.key_time(1_700_000_000)
    sign_key = signature.sign_key("key", key_time)
    signed = signature.authorization("id", sign_key, key_time, "POST", "/jobs", (("a", "b"),), (("host", "h"),))
    request = Request("POST", "h", "/jobs", (("a", "b"),))
    auth = signature.SignatureAuth(Credentials("id", "key"), 1_700_000_000, request, {"Host": "h", "Accept": "*/*"})
    assert requests.Request("POST", "https://h/jobs", auth=auth).prepare().headers["Authorization"] == signed


def test_hides_secrets_when_printed() -> None:
    assert repr(Credentials("AKIDpublic", "hush", token="hush")) == "Credentials(AKIDpublic)"
