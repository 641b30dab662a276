"""Taking quotes off whole blocks."""

from __future__ import annotations

import pytest

from cosbatch.manifest.quotes import unquoted, values_of

QUOTED = {
    "no quotes": (b"a,b\n", [[b"a", b"b"]]),
    "all values": (b'"a","b"\n"c","d"\n', [[b"a", b"b"], [b"c", b"d"]]),
    "some values, CRLF": (b'a,"b"\r\n', [[b"a", b"b\r"]]),
    "empty values": (b'"",""\n', [[b"", b""]]),
    "commas and blanks": (b'a,"b, c"\n', [[b"a", b"b, c"]]),
    "line ends": (b'a,"b\r\nc\n"\nd,e\n', [[b"a", b"b\r\nc\n"], [b"d", b"e"]]),
    "doubled quotes": (b'"""a""","b"""\n"""",c\n', [[b'"a"', b'b"'], [b'"', b"c"]]),
    "characters beyond ASCII": ('"文","件"\n'.encode(), [["文".encode(), "件".encode()]]),
}


@pytest.mark.parametrize(("block", "values"), QUOTED.values(), ids=QUOTED)
def test_takes_quotes_off_and_gives_the_values_back(block: bytes, values: list[list[bytes]]) -> None:
    plain = unquoted(block)
    assert plain is not None
    assert values_of(plain.split(b"\n")[:-1]) == values


@pytest.mark.parametrize("block", [b'a"\n', b'a,"b\n', b'a"b"\n', b'"a"b\n', b'"a" ,b\n', b'a, "b"\n', b'a","b\n'])
def test_leaves_quotes_that_are_out_of_place(block: bytes) -> None:
    assert unquoted(block) is None
