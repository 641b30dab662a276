"""The first page: how many jobs stand how, the newest of them, and the buckets."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from cosbatch.standin.jobs.job_rows import Job, newest_jobs
from cosbatch.standin.page.event_section import render_events
from cosbatch.standin.page.parts import (
    View,
    actions,
    description_of,
    frame,
    live,
    moment,
    operation_name,
    progress,
    state_badge,
    table,
    why_it_failed,
)

JOBS_SHOWN = 50
COUNTS = """
SELECT count(*) AS jobs,
    coalesce(sum(terminated IS NULL AND state <> 'Suspended'), 0) AS under_way,
    coalesce(sum(state = 'Suspended'), 0) AS waiting,
    coalesce(sum(failed > 0 OR state = 'Failed'), 0) AS failing,
    coalesce(sum(terminated IS NOT NULL), 0) AS finished
FROM jobs WHERE NOT deleted
"""
BUCKETS = """
SELECT name, region, versioning, (SELECT count(*) FROM versions WHERE bucket = buckets.id) AS versions
FROM buckets ORDER BY name
"""


class Counts(NamedTuple):
    """How many jobs there are, and how many of them stand how."""

    jobs: int
    under_way: int
    waiting: int
    failing: int
    finished: int


def render_overview(view: View, connection: sqlite3.Connection) -> str:
    """The page as HTML; whatever came from a client is escaped."""
    counts = Counts(*connection.execute(COUNTS).fetchone())
    jobs = newest_jobs(connection, JOBS_SHOWN)
    buckets = [tuple(row) for row in connection.execute(BUCKETS)]
    name = view.language.say("COS stand-in")
    content = "\n".join(
        [
            f'<h1 class="skip">{view.say("COS stand-in")}</h1>',
            live("counts", _tiles(view, counts)),
            f'<section aria-labelledby="jobs-head"><h2 id="jobs-head">{view.say("Jobs")}</h2>',
            live("jobs", _jobs(view, jobs, counts.jobs)),
            "</section>",
            live("events", render_events(view, connection)),
            f'<section aria-labelledby="buckets-head"><h2 id="buckets-head">{view.say("Buckets")}</h2>',
            live("buckets", _buckets(view, buckets)),
            "</section>",
        ]
    )
    return frame(view, f"({counts.under_way}) {name}" if counts.under_way else name, content)


def _tiles(view: View, counts: Counts) -> str:
    tiles = (
        ("busy", counts.under_way, "under way"),
        ("warn", counts.waiting, "await confirmation"),
        ("bad", counts.failing, "with failures"),
        ("", counts.finished, "finished"),
    )
    items = (
        f'<li class="card {tone if number else ""}"><b>{number:,}</b> {view.say(words)}</li>'
        for tone, number, words in tiles
    )
    return f'<ul class="tiles" role="list" aria-label="{view.say("Jobs")}">{"".join(items)}</ul>'


def _jobs(view: View, jobs: Sequence[Job], total: int) -> str:
    if not jobs:
        return f'<p class="card soft">{view.say("No job has been created yet.")}</p>'
    columns = {
        "Job": "job",
        "State": "state-cell",
        "Progress": "progress",
        "Priority": "number",
        "Created": "created",
        "Actions": "actions-cell",
    }
    shown = table(view, columns, [_job(view, job) for job in jobs], "jobs")
    if total > len(jobs):
        shown += f'<p class="small soft">{view.say("The {count} newest jobs are shown.", count=len(jobs))}</p>'
    return shown


def _job(view: View, job: Job) -> list[str]:
    description, _ = description_of(job)
    described = f"<p>{description}</p>" if description else ""
    link = f'<a id="job-{escape(job.id)}" class="name" href="/_standin/job/{escape(job.id)}">{operation_name(view, job)}</a>'
    return [
        f'{link}{described}<code class="id">{escape(job.id)}</code>',
        state_badge(view, job),
        progress(view, job) + why_it_failed(job, "small why"),
        f"{job.priority:,}",
        moment(job.created),
        actions(view, job),
    ]


def _buckets(view: View, buckets: Sequence[tuple[str, str, str, int]]) -> str:
    if not buckets:
        words = "There is no bucket yet: one comes into being with the first object written to it."
        return f'<p class="card soft">{view.say(words)}</p>'
    rows = [
        [
            f'<span class="name">{escape(name)}</span>',
            escape(region),
            view.say(versioning or "never enabled"),
            f"{count:,}",
        ]
        for name, region, versioning, count in buckets
    ]
    columns = {"Bucket": "", "Region": "labelled", "Versioning": "labelled", "Objects and versions": "number"}
    return table(view, columns, rows)
