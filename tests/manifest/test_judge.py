"""CSV manifests: each rule with the smallest content that breaks it."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from cosbatch.manifest.judge import CsvJudge, feed_in_time, judge_csv
from cosbatch.manifest.verdict import FAULTS, KEPT, WARNINGS, Fault, Verdict
from cosbatch.model.blocks import PIECE, gunzip

B = b"examplebucket-1250000000"
OTHER = b"other-1250000000"
THREE = ["Bucket", "Key", "VersionId"]


def judged(content: bytes, fields: list[str] | None = None, allowed: list[str] | None = None) -> Verdict:
    return judge_csv([content], fields, allowed)


def notes(faults: tuple[Fault, ...]) -> list[tuple[str, int, int | None]]:
    return [(fault.fault, fault.line, fault.column) for fault in faults]


FAULTY = {
    "an empty file": (b"", [("Empty", 1, None)]),
    "blank lines only": (b"\n\r\n", [("Empty", 1, None)]),
    "a mark alone": (b"\xef\xbb\xbf", [("ByteOrderMark", 1, 1), ("Empty", 1, None)]),
    "a mark": (b"\xef\xbb\xbf" + B + b",k\n", [("ByteOrderMark", 1, 1)]),
    "UTF-16 with a mark": ("\ufeffa,b".encode("utf-16-le"), [("Utf16", 1, None)]),
    "big-endian UTF-16": ("\ufeffa,b".encode("utf-16-be"), [("Utf16", 1, None)]),
    "UTF-16 without a mark": ("bucket,key".encode("utf-16-le"), [("Utf16", 1, None)]),
    "big-endian UTF-16 without": ("bucket,key".encode("utf-16-be"), [("Utf16", 1, None)]),
    "UTF-32": ("\ufeffa".encode("utf-32-be"), [("Utf16", 1, None)]),
    "gzip": (b"\x1f\x8b\x08\0\0", [("Gzip", 1, None)]),
    "a header": (b"Bucket,Key\n" + B + b",k\n", [("HeaderRow", 1, None)]),
    "a header of another width": (b" BUCKET ,key,x,y\n" + B + b",k\n", [("HeaderRow", 1, None)]),
    "a header in quotes": (b'"bucket","Key"\n' + B + b",k\n", [("HeaderRow", 1, None)]),
    "a header further down": (B + b",k\nBucket,Key\n", [("ForeignBucket", 2, 1)]),
    "too many columns": (B + b",k\n" + B + b",k,x,y\n", [("ColumnCount", 2, None)]),
    "too few columns": (B + b",k\n" + B + b"\n", [("ColumnCount", 2, None)]),
    "an empty value alone": (B + b',"k"\n""\n', [("ColumnCount", 2, None)]),
    "an empty value among broken rows": (b'"x\n""\n', [("BadQuoting", 1, 1), ("ColumnCount", 2, None)]),
    "one column at first": (b"x\n" + B + b",k\n", [("ColumnCount", 1, None)]),
    "four columns throughout": (b"a,b,c,d\n" * 2, [("ColumnCount", 1, None), ("ColumnCount", 2, None)]),
    "a bucket without appid": (b"examplebucket,k\n", [("ForeignBucket", 1, 1)]),
    "a placeholder for the appid": (b"examplebucket-appid,k\n", [("ForeignBucket", 1, 1)]),
    "no bucket": (b",k\n", [("ForeignBucket", 1, 1)]),
    "a blank before the bucket": (b" " + B + b",k\n", [("ForeignBucket", 1, 1)]),
    "capital letters in the bucket": (b"Example-1250000000,k\n", [("ForeignBucket", 1, 1)]),
    "an empty key": (B + b",\n", [("EmptyKey", 1, 2)]),
    "an empty key in quotes": (B + b',""\n', [("EmptyKey", 1, 2)]),
    "a NUL": (B + b",k\0\n", [("NulByte", 1, 2)]),
    "bytes that are not UTF-8": (B + b",\xff\n", [("NotUtf8", 1, 2)]),
    "half a character": (B + b",\xe6\x96\n", [("NotUtf8", 1, 2)]),
    "GBK": (B + b"," + "文件".encode("gbk") + b"\n", [("NotUtf8", 1, 2)]),
    "a per cent sign alone": (B + b",100%\n", [("BadEscape", 1, 2)]),
    "an escape with one digit": (B + b",%4\n", [("BadEscape", 1, 2)]),
    "an escape with a wrong digit": (B + b",%4g\n", [("BadEscape", 1, 2)]),
    "an escape over the end": (B + b",a%4\n" + B + b",1b\n", [("BadEscape", 1, 2)]),
    "a quote inside a value": (B + b',a"b\n' + B + b",k\n", [("BadQuoting", 1, 2)]),
    "a quote behind a value": (B + b',"a"b\n' + B + b",k\n", [("BadQuoting", 1, 2)]),
    "a quote behind a blank": (B + b', "a"\n', [("BadQuoting", 1, 2)]),
    "an open quote": (B + b',"a\n' + B + b",k\n", [("BadQuoting", 1, 2)]),
    "an open quote at the end": (B + b",k\n" + B + b',"a', [("BadQuoting", 2, 2)]),
    "an open quote before a quoted row": (B + b',"a\n"' + B + b'","b"\n', [("BadQuoting", 1, 2)]),
    "a carriage return alone": (B + b",a\rb\n", [("BadQuoting", 1, 2)]),
    "two carriage returns": (B + b",a\r\r\n", [("BadQuoting", 1, 2)]),
    "a carriage return alone behind quotes": (
        B + b",\xff\n" + B + b',"a,b"\n' + B + b',"a,b",c\rd\n',
        [("NotUtf8", 1, 2), ("BadQuoting", 3, 3)],
    ),
    "NUL in a broken row": (B + b',a"\0\n', [("NulByte", 1, None), ("BadQuoting", 1, 2)]),
    "a long line": (B + b"," + b"k" * 8192 + b"\n", [("LineTooLong", 1, None)]),
    "a long line, all in quotes": (b'"' + B + b'","' + b"k" * 8192 + b'"\n', [("LineTooLong", 1, None)]),
    "a long line that is broken, too": (B + b",a\rb" + b"k" * 9000, [("LineTooLong", 1, None)]),
    "a long line with quotes out of place": (B + b',a"b' + b"k" * 9000, [("LineTooLong", 1, None)]),
    "zeros without end": (B + b",k\n" + b"\0" * 9000, [("NulByte", 2, None), ("LineTooLong", 2, None)]),
    "JSON": (b' {"files": []}', [("WrongFormat", 1, None)]),
    "a JSON list": (b'["a"]', [("WrongFormat", 1, None)]),
    "XML": (b"<?xml version='1.0'?><a/>", [("WrongFormat", 1, None)]),
    "HTML": (b"\n<html>", [("WrongFormat", 1, None)]),
    "a workbook": (b"PK\x03\x04...", [("WrongFormat", 1, None)]),
    "JSON behind a mark": (b"\xef\xbb\xbf{}", [("ByteOrderMark", 1, 1), ("WrongFormat", 1, None)]),
}


@pytest.mark.parametrize(("content", "expected"), FAULTY.values(), ids=FAULTY)
def test_finds_faults_at_their_places(content: bytes, expected: list[tuple[str, int, int | None]]) -> None:
    verdict = judged(content)
    assert notes(verdict.faults) == expected
    assert not verdict.ok


WARNED = {
    "an escape encoded again": (b",a%2541b\n", [("DoublyEncoded", 1, 2)]),
    "a blank in the key": (b",a b\n", [("NotEncoded", 1, 2)]),
    "a plus": (b",a+b\n", [("NotEncoded", 1, 2)]),
    "characters beyond ASCII": (",文件\n".encode(), [("NotEncoded", 1, 2)]),
    "a control": (b",a\tb\n", [("NotEncoded", 1, 2)]),
    "a line feed in quotes": (b',"a\nb"\n' + B + b",k", [("NotEncoded", 1, 2)]),
    "a quote in quotes": (b',"a""b"\n', [("NotEncoded", 1, 2)]),
    "blanks behind the comma": (b",  k\n", [("BlankAfterComma", 1, 2)]),
    "a blank behind two commas": (b", k, v\n", [("BlankAfterComma", 1, 2), ("BlankAfterComma", 1, 3)]),
    "a blank in quotes": (b',"  k"\n', [("NotEncoded", 1, 2)]),
    "equal rows": (
        b",k\n" + B + b",k\n" + B + b",k\n",
        [("DuplicateRow", 2, None), ("DuplicateRow", 3, None)],
    ),
    "equal rows, quoted or not": (b",k\r\n" + B + b',"k"', [("DuplicateRow", 2, None)]),
    "equal rows, a blank line between": (
        b",k\n\n" + B + b",k\n",
        [("BlankLine", 2, None), ("DuplicateRow", 3, None)],
    ),
    "a row without its version id": (b",a,v\n" + B + b",b,\n", [("MixedVersionIds", 2, 3)]),
    "a row with a version id": (
        b",a,\n" + B + b",b,\n" + B + b",c,v\n" + B + b",d,v\n",
        [("MixedVersionIds", 3, 3)],
    ),
    "a key with a leading slash": (b",/a\n" + B + b",b/\n", [("LeadingSlash", 1, 2)]),
    "version ids that are none": (
        b",a,None\n" + B + b",b,nan\n" + B + b",c,d.txt\n" + B + b",c,d/e\n" + B + b',c,"d e"\n' + B + b",c,MTg0\n",
        [("StrangeVersionId", line, 3) for line in range(1, 6)],
    ),
    "another bucket": (b",a\n" + OTHER + b",a\n" + OTHER + b",b\n", [("SeveralBuckets", 2, 1)]),
    "a blank line": (b",a\n\r\n" + B + b",b\n\n", [("BlankLine", 2, None), ("BlankLine", 4, None)]),
}


@pytest.mark.parametrize(("content", "expected"), WARNED.values(), ids=WARNED)
def test_warns_at_the_place(content: bytes, expected: list[tuple[str, int, int | None]]) -> None:
    verdict = judged(B + content)
    assert (notes(verdict.faults), notes(verdict.warnings)) == ([], expected)
    assert verdict.ok


CLEAN = {
    "no last line feed": b",test/1.txt",
    "CRLF": b",a\r\n" + B + b",b\r\n",
    "a carriage return as last byte": b",a\n" + B + b",b\r",
    "quotes": b',"a"\n"' + B + b'","b"\n',
    "a comma in quotes": b',"a,b"\n' + B + b',"c,d"\n',
    "characters that mean themselves": b",a-._~/!$&'()*;=:@z\n",
    "escapes": b",%E6%96%87%20%e6%0A%3D%25\n" + B + b",100%25.txt\n",
    "the longest line": b"," + b"k" * (8192 - 25) + b"\r\n" + B + b",k\n",
    "equal rows that are no neighbours": b",a\n" + B + b",b\n" + B + b",a\n",
    "version ids": b",a,v\n" + B + b",a,w\n",
    "no version ids": b",a,\n" + B + b",b,\n",
    "a key that is called bucket": b",bucket\n",
}


@pytest.mark.parametrize("content", CLEAN.values(), ids=CLEAN)
def test_has_nothing_to_say_of_a_right_file(content: bytes) -> None:
    verdict = judged(B + content)
    assert (verdict.faults, verdict.warnings, verdict.complete) == ((), (), True)
    assert verdict.rows == content.count(b"\n") + (not content.endswith(b"\n"))
    assert verdict.buckets == (B.decode(),)


def test_gives_the_shape_that_the_contract_fixes() -> None:
    assert judged(b"Bucket,Key\n" + B + b", k\n").as_json() == {
        "Verdict": "faulty",
        "Rows": 2,
        "Columns": 2,
        "Buckets": [B.decode()],
        "Faults": [{"Fault": "HeaderRow", "Line": 1, "Column": None, "Message": FAULTS["HeaderRow"]}],
        "Warnings": [{"Fault": "BlankAfterComma", "Line": 2, "Column": 2, "Message": WARNINGS["BlankAfterComma"]}],
        "Complete": True,
    }


def test_gives_no_columns_for_a_file_without_rows() -> None:
    assert judged(b"\n").as_json()["Columns"] is None


def test_reads_the_columns_that_fields_name() -> None:
    fields = ["Ignore", "VersionId", "Key", "Bucket"]
    verdict = judged(b"any thing,v,k%,Other-1\n", fields)
    assert notes(verdict.faults) == [("ForeignBucket", 1, 4), ("BadEscape", 1, 3)]
    assert (verdict.columns, verdict.fields) == (4, tuple(fields))


def test_counts_the_columns_that_the_file_has_beside_fields() -> None:
    verdict = judged(B + b",k\n", THREE)
    assert (verdict.columns, notes(verdict.faults)) == (2, [("ColumnCount", 1, None)])
    assert verdict.faults[0].message.startswith("Columns in this row: 2; expected: 3.")


def test_allows_only_the_buckets_that_it_is_told() -> None:
    verdict = judged(B + b",a\n" + OTHER + b",a\n", allowed=[OTHER.decode()])
    assert notes(verdict.faults) == [("ForeignBucket", 1, 1)]
    assert verdict.buckets == (B.decode(), OTHER.decode())
    told = "is a bucket of another account, or not among those that this manifest may name."
    assert verdict.faults[0].message == f"{B.decode()!r} {told}"


def test_does_not_take_a_value_that_is_no_name_for_a_bucket() -> None:
    assert judged(b"nobucket,k\n").buckets == ()


def test_takes_rows_over_several_lines_for_one() -> None:
    verdict = judged(B + b',"a\r\n\r\nb",v\n' + B + b",100%,v\n", THREE)
    assert (verdict.rows, notes(verdict.faults)) == (2, [("BadEscape", 4, 2)])


def test_takes_a_quoted_row_of_8_kib() -> None:
    verdict = judged(B + b',"k' + b"\n" * (8192 - len(B) - 4) + b'"')
    assert (verdict.rows, verdict.ok) == (1, True)


def test_takes_a_longer_one_for_its_first_line() -> None:
    verdict = judged(B + b',"k' + b"\n" * (8193 - len(B) - 4) + b'"')
    assert notes(verdict.faults) == [("BadQuoting", 1, 2), ("BadQuoting", 8166, 1)]


def test_goes_on_behind_a_quote_that_is_not_closed() -> None:
    verdict = judged(B + b',"open\n' + (B + b",k%\n") * 300)
    assert verdict.rows == 301
    assert verdict.totals["BadEscape"] == 300
    assert notes(verdict.faults)[:2] == [("BadQuoting", 1, 2), ("BadEscape", 2, 2)]


def test_keeps_fifty_of_each_and_counts_all() -> None:
    verdict = judged(B + b",a\n" + (B + b",b% c\n" + B + b",b%% c\n") * 40)
    assert (len(verdict.faults), len(verdict.warnings)) == (KEPT, KEPT)
    assert verdict.totals == {"BadEscape": 80, "NotEncoded": 80}
    assert [fault.line for fault in verdict.faults] == list(range(2, 52))


def test_counts_duplicates() -> None:
    assert judged((B + b",k\n") * 9).totals == {"DuplicateRow": 8}


@pytest.mark.parametrize("fields", [[], ["Key"], ["Bucket", "Bucket", "Key"], [*THREE, "VersionId"]])
def test_refuses_fields_that_name_no_object(fields: list[str]) -> None:
    with pytest.raises(ValueError, match="Fields need one Bucket, one Key and at most one VersionId"):
        judged(b"", fields)


INFERRED = {
    B + b",k": ("Bucket", "Key"),
    b"\xef\xbb\xbfBucket,Key,VersionId\n": tuple(THREE),
    B + b',"a,b,c"\n': ("Bucket", "Key"),
    b"one\n" + B + b",k\n": ("Bucket", "Key"),
    b"a,b,c,d\n": None,
    b"": None,
    b"{}": None,
}


@pytest.mark.parametrize(("content", "fields"), INFERRED.items())
def test_infers_fields_from_the_first_row(content: bytes, fields: tuple[str, ...] | None) -> None:
    assert judged(content).fields == fields


@pytest.mark.parametrize("message", [*FAULTS.values(), *WARNINGS.values()])
def test_messages_are_one_line_and_end_as_sentences(message: str) -> None:
    assert "\n" not in message
    assert message.endswith(".")


def test_shows_any_value_as_one_line_of_ascii() -> None:
    message = judged(b'"a\n\xe6\x96\x87' + b"x" * 80 + b'",k\n').faults[0].message
    assert message.startswith("'a\\n\\u6587xxx")
    assert "..." in message


CUTS = [[7], [1, 2, 3], [PIECE], [PIECE - 1], [PIECE * 3 + 5]]


@pytest.mark.parametrize("lengths", CUTS)
def test_does_not_mind_how_the_bytes_are_cut(lengths: list[int]) -> None:
    rows = [B + b',"k%%20%d"\r\n' % i if i % 7 else B + b",k%d\n" % i for i in range(9000)]
    content = b"".join(rows) + B + b',"\n"\n' + B + b",k%\n"
    verdict = judge_csv(cut(content, lengths))
    assert (verdict.rows, verdict.size) == (9002, len(content))
    assert notes(verdict.faults) == [("BadEscape", 9003, 2)]
    assert notes(verdict.warnings) == [("NotEncoded", 9001, 2)]


def cut(content: bytes, lengths: list[int]) -> Iterator[bytes]:
    at = turn = 0
    while at < len(content):
        length = lengths[turn % len(lengths)]
        yield content[at : at + length]
        at += length
        turn += 1


IGNORED_FIRST = ["Ignore", "Bucket", "Key"]


@pytest.mark.parametrize("first", [b"<a>", b"<!", b"{}", b"[{", b"[[]]", b" {}", b"PK\x03\x04"])
def test_takes_rows_for_rows_whatever_they_begin_with(first: bytes) -> None:
    row = first + b"," + B + b",k\r\n"
    assert judged(row + b"x" + row, IGNORED_FIRST).ok
    for fields in (["Ignore", "Key", "Bucket"], ["Key", "Bucket"], None):
        assert notes(judged(row, fields).faults) == [("WrongFormat", 1, None)]


def test_takes_keys_for_keys_whatever_they_begin_with() -> None:
    assert judged(b'<a>,"' + B + b'"\n', ["Key", "Bucket"]).totals == {"NotEncoded": 1}


def test_looks_at_three_lines_to_tell_rows_from_another_format() -> None:
    row = b"{}," + B + b",k"
    assert judged(b"{}\n\n" + row, IGNORED_FIRST).totals == {"ColumnCount": 1, "BlankLine": 1}
    assert judged(b"{}\n{}\n{}\n" + row, IGNORED_FIRST).totals == {"WrongFormat": 1}


def test_sees_what_a_long_line_behind_a_blank_one_is() -> None:
    verdict = judge_csv([b'\n{"files": [' + b"{}," * PIECE])
    assert notes(verdict.faults) == [("WrongFormat", 1, None)]


def test_knows_a_line_to_be_too_long_before_it_ends() -> None:
    judge = CsvJudge(None, None)
    for block in (B + b",k\n", b"x" * 8194, b"x" * 9000, b"\0", b"x\n\n" + B + b",%\n"):
        judge.feed(block)
    judge.close()
    assert notes(judge.verdict().faults) == [("LineTooLong", 2, None), ("BadEscape", 4, 2)]


def test_ends_within_a_line_that_is_too_long() -> None:
    verdict = judge_csv([B + b",k\n", b"x" * 10_000])
    assert (verdict.rows, notes(verdict.faults)) == (2, [("LineTooLong", 2, None)])


def test_stops_reading_a_content_that_is_no_csv() -> None:
    blocks = iter([b"{}" * PIECE, b"never read"])
    assert judge_csv(blocks).complete
    assert next(blocks) == b"never read"


def judged_in_time(blocks: list[bytes], has_time: Callable[[], bool]) -> Verdict:
    judge = CsvJudge(None, None)
    whole = feed_in_time(judge, blocks, has_time)
    if whole:
        judge.close()
    return judge.verdict(complete=whole)


def test_stops_by_the_clock_within_a_block() -> None:
    answers = iter([True, True, False])
    content = (B + b",k%\n") * 20_000
    verdict = judged_in_time([content], lambda: next(answers))
    assert not verdict.complete
    assert verdict.size == verdict.totals["BadEscape"] * len(B + b",k%\n") < PIECE * 3
    assert verdict.rows == verdict.totals["BadEscape"]


def test_leaves_out_the_row_that_the_clock_cuts() -> None:
    row = B + b",k\n"
    whole_rows = row * ((PIECE - 100) // len(row))
    verdict = judged_in_time([whole_rows + B + b',"' + b"x\n" * 4000 + b'"\n'], lambda: False)
    assert (verdict.faults, verdict.size, verdict.complete) == ((), len(whole_rows), False)


def test_does_not_ask_the_clock_before_it_has_seen_something() -> None:
    verdict = judged_in_time([B + b",k\n"], lambda: False)
    assert (verdict.rows, verdict.complete) == (1, True)


def test_needs_no_more_memory_for_a_longer_file() -> None:
    block = b"".join(B + b",data/%%20%08d\n" % i for i in range(20_000))
    tracemalloc.start()
    judge_csv(block for _ in range(6))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_judges_rows_out_of_a_gzip_file_by_the_columns_and_buckets_of_its_inventory() -> None:
    rows = b'"1250000000","source","a%20b","12","x"\n"1250000000","source-1250000000","c","0",""\n'
    fields, buckets = ["Ignore", "Bucket", "Key", "Ignore", "Ignore"], ["source", "source-1250000000"]
    verdict = judge_csv(gunzip([gzip.compress(rows)]), fields, buckets)
    assert (verdict.ok, verdict.rows, verdict.columns) == (True, 2, 5)
    verdict = judge_csv(gunzip([gzip.compress(b"1,other-1250000000,k,1,e\n")]), fields, buckets)
    assert notes(verdict.faults) == [("ForeignBucket", 1, 2)]


@pytest.mark.parametrize("third", [b"y.txt", b"None", b"a/b"])
def test_does_not_take_a_column_for_version_ids_that_holds_none(third: bytes) -> None:
    rows = B + b",k,MTg0\n" + B + b",x," + third + b"\n"
    assert judge_csv([rows]).fields is None
    assert judge_csv([rows], ["Bucket", "Key", "VersionId"]).fields == ("Bucket", "Key", "VersionId")
    assert judge_csv([rows.splitlines(True)[0]]).fields == ("Bucket", "Key", "VersionId")


def test_finds_that_a_gzip_file_breaks_off() -> None:
    packed = gzip.compress(b"".join(B + b",k%d\n" % number for number in range(20_000)))
    verdict = judge_csv(gunzip([packed[:-12]]))
    assert (verdict.rows or 0) > 10_000
    assert notes(verdict.faults) == [("InventoryFiles", (verdict.rows or 0) + 1, None)]
    assert verdict.faults[0].message.startswith("The data file is not whole: the gzip file is empty or breaks off")
    assert judge_csv(gunzip([packed[:5]])).totals == {"InventoryFiles": 1}


def test_finds_every_fault_of_many_blocks_that_no_fast_way_can_read() -> None:
    block = (B + b',a"b\n') * 5000
    assert judge_csv([block] * 12).totals == {"BadQuoting": 60_000}
