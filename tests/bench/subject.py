"""One process that is measured: `subject.py PROGRAM FOLDER CASE.json KIND COUNT` makes so many calls of a kind.

It prints the KiB of memory that it had at its peak. It stands alone, and loads nothing that the measured libraries do not
load themselves; so it has no types either.
"""

import importlib
import json
import os
import sys


def requests_alone(case):  # type: ignore[no-untyped-def]
    """The least that can be done with requests: a finished body is posted, and the answer is not read."""
    import requests

    session = requests.Session()

    def call(kind):  # type: ignore[no-untyped-def]
        request = case["requests"][kind]
        answer = session.post(case["endpoint"] + "/jobs", data=request["body"].encode(), headers=request["headers"])
        assert answer.status_code == 200 and b"JobId" in answer.content

    return call


def function(case):  # type: ignore[no-untyped-def]
    """The function: an event in, its reply out."""
    import handler

    def call(kind):  # type: ignore[no-untyped-def]
        reply = handler.main_handler(case["events"][kind], case["context"])
        assert "created" in str(reply), reply

    return call


def boto3(case):  # type: ignore[no-untyped-def]
    """AWS's client: its call of the same name, to the same server."""
    client = importlib.import_module("boto3").client("s3control", **case["boto3"]["client"])

    def without_account(request, **_):  # type: ignore[no-untyped-def]  # no resolver knows <account>.127.0.0.1
        request.url = request.url.replace(case["boto3"]["account"] + ".", "", 1)

    client.meta.events.register("request-created", without_account)

    def call(kind):  # type: ignore[no-untyped-def]
        assert client.create_job(**case["boto3"][kind])["JobId"]

    return call


def sdk(case):  # type: ignore[no-untyped-def]
    """What Tencent's SDK has for a call that it does not know: its XML, its signature, and requests."""
    import requests

    sdk, auth, xml = map(importlib.import_module, ("qcloud_cos", "qcloud_cos.cos_auth", "qcloud_cos.cos_comm"))
    parse = importlib.import_module("xmltodict").parse
    session = requests.Session()
    config = sdk.CosConfig(**case["sdk"])
    jobs = {kind: parse(request["body"]) for kind, request in case["requests"].items()}

    def call(kind):  # type: ignore[no-untyped-def]
        ((root, job),) = jobs[kind].items()
        headers = {name: value for name, value in case["requests"][kind]["headers"].items() if name != "authorization"}
        body, signer = xml.format_xml(job, root), auth.CosS3Auth(config, "/jobs")
        answer = session.post(case["endpoint"] + "/jobs", data=body, headers=headers, auth=signer)
        assert xml.xml_to_dict(answer.content)["JobId"]

    return call


def peak():  # type: ignore[no-untyped-def]
    """As the kernel tells it. What `getrusage` tells begins with what the parent process had."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(line.split()[1] for line in file if line.startswith("VmHWM"))


def main():  # type: ignore[no-untyped-def]
    program, folder, path, kind, count = sys.argv[1:]
    sys.path.insert(0, folder)
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    # What the function logs goes nowhere; what is reported goes where the output was.
    report = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    call = globals()[program](case)
    for _ in range(int(count)):
        call(kind)
    report.write(f"{peak()}\n")  # type: ignore[no-untyped-call]
    report.close()


if __name__ == "__main__":
    main()  # type: ignore[no-untyped-call]
