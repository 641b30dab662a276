"""Failed tasks that are kept until it is known how a manifest writes them."""

from __future__ import annotations

import io
import resource
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from cosbatch.cli.manifests.failed_tasks import FailedTasks

Task = tuple[str, str, str]


def written(codes: list[str], form: str | None, **tasks: list[Task]) -> str:
    file = io.BytesIO()
    with closing(FailedTasks()) as failed:
        for code, some in tasks.items():
            failed.add(code, some)
        failed.write(codes, form, file)
    return file.getvalue().decode()


def test_counts_by_code_the_most_tasks_first() -> None:
    with closing(FailedTasks()) as failed:
        for number, code in enumerate("BACBAA"):
            failed.add(code, [("b-1", str(number), "")])
        assert list(failed.counts.items()) == [("A", 3), ("B", 2), ("C", 1)]


def test_writes_one_code_after_the_other_however_they_came() -> None:
    file = io.BytesIO()
    with closing(FailedTasks()) as failed:
        for number in range(20_000):
            failed.add("AB"[number % 2], [("b-1", str(number), "")])
        failed.write(["B", "A"], "encoded", file)
    keys = [int(row.partition(",")[2]) for row in file.getvalue().decode().splitlines()]
    assert keys == [*range(1, 20_000, 2), *range(0, 20_000, 2)]


def test_says_where_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(OSError, match=f"File too large: '{tmp_path}'"), closing(FailedTasks()) as failed:
            failed.add("A", [("b-1", "a", "")])
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
            failed.write(["A"], "plain", io.BytesIO())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_gives_all_rows_of_a_manifest_as_many_columns() -> None:
    some: list[Task] = [("b-1", "a", "")]
    more: list[Task] = [("b-1", "b", "v1"), ("b-1", "c", "")]
    assert written(["A", "B"], "encoded", A=some, B=more) == "b-1,a,\nb-1,b,v1\nb-1,c,\n"
    assert written(["A"], "encoded", A=some, B=more) == "b-1,a\n"


@pytest.mark.parametrize(
    ("key", "row"),
    [("a,b", '"a,b"'), ('a"b', "a%22b"), ("a\nb", "a%0Ab"), ("a\rb", "a%0Db"), ("a\r\n,b", '"a%0D%0A,b"'), ("", "")],
)
def test_quotes_what_has_to_be_quoted_and_keeps_what_is_to_be_encoded(key: str, row: str) -> None:
    assert written(["A"], "plain", A=[("b-1", key, ""), ("b-1", "z", "")]) == f"b-1,{row}\nb-1,z\n"


def test_encodes_the_keys_anew_where_the_report_has_plain_ones() -> None:
    assert written(["A"], "plain", A=[("b-1", "x y,\n%20", ""), ("b-1", "z", "")]) == 'b-1,"x%20y,%0A%2520"\nb-1,z\n'


@pytest.mark.parametrize(
    ("form", "key", "row"),
    [
        ("plain", "年 x%20y", "%E5%B9%B4%20x%2520y"),
        ("plain", "a\udcffb", "a%FFb"),
        ("plain", "a/b~c+d", "a/b~c%2Bd"),
        ("encoded", "年%20%zz%", "%E5%B9%B4%20%25zz%25"),
    ],
)
def test_encodes_many_keys_as_each_by_itself(form: str, key: str, row: str) -> None:
    assert written(["A"], form, A=[("b-1", key, ""), ("b-1", "é", ""), ("b-1", key, "")]) == (
        f"b-1,{row}\nb-1,%C3%A9\nb-1,{row}\n"
    )
    assert written(["A"], form, A=[("b-1", key + ",", ""), ("b-1", "é", "")]) == f'b-1,"{row},"\nb-1,%C3%A9\n'
