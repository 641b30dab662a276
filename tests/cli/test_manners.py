"""What people at a terminal of 80 columns see when they get a command wrong: words that fit, what to do, and no traceback."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from cosbatch.cli.terminal.tables import width
from tests.cli.running import Run, SteppingClock, Terminal

JOB = "237a929f-7ba9-4e3c-a371-c0052fafa882"
HOW = "--role R --report cos://report-1250000000/r --yes"
# The files that the command lines below name, by what they hold.
FILES = {
    "list.csv": b"photos-1250000000,photos/1.jpg\n",
    "empty.csv": b"",
    "header.csv": b"Bucket,Key\n",
    "bytes.csv": bytes(range(256)) * 10,
    "cut.csv": b"photos-1250000000,photos/1.jpg,,failed,Acc",
    "half.json": b"{",
    "list.json": b"[1]",
    "deep.json": b"[" * 100_000,
    "delete.json": b'{"Action": "DeleteJob", "JobId": "1"}',
    "unknown.json": b'{"Profile": "nope", "Manifest": "cos://manifest-1250000000/restore/list.csv"}',
    "event.json": b'{"Records": []}',
    "folder/file": b"",
}
# By exit code: 1 refused or failed, 2 wrong usage, 5 the service could not be reached.
WRONG = {
    1: f"""
        invoke half.json
        restore empty.csv --days 7 {HOW}
        restore header.csv --days 7 {HOW}
        restore bytes.csv --days 7 {HOW}
        restore list.csv --days 7 {HOW} --plan-digest sha256:0
        copy list.csv --to cos://other-99/x {HOW}
        check empty.csv
        check bytes.csv
        split empty.csv --rows 5
        retry list.csv
        retry cut.csv
        retry list.json
        retry delete.json
        plan half.json
        plan list.json
        plan deep.json
        plan delete.json
        create half.json
        wait a/b
        """,
    2: f"""
        fly
        help fly
        list
        --json
        --region ap-beijing demo
        --verbose --quiet jobs
        --json --table jobs
        demo --objects 0
        invoke
        invoke nowhere.json
        invoke event.json --manifest list.csv
        standin --port 99999
        restore
        restore list.csv
        restore list.csv --days 0 --yes
        restore list.csv --days 7 --yes
        restore list.csv --days 7 --role R --report s3://a/b --yes
        delete-objects list.csv --role 'a b' --report cos://report-1250000000/r --yes
        restore s3://bucket/list.csv --days 7 {HOW}
        restore cos://bad --days 7 {HOW}
        restore nowhere.csv --days 7 {HOW}
        restore folder --days 7 {HOW}
        restore list.csv --days 7 {HOW} --token ''
        restore list.csv --days 7 {HOW} --from-class ARCHIVE
        restore list.csv --profile restore
        plan unknown.json
        copy list.csv --yes
        copy list.csv --to nowhere {HOW}
        tag list.csv {HOW}
        tag list.csv team {HOW}
        delete-objects --yes
        build
        build --bucket ''
        build --bucket cos://photos-1250000000
        build --bucket photos --output folder
        build --bucket photos --output no/where.csv
        check
        check nowhere.csv
        check s3://a/b
        check cos://photos-1250000000/photos/
        check list.csv --bucket photos
        check list.csv --fields Key
        check list.csv --format csv
        split list.csv
        split list.csv --rows 1 --output list.csv
        retry
        retry nowhere.csv
        retry cut.csv --output folder
        retry cos://report-1250000000/reports/
        retry {JOB} --wait
        plan
        plan list.csv
        create unknown.json --split 5
        wait
        wait {JOB} --timeout x
        jobs --limit 0
        jobs --region moon
        jobs --endpoint nonsense
        jobs --endpoint http://127.0.0.1:99999
        policy --region ''
        doctor --region moon
        jobs --state Nope
        jobs --output json
        describe ''
        describe {JOB} {JOB}
        priority {JOB} x
        cancel {JOB} --reason
        init --uin 1 --appid x --region ap-chengdu
        policy --source '!!'
        package --example --output folder
        schema Nope
        schema CreateJob --openapi
        """,
    5: f"""
        jobs --endpoint http://127.0.0.1:1
        cancel {JOB} --yes --endpoint http://127.0.0.1:1
        """,
}
CASES = [(line.strip(), code) for code, lines in WRONG.items() for line in lines.strip().splitlines()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tells_people_what_is_wrong_in_lines_that_fit(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("COSBATCH_LANG", language)
    monkeypatch.setenv("NO_COLOR", "1")
    for line, code in CASES:
        screen = Terminal()
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.setattr(sys, "stderr", screen)
        assert run(*shlex.split(line), clock=SteppingClock().clock()).code == code, f"{line}: {screen.getvalue()}"
        shown = screen.getvalue().splitlines()
        assert shown, line
        assert not any("Traceback" in row for row in shown), line
        assert [row for row in shown if width(row) > 80 and len(row.split()) > 1] == [], line
