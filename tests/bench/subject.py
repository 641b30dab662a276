"""One process that is measured: `subject.py NAME FOLDER CASE.json` makes calls, and says what they cost in CPU time.

Each line of its input, `KIND COUNT`, is answered with the CPU seconds (user and system) that one of so many calls took,
those that the process has taken since it began, and the memory in KiB that it had at its peak. It stands alone, and loads
nothing that the measured libraries do not load themselves.
"""

import importlib
import json
import os
import sys
import time


def requests_alone(case):  # type: ignore[no-untyped-def]  # loading `typing` first would be measured too
    """The floor: requests posts a ready-made body."""
    import requests

    session = requests.Session()

    def call(kind):  # type: ignore[no-untyped-def]
        request = case["requests"][kind]
        answer = session.post(case["endpoint"] + "/jobs", data=request["body"].encode(), headers=request["headers"])
        assert answer.status_code == 200 and b"JobId" in answer.content

    return call


def cosbatch(case):  # type: ignore[no-untyped-def]
    """The function: an event in, its reply out."""
    import handler

    def call(kind):  # type: ignore[no-untyped-def]
        reply = handler.main_handler(case["events"][kind], case["context"])
        assert "created" in str(reply), reply

    return call


def boto3(case):  # type: ignore[no-untyped-def]
    """The peer: its call of the same name, to the same server."""
    client = importlib.import_module("boto3").client("s3control", **case["boto3"]["client"])

    def without_account(request, **_):  # type: ignore[no-untyped-def]  # no resolver knows <account>.127.0.0.1
        request.url = request.url.replace(case["boto3"]["http"]["AccountId"] + ".", "", 1)

    client.meta.events.register("request-created", without_account)

    def call(kind):  # type: ignore[no-untyped-def]
        assert client.create_job(**case["boto3"][kind])["JobId"]

    return call


def peak():  # type: ignore[no-untyped-def]
    """As the kernel tells it. What `getrusage` tells begins with what the parent process had."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(line.split()[1] for line in file if line.startswith("VmHWM"))


def main():  # type: ignore[no-untyped-def]
    name, folder, path = sys.argv[1:]
    sys.path.insert(0, folder)
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    # What the function logs goes nowhere; what is reported goes where the output was.
    report = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    call = globals()[name](case)
    for line in sys.stdin:
        kind, count = line.split()
        began = time.process_time()
        for _ in range(int(count)):
            call(kind)
        ended = time.process_time()
        report.write(f"{(ended - began) / int(count)} {ended} {peak()}\n")  # type: ignore[no-untyped-call]
        report.flush()


if __name__ == "__main__":
    main()  # type: ignore[no-untyped-call]
