"""How the page looks, and the script that keeps it fresh; without the script the page reloads itself."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root {
  color-scheme: light dark; font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  --ground: #f4f6f8; --card: #fff; --text: #1a1f26; --soft: #57606c; --line: #dfe4ea; --accent: #1a5fb4;
  --on-accent: #fff; --good: #16702f; --good-soft: #dff3e4; --bad: #c0252b; --bad-soft: #fde5e4;
  --warn: #8a5a00; --warn-soft: #fcefc9; --busy: #1a5fb4; --busy-soft: #e0ecfb; --rest: #57606c; --rest-soft: #e6eaee;
}
@media (prefers-color-scheme: dark) { :root {
  --ground: #0f1318; --card: #181d24; --text: #e6eaf0; --soft: #9aa6b4; --line: #2a323d; --accent: #86b6ff;
  --on-accent: #0f1318; --good: #56d07c; --good-soft: #14301e; --bad: #ff8078; --bad-soft: #401b1c;
  --warn: #e8b94a; --warn-soft: #3a2c0c; --busy: #86b6ff; --busy-soft: #16294a; --rest: #9aa6b4; --rest-soft: #2a323d;
} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); overflow-wrap: anywhere; }
.wide { max-width: 80rem; margin: 0 auto; padding-inline: 1.25rem; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem; }
header { background: var(--card); border-bottom: 1px solid var(--line); }
header .wide { padding-block: 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
header p { margin: 0; color: var(--soft); font-size: .9rem; } header .brand { font-weight: 650; font-size: 1.15rem; color: inherit; }
header .end { margin-left: auto; }
main { padding-block: 1.5rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .25rem 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .75rem; }
h3 { font-size: .95rem; margin: 1.25rem 0 .5rem; }
a { color: var(--accent); text-underline-offset: .15em; } a:not(:hover) { text-decoration-color: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }
.soft, small { color: var(--soft); } small, .small { font-size: .85rem; } code, pre { font: .85em/1.5 ui-monospace, Menlo, Consolas, monospace; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; }
.lost { background: var(--warn-soft); color: var(--warn); padding: .6rem 1.25rem; text-align: center; margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 0; padding: 0; list-style: none; }
.tiles li { padding: .75rem 1rem; color: var(--soft); font-size: .9rem; line-height: 1.3; }
.tiles b { display: block; font-size: 1.6rem; font-weight: 650; color: var(--text); font-variant-numeric: tabular-nums; }
.tiles .good b { color: var(--good); } .tiles .bad b { color: var(--bad); }
.tiles .warn b { color: var(--warn); } .tiles .busy b { color: var(--busy); }
table { width: 100%; border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: .75rem; }
.table { padding: 0; } .table th { font-size: .8rem; font-weight: 600; color: var(--soft); padding-block: .6rem; white-space: nowrap; }
.table td { border-top: 1px solid var(--line); } .table tr > :first-child { padding-left: 1.25rem; }
.table tr > :last-child { padding-right: 1.25rem; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { font-weight: 600; } .name + p { margin: 0; } td p { margin: .15rem 0 0; } .id { color: var(--soft); }
time { font-variant-numeric: tabular-nums; } time span { white-space: nowrap; }
.state { display: inline-flex; gap: .4em; align-items: center; border-radius: 1em; padding: .1rem .7rem; font-size: .85rem; font-weight: 600;
  white-space: nowrap; background: var(--rest-soft); color: var(--rest); }
.state.good { background: var(--good-soft); color: var(--good); } .state.bad { background: var(--bad-soft); color: var(--bad); }
.state.warn { background: var(--warn-soft); color: var(--warn); } .state.busy { background: var(--busy-soft); color: var(--busy); }
.why { color: var(--bad); }
.bar { display: block; width: 100%; height: .6rem; border-radius: .3rem; background: var(--rest-soft); }
.bar .good { fill: var(--good); } .bar .bad { fill: var(--bad); }
.big .bar { height: 1rem; border-radius: .5rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: .35rem 0 0; padding: 0; list-style: none; font-size: .85rem; color: var(--soft);
  font-variant-numeric: tabular-nums; }
.legend + .table { margin-top: .75rem; } .legend .warn { color: var(--warn); } .legend .busy { color: var(--busy); }
.legend .good { color: var(--good); } .legend .bad { color: var(--bad); font-weight: 600; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; } form { margin: 0; }
button { font: inherit; font-size: .9rem; font-weight: 600; padding: .35rem .9rem; border-radius: .5rem; border: 1px solid var(--line);
  background: var(--card); color: var(--text); cursor: pointer; white-space: nowrap; min-height: 2.25rem; }
button.first { background: var(--accent); border-color: var(--accent); color: var(--on-accent); } button:hover { filter: brightness(.94); }
.jobs table { table-layout: fixed; } .jobs .state-cell { width: 9.5rem; } .jobs .progress { width: 17rem; }
.jobs .number { width: 9rem; } .jobs .created { width: 7.75rem; white-space: normal; } .jobs .actions-cell { width: 8rem; }
.events .state-cell { width: 11rem; } .events .created { width: 8.5rem; }
.state + small { display: block; margin-top: .3rem; font-weight: 600; } small.warn { color: var(--warn); } small.bad { color: var(--bad); }
.columns { margin-top: 1rem; display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1rem; align-items: start; }
.columns .card h2 { margin-top: 0; } .stack { display: grid; gap: 1rem; }
.title { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; margin-bottom: 1rem; }
.title p { margin: .15rem 0; } .title h1 { display: inline-block; margin: 0 .75rem .25rem 0; } .title .state { vertical-align: .25rem; }
.title .state + small { display: inline-block; white-space: nowrap; vertical-align: .25rem; }
.steps { list-style: none; margin: 0; padding: 0; }
.steps li { display: flex; justify-content: space-between; gap: 1rem; padding: .3rem 0 .3rem 1.25rem; border-left: 2px solid var(--line); position: relative; }
.steps li::before { content: ""; position: absolute; left: -.4rem; top: .75rem; width: .65rem; height: .65rem; border-radius: 50%; background: var(--line); }
.steps li.now { font-weight: 600; } .steps li.now::before { background: var(--accent); }
dl { margin: 0; display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .3rem 1rem; } dl dl { grid-column: 1 / -1; }
dt { color: var(--soft); } dd { margin: 0; } dd.nest { grid-column: 1 / -1; padding-left: 1rem; border-left: 2px solid var(--line); }
details { margin-top: .75rem; } summary { cursor: pointer; color: var(--soft); } pre { white-space: pre-wrap; margin: .5rem 0 0; }
.card > table.small td, .card > table.small th { padding: .3rem 0; border-bottom: 1px solid var(--line); }
.plain { list-style: none; margin: 0; padding: 0; } .plain li { padding: .2rem 0; }
@media (max-width: 60rem) {
  .wide { padding-inline: 1rem; } .columns { grid-template-columns: minmax(0, 1fr); }
  header .end { margin-left: 0; } .tiles { grid-template-columns: repeat(2, 1fr); }
  .table { background: none; border: 0; } .table thead { position: absolute; clip-path: inset(50%); height: 1px; width: 1px; overflow: hidden; }
  .table table, .table tbody, .table tr, .table td { display: block; width: auto; }
  .table tr { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .75rem 1rem; margin-bottom: .75rem; }
  .table td, .table tr > :first-child, .table tr > :last-child { border: 0; padding: .3rem 0; } .jobs.table :is(.progress, .state-cell, .number, .created, .actions-cell) { width: auto; }
  .table td[data-label] { display: flex; justify-content: space-between; gap: 1rem; text-align: right; }
  .table td[data-label]::before { content: attr(data-label); color: var(--soft); text-align: left; white-space: nowrap; }
  .table td:empty { display: none; }
  button { min-height: 2.75rem; padding-inline: 1.25rem; } .steps li { flex-wrap: wrap; gap: 0 1rem; }
}
@media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dt { font-size: .85rem; } dd { margin-bottom: .5rem; } }
"""

# Only what has changed is put in place, so that scrolling, focus and opened details stay as they are.
SCRIPT = """
"use strict";
const pause = 2000;
const sections = (root) => [...root.querySelectorAll("[data-live]")];
const opened = (root) => [...root.querySelectorAll("details[open]")].map((each) => each.id);
function put(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  for (const id of opened(old)) fresh.querySelector("#" + CSS.escape(id))?.setAttribute("open", "");
  old.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({preventScroll: true});
}
function isSelectedIn(section) {
  const selection = getSelection();
  return !selection.isCollapsed && section.contains(selection.anchorNode);
}
const sources = new Map(sections(document).map((each) => [each.id, each.innerHTML]));
async function refresh() {
  try {
    if (document.hidden) return;
    const reply = await fetch(location.href, {cache: "no-store"});
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
    for (const section of sections(fresh)) {
      const old = document.getElementById(section.id);
      const source = section.innerHTML;
      if (!old || sources.get(section.id) === source || isSelectedIn(old)) continue;
      sources.set(section.id, source);
      put(old, section);
    }
    document.title = fresh.title;
    document.getElementById("lost").hidden = true;
  } catch {
    document.getElementById("lost").hidden = false;
  } finally {
    setTimeout(refresh, pause);
  }
}
setTimeout(refresh, pause);
"""


def _allowed(text: str) -> str:
    """How a Content-Security-Policy names one text in the page and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {_allowed(STYLE)}; script-src {_allowed(SCRIPT)}; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
