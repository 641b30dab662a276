"""The page for people: jobs with their progress and failures, and the buckets, as plain HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs.rows import Job, newest_jobs
from cosbatch.standin.wire.addresses import Account
from cosbatch.standin.wire.documents import timestamp
from cosbatch.standin.wire.messages import Response

JOBS_SHOWN = 50
REFRESH_SECONDS = 2
HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("Cache-Control", "no-store"),
)
BUCKETS = """
SELECT name, region, versioning, count(versions.id) AS versions
FROM buckets LEFT JOIN versions ON versions.bucket = buckets.id GROUP BY buckets.id ORDER BY name
"""
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .5rem .6rem; text-align: left; vertical-align: top; }
th { font-weight: 600; } td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.number, th.number { text-align: right; }
progress { width: 7rem; height: .9rem; } small { opacity: .75; overflow-wrap: anywhere; }
.state { border-radius: .3rem; padding: .1rem .5rem; background: #8883; white-space: nowrap; }
.Complete { background: #1a7f3733; } .Failed, .Cancelled { background: #cf222e33; }
.Active, .Completing { background: #0969da33; } .Suspended, .Paused { background: #bf870033; }
ul { margin: .3rem 0 0; padding-left: 1.1rem; }
"""


def show_page(service: Service) -> Response:
    """The page, which asks for itself again while a job is on its way."""
    with service.database.reading() as connection:
        jobs = newest_jobs(connection, JOBS_SHOWN)
        buckets = [tuple(row) for row in connection.execute(BUCKETS)]
    return Response(headers=HEADERS, body=render_page(service.account, jobs, buckets).encode())


def render_page(account: Account, jobs: Sequence[Job], buckets: Sequence[tuple[str, str, str, int]]) -> str:
    """The page's HTML; whatever came from a client is escaped."""
    under_way = [job for job in jobs if not job.is_finished and job.state != "Suspended"]
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">' if under_way else ""
    title = f"({len(under_way)}) COS stand-in" if under_way else "COS stand-in"
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8">{refresh}<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>
<body>
<h1>COS stand-in</h1>
<p>UIN {escape(account.uin)}, APPID {escape(account.appid)}, region {escape(account.region)}.
<a href="/_standin/jobs">Everything as JSON</a></p>
<h2>Jobs</h2>
{_jobs_table(jobs)}
<h2>Buckets</h2>
{_buckets_table(buckets)}
</body>
</html>
"""


def _jobs_table(jobs: Sequence[Job]) -> str:
    if not jobs:
        return "<p>No job has been created yet.</p>"
    heads = [
        _head("Job"),
        _head("State"),
        *map(_number_head, ("Progress", "Succeeded", "Failed", "Of", "Priority")),
    ]
    return _table([*heads, _number_head("Created")], (_job_cells(job) for job in jobs))


def _job_cells(job: Job) -> list[str]:
    described = f"<br>{escape(job.description)}" if job.description else ""
    return [
        f"<td>{escape(job.operation)}{described}<br><small>{escape(job.id)}</small>{_failures(job)}</td>",
        f'<td><span class="state {escape(job.state)}">{escape(job.state)}</span></td>',
        _number_cell(_progress(job)),
        *(_number_cell(f"{number:,}") for number in (job.succeeded, job.failed, job.total, job.priority)),
        _number_cell(timestamp(job.created).replace("T", " ").rstrip("Z")),
    ]


def _progress(job: Job) -> str:
    if not job.total:
        return ""
    percent = 100 * job.executed // job.total
    return f'<progress max="{job.total}" value="{job.executed}">{percent} %</progress> {percent} %'


def _failures(job: Job) -> str:
    """Why the job failed, and the first tasks that did."""
    reasons = [f"{job.failure_code}: {job.failure_reason}"] if job.failure_code else []
    listed = "".join(f"<li><small>{escape(text)}</small></li>" for text in [*reasons, *job.failed_tasks])
    return f"<ul>{listed}</ul>" if listed else ""


def _buckets_table(buckets: Sequence[tuple[str, str, str, int]]) -> str:
    if not buckets:
        return "<p>There is no bucket yet: one comes into being with the first object written to it.</p>"
    rows = (
        [
            f"<td>{escape(name)}</td>",
            f"<td>{escape(region)}</td>",
            f"<td>{escape(versioning) or 'never enabled'}</td>",
            _number_cell(f"{count:,}"),
        ]
        for name, region, versioning, count in buckets
    )
    heads = [*map(_head, ("Bucket", "Region", "Versioning")), _number_head("Objects and versions")]
    return _table(heads, rows)


def _head(name: str) -> str:
    return f'<th scope="col">{name}</th>'


def _number_head(name: str) -> str:
    return f'<th scope="col" class="number">{name}</th>'


def _number_cell(text: str) -> str:
    return f'<td class="number">{text}</td>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f"<table><thead><tr>{''.join(heads)}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
