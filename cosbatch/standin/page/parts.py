"""The pieces of which the pages are made: the frame, states, bars, times and forms, as HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from cosbatch.standin.jobs.job_rows import Job
from cosbatch.standin.page.look import SCRIPT, STYLE
from cosbatch.standin.page.words import Language
from cosbatch.standin.wire.addresses import Account
from cosbatch.standin.wire.documents import timestamp

RELOAD_SECONDS = 5
OPERATIONS = {
    "COSInitiateRestoreObject": "Restore archived objects",
    "COSPutObjectCopy": "Copy objects",
    "COSDeleteObject": "Delete objects",
    "COSPutObjectTagging": "Tag objects",
}
# The function of this project ends a description with its marker.
MARKER = re.compile(r"\s*(\[cb:[^\]]*\])\s*\Z")
# Cells that need the name of their column in front of them where the table has become cards.
LABELLED = ("number", "created", "labelled")
TONES = {"succeeded": "good", "failed": "bad", "left": ""}
SYMBOLS = {"good": "✓", "bad": "✕", "warn": "!", "busy": "●", "rest": "–"}


class View(NamedTuple):
    """For whom a page is made: the language, the token of its forms, and whose COS it is."""

    language: Language
    token: str
    account: Account

    def say(self, english: str, **values: object) -> str:
        """A text of the page in its language, to be put into HTML."""
        return escape(self.language.say(english, **values))


def frame(view: View, title: str, content: str) -> str:
    """A whole page around its content; `title` is plain text."""
    account = {name: getattr(view.account, name) for name in ("uin", "appid", "region")}
    return f"""<!DOCTYPE html>
<html lang="{view.language.tag}">
<head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<noscript><meta http-equiv="refresh" content="{RELOAD_SECONDS}"></noscript><style>{STYLE}</style></head>
<body>
<a class="skip" href="#content">{view.say("Skip to the content")}</a>
<header><div class="wide"><a class="brand" href="/">{view.say("COS stand-in")}</a>
<p>{view.say("UIN {uin}, APPID {appid}, region {region}", **account)}</p>
<p class="end"><a href="/_standin/jobs">{view.say("Everything as JSON")}</a></p></div></header>
<p class="lost" id="lost" role="status" hidden>{view.say("The stand-in does not answer; what is shown here may be old.")}</p>
<main class="wide" id="content">
{content}
<p class="small soft">{view.say("Times are in UTC.")}</p>
</main>
<script>{SCRIPT}</script>
</body>
</html>
"""


def live(name: str, content: str) -> str:
    """A part of the page that the script keeps fresh; nothing at all is a part too, that may come to be."""
    return f'<div id="{name}" data-live>{content}</div>'


def operation_name(view: View, job: Job) -> str:
    """What a job does, in words."""
    return view.say(OPERATIONS[job.operation])


def description_of(job: Job) -> tuple[str, str]:
    """A job's description as HTML without its marker, and the marker or an empty text."""
    found = MARKER.search(job.description)
    text = job.description[: found.start()] if found else job.description
    return escape(text), escape(found[1]) if found else ""


def _tone_of(job: Job) -> tuple[str, str]:
    """How a job stands: good, bad, warn, busy or rest; and in words what its state does not say."""
    match job.state:
        case "Complete" if job.failed:
            return ("warn", "some tasks failed") if job.succeeded else ("bad", "all tasks failed")
        case "Complete":
            return "good", ""
        case "Failed" | "Failing":
            return "bad", ""
        case "Suspended":
            return "warn", ""
        case "Cancelled" | "Cancelling" | "Paused":
            return "rest", ""
        case _:
            return "busy", ""


def why_it_failed(job: Job, look: str) -> str:
    """The code and the reason of a job that failed; empty for any other."""
    return f'<p class="{look}">{escape(f"{job.failure_code}: {job.failure_reason}")}</p>' if job.failure_code else ""


def state_badge(view: View, job: Job) -> str:
    """The state, in a colour and with a sign that say how the job stands."""
    tone, more = _tone_of(job)
    shown = badge(view, tone, job.state)
    return f'{shown} <small class="{tone}">{view.say(more)}</small>' if more else shown


def badge(view: View, tone: str, state: str) -> str:
    """A state in a colour, with a sign that says the same."""
    sign = f'<span aria-hidden="true">{SYMBOLS[tone]}</span>'
    return f'<span class="state {tone}" title="{escape(state)}">{sign}{view.say(state)}</span>'


def progress(view: View, job: Job) -> str:
    """A bar of what succeeded, failed and is left, and the same in numbers."""
    if not job.total:
        return "" if job.is_finished else f'<span class="soft small">{view.say("not counted yet")}</span>'
    numbers = {"succeeded": job.succeeded, "failed": job.failed, "left": job.total - job.executed}
    counts = {name: f"{number:,}" for name, number in numbers.items()}
    label = view.say("{succeeded} succeeded, {failed} failed, {left} left of {total}", total=f"{job.total:,}", **counts)
    shares = 100 * job.succeeded / job.total, 100 * job.failed / job.total
    items = [
        f'<li class="{TONES[name]}">{view.say("{count} " + name, count=counts[name])}</li>'
        for name, number in numbers.items()
        if number
    ]
    items.append(f"<li>{view.say('of {total}', total=f'{job.total:,}')}</li>")
    return f'{_bar(label, *shares)}<ul class="legend" aria-hidden="true">{"".join(items)}</ul>'


def _bar(label: str, good: float, bad: float) -> str:
    """Two shares in percent; a share that is not nothing is never too thin to be seen."""
    bad = max(bad, 1.5) if bad else 0.0
    good = min(good, 100 - bad)
    return (
        f'<svg class="bar" role="img" aria-label="{label}" viewBox="0 0 100 1" preserveAspectRatio="none">'
        f'<rect class="good" width="{good:.2f}" height="1"/><rect class="bad" x="{good:.2f}" width="{bad:.2f}" height="1"/></svg>'
    )


def moment(at: float) -> str:
    """A time of day with its date, in UTC."""
    stamp = timestamp(at)
    date, _, time = stamp.rstrip("Z").partition("T")
    return f'<time datetime="{stamp}"><span>{date}</span> <span>{time}</span></time>'


def actions(view: View, job: Job) -> str:
    """The buttons for what can be done to a job now; empty where nothing can."""
    offered = [("confirm", "Confirm", "first")] if job.awaits_confirmation else []
    offered += [("cancel", "Cancel", "")] if job.can_be_cancelled else []
    forms = (_form(view, job, *each) for each in offered)
    return f'<div class="actions">{"".join(forms)}</div>' if offered else ""


def _form(view: View, job: Job, what: str, name: str, look: str) -> str:
    label = view.say("{action}: {job}", action=view.language.say(name), job=job.description or job.id)
    return (
        f'<form method="post" action="/_standin/job/{escape(job.id)}/{what}">'
        f'<input type="hidden" name="token" value="{escape(view.token)}">'
        f'<button id="{what}-{escape(job.id)}" class="{look}" aria-label="{label}">{view.say(name)}</button></form>'
    )


def table(view: View, columns: Mapping[str, str], rows: list[list[str]], look: str = "") -> str:
    """A table that turns into cards on a narrow screen; it stays a table for a screen reader.

    `columns` are their English names, with the class of their cells. An empty cell is left out of a card.
    """
    heads = {view.say(name): kind for name, kind in columns.items()}
    head = "".join(f'<th scope="col" role="columnheader" class="{kind}">{name}</th>' for name, kind in heads.items())
    body = "\n".join(f'<tr role="row">{_cells(heads, row)}</tr>' for row in rows)
    return (
        f'<div class="card table {look}"><table role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody></table></div>'
    )


def _cells(heads: Mapping[str, str], row: list[str]) -> str:
    labelled = (
        (f' data-label="{name}"' if kind in LABELLED else "", kind, cell)
        for (name, kind), cell in zip(heads.items(), row, strict=True)
    )
    return "".join(f'<td role="cell" class="{kind}"{label}>{cell}</td>' for label, kind, cell in labelled)
