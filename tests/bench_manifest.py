"""Measures the judge of manifests against loops over csv.reader, all in one interleaved run.

    python -m tests.bench_manifest [--rows N] [--rounds N] [--json]

The bare loop looks at nothing but the number of columns and the bucket; the checking loop makes the judge's
checks row by row. Where a quote is not closed it does less than the judge: it takes the rows up to the next
quote for one that is broken, and looks at none of them. Figures are CPU seconds, medians over the rounds; what matters are the ratios,
medians of those within a round, for the pace of a processor may change from one second to the next.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from cosbatch.manifest.judge import judge_csv
from cosbatch.model.blocks import gunzip

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "examplebucket-1250000000"
FIELDS = ["Bucket", "Key"]
BLOCK = 1 << 20
MOST_MEMORY = 20 * 1024  # KiB

# Not ru_maxrss: a process begins with that of the one which started it.
MEMORY_PROBE = """
import sys
from cosbatch.manifest.judge import judge_csv
with open(sys.argv[1], "rb") as file:
    verdict = judge_csv(iter(lambda: file.read(1 << 20), b""), fields=["Bucket", "Key"])
assert verdict.ok
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


# --- the files -----------------------------------------------------------------------------------------


def key(number: int) -> str:
    """A percent-encoded key of 36 characters."""
    return f"archive/%E5%B9%B4%2020{number % 90:02}/{number:08}.jpg"


def clean(number: int) -> str:
    return f"{BUCKET},{key(number)}\n"


def all_quoted(number: int) -> str:
    return f'"{BUCKET}","{key(number)}"\n'


def quoted_commas(number: int) -> str:
    return f'{BUCKET},"{key(number)},{number}"\n'


def quoted_lines(number: int) -> str:
    return f'{BUCKET},"{key(number)}\n{number}"\n'


def open_quotes(number: int) -> str:
    return f'{BUCKET},"{key(number)}\n'


def every_second_open(number: int) -> str:
    return open_quotes(number) if number % 2 else clean(number)


def every_tenth_open(number: int) -> str:
    return clean(number) if number % 10 else open_quotes(number)


def quoted_every_tenth_open(number: int) -> str:
    return all_quoted(number) if number % 10 else open_quotes(number)


def doubled_quotes(number: int) -> str:
    return BUCKET + ',"' + '""' * (number % 50 + 1) + '"\n'


def long_doubled_quotes(number: int) -> str:
    return BUCKET + ',"' + '""' * 3900 + '"\n' if number % 100 == 0 else ""


def quotes_and_commas(number: int) -> str:
    return '"",' * (number % 7) + '","\n'


def long_quotes_and_commas(number: int) -> str:
    return '"",' * 2000 + '","\n' if number % 100 == 0 else ""


def every_fifth_bad_escape(number: int) -> str:
    return clean(number) if number % 5 else bad_escapes(number)


def misplaced_quotes(number: int) -> str:
    return f'{BUCKET},"{key(number)}"x\n'


def no_utf8(number: int) -> str:
    """Two bytes of GBK, as they come through where files are written with surrogateescape."""
    return f"{BUCKET},\udcc4\udcea{key(number)}\n"


def blanks_after_commas(number: int) -> str:
    return f"{BUCKET}, {key(number)}\n"


def carriage_returns(number: int) -> str:
    return f"{BUCKET},{key(number)}\r\n"


def blank_lines(number: int) -> str:
    return f"{BUCKET},{key(number)}\n\n"


def two_buckets(number: int) -> str:
    return f"{'other-1250000000' if number % 2 else BUCKET},{key(number)}\n"


def new_buckets(number: int) -> str:
    return f"bucket{number}-1250000000,{key(number)}\n"


def long_lines(number: int) -> str:
    return f"{BUCKET},{'x' * 9000}{number}\n" if number % 100 == 0 else ""


def long_quoted_rows(number: int) -> str:
    lines = "x\n" * 3000
    return f'{BUCKET},"{lines}{number}"\n' if number % 100 == 0 else ""


def bad_escapes(number: int) -> str:
    return f"{BUCKET},{key(number)}%\n"


def raw_keys(number: int) -> str:
    return f"{BUCKET},archive/年 20{number % 90:02}/{number:08}.jpg\n"


def wrong_columns(number: int) -> str:
    return f"{BUCKET},{key(number)},{number}\n"


def rare_faults(number: int) -> str:
    return bad_escapes(number) if number % 100 == 0 else clean(number)


FAULTY = (
    "{bucket},{key}%\n",
    "{bucket},{key},more\n",
    "{bucket}\n",
    "{bucket},\n",
    "Another,{key}\n",
    "{bucket}, {key}\n",
    "{bucket},a b {key}\n",
    "{bucket},年{key}\n",
    "{bucket},%25{key}\n",
    "{bucket},%2541{key}\n",
    "{bucket},{key}\n{bucket},{key}\n",
    '{bucket},{key}"\n',
    '{bucket},"{key}"x\n',
    "\n",
)


def mixed_faults(number: int) -> str:
    return Random(number).choice(FAULTY).format(bucket=BUCKET, key=key(number))


def write(path: Path, row: Callable[[int], str], rows: int) -> Path:
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        for start in range(0, rows, 10_000):
            file.write("".join(map(row, range(start, min(start + 10_000, rows)))))
    return path


# --- the contenders ------------------------------------------------------------------------------------

BUCKET_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+")
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
DOUBLE_ESCAPE = re.compile(r"%25[0-9A-Fa-f]{2}")
UNDECODED = re.compile("[\udc80-\udcff]")
RAW = re.compile(r"[^A-Za-z0-9._~/!$&'()*,;=:@%-]")


def bare_loop(lines: Iterable[str]) -> int:
    odd = 0
    for row in csv.reader(lines):
        if len(row) != 2 or row[0] != BUCKET:
            odd += 1
    return odd


def checking_loop(lines: Iterable[str]) -> Counter[str]:
    """The judge's checks, row by row; what csv calls an error is BadQuoting."""
    counts: Counter[str] = Counter()
    reader = csv.reader(lines, strict=True)
    while True:
        try:
            check_rows(reader, counts)
            return counts
        except csv.Error:
            counts["BadQuoting"] += 1


def check_rows(reader: Iterable[list[str]], counts: Counter[str]) -> None:  # noqa: C901 - calls would slow it
    previous: list[str] = []
    buckets: set[str] = set()
    for row in reader:
        if len(row) != 2:
            counts["ColumnCount" if row else "BlankLine"] += 1
            text = ",".join(row)
            if len(text) > 8190:
                counts["LineTooLong"] += 1
            if ", " in text:
                counts["BlankAfterComma"] += 1
            if "\0" in text:
                counts["NulByte"] += 1
            if not text.isascii() and UNDECODED.search(text):
                counts["NotUtf8"] += 1
        else:
            bucket, key = row
            if bucket != BUCKET and not BUCKET_NAME.fullmatch(bucket):
                counts["ForeignBucket"] += 1
            buckets.add(bucket)
            if not key:
                counts["EmptyKey"] += 1
            if key.startswith("/"):
                counts["LeadingSlash"] += 1
            if key.startswith(" "):
                counts["BlankAfterComma"] += 1
            if len(bucket) + len(key) > 8190:
                counts["LineTooLong"] += 1
            if "\0" in key:
                counts["NulByte"] += 1
            if BAD_ESCAPE.search(key):
                counts["BadEscape"] += 1
            if DOUBLE_ESCAPE.search(key):
                counts["DoublyEncoded"] += 1
            if RAW.search(key):
                counts["NotUtf8" if UNDECODED.search(key) else "NotEncoded"] += 1
        if row == previous:
            counts["DuplicateRow"] += 1
        previous = row


def judge(blocks: Iterable[bytes]) -> None:
    judge_csv(blocks, FIELDS)


def in_blocks(file: io.BufferedIOBase) -> Iterator[bytes]:
    return iter(lambda: file.read(BLOCK), b"")


# --- the measurements ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """A file to be read, and how many times as fast as each loop the judge should be."""

    name: str
    row: Callable[[int], str]
    share: float  # of the rows of the clean file
    over_bare: float = 0
    over_checking: float = 0.9
    packed: bool = False


SUBJECTS = (
    Subject("clean", clean, 1, over_bare=2.2, over_checking=5),
    Subject("clean, gzip", clean, 0.25, packed=True),
    Subject("all quoted", all_quoted, 0.1, over_checking=2),
    Subject("commas in quotes", quoted_commas, 0.1),
    Subject("line feeds in quotes", quoted_lines, 0.1),
    Subject("rows of 3,000 lines", long_quoted_rows, 0.1),
    Subject("open quotes", open_quotes, 0.1),
    Subject("open quotes, every 2nd", every_second_open, 0.1),
    Subject("open quotes, every 10th", every_tenth_open, 0.1),
    Subject("quoted, every 10th open", quoted_every_tenth_open, 0.1),
    Subject("doubled quotes", doubled_quotes, 0.1),
    Subject("doubled quotes, 8 KiB", long_doubled_quotes, 0.1),
    Subject("quotes and commas", quotes_and_commas, 0.1),
    Subject("quotes, commas, 6 KiB", long_quotes_and_commas, 0.1),
    Subject("quotes out of place", misplaced_quotes, 0.1),
    Subject("not UTF-8", no_utf8, 0.1),
    Subject("bad escapes", bad_escapes, 0.1),
    Subject("raw keys", raw_keys, 0.1),
    Subject("too many columns", wrong_columns, 0.1),
    Subject("blanks after commas", blanks_after_commas, 0.1),
    Subject("CRLF", carriage_returns, 0.1),
    Subject("blank lines", blank_lines, 0.1),
    Subject("two buckets in turn", two_buckets, 0.1),
    Subject("a new bucket each row", new_buckets, 0.1),
    Subject("lines over 8 KiB", long_lines, 0.1),
    Subject("a fault in 1 row of 5", every_fifth_bad_escape, 0.1),
    Subject("a fault in 1 row of 100", rare_faults, 0.1),
    Subject("all faults mixed", mixed_faults, 0.1),
)


@dataclass(frozen=True)
class Figures:
    subject: Subject
    rows: int
    size: int
    bare: float
    checking: float
    judge: float
    over_bare: float
    over_checking: float

    @property
    def holds(self) -> bool:
        return self.over_bare >= self.subject.over_bare and self.over_checking >= self.subject.over_checking


def contenders(path: Path, packed: bool) -> list[Callable[[], object]]:
    """The three readings of a file, each from opening it on."""
    opened = gzip.open if packed else open

    def text(loop: Callable[[Iterable[str]], object]) -> object:
        with opened(path, "rt", encoding="utf-8", errors="surrogateescape", newline="") as lines:
            return loop(lines)

    def judged() -> None:
        with path.open("rb") as file:
            judge(gunzip(in_blocks(file)) if packed else in_blocks(file))

    return [lambda: text(bare_loop), lambda: text(checking_loop), judged]


def seconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def measure(subject: Subject, folder: Path, rows: int, rounds: int) -> Figures:
    count = max(1000, int(rows * subject.share))
    path = write(folder / "manifest.csv", subject.row, count)
    size = path.stat().st_size
    if subject.packed:
        packed = folder / "manifest.csv.gz"
        packed.write_bytes(gzip.compress(path.read_bytes(), 6))
        path = packed
    actions = contenders(path, subject.packed)
    times = [[seconds(action) for action in actions] for _ in range(rounds)]
    bare, checking, judging = (median(column) for column in zip(*times, strict=True))
    over_bare = median(round_[0] / round_[2] for round_ in times)
    over_checking = median(round_[1] / round_[2] for round_ in times)
    return Figures(subject, count, size, bare, checking, judging, over_bare, over_checking)


def peak_memory(folder: Path, rows: int) -> int:
    """KiB at the peak of a process that judges the clean file."""
    path = write(folder / "clean.csv", clean, rows)
    command = [sys.executable, "-c", MEMORY_PROBE, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(done.stdout)


# --- the report ----------------------------------------------------------------------------------------


def as_json(figures: list[Figures], memory: int) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "peak_memory_kib": memory,
        "files": [
            {
                "file": each.subject.name,
                "rows": each.rows,
                "bytes": each.size,
                "seconds": {"bare": each.bare, "checking": each.checking, "judge": each.judge},
                "ratios": {"bare": round(each.over_bare, 2), "checking": round(each.over_checking, 2)},
                "holds": each.holds,
            }
            for each in figures
        ],
    }


def print_table(figures: list[Figures], memory: int) -> None:
    print(f"{'file':24} {'rows':>9} {'bare s':>7} {'check s':>7} {'judge s':>7}  x bare  x checking")
    for each in figures:
        times = f"{each.bare:7.3f} {each.checking:7.3f} {each.judge:7.3f}"
        ratios = f"{each.over_bare:7.2f} {each.over_checking:11.2f}"
        print(f"{each.subject.name:24} {each.rows:9} {times} {ratios}  {'' if each.holds else 'missed'}")
    print(f"peak memory {memory / 1024:.1f} MiB{'' if memory < MOST_MEMORY else '  missed'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000, help="rows of the clean file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        memory = peak_memory(Path(folder), options.rows)
        figures = [measure(each, Path(folder), options.rows, options.rounds) for each in SUBJECTS]
    if options.json:
        print(json.dumps(as_json(figures, memory), indent=2))
    else:
        print_table(figures, memory)


if __name__ == "__main__":
    main()
