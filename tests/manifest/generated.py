"""Manifests made by chance from a seed: mostly right, with planted faults; some are mere noise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random
from urllib.parse import quote

BUCKETS = ["examplebucket-1250000000", "other-1250000000"]
LAYOUTS: list[list[str] | None] = [
    None,
    ["Bucket", "Key"],
    ["Bucket", "Key", "VersionId"],
    ["Bucket", "Key", "Ignore"],
    ["Bucket", "Key", "VersionId", "Ignore"],
    ["Bucket", "Key", "Ignore", "VersionId"],
    ["Key", "Bucket"],
    ["Ignore", "Bucket", "VersionId", "Key"],
]
STRANGE_KEYS = [
    b"",
    b"/a",
    b'"/a"',
    b"a%20b",
    b"a b",
    b"a+b",
    b"100%",
    b"%4",
    b"%4g",
    b"%%41",
    b"a%2541",
    b"a%25%34",
    b"%3Dx=y",
    "文件".encode(),
    b"\xe6\x96",
    b"\xff",
    b"a\0b",
    b"\0",
    b"a\tb",
    b"\rx",
    b"x\r",
    b'a"b',
    b'"',
    b'""',
    b" a",
    b"  ",
    b" ",
    b"key",
    b"bucket",
    b'"a,b"',
    b'"a""b"',
    b'"a\nb"',
    b'"a\r\nb"',
    b'"a\n\n"',
    b'"%41"',
    b'" a"',
    b'"open',
    b'"a"b',
    b' "a"',
    b'a"',
]
STRANGE_ROWS = [
    b"",
    b"\r",
    b" ",
    b",",
    b",,",
    b"Bucket,Key",
    b"bucket,KEY,VersionId",
    b"BUCKET, Key",
    b"one column",
    b"a,b,c,d,e,f",
    b'"',
    b'""',
    b'"\n"',
    b"\xef\xbb\xbfexamplebucket-1250000000,key",
    b"Upper-1250000000,key",
    b"examplebucket,key",
    b"examplebucket-,key",
    b"-1250000000,key",
    b"a--1250000000,key",
    b"x" * 8192 + b",k",
    b"examplebucket-1250000000," + b"k" * (8192 - 25),
    b"examplebucket-1250000000," + b"k" * (8193 - 25),
    b"examplebucket-1250000000," + b"k" * 8192 + b"\0",
    b"examplebucket-1250000000," + b"\0" * 9000,
    b"examplebucket-1250000000,a\rb" + b"k" * 9000,
    b'examplebucket-1250000000,"' + b"k\n" * 4070 + b'"',
    b'examplebucket-1250000000,"' + b"k\n" * 4090,
    b'examplebucket-1250000000,"' + b"k" * 8200 + b'"',
    b'examplebucket-1250000000,"' + b"k\n" * 4082 + b'k"',
    b'examplebucket-1250000000,"' + b"k\n" * 4083 + b'"',
    b'examplebucket-1250000000,"' + b"k\n" * 4082 + b'k",',
    b'examplebucket-1250000000,"' + b"k\n" * 4082 + b'",,,',
]


FRAGMENTS = [
    *(b"a", b"/", b"%41", b"%E6%96%87", b"%", b"%4", b"%25", b"%2541", b"%0A", b"%3D", b"=", b"+", b" ", b"\t"),
    *("文".encode(), "é".encode(), "🗻".encode(), b"\xe6", b"\xff", b"\xfb", b"\xef\xbf\xbd", b"\0"),
]
IN_QUOTES = [b",", b"\n", b"\r\n", b"\r", b'""', b" ", b", ", b'"",', b"k", *FRAGMENTS]
OTHER_KINDS = [
    "\ufeffa,b\n".encode("utf-16-le"),
    "\ufeffa,b\n".encode("utf-16-be"),
    "\ufeffa,b\n".encode("utf-32-le"),
    "\ufeffa,b\n".encode("utf-32-be"),
    "bucket-1,key\n".encode("utf-16-le"),
    "bucket-1,key\n".encode("utf-16-be"),
    b"\x1f\x8b\x08\0",
    b"PK\x03\x04",
    b'{"fileFormat": "CSV"',
    b"[\n{",
    b"\n<?xml",
    b"<html>",
    b"<not-1,a>",
    b"[not],json\n",
    b"\xff",
    b"\xfe\xef",
    b"\0\0k",
]


@dataclass(frozen=True)
class Case:
    """A content, with what the judge is told of it."""

    content: bytes
    fields: list[str] | None
    allowed: list[str] | None


def generated(seed: int, most_rows: int = 25) -> Case:
    """The manifest of this seed."""
    chance = Random(seed)
    fields = chance.choice(LAYOUTS)
    if chance.random() < 0.05:
        return Case(noise(chance), fields, chance.choice([None, BUCKETS[:1]]))
    columns = fields or chance.choice([["Bucket", "Key"], ["Bucket", "Key", "VersionId"]])
    style = Style(chance)
    rows: list[bytes] = []
    for _ in range(chance.randrange(most_rows)):
        rows.append(rows[-1] if rows and chance.random() < style.repeated else make_row(chance, columns, style))
    if chance.random() < 0.05:
        rows.insert(0, chance.choice([b"Bucket,Key", b'"bucket" ,Key', b' "Bucket",Key', b"key,BUCKET , x"]))
    content = b"".join(row + style.ending(chance) for row in rows)
    if chance.random() < 0.3:
        content = content.removesuffix(b"\n")
    if chance.random() < 0.02:
        content = chance.choice(OTHER_KINDS) + content
    if chance.random() < 0.05:
        content = b"\xef\xbb\xbf" + content
    return Case(content, fields, chance.choice([None, None, BUCKETS[:1], BUCKETS]))


class Style:
    """The habits of the program that wrote a file."""

    def __init__(self, chance: Random) -> None:
        self.line_endings = chance.choice([[b"\n"], [b"\n"], [b"\r\n"], [b"\n", b"\r\n"]])
        self.strangeness = chance.choice([0, 0, 0.05, 0.3])
        self.repeated = chance.choice([0, 0, 0.1])
        self.quoted = chance.choice([0, 0, 0, 1, 0.2])
        self.versions = chance.choice([0, 1, 1, 0.8])
        self.second_bucket = chance.choice([0, 0, 0.1])

    def ending(self, chance: Random) -> bytes:
        return (
            chance.choice([b"\n", b"\r\n", b"\n\n"]) if self.strange(chance, 0.3) else chance.choice(self.line_endings)
        )

    def strange(self, chance: Random, factor: float = 1.0) -> bool:
        return chance.random() < self.strangeness * factor


def make_row(chance: Random, columns: list[str], style: Style) -> bytes:
    if style.strange(chance, 0.3):
        return chance.choice(STRANGE_ROWS) if chance.random() < 0.7 else long_row(chance)
    cells = [make_cell(chance, column, style) for column in columns]
    if style.strange(chance, 0.2):
        cells = chance.choice([cells[:-1], [*cells, b"more"]])
    separator = b", " if style.strange(chance, 0.1) else b","
    return separator.join(cells)


def long_row(chance: Random) -> bytes:
    """A row of about 8 KiB."""
    begin, filling, end = chance.choice(
        [
            (b"", b"k", b""),
            (b"", "文".encode(), b""),
            (b"", b"%41", b""),
            (b"", b"k,", b""),
            (b'"', b"k", b'"'),
            (b'"', b"k\r\n", b'"'),
            (b'"', b'""', b'"'),
            (b'"', b",", b'",k'),
            (b'"', b"\n", b""),
            (b'k"', b"\n", b""),
        ]
    )
    bucket = chance.choice([b"examplebucket-1250000000", b'"examplebucket-1250000000"'])
    start = bucket + b"," + begin
    room = 8192 + chance.randrange(-3, 5) - len(start) - len(end)
    return start + (filling * room)[:room] + end


def make_cell(chance: Random, column: str, style: Style) -> bytes:
    if column == "Bucket":
        cell = BUCKETS[chance.random() < style.second_bucket].encode()
    elif column == "Key":
        cell = quote(f"data/{chance.choice(['plain', '文 件', 'a+b', '100%'])}/{chance.randrange(99)}").encode()
    elif column == "VersionId":
        cell = b"MTg0NDUxNTc1" if chance.random() < style.versions else b""
    else:
        cell = chance.choice([b"", b"12", b"2023-06-21T10:00:00Z", b"plain"])
    if style.strange(chance, 0.3):
        return strange_cell(chance)
    return b'"' + cell + b'"' if chance.random() < style.quoted else cell


def strange_cell(chance: Random) -> bytes:
    """A value that is rare or wrong, in quotes or not."""
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(STRANGE_KEYS)
    if kind < 0.7:
        return b"".join(chance.choices(FRAGMENTS, k=chance.randrange(1, 6)))
    return b'"' + b"".join(chance.choices(IN_QUOTES, k=chance.randrange(6))) + b'"'


def almost_clean(seed: int) -> Case:
    """A manifest of a right row and some more, of which a byte was changed, added or left out."""
    chance = Random(seed)
    fields = chance.choice(LAYOUTS[:4])
    columns = fields or chance.choice([["Bucket", "Key"], ["Bucket", "Key", "VersionId"]])
    style = Style(chance)
    style.strangeness = style.second_bucket = style.repeated = 0
    style.versions = round(style.versions)
    rows = [make_row(chance, columns, style) + style.ending(chance) for _ in range(8)]
    content = bytearray(b"".join(rows))
    at = chance.randrange(len(rows[0]), len(content))
    content[at : at + chance.choice([0, 1, 1])] = chance.choice(
        [b"", b"%", b",", b"\n", b"\r", b'"', b" ", b"\0", b"\xff", b"\xfb", b"g", b"=", b"+"]
    )
    return Case(bytes(content), fields, None)


def much_broken(seed: int) -> Case:
    """A manifest of which so many rows are broken that the later ones are only counted."""
    chance = Random(seed)
    fields = chance.choice(LAYOUTS[1:3])
    bucket, version = BUCKETS[0].encode(), b",MTg0NDUxNTc1" if fields and "VersionId" in fields else b""
    broken = [b',"k', b',k"', b',"k"x', b',"k","l"x', b',"k""', b',"k\n"', b',""k"', b',"', b'"']
    right = [b",k%d", b',"k%d"', b',"l%d"', b",m%d"]
    rare = [
        b',"k\nl"',
        b',"k\nl","m"',
        b',"k""l"',
        b',"k,l"',
        b',""',
        b', "k"',
        b",k\r",
        b",\xff",
        b",\0",
        b"\n",
        b", k",
    ]
    kinds = [chance.choice(right)] * 9 + chance.choices(broken, k=chance.randrange(1, 4))
    kinds += chance.choices(rare, k=chance.choice([0, 0, 1]))
    rows = [bucket + chance.choice(right) % 0 + version, *[b'k"x'] * 60]
    for number in range(chance.randrange(1, 40)):
        kind = chance.choice(kinds)
        rows.append(bucket + (kind % (number // chance.choice([1, 1, 2])) if b"%" in kind else kind) + version)
    return Case(b"\n".join(rows) + chance.choice([b"\n", b""]), fields, None)


def noise(chance: Random) -> bytes:
    """Bytes without a plan, rich in those that mean something."""
    alphabet = [b'"', b",", b"\n", b"\r\n", b"\r", b" ", b"%", b"41", b"k", b"b-1", b"\0", b"\xe6"]
    return b"kk" + b"".join(chance.choices(alphabet, k=chance.randrange(60)))


def cuts(chance: Random, content: bytes) -> list[bytes]:
    """The content in blocks: of one length, of random ones, or cut where a cut hurts."""
    kind = chance.random()
    if kind < 0.2:
        length = chance.choice([1, 2, 3, 1000])
        places = list(range(length, len(content), length))
    elif kind < 0.5:
        places = [at + chance.randrange(3) for at, byte in enumerate(content) if byte in b'"%\r\n,\xe6\xef']
        places = chance.sample(places, min(len(places), 40))
    else:
        places = [chance.randrange(len(content) + 1) for _ in range(chance.randrange(6))]
    ends = sorted({*places, len(content)})
    return [content[begin:end] for begin, end in pairwise([0, *ends])]
