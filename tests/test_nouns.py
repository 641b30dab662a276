"""Nouns are dataclasses in all but the making: whatever holds of a standard one holds of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from cosbatch import nouns


def _plain(dataclass: Any) -> Any:
    @dataclass(frozen=True)
    class Plain:
        """A request."""

        method: str
        query: tuple[str, ...] = ()
        secret: str = nouns.field(default="", repr=False)
        limits: dict[str, int] | None = nouns.field(default_factory=dict)

        def __str__(self) -> str:
            return f"{self.method} it is"

    return Plain


OURS, STANDARD = _plain(nouns.dataclass), _plain(dataclasses.dataclass)
BOTH = pytest.mark.parametrize("noun", [OURS, STANDARD], ids=["ours", "standard"])


@BOTH
def test_takes_values_by_place_and_by_name_and_fills_in_defaults(noun: type[Any]) -> None:
    made = noun("GET", limits={"rows": 1})
    assert (made.method, made.query, made.secret, made.limits) == ("GET", (), "", {"rows": 1})


@BOTH
def test_gives_each_its_own_default_where_a_factory_makes_it(noun: type[Any]) -> None:
    assert noun("GET").limits is not noun("GET").limits


@BOTH
@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("GET", (), "", {}, "more"), {}), (("GET",), {"colour": "red"}), (("GET",), {"method": "PUT"})],
    ids=["one is missing", "one too many", "an unknown one", "one twice"],
)
def test_refuses_values_that_do_not_fit_its_fields(
    noun: type[Any], values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        noun(*values, **named)


@BOTH
def test_shows_all_fields_but_those_that_hide(noun: type[Any]) -> None:
    assert repr(noun("GET", secret="hidden")).endswith("Plain(method='GET', query=(), limits={})")


@BOTH
def test_is_equal_to_its_like_with_the_same_values(noun: type[Any]) -> None:
    assert noun("GET") == noun("GET")
    assert noun("GET") != noun("PUT")
    assert noun("GET") != ("GET", (), "", {})


@BOTH
def test_hashes_as_it_compares(noun: type[Any]) -> None:
    assert hash(noun("GET", limits=None)) == hash(noun("GET", limits=None))
    with pytest.raises(TypeError):
        hash(noun("GET"))


@BOTH
@pytest.mark.parametrize(
    "change", [lambda made: setattr(made, "method", "PUT"), lambda made: delattr(made, "method")], ids=["set", "delete"]
)
def test_cannot_be_changed(noun: type[Any], change: Callable[[Any], None]) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="method"):
        change(noun("GET"))


@BOTH
def test_can_be_copied_with_other_values(noun: type[Any]) -> None:
    assert dataclasses.replace(noun("GET"), method="PUT") == noun("PUT")


@BOTH
def test_keeps_the_methods_that_its_class_has(noun: type[Any]) -> None:
    assert str(noun("GET")) == "GET it is"


def test_keeps_a_repr_of_the_class_itself() -> None:
    @nouns.dataclass(frozen=True)
    class Secret:
        """Nothing of it shows."""

        text: str

        def __repr__(self) -> str:
            return "Secret()"

    assert repr(Secret("hidden")) == "Secret()"


def test_leaves_classes_that_change_to_the_standard_library() -> None:
    with pytest.raises(AssertionError, match="frozen"):
        nouns.dataclass(frozen=False)


def _with_a_remark(dataclass: Any) -> Any:
    @dataclass(frozen=True)
    class Remarked:
        name: str
        remark: str = nouns.field(default="", compare=False)

    return Remarked


@pytest.mark.parametrize("noun", [_with_a_remark(nouns.dataclass), _with_a_remark(dataclasses.dataclass)])
def test_compares_only_what_is_said_to_be_compared(noun: type[Any]) -> None:
    assert noun("a", "one") == noun("a", "another") != noun("b", "one")
    assert len({noun("a", "one"), noun("a", "another")}) == 1
