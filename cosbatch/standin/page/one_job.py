"""The page of one job: where it stands, what failed and why, each state with its time, its files and its document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from cosbatch.standin.jobs.job_rows import Job
from cosbatch.standin.page.files import File
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
    why_it_failed,
)


def render_job(view: View, job: Job, states: Sequence[tuple[str, float]], files: Sequence[File]) -> str:
    """The page as HTML."""
    marker = description_of(job)[1]
    top = f'<p class="small"><a href="/">← {view.say("All jobs")}</a></p>'
    left = [_failures(view, job), _card(view, "Document", _document(view, job))]
    right = [_card(view, "States", _steps(view, states)), _card(view, "Files", _files(view, files))]
    content = "\n".join(
        [
            top,
            live("head", _head(view, job)),
            '<div class="columns">',
            live("left", f'<div class="stack">{"".join(left)}</div>'),
            live("right", f'<div class="stack">{"".join(right)}</div>'),
            "</div>",
            f'<details id="marker"><summary>{view.say("Marker")}</summary><code>{marker}</code></details>'
            if marker
            else "",
        ]
    )
    return frame(view, f"{view.language.say(job.state)} – {job.id}", content)


def _head(view: View, job: Job) -> str:
    description, _ = description_of(job)
    return (
        f'<div class="title"><div><h1>{operation_name(view, job)}</h1>{state_badge(view, job)}<p>{description}</p>'
        f'<p><code class="id">{escape(job.id)}</code></p>{why_it_failed(job, "why")}</div>{actions(view, job)}</div>'
        f'<section class="card big" aria-label="{view.say("Progress")}">{progress(view, job)}</section>'
    )


def _card(view: View, title: str, content: str) -> str:
    return f'<section class="card"><h2>{view.say(title)}</h2>{content}</section>' if content else ""


def _failures(view: View, job: Job) -> str:
    """The codes of the tasks that failed, the most frequent first, and the first objects."""
    if not job.failure_codes:
        return ""
    codes = sorted(job.failure_codes.items(), key=lambda each: (-each[1], each[0]))
    rows = "".join(f'<tr><td>{escape(code)}</td><td class="number">{number:,}</td></tr>' for code, number in codes)
    told = "".join(f"<li><code>{escape(text)}</code></li>" for text in job.failed_tasks)
    heads = f'<th scope="col">{view.say("Code")}</th><th scope="col" class="number">{view.say("Tasks")}</th>'
    content = (
        f'<table class="small"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'<h3>{view.say("The first of them")}</h3><ul class="plain">{told}</ul>'
    )
    return _card(view, "Failures by code", content)


def _steps(view: View, states: Sequence[tuple[str, float]]) -> str:
    last = len(states) - 1
    items = (
        f"<li{' class=now aria-current=step' if place == last else ''}>"
        f'<span title="{escape(state)}">{view.say(state)}</span>{moment(at)}</li>'
        for place, (state, at) in enumerate(states)
    )
    return f'<ol class="steps">{"".join(items)}</ol>'


def _files(view: View, files: Sequence[File]) -> str:
    items = (
        f'<li><a href="{escape(f"/_standin/objects/{file.bucket}/{quote(file.key)}")}">{view.say(file.what)}</a><br>'
        f'<code class="id">{escape(file.bucket)}/{escape(file.key)}</code></li>'
        for file in files
    )
    return f'<ul class="plain">{"".join(items)}</ul>' if files else ""


def _document(view: View, job: Job) -> str:
    described = {name: value for name, value in job.document.items() if name != "Description"}
    text = escape(json.dumps(job.document, ensure_ascii=False, indent=2))
    folded = f'<details id="json"><summary>{view.say("The document as JSON")}</summary><pre tabindex="0">{text}</pre></details>'
    return f"{_listed(view, described)}{folded}"


def _listed(view: View, values: Mapping[str, object]) -> str:
    return f"<dl>{''.join(_entry(view, name, value) for name, value in values.items())}</dl>"


def _entry(view: View, name: str, value: object) -> str:
    """One element of the document; those that hold others are set in."""
    if isinstance(value, dict) and value:
        return f'<dt>{escape(name)}</dt><dd class="nest">{_listed(view, value)}</dd>'
    if isinstance(value, list) and value and isinstance(value[0], dict):
        nested = "".join(f'<dd class="nest">{_listed(view, each)}</dd>' for each in value)
        return f"<dt>{escape(name)}</dt>{nested}"
    return f"<dt>{escape(name)}</dt><dd>{_plain(view, value)}</dd>"


def _plain(view: View, value: object) -> str:
    if isinstance(value, bool):
        return view.say("yes" if value else "no")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    # The element that deletes holds nothing: its name says it all.
    return escape(str(value)) if value not in ("", {}) else view.say("empty")
