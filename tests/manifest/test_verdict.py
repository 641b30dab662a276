"""Gathering faults and warnings."""

from __future__ import annotations

from cosbatch.manifest.verdict import KEPT, Findings, shown


def test_keeps_the_first_faults_and_as_many_warnings_and_counts_all() -> None:
    findings = Findings()
    for line in range(1, 61):
        findings.note("EmptyKey", line, 2)
        findings.note("BlankLine", line)
    findings.note("NulByte", 61, 1)
    assert [fault.line for fault in findings.faults] == list(range(1, KEPT + 1))
    assert [warning.fault for warning in findings.warnings] == ["BlankLine"] * KEPT
    assert findings.totals == {"EmptyKey": 60, "BlankLine": 60, "NulByte": 1}


def test_says_when_a_line_is_an_estimate() -> None:
    findings = Findings()
    findings.lines_are_estimates = True
    findings.note("EmptyKey", 1, 2)
    assert findings.faults[0].message.endswith("estimate: the middle of the file was not read.)")


def test_shows_values_in_one_line_of_ascii() -> None:
    assert [shown(value) for value in ("a\n文", None, 5)] == ["'a\\n\\u6587'", "missing", "5"]
    assert shown("x" * 80, 10) == "'xxxxxxxxx..."
