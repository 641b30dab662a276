"""`build`: a manifest of the objects in a bucket, whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from responses import BaseResponse, matchers

from cosbatch.cli.manifests.build import Selection, list_into
from cosbatch.cli.manifests.draft import OutputInUse, drafted
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.cli.remote.listing import Listing, Page
from cosbatch.cli.remote.row_store import Rows
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import Run, Said
from tests.mocked_service import responses

ROOT = Path(__file__).parents[3]
BUCKET = "examplebucket-1250000000"
URL = f"https://{BUCKET}.cos.ap-chengdu.myqcloud.com/"
GOES_ON = "The same command goes on where this one was."


def store(key: str, storage_class: str | None = None) -> None:
    client = client_of(os.environ, Clock())
    objects.write(client, Resource(BUCKET, key, None), b"x", storage_class)


def page(keys: str, following: str = "", marker: str = "", **parameters: str) -> BaseResponse:
    """One page of the listing; each letter is a key."""
    contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
    more = f"<IsTruncated>true</IsTruncated><NextMarker>{following}</NextMarker>" if following else ""
    query = {"max-keys": "1000", "encoding-type": "url", **({"marker": marker} if marker else {}), **parameters}
    body = f"<ListBucketResult><EncodingType>url</EncodingType>{contents}{more}</ListBucketResult>"
    scripted: BaseResponse = responses.get(URL, body=body, match=[matchers.query_param_matcher(query)])
    return scripted


def test_writes_every_key_percent_encoded(run: Run, standin: Standin, tmp_path: Path) -> None:
    for key in ("photos/ü b.jpg", 'photos/a,"+%.jpg', "other.jpg"):
        store(key)
    manifest = tmp_path / "photos.csv"
    said = run("build", "--bucket", BUCKET, "--prefix", "photos/", "--output", str(manifest))
    assert said.code == 0, said.err
    assert manifest.read_text() == f"{BUCKET},photos/a%2C%22%2B%25.jpg\n{BUCKET},photos/%C3%BC%20b.jpg\n"
    assert said.json == {
        "Manifest": str(manifest),
        "Rows": 2,
        "Size": manifest.stat().st_size,
        "Format": "COSBatchOperations_CSV_V1",
        "Fields": ["Bucket", "Key"],
    }
    assert [name for name in os.listdir(tmp_path) if name.startswith("photos")] == ["photos.csv"]


def test_lists_what_is_of_a_class(run: Run, standin: Standin) -> None:
    for key, storage_class in (("a", None), ("b", "ARCHIVE"), ("c", "DEEP_ARCHIVE")):
        store(key, storage_class)
    said = run("build", "--bucket", "examplebucket", "--storage-class", "ARCHIVE", "--storage-class", "DEEP_ARCHIVE")
    assert (said.code, said.out) == (0, f"{BUCKET},b\n{BUCKET},c\n")
    assert said.err.splitlines()[-1] == "2 rows"


@responses.activate
def test_goes_through_all_pages(run: Run) -> None:
    page("ab", "b")
    page("c", "c", marker="b")
    page("", marker="c")
    assert run("build", "--bucket", BUCKET).out.split() == [f"{BUCKET},{key}" for key in "abc"]


@responses.activate
@pytest.mark.parametrize(("choice", "rows"), [((), ["a,v2", "b,"]), (("all",), ["a,v2", "a,v1", "b,"])])
def test_names_versions_when_asked(run: Run, tmp_path: Path, choice: tuple[str, ...], rows: list[str]) -> None:
    body = (
        "<ListVersionsResult><Version><Key>a</Key><VersionId>v2</VersionId><IsLatest>true</IsLatest></Version>"
        "<Version><Key>a</Key><VersionId>v1</VersionId><IsLatest>false</IsLatest></Version>"
        "<Version><Key>b</Key><VersionId></VersionId><IsLatest>true</IsLatest></Version></ListVersionsResult>"
    )
    query = {"versions": "", "max-keys": "1000", "encoding-type": "url"}
    responses.get(URL, body=body, match=[matchers.query_param_matcher(query)])
    said = run("build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv"), "--versions", *choice)
    assert said.json["Fields"] == ["Bucket", "Key", "VersionId"]
    assert (tmp_path / "list.csv").read_text().split() == [f"{BUCKET},{row}" for row in rows]


def broken_off(run: Run, tmp_path: Path) -> list[str]:
    """A listing that failed at its second page; the arguments that began it."""
    arguments = ["build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv")]
    page("ab", "b")
    refused = responses.get(URL, status=403, match=[matchers.query_param_matcher({"marker": "b"}, strict_match=False)])
    said = run(*arguments)
    assert (said.code, GOES_ON in said.err) == (1, True)
    responses.remove(refused)
    assert not (tmp_path / "list.csv").exists()
    return arguments


@responses.activate
def test_goes_on_where_it_was_broken_off(run: Run, tmp_path: Path) -> None:
    arguments = broken_off(run, tmp_path)
    with open(tmp_path / "list.csv.part", "ab") as part:
        part.write(b"half a row that no state knows of")
    page("cd", marker="b")
    said = run(*arguments)
    assert (said.code, said.json["Rows"]) == (0, 4)
    assert "Going on behind row 2." in said.err
    assert (tmp_path / "list.csv").read_text().split() == [f"{BUCKET},{key}" for key in "abcd"]
    assert os.listdir(tmp_path) == ["list.csv"]


@responses.activate
def test_promises_nothing_where_nothing_was_listed(run: Run, tmp_path: Path) -> None:
    responses.get(URL, status=403)
    said = run("build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv"))
    assert (said.code, GOES_ON in said.err) == (1, False)


class Interrupted(Selection):
    """A selection at one of whose keys somebody presses Ctrl-C."""

    def rows(self, page: Page) -> Rows:
        if "h/5" in page.keys:
            raise KeyboardInterrupt
        return super().rows(page)


def test_goes_on_over_several_connections(standin: Standin, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = [f"{folder}/{number}" for folder in "abcdefgh" for number in range(10)]
    for key in keys:
        store(key)
    clients = [client_of(os.environ, Clock()) for _ in range(3)]
    listing, path = Listing(BUCKET, "ap-chengdu", page_size=4), tmp_path / "list.csv"
    with pytest.raises(KeyboardInterrupt):
        list_into(str(path), Interrupted(listing, True, ()), clients)
    assert capsys.readouterr().err.splitlines()[-1] == GOES_ON
    assert list_into(str(path), Selection(listing, True, ()), clients).rows == 80
    assert "Going on behind row" in capsys.readouterr().err
    assert path.read_text().split() == [f"{BUCKET},{key}" for key in keys]


def test_lists_over_several_connections(run: Run, standin: Standin) -> None:
    for key in ("b/1", "a/1", "c"):
        store(key)
    assert run("build", "--bucket", BUCKET, "--connections", "3").out.split() == [
        f"{BUCKET},{key}" for key in ("a/1", "b/1", "c")
    ]
    for wrong in ("0", "33", "many"):
        assert run("build", "--bucket", BUCKET, "--connections", wrong).code == 2


@responses.activate
def test_does_not_go_on_with_another_listing(run: Run, tmp_path: Path) -> None:
    arguments = broken_off(run, tmp_path)
    said = run(*arguments, "--prefix", "photos/")
    assert said.code == 2
    assert "belongs to another listing" in said.err


@responses.activate
@pytest.mark.parametrize(
    "content",
    [
        *("[]", "{}", "not json", "", "5", "\xff", "[" * 100_000),
        *('{"Selection": {}}', '{"Selection": {}, "State": {"marker": 5}}', '{"Selection": {}, "State": 5}'),
    ],
)
def test_does_not_go_on_with_a_broken_state(run: Run, tmp_path: Path, content: str) -> None:
    arguments = broken_off(run, tmp_path)
    (tmp_path / "list.csv.state").write_text(content)
    said = run(*arguments)
    assert (said.code, said.json["Code"]) == (1, "BrokenState")
    assert "Remove the .state and .part files" in said.json["Hint"]
    assert not (tmp_path / "list.csv").exists()


NONSENSE: list[dict[str, object]] = [
    {"rows": "x"},
    {"rows": -5},
    {"rows": 2.0},
    {"rows": True},
    {"rows": None},
    {"rows": 0},
    {"rows": 10**6},
    {"size": "x"},
    {"size": -1},
    {"size": 0},
    {"size": 3},
    {"marker": {"key": "", "version": ""}},
    {"marker": {"key": 5, "version": ""}},
    {"marker": {"key": "b", "version": None}},
    {"marker": {"key": "b", "strange": ""}},
    {"marker": []},
    {"strange": 1},
]


@responses.activate
@pytest.mark.parametrize("nonsense", NONSENSE, ids=str)
def test_does_not_go_on_with_a_state_that_is_none(run: Run, tmp_path: Path, nonsense: dict[str, object]) -> None:
    arguments = broken_off(run, tmp_path)
    notes = tmp_path / "list.csv.state"
    kept = json.loads(notes.read_text())
    notes.write_text(json.dumps({**kept, "State": {**kept["State"], **nonsense}}))
    before = (tmp_path / "list.csv.part").read_bytes()
    said = run(*arguments)
    assert (said.code, said.json["Code"]) == (1, "BrokenState")
    assert (tmp_path / "list.csv.part").read_bytes() == before


@pytest.mark.parametrize("ending", [".part", ".state"])
@pytest.mark.parametrize("kind", ["link", "link to nothing", "FIFO", "folder"])
def test_touches_nothing_else_that_lies_in_the_place_of_its_files(
    run: Run, tmp_path: Path, kind: str, ending: str
) -> None:
    """Where others may write to the folder, a link could lead anywhere; a FIFO would never answer."""
    precious, beside = tmp_path / "precious", tmp_path / f"list.csv{ending}"
    precious.write_text("precious")
    match kind:
        case "link" | "link to nothing":
            beside.symlink_to(precious if kind == "link" else tmp_path / "nothing")
        case "FIFO":
            os.mkfifo(beside)
        case _:
            beside.mkdir()
    said = run("build", "--bucket", "data", "--output", str(tmp_path / "list.csv"))
    assert (said.code, f"list.csv{ending} is no regular file" in said.err) == (2, True)
    assert (precious.read_text(), sorted(os.listdir(tmp_path))) == ("precious", [beside.name, "precious"])


@responses.activate
def test_does_not_go_on_behind_half_a_row(run: Run, tmp_path: Path) -> None:
    arguments = broken_off(run, tmp_path)
    part = tmp_path / "list.csv.part"
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    assert run(*arguments).json["Code"] == "BrokenState"


def test_lists_no_bucket_of_another_account(run: Run) -> None:
    said = run("build", "--bucket", "photos-99")
    assert (said.code, "Forbidden: photos-99 is a bucket of another account than APPID 1250000000" in said.err) == (
        1,
        True,
    )


@responses.activate
def test_refuses_a_second_build_of_the_same_list_until_the_first_has_ended(run: Run, tmp_path: Path) -> None:
    arguments = ["build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv")]
    (tmp_path / "link.csv").symlink_to("list.csv")
    second: list[Said] = []

    def answer(_: object) -> tuple[int, dict[str, str], str]:
        if not second:
            second.append(run(*arguments[:-1], str(tmp_path / "link.csv")))
        return 200, {}, "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>"

    responses.add_callback("GET", URL, callback=answer)
    assert run(*arguments).code == 0
    assert (second[0].code, second[0].json["Code"]) == (1, "OutputInUse")
    assert (tmp_path / "list.csv").read_text() == f"{BUCKET},a\n"
    assert run(*arguments).code == 0
    assert sorted(os.listdir(tmp_path)) == ["link.csv", "list.csv"]


# Takes the list, says so, and is killed where it stands.
HOLD = """
import sys, time
from cosbatch.cli.manifests.build import Selection, list_into
from cosbatch.cli.manifests.draft import drafted
with drafted(sys.argv[1], {}):
    print("held", flush=True)
    time.sleep(600)
"""


@responses.activate
def test_is_free_again_when_the_process_that_held_the_list_was_killed(run: Run, tmp_path: Path) -> None:
    arguments = ["build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv")]
    page("a")
    holder = [sys.executable, "-c", HOLD, str(tmp_path / "list.csv")]
    with subprocess.Popen(holder, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        assert run(*arguments).json["Code"] == "OutputInUse"
        process.kill()
    assert run(*arguments).code == 0


def test_does_not_write_into_a_list_that_was_put_in_place_in_the_meantime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process ended between the opening of the file and its lock."""
    path = str(tmp_path / "list.csv")
    (tmp_path / "list.csv.part").write_text("whole\n")

    def flock(*_: object) -> None:
        os.replace(f"{path}.part", path)

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OutputInUse), drafted(path, {}):
        pass
    assert Path(path).read_text() == "whole\n"


@responses.activate
def test_keeps_the_list_for_those_who_may_read_the_old_one(run: Run, tmp_path: Path) -> None:
    arguments = broken_off(run, tmp_path)
    page("c", marker="b")
    (tmp_path / "list.csv").touch(0o600)
    assert run(*arguments).code == 0
    assert stat.S_IMODE((tmp_path / "list.csv").stat().st_mode) == 0o600


@responses.activate
def test_writes_to_a_fifo_without_keeping_a_state(run: Run, tmp_path: Path) -> None:
    page("ab", "b")
    page("c", marker="b")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    said = run("build", "--bucket", BUCKET, "--output", str(fifo))
    assert (said.code, said.json["Rows"]) == (0, 3)
    assert os.read(reader, 1000).decode().split() == [f"{BUCKET},{key}" for key in "abc"]
    os.close(reader)
    assert (os.listdir(tmp_path), stat.S_ISFIFO(fifo.stat().st_mode)) == (["fifo"], True)


@responses.activate
def test_names_the_output_that_a_full_disk_does_not_take(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("ab")
    full = "cannot be written: No space left on device; make room there, or write to another place\n"
    said = run("build", "--bucket", BUCKET, "--output", "/dev/full")
    assert (said.code, said.err) == (1, f"cosbatch: /dev/full {full}")
    monkeypatch.setattr(sys, "stdout", open("/dev/full", "w"))  # noqa: SIM115
    said = run("build", "--bucket", BUCKET)
    assert (said.code, said.err) == (1, f"cosbatch: stdout {full}")
    sys.stdout.close()


def test_names_the_file_of_an_output_under_way_where_it_may_grow_no_more(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = str(tmp_path / "list.csv")
    try:
        with pytest.raises(OSError, match=rf"File too large: '{path}\.part'"), drafted(path, {}) as draft:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
            draft.add(Rows(b"b,a\n", 1, None))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@responses.activate
@pytest.mark.parametrize("where", [(), ("--output", "-")])
def test_writes_nothing_but_rows_to_stdout_also_when_it_fails(run: Run, where: tuple[str, ...]) -> None:
    page("ab", "b")
    responses.get(URL, status=403, body="<Error><Code>AccessDenied</Code></Error>")
    said = run("build", "--bucket", BUCKET, *where)
    assert (said.code, said.out) == (1, f"{BUCKET},a\n{BUCKET},b\n")
    assert "AccessDenied" in said.err


@responses.activate
def test_leaves_nothing_of_a_listing_that_failed_at_once(run: Run, tmp_path: Path) -> None:
    responses.get(URL, status=404, body="<Error><Code>NoSuchBucket</Code></Error>")
    said = run("build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv"))
    assert (said.code, said.json["Code"]) == (1, "NoSuchBucket")
    assert said.json["Message"].endswith(f"That was GET {URL.removeprefix('https://')}.")
    assert os.listdir(tmp_path) == []


@responses.activate
def test_does_not_go_on_behind_rows_that_are_lost(run: Run, tmp_path: Path) -> None:
    arguments = broken_off(run, tmp_path)
    (tmp_path / "list.csv.part").write_bytes(b"short")
    said = run(*arguments)
    assert (said.code, "is shorter than it was" in said.err) == (2, True)


@responses.activate
def test_keeps_the_old_manifest_until_the_new_one_is_whole(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("old")
    arguments = ["build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv")]
    page("a", "a")
    responses.get(URL, status=403, match=[matchers.query_param_matcher({"marker": "a"}, strict_match=False)])
    assert run(*arguments).code == 1
    assert (tmp_path / "list.csv").read_text() == "old"
    assert json.loads((tmp_path / "list.csv.state").read_text())["State"]["rows"] == 1


@responses.activate
@pytest.mark.parametrize("to_file", [True, False])
def test_makes_no_manifest_of_nothing(run: Run, tmp_path: Path, to_file: bool) -> None:
    page("", prefix="none/")
    where = ["--output", str(tmp_path / "list.csv")] if to_file else []
    said = run("build", "--bucket", BUCKET, "--prefix", "none/", *where)
    assert (said.code, "InvalidManifest" in said.err) == (1, True)
    assert (said.json["Code"] == "InvalidManifest") if to_file else (said.out == "")
    assert os.listdir(tmp_path) == []


@responses.activate
def test_leaves_nothing_behind_where_the_first_page_fails(run: Run, tmp_path: Path) -> None:
    responses.get(URL, status=403)
    assert run("build", "--bucket", BUCKET, "--output", str(tmp_path / "list.csv")).code == 1
    assert os.listdir(tmp_path) == []


@responses.activate
@pytest.mark.parametrize("following", ["b", "a", "%61%25"])
def test_does_not_go_round_in_circles(run: Run, following: str) -> None:
    page("ab", "b")
    page("ab", following, marker="b")
    said = run("build", "--bucket", BUCKET)
    assert said.code == 1
    assert "points back" in said.err


@responses.activate
def test_does_not_go_round_in_circles_among_the_versions_of_a_key(run: Run) -> None:
    for marker, following in (("", "v9"), ("v9", "v1"), ("v1", "v5"), ("v5", "v9")):
        body = (
            f"<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>"
            f"{following}</NextVersionIdMarker></ListVersionsResult>"
        )
        at = {"key-marker": "b", "version-id-marker": marker} if marker else {}
        query = {"versions": "", "max-keys": "1000", "encoding-type": "url", **at}
        responses.get(URL, body=body, match=[matchers.query_param_matcher(query)])
    said = run("build", "--bucket", BUCKET, "--versions")
    assert (said.code, len(responses.calls)) == (1, 4)
    assert "points back" in said.err


@pytest.mark.parametrize("bucket", ["Example_Bucket", "", "../x", "a b"])
def test_says_wrong_usage_for_what_is_no_bucket(run: Run, bucket: str) -> None:
    assert run("build", "--bucket", bucket).code == 2


def test_says_wrong_usage_without_a_bucket(run: Run) -> None:
    assert run("build", "--prefix", "photos/").code == 2


def test_says_wrong_usage_where_nothing_can_be_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "no" / "list.csv"
    said = run("build", "--bucket", BUCKET, "--output", str(path))
    assert (said.code, f"{path} cannot be written" in said.err) == (2, True)
