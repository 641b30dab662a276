"""A function for the tests, which notes what it is told, and does what the key of the object says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cosbatch.standin import Function, Trigger

BUCKET = "watched-1250000000"
CODE = """
import json, os, pathlib, sys, time
print("loaded")

def main(event, context):
    record = event["Records"][0] if "Records" in event else None
    key = record["cos"]["cosObject"]["key"] if record else event["path"]
    print("log of", key)
    with open("told.jsonl", "a") as told:
        told.write(json.dumps({"event": event, "context": context, "environ": dict(os.environ), "pid": os.getpid()}) + "\\n")
    if "raises" in key and not os.path.exists("repaired"):
        raise RuntimeError("no")
    if "exits" in key:
        os._exit(3)
    if "sleeps" in key:
        time.sleep(60)
    if "odd" in key:
        return {1, 2}
    return {"key": key}

def reply(event, context):
    return json.loads(event["body"])

not_callable = 3
"""


def function_in(folder: Path, name: str = "recorder.main", **more: Any) -> Function:
    """The function, in a folder of its own."""
    (folder / "recorder.py").write_text(CODE)
    return Function(name, (Trigger(BUCKET, "in/"),), folder, **more)


def told(folder: Path) -> list[Any]:
    """Everything that the function was told, in order."""
    path = folder / "told.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def keys(folder: Path) -> list[str]:
    """The keys of the objects that it was told of."""
    found = [each["event"]["Records"][0]["cos"]["cosObject"]["key"] for each in told(folder)]
    return [key.removeprefix("/1250000000/watched/in/") for key in found]
