"""What reports say of their tasks."""

from __future__ import annotations

import pytest

from cosbatch.cli.manifests.reports import COLUMNS, Contents, File, contents_of, is_contents, place_of, tasks
from cosbatch.model.errors import InvalidEvent
from cosbatch.model.names import Resource

Failed = dict[str, list[tuple[str, str, str]]]


def read(text: str | bytes, columns: tuple[str, ...] | None = None) -> tuple[list[str], Failed]:
    """The keys of all tasks, and those that failed, by their code."""
    keys: list[str] = []
    failed: Failed = {}
    for some in tasks([text if isinstance(text, bytes) else text.encode()], columns, "report.csv"):
        keys += some.keys
        for code, these in some.failed.items():
            failed.setdefault(code, []).extend(these)
    return keys, failed


DENIED: Failed = {"AccessDenied": [("examplebucket-1250000000", "photos/a.jpg", "")]}


def test_reads_the_columns_of_the_neighbouring_cloud() -> None:
    text = (
        "examplebucket-1250000000,photos/a.jpg,,failed,AccessDenied,403,no rights\n"
        'examplebucket-1250000000,photos/b.jpg,v1,succeeded,,200,"fine, really"\r\n'
    )
    assert read(text) == (["photos/a.jpg", "photos/b.jpg"], DENIED)


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
    assert read(f'b-1,k,,{columns},"why"\n')[1] == {code: [("b-1", "k", "")]}


def test_puts_tasks_of_one_code_together_on_whichever_side_it_stands() -> None:
    assert list(read("b-1,k,,failed,E,400,\nb-1,l,,failed,400,E,\n")[1]) == ["E"]


@pytest.mark.parametrize("header", ["taskstatus, Key ,BUCKET,ErrorCode", "\ufefftaskstatus,Key,BUCKET,ErrorCode"])
def test_goes_by_a_header_row(header: str) -> None:
    text = f"{header}\nfailed,photos/a.jpg,examplebucket-1250000000,AccessDenied\n"
    assert read(text) == (["photos/a.jpg"], DENIED)


def test_goes_by_the_columns_that_a_manifest_names() -> None:
    columns = ("TaskStatus", "Bucket", "Key", "HTTPStatusCode")
    assert list(read("failed,examplebucket-1250000000,photos/a.jpg,403,more", columns)[1]) == ["403"]


def test_calls_a_failure_without_a_code_unknown() -> None:
    assert list(read("examplebucket-1250000000,photos/a.jpg,,Failed,,,")[1]) == ["Unknown"]


@pytest.mark.parametrize("status", ["succeeded", "Succeeded", " succeeded "])
def test_takes_no_success_for_a_failure(status: str) -> None:
    assert read(f"b-1,k,,{status},,200,\nb-1,l,,{status}\n") == (["k", "l"], {})


def test_passes_blank_lines_over() -> None:
    assert read("\n\nb-1,k,,failed,E,,\n\n") == (["k"], {"E": [("b-1", "k", "")]})


def test_reads_across_blocks_of_any_size() -> None:
    text = 'b-1,"k,\n恢复",,failed,E,,\nb-1,l,,succeeded,,200,\n'.encode()
    blocks = (bytes([byte]) for byte in text)
    assert [key for some in tasks(blocks, None, "report.csv") for key in some.keys] == ["k,\n恢复", "l"]


def test_carries_bytes_that_are_no_text() -> None:
    assert read(b"b-1,k\xff,,failed,E,,\n")[0] == ["k\udcff"]
    assert list(read(b"b-1,k,,failed,E\xe6", COLUMNS[:5])[1]) == ["E\udce6"]


@pytest.mark.parametrize("text", ["\n", "\n\n\n", "\r\n", "\n" * 300])
def test_refuses_blank_lines_alone(text: str) -> None:
    with pytest.raises(InvalidEvent, match=r"report.csv has blank lines alone, and so is no report"):
        read(text)


@pytest.mark.parametrize("key", [" ", "\t", "\u3000", "\n", "\r\n"])
def test_takes_a_key_of_blanks_alone(key: str) -> None:
    keys, failed = read(f'b-1,"{key}",,failed,E,,\n')
    assert (keys, list(failed)) == ([key], ["E"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one,two\n", "line 1 has no TaskStatus"),
        ("b-1,k,,failed\nb-1,,,failed\n", "line 2 has no Key"),
        ('b-1,"k\n\n",,failed\n\n,k,,failed\n', "line 5 has no Bucket"),
        ('b-1,"k\n\n", ,"\n"\n', "line 1 has no TaskStatus"),
        ("Bucket,Key\nb-1,k\n", "it has no column TaskStatus"),
        ("b-1,k,,succeeded\n" * 200 + "b-1,k\n", "line 201 has no TaskStatus"),
        ('b-1,"k" x,,failed\n', "is no CSV file: line 1 is"),
        ("b-1," + "k" * 300_000, "is no CSV file: line 1 is"),
    ],
)
def test_refuses_what_is_no_report(text: str, words: str) -> None:
    with pytest.raises(InvalidEvent, match=words):
        read(text)


WHOLE = "examplebucket-1250000000,photos/a.jpg,,failed,AccessDenied,403,no\n"


@pytest.mark.parametrize("cut", ["examplebucket", "examplebucket-1250000000,photos/b.jpg,,fai", WHOLE[:-6]])
@pytest.mark.parametrize("quoted", [False, True])
def test_refuses_a_report_that_breaks_off_in_a_row(cut: str, quoted: bool) -> None:
    text = WHOLE * 200 + cut
    with pytest.raises(InvalidEvent, match=r"breaks off in line 1"):
        read(cut)
    if quoted:
        text = "\n".join(f'"{line}"' for line in text.replace(",", '","').split("\n"))
    with pytest.raises(
        InvalidEvent, match=r"report\.csv breaks off in line 201: its row is not whole\. Fetch it again\."
    ):
        read(text)


def test_says_so_where_nothing_shows_that_the_last_row_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(read(WHOLE * 2)[0]) == 2
    assert capsys.readouterr().err == ""
    assert len(read(WHOLE * 2 + WHOLE[:-1])[0]) == 3
    assert "report.csv does not end with the end of a line" in capsys.readouterr().err


def test_does_not_keep_a_row_without_end() -> None:
    """What is read of it is no more than what is too long anyway."""
    endless = (b"k" * 1_000_000 for _ in range(1_000_000_000))
    with pytest.raises(InvalidEvent, match="line 1 is no row of one"):
        list(tasks(endless, None, "report.csv"))


def test_tells_a_manifest_from_rows() -> None:
    assert is_contents(b'\xef\xbb\xbf \n{"Format": 1}')
    assert not is_contents(b"b-1,k,,failed")
    assert not is_contents(b"")


def test_reads_the_files_that_a_manifest_names() -> None:
    text = b"""{"Results": [{"Bucket": "arn:aws:s3:::report-1250000000", "Key": "r/1.csv", "TaskExecutionStatus": "failed"},
            {"Key": "r/2.csv"}],
        "ReportSchema": "Bucket, Key, TaskStatus"}"""
    assert contents_of(text, "manifest.json") == Contents(
        (File("report-1250000000", "r/1.csv", "failed"), File("", "r/2.csv")), ("Bucket", "Key", "TaskStatus")
    )


def test_does_without_the_columns_in_a_manifest() -> None:
    assert contents_of(b'{"Results": []}', "manifest.json") == Contents((), None)


@pytest.mark.parametrize("text", [b"{", b"{}", b'{"Results": 1}', b'{"Results": [1]}', b'{"Results": [{}]}'])
def test_refuses_a_manifest_that_names_no_results(text: bytes) -> None:
    with pytest.raises(InvalidEvent, match="names no Results"):
        contents_of(text, "manifest.json")


JOB = {"Report": {"Bucket": "qcs::cos:ap-chengdu::report-1250000000", "Enabled": True, "Prefix": "reports/"}}


@pytest.mark.parametrize(
    ("prefix", "key"), [("reports/", "reports/job-1/manifest.json"), (None, "job-1/manifest.json")]
)
def test_knows_where_the_report_of_a_job_lies(prefix: str | None, key: str) -> None:
    report = {**JOB["Report"], "Prefix": prefix}
    assert place_of("1", {"Report": report}) == Resource("report-1250000000", key, None)


@pytest.mark.parametrize(
    "report", [None, {}, {**JOB["Report"], "Enabled": False}, {**JOB["Report"], "Bucket": "nowhere"}]
)
def test_knows_no_report_where_none_was_ordered(report: object) -> None:
    assert place_of("1", {"Report": report}) is None
