"""Judging the bytes of a manifest: imports nothing else of cosbatch, reads and writes no file or socket."""

from .edges import judge_edges
from .inventory import DataFile, judge_inventory
from .stream import infer_fields, judge_csv
from .verdict import Fault, Verdict

__all__ = ["DataFile", "Fault", "Verdict", "infer_fields", "judge_csv", "judge_edges", "judge_inventory"]
