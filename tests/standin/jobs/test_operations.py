"""What jobs do to objects, seen from outside: the objects afterwards, and the code of each failed task."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.standin.client import client_of
from tests.standin.clock import Moved, running_by_clock
from tests.standin.documents import DELETE, REGION, RESTORE, SOURCE, TAGGING, TARGET, copy, document, operation
from tests.standin.rehearsal import Rehearsal

VERSIONING = "<VersioningConfiguration><Status>{}</Status></VersioningConfiguration>"
GRANT = (
    "<COSGrant><Grantee><Identifier>{}</Identifier><TypeIdentifier>ID</TypeIdentifier></Grantee>"
    "<Permission>READ</Permission></COSGrant>"
)


def versioning(rehearsal: Rehearsal, status: str, bucket: str = SOURCE) -> None:
    body = VERSIONING.format(status).encode()
    assert rehearsal.client.cos("PUT", bucket, "", [("versioning", "")], body=body).status == 200


def copied(rehearsal: Rehearsal, key: str = "a") -> Mapping[str, str]:
    reply = rehearsal.client.cos("HEAD", TARGET, key)
    assert reply.status == 200, reply
    return reply.headers


def tags(rehearsal: Rehearsal, bucket: str = TARGET, key: str = "a") -> dict[str, str]:
    reply = rehearsal.client.cos("GET", bucket, key, [("tagging", "")])
    return {tag.findtext("Key") or "": tag.findtext("Value") or "" for tag in reply.xml().iterfind("TagSet/Tag")}


def grants(rehearsal: Rehearsal) -> list[str]:
    reply = rehearsal.client.cos("GET", TARGET, "a", [("acl", "")])
    holders = [grant.findtext("Grantee/ID") or "everyone" for grant in reply.xml().iterfind("AccessControlList/Grant")]
    return holders[1:]


@pytest.fixture
def source(rehearsal: Rehearsal) -> Rehearsal:
    """One object that carries everything an object can."""
    headers = {
        "Content-Type": "text/plain",
        "Cache-Control": "no-cache",
        "x-cos-meta-a": "b",
        "x-cos-tagging": "k=v",
        "x-cos-acl": "public-read",
        "x-cos-storage-class": "STANDARD_IA",
    }
    rehearsal.put("a", b"hello", headers)
    return rehearsal


def run_copy(rehearsal: Rehearsal, *children: str, keys: str = "a") -> dict[str, str]:
    return rehearsal.codes(rehearsal.run(Manifest=rehearsal.keys(keys), Operation=copy(*children)))


def test_copies_an_object_with_its_metadata_and_tags(source: Rehearsal) -> None:
    assert run_copy(source) == {"a": ""}
    head = copied(source)
    assert source.client.cos("GET", TARGET, "a").body == b"hello"
    assert (head["content-type"], head["cache-control"], head["x-cos-meta-a"]) == (
        "text/plain",
        "no-cache",
        "b",
    )
    assert tags(source) == {"k": "v"}
    assert grants(source) == []
    assert "x-cos-storage-class" not in head


def metadata(content: str) -> str:
    return f"<NewObjectMetadata>{content}</NewObjectMetadata>"


NEW = metadata(
    "<ContentType>text/csv</ContentType><HttpExpiresDate>never</HttpExpiresDate><SSEAlgorithm>AES256</SSEAlgorithm>"
    "<UserMetadata><member><Key>x-cos-meta-C</Key><Value>d</Value></member>"
    "<member><Key>e</Key><Value>f</Value></member></UserMetadata>"
)


def test_replaces_metadata(source: Rehearsal) -> None:
    run_copy(source, "<MetadataDirective>Replaced</MetadataDirective>", NEW)
    head = copied(source)
    assert (head["content-type"], head["expires"], head["x-cos-server-side-encryption"]) == (
        "text/csv",
        "never",
        "AES256",
    )
    assert (head["x-cos-meta-c"], head["x-cos-meta-e"]) == ("d", "f")
    assert not {"x-cos-meta-a", "cache-control"} & head.keys()


def test_adds_metadata(source: Rehearsal) -> None:
    run_copy(source, "<MetadataDirective>Add</MetadataDirective>", NEW)
    head = copied(source)
    assert (head["content-type"], head["cache-control"]) == ("text/csv", "no-cache")
    assert (head["x-cos-meta-a"], head["x-cos-meta-c"]) == ("b", "d")


@pytest.mark.parametrize(
    "new",
    [
        "<ContentType>text/html&#13;&#10;X-Planted: 1</ContentType>",
        "<UserMetadata><member><Key>a b</Key><Value>v</Value></member></UserMetadata>",
        "<UserMetadata><member><Key>a:b</Key><Value>v</Value></member></UserMetadata>",
        "<UserMetadata><member><Key>a</Key><Value>v&#10;X-Planted: 1</Value></member></UserMetadata>",
    ],
)
def test_takes_no_metadata_that_no_header_can_hold(source: Rehearsal, new: str) -> None:
    replaced = copy("<MetadataDirective>Replaced</MetadataDirective>", metadata(new))
    reply = source.client.create(document(Manifest=source.keys("a"), Operation=replaced))
    assert (reply.status, reply.code) == (400, "MalformedXML")


def test_takes_a_tag_without_a_value_for_an_empty_one(source: Rehearsal) -> None:
    tag = "<NewObjectTagging><COSTag><Key>a</Key></COSTag></NewObjectTagging>"
    run_copy(source, "<TaggingDirective>Replaced</TaggingDirective>", tag)
    assert tags(source) == {"a": ""}


def test_copies_to_no_key_that_is_too_long(source: Rehearsal) -> None:
    prefix = f"<TargetKeyPrefix>{'L' * 850}</TargetKeyPrefix>"
    assert run_copy(source, "<PrefixReplace>true</PrefixReplace>", prefix) == {"a": "KeyTooLong"}


@pytest.mark.parametrize("directive", ["", "<MetadataDirective>Copy</MetadataDirective>"])
def test_leaves_new_metadata_aside_when_it_copies(source: Rehearsal, directive: str) -> None:
    run_copy(source, directive, NEW)
    assert copied(source)["content-type"] == "text/plain"


def new_tags(*keys: object) -> str:
    listed = "".join(f"<COSTag><Key>{key}</Key><Value>n</Value></COSTag>" for key in keys)
    return f"<NewObjectTagging>{listed}</NewObjectTagging>"


TAGS = {
    "Copy": (new_tags("x"), {"k": "v"}),
    "Replaced": (new_tags("x"), {"x": "n"}),
    "Replace": (new_tags("x"), {"x": "n"}),
    "Add": (new_tags("x", "k"), {"k": "n", "x": "n"}),
}


@pytest.mark.parametrize(("directive", "seen"), TAGS.items(), ids=TAGS.keys())
def test_gives_a_copy_tags(source: Rehearsal, directive: str, seen: tuple[str, dict[str, str]]) -> None:
    given, expected = seen
    run_copy(source, f"<TaggingDirective>{directive}</TaggingDirective>", given)
    assert tags(source) == expected


def test_fails_where_a_copy_would_have_too_many_tags(source: Rehearsal) -> None:
    given = "<TaggingDirective>Add</TaggingDirective>" + new_tags(*range(10))
    assert run_copy(source, given) == {"a": "InvalidTag"}


def access(directive: str, *holders: str, canned: str = "") -> str:
    listed = "".join(GRANT.format(holder) for holder in holders)
    given = f"<AccessControlDirective>{directive}</AccessControlDirective>" if directive else ""
    return f"{given}<AccessControlGrants>{listed}</AccessControlGrants>{canned}"


CANNED = "<CannedAccessControlList>{}</CannedAccessControlList>"
LISTS = {
    "none": ("", []),
    "copied": (access("Copy", "x"), ["everyone"]),
    "replaced": (access("Replaced", "x", "y"), ["x", "y"]),
    "given without a directive": (access("", "x"), ["x"]),
    "added": (access("Add", "x"), ["everyone", "x"]),
    "added, private": (access("Add", "x", canned=CANNED.format("private")), ["x"]),
    "canned and single": (access("Replaced", "x", canned=CANNED.format("public-read")), ["everyone", "x"]),
}


@pytest.mark.parametrize(("given", "expected"), LISTS.values(), ids=LISTS.keys())
def test_gives_a_copy_an_access_control_list(source: Rehearsal, given: str, expected: list[str]) -> None:
    assert run_copy(source, given) == {"a": ""}
    assert grants(source) == expected


@pytest.mark.parametrize("storage_class", ["STANDARD_IA", "ARCHIVE", "DEEP_ARCHIVE"])
def test_gives_a_copy_a_storage_class(source: Rehearsal, storage_class: str) -> None:
    run_copy(source, f"<StorageClass>{storage_class}</StorageClass>")
    assert copied(source)["x-cos-storage-class"] == storage_class


def prefixes(resources: str, target: str, replaces: str = "true") -> str:
    return (
        f"<PrefixReplace>{replaces}</PrefixReplace><ResourcesPrefix>{resources}</ResourcesPrefix>"
        f"<TargetKeyPrefix>{target}</TargetKeyPrefix>"
    )


PREFIXES = {
    "added": (prefixes("", "new/"), "new/picture.jpg"),
    "replaced": (prefixes("pic", "abc"), "abcture.jpg"),
    "removed": (prefixes("pic", ""), "ture.jpg"),
    "left alone": (prefixes("pic", "abc", "false"), "picture.jpg"),
    "both empty": (prefixes("", ""), "picture.jpg"),
}


@pytest.mark.parametrize(("given", "key"), PREFIXES.values(), ids=PREFIXES.keys())
def test_copies_to_a_key_whose_prefix_is(rehearsal: Rehearsal, given: str, key: str) -> None:
    rehearsal.put("picture.jpg")
    described = rehearsal.run(Manifest=rehearsal.keys(["picture.jpg"]), Operation=copy(given))
    assert rehearsal.codes(described) == {"picture.jpg": ""}
    assert copied(rehearsal, key)


def test_fails_where_a_prefix_does_not_fit_or_leaves_nothing(rehearsal: Rehearsal) -> None:
    for key in ("pic", "other"):
        rehearsal.put(key)
    element = rehearsal.keys(["pic", "other"])
    described = rehearsal.run(Manifest=element, Operation=copy(prefixes("pic", "")))
    assert rehearsal.codes(described) == {"pic": "InvalidArgument", "other": "InvalidArgument"}


PAST, FUTURE = 1_500_000_000, 4_000_000_000
CONSTRAINTS = {
    "modified since long ago": (f"<ModifiedSinceConstraint>{PAST}</ModifiedSinceConstraint>", ""),
    "not modified since then": (
        f"<ModifiedSinceConstraint>{FUTURE}</ModifiedSinceConstraint>",
        "PreconditionFailed",
    ),
    "not modified until then": (f"<UnModifiedSinceConstraint>{FUTURE}</UnModifiedSinceConstraint>", ""),
    "modified already": (
        f"<UnModifiedSinceConstraint>{PAST}</UnModifiedSinceConstraint>",
        "PreconditionFailed",
    ),
}


@pytest.mark.parametrize(("given", "code"), CONSTRAINTS.values(), ids=CONSTRAINTS.keys())
def test_copies_only_what_was(source: Rehearsal, given: str, code: str) -> None:
    described = source.run(Manifest=source.keys("a"), Operation=copy(given))
    assert source.codes(described) == {"a": code}
    assert [task.http_status for task in source.report(described)] == [412 if code else 200]


def test_fails_for_each_object_that_cannot_be_copied(rehearsal: Rehearsal) -> None:
    rehearsal.put("good")
    rehearsal.archive("archived")
    described = rehearsal.run(Manifest=rehearsal.keys(["good", "archived", "missing"]), Operation=copy())
    assert rehearsal.codes(described) == {
        "good": "",
        "archived": "InvalidObjectState",
        "missing": "NoSuchKey",
    }
    statuses = {task.key: task.http_status for task in rehearsal.report(described)}
    assert statuses == {"good": 200, "archived": 403, "missing": 404}


def test_fails_for_every_object_when_the_target_belongs_to_another_account(source: Rehearsal) -> None:
    foreign = copy(target=f"qcs::cos:{REGION}::foreign-1260000000")
    described = source.run(Manifest=source.keys("a"), Operation=foreign)
    assert source.codes(described) == {"a": "AccessDenied"}


def test_copies_the_version_that_the_manifest_names(rehearsal: Rehearsal) -> None:
    rehearsal.put("a", b"old")
    versioning(rehearsal, "Enabled")
    rehearsal.put("a", b"new")
    rehearsal.client.cos("DELETE", SOURCE, "gone")
    marker = rehearsal.client.cos("DELETE", SOURCE, "gone").headers["x-cos-version-id"]
    rows = f"{SOURCE},a,null\n{SOURCE},gone,\n{SOURCE},gone,{marker}\n"
    element = rehearsal.manifest(rows, "Bucket", "Key", "VersionId")
    described = rehearsal.run(Manifest=element, Operation=copy())
    assert [task.code for task in rehearsal.report(described)] == ["", "NoSuchKey", "NoSuchKey"]
    assert rehearsal.client.cos("GET", TARGET, "a").body == b"old"


def test_overwrites_what_is_at_the_target_and_keeps_versions_there(source: Rehearsal) -> None:
    source.put("a", b"there before", bucket=TARGET)
    versioning(source, "Enabled", TARGET)
    run_copy(source)
    assert source.client.cos("GET", TARGET, "a").body == b"hello"
    assert source.client.cos("GET", TARGET, "a", [("versionId", "null")]).body == b"there before"


def days(number: int) -> str:
    return operation(RESTORE.replace("<ExpirationInDays>3<", f"<ExpirationInDays>{number}<"))


def test_restores_archived_objects_for_some_days(tmp_path: Path) -> None:
    """An hour takes 5 seconds: 12 hours for the archived object, 48 for the deep one."""
    time = Moved()
    with running_by_clock(tmp_path, time.now, speed=3600 / 5) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.archive("a")
        rehearsal.archive("deep", storage_class="DEEP_ARCHIVE")
        described = rehearsal.run(Manifest=rehearsal.keys(["a", "deep"]), Operation=days(365))
        assert rehearsal.codes(described) == {"a": "", "deep": ""}
        seen = []
        for time.seconds in (0, 61, 241):
            seen.append([client.cos("GET", SOURCE, key).status for key in ("a", "deep")])
        assert seen == [[403, 403], [200, 403], [200, 200]]
        head = client.cos("HEAD", SOURCE, "a").headers
        assert head["x-cos-restore"].startswith('ongoing-request="false", expiry-date=')
        assert head["x-cos-storage-class"] == "ARCHIVE"
        again = rehearsal.run(Manifest=rehearsal.keys(["a"]), Operation=days(1))
        assert rehearsal.codes(again) == {"a": ""}
        time.seconds += 121
        assert client.cos("GET", SOURCE, "a").status == 403


def test_fails_for_each_object_that_cannot_be_restored(rehearsal: Rehearsal) -> None:
    rehearsal.put("plain")
    rehearsal.archive("archived")
    element = rehearsal.keys(["plain", "archived", "archived", "missing"])
    tasks = rehearsal.report(rehearsal.run(Manifest=element, Operation=operation(RESTORE)))
    assert [(task.key, task.code, task.http_status) for task in tasks] == [
        ("archived", "", 200),
        ("archived", "RestoreAlreadyInProgress", 409),
        ("missing", "NoSuchKey", 404),
        ("plain", "RestoreNonArchiveObject", 405),
    ]


def test_replaces_tags(source: Rehearsal) -> None:
    described = source.run(Manifest=source.keys("ab"), Operation=operation(TAGGING))
    assert source.codes(described) == {"a": "", "b": "NoSuchKey"}
    assert tags(source, SOURCE) == {"a": "b"}


def test_adds_tags(source: Rehearsal) -> None:
    added = operation(TAGGING.replace("Replaced", "Add"))
    assert source.codes(source.run(Manifest=source.keys("a"), Operation=added)) == {"a": ""}
    assert tags(source, SOURCE) == {"a": "b", "k": "v"}


def test_fails_for_versions_that_hold_no_object(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    versioning(rehearsal, "Enabled")
    marker = rehearsal.client.cos("DELETE", SOURCE, "a").headers["x-cos-version-id"]
    rows = f"{SOURCE},a,\n{SOURCE},a,{marker}\n{SOURCE},a,null\n"
    element = rehearsal.manifest(rows, "Bucket", "Key", "VersionId")
    tasks = rehearsal.report(rehearsal.run(Manifest=element, Operation=operation(TAGGING)))
    codes = {task.version: (task.code, task.http_status) for task in tasks}
    assert codes == {"": ("NoSuchKey", 404), marker: ("NoSuchKey", 404), "null": ("", 200)}


def test_removes_all_tags(source: Rehearsal) -> None:
    none = operation("<COSPutObjectTagging><TagSet/></COSPutObjectTagging>")
    source.run(Manifest=source.keys("a"), Operation=none)
    assert tags(source, SOURCE) == {}


def test_deletes_objects_for_good_from_a_bucket_without_versions(rehearsal: Rehearsal, tmp_path: Path) -> None:
    for key in "abc":
        rehearsal.put(key)
    described = rehearsal.run(Manifest=rehearsal.keys("abx"), Operation=operation(DELETE))
    assert rehearsal.codes(described) == {"a": "", "b": "", "x": ""}
    left = rehearsal.client.cos("GET", SOURCE).xml().iterfind("Contents/Key")
    assert [key.text for key in left] == ["c", "manifest.csv"]
    kept = len(list((tmp_path / "data" / "contents").glob("*/*")))
    assert kept == len("c") + len(["manifest.csv", "results", "manifest.json"])


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_hides_objects_behind_markers_in_a_bucket_with_versions(rehearsal: Rehearsal, status: str) -> None:
    rehearsal.put("a", b"null")
    versioning(rehearsal, "Enabled")
    version = rehearsal.put("a", b"kept").headers["x-cos-version-id"]
    versioning(rehearsal, status)
    rehearsal.run(Manifest=rehearsal.keys("a"), Operation=operation(DELETE))
    listed = rehearsal.client.cos("GET", SOURCE, "", [("versions", ""), ("prefix", "a")])
    versions = [each.text for each in listed.xml().iterfind("Version/VersionId")]
    assert versions == ([version, "null"] if status == "Enabled" else [version])
    assert len(list(listed.xml().iterfind("DeleteMarker"))) == 1


def test_deletes_named_versions_for_good(rehearsal: Rehearsal) -> None:
    rehearsal.put("a", b"first")
    versioning(rehearsal, "Enabled")
    version = rehearsal.put("a", b"second").headers["x-cos-version-id"]
    element = rehearsal.manifest(f"{SOURCE},a,{version}\n", "Bucket", "Key", "VersionId")
    rehearsal.run(Manifest=element, Operation=operation(DELETE))
    assert rehearsal.client.cos("GET", SOURCE, "a").body == b"first"
