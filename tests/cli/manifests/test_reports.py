"""What reports say of their tasks."""

from __future__ import annotations

import pytest

from cosbatch.cli.manifests.reports import Contents, Task, by_code, contents_of, is_contents, tasks
from cosbatch.model.errors import InvalidEvent

FAILED = Task("examplebucket-1250000000", "photos/a.jpg", "", "failed", "AccessDenied")


def read(text: str | bytes, columns: tuple[str, ...] | None = None) -> list[Task]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(tasks([content], columns, "report.csv"))


def test_reads_the_columns_of_the_neighbouring_cloud() -> None:
    text = (
        "examplebucket-1250000000,photos/a.jpg,,failed,AccessDenied,403,no rights\n"
        'examplebucket-1250000000,photos/b.jpg,v1,succeeded,,200,"fine, really"\r\n'
    )
    done = Task("examplebucket-1250000000", "photos/b.jpg", "v1", "succeeded", "200")
    assert read(text) == [FAILED, done]
    assert [task.succeeded for task in read(text)] == [False, True]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ("failed,200,PermanentFailure", "PermanentFailure"),
        ("failed,PermanentFailure,200", "PermanentFailure"),
        ("failed,404,", "404"),
        ("failed,,404", "404"),
        ("failed, 404 , NoSuchKey ", "NoSuchKey"),
    ],
)
def test_finds_the_code_on_either_side_of_the_status(columns: str, code: str) -> None:
    assert read(f'b-1,k,,{columns},"why"\n') == [Task("b-1", "k", "", "failed", code)]


@pytest.mark.parametrize("header", ["taskstatus, Key ,BUCKET,ErrorCode", "\ufefftaskstatus,Key,BUCKET,ErrorCode"])
def test_goes_by_a_header_row(header: str) -> None:
    text = f"{header}\nfailed,photos/a.jpg,examplebucket-1250000000,AccessDenied\n"
    assert read(text) == [FAILED]


def test_goes_by_the_columns_that_a_manifest_names() -> None:
    columns = ("TaskStatus", "Bucket", "Key", "HTTPStatusCode")
    assert read("failed,examplebucket-1250000000,photos/a.jpg,403", columns)[0].code == "403"


def test_calls_a_failure_without_a_code_unknown() -> None:
    assert read("examplebucket-1250000000,photos/a.jpg,,Failed,,,")[0].code == "Unknown"


def test_passes_blank_lines_over() -> None:
    assert read("\n\nb-1,k,,failed,E,,\n\n") == [Task("b-1", "k", "", "failed", "E")]


def test_reads_across_blocks_of_any_size() -> None:
    text = 'b-1,"k,\n恢复",,failed,E,,\nb-1,l,,succeeded,,200,\n'.encode()
    blocks = (bytes([byte]) for byte in text)
    assert [task.key for task in tasks(blocks, None, "report.csv")] == ["k,\n恢复", "l"]


def test_carries_bytes_that_are_no_text() -> None:
    assert read(b"b-1,k\xff,,failed,E,,\n")[0].key == "k\udcff"
    assert read(b"b-1,k,,failed,E\xe6")[0].code == "E\udce6"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one,two\n", "line 1 has no TaskStatus"),
        ("b-1,k,,failed\nb-1,,,failed\n", "line 2 has no Key"),
        ('b-1,"k" x,,failed\n', "cannot be read at line 1"),
        ("b-1," + "k" * 300_000, "cannot be read at line 1"),
    ],
)
def test_refuses_what_is_no_report(text: str, words: str) -> None:
    with pytest.raises(InvalidEvent, match=words):
        read(text)


def test_does_not_keep_a_row_without_end() -> None:
    """What is read of it is no more than what is too long anyway."""
    endless = (b"k" * 1_000_000 for _ in range(1_000_000_000))
    with pytest.raises(InvalidEvent, match="no row is as long"):
        list(tasks(endless, None, "report.csv"))


def test_tells_a_manifest_from_rows() -> None:
    assert is_contents(b'\xef\xbb\xbf \n{"Format": 1}')
    assert not is_contents(b"b-1,k,,failed")
    assert not is_contents(b"")


def test_reads_the_files_that_a_manifest_names() -> None:
    text = b"""{"Results": [{"Bucket": "arn:aws:s3:::report-1250000000", "Key": "r/1.csv"}, {"Key": "r/2.csv"}],
        "ReportSchema": "Bucket, Key, TaskStatus"}"""
    assert contents_of(text, "manifest.json") == Contents(
        (("report-1250000000", "r/1.csv"), ("", "r/2.csv")), ("Bucket", "Key", "TaskStatus")
    )


def test_does_without_the_columns_in_a_manifest() -> None:
    assert contents_of(b'{"Results": []}', "manifest.json") == Contents((), None)


@pytest.mark.parametrize("text", [b"{", b"{}", b'{"Results": 1}', b'{"Results": [1]}', b'{"Results": [{}]}'])
def test_refuses_a_manifest_that_names_no_results(text: bytes) -> None:
    with pytest.raises(InvalidEvent, match="names no Results"):
        contents_of(text, "manifest.json")


def test_groups_by_code_the_most_tasks_first() -> None:
    rows = [Task("b-1", str(number), "", "failed", code) for number, code in enumerate("BACBAA")]
    assert {code: [task.key for task in group] for code, group in by_code(rows).items()} == {
        "A": ["1", "4", "5"],
        "B": ["0", "3"],
        "C": ["2"],
    }
    assert list(by_code(rows)) == ["A", "B", "C"]
