"""Gathering faults and warnings."""

from __future__ import annotations

from cosbatch.manifest.findings import KEPT, Findings


def test_keeps_the_order_of_the_lines_within_a_batch() -> None:
    findings = Findings()
    findings.note("EmptyKey", [3, 5], 2)
    findings.note("NulByte", [1, 5], 2)
    findings.settle()
    assert [(fault.fault, fault.line) for fault in findings.faults] == [
        ("NulByte", 1),
        ("EmptyKey", 3),
        ("EmptyKey", 5),
        ("NulByte", 5),
    ]


def test_keeps_the_first_by_line_whatever_was_noted_first() -> None:
    findings = Findings()
    findings.note("EmptyKey", range(100, 160), 2)
    findings.note("NulByte", range(1, 31), 2)
    findings.settle()
    assert [fault.line for fault in findings.faults] == [*range(1, 31), *range(100, 120)]
    assert findings.totals == {"EmptyKey": 60, "NulByte": 30}


def test_counts_on_when_there_is_no_room() -> None:
    findings = Findings()
    findings.note("BlankLine", range(1, 61))
    findings.settle()
    assert (findings.room("BlankLine"), findings.room("EmptyKey")) == (0, KEPT)
    findings.note("BlankLine", [70])
    findings.count("BlankLine", 9)
    findings.settle()
    assert (len(findings.warnings), findings.totals) == (KEPT, {"BlankLine": 70})


def test_says_when_a_line_is_an_estimate() -> None:
    findings = Findings()
    findings.lines_are_estimates = True
    findings.note("EmptyKey", [1], 2)
    findings.settle()
    assert findings.faults[0].message.endswith("estimate: the middle of the file was not read.)")
