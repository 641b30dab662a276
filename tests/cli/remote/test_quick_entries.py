"""Objects of a page that are taken out of it in one go: just as the reader of all XML has them, or not at all."""

from __future__ import annotations

import pytest

from cosbatch.cli.remote.quick_entries import taken

OWNER = "<Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>"
ENTRY = (
    "<Contents><Key>a/b%20c.jpg</Key><LastModified>2026-11-26T00:00:00.000Z</LastModified><ETag>&quot;12ab&quot;</ETag>"
    f"<Size>12</Size>{OWNER}<StorageClass>ARCHIVE</StorageClass></Contents>"
)
ROOT = "<ListBucketResult>{}<IsTruncated>false</IsTruncated></ListBucketResult>"


def body(contents: str, root: str = ROOT) -> bytes:
    return root.format(contents).encode()


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        (ENTRY, [("a/b%20c.jpg", "ARCHIVE")]),
        (ENTRY.replace("&quot;", '"') * 2, [("a/b%20c.jpg", "ARCHIVE")] * 2),
        (ENTRY.replace("><", ">\n  <"), [("a/b%20c.jpg", "ARCHIVE")]),
        ("<Contents><Key>a</Key></Contents>", [("a", None)]),
        ("<Contents><Key>a</Key><StorageClass>STANDARD</StorageClass></Contents>\n", [("a", "STANDARD")]),
    ],
)
def test_takes_every_object(contents: str, found: list[tuple[str, str | None]]) -> None:
    keys, classes, rest = taken(body(contents))
    assert list(zip(keys, classes, strict=True)) == found
    assert rest.replace(b"\n", b"") == body("")


@pytest.mark.parametrize(
    "root",
    [
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://example">{}</ListBucketResult>\n',
        "<ListBucketResult><Name>bucket</Name><Prefix/>\n{}<Marker /></ListBucketResult>",
    ],
)
def test_takes_them_from_among_other_elements(root: str) -> None:
    assert taken(body(ENTRY, root)) == (["a/b%20c.jpg"], ["ARCHIVE"], body("", root))


@pytest.mark.parametrize(
    "odd",
    [
        ENTRY.replace("%20", " "),
        ENTRY.replace("%20", "&amp;"),
        ENTRY.replace("%20", "ü"),
        ENTRY.replace("&quot;12", "&other;12"),
        ENTRY.replace("</Size>", "</size>"),
        ENTRY.replace("<Size>", "<Size><!-- 12 -->"),
        ENTRY.replace("<Size>", "<Key>b</Key><Size>"),
        ENTRY.replace("a/b%20c.jpg", ""),
        ENTRY + "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>" + ENTRY,
        f"{ENTRY}<Contents/>{ENTRY}",
        f"<!-- {ENTRY} -->",
        f"<![CDATA[{ENTRY}]]>",
        f"<? {ENTRY} ?>",
        f"<Other>{ENTRY}</Other>",
        f"<Other>{ENTRY}</Another>",
        f"&other;{ENTRY}",
        f"{ENTRY}&other;",
        f"{ENTRY}words",
    ],
)
def test_leaves_an_odd_page_as_it_is(odd: str) -> None:
    assert taken(body(odd)) == ((), (), body(odd))


@pytest.mark.parametrize("page", [b"", b"<Contents>", b"</Contents>", body(""), body(ENTRY)[:-1], b"x" + body(ENTRY)])
def test_leaves_what_is_no_page_as_it_is(page: bytes) -> None:
    assert taken(page) == ((), (), page)
