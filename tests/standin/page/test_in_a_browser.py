"""The page in a real Chromium: on a phone and on a desk, light and dark, with a keyboard, with and without its script."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cosbatch.standin import Standin, running
from tests.standin.browser import CHROMIUM, Tab, tab
from tests.standin.client import client_of, until
from tests.standin.page.reading import PLANTED, TAG, suspended, with_failures
from tests.standin.page.test_event_section import tell
from tests.standin.rehearsal import Rehearsal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; the tests on the HTML always run"),
]

WIDTHS = [390, 768, 1024, 1280]
# The names of the columns are kept for screen readers where the table has become cards, and are not to be seen.
WIDER = """[...document.querySelectorAll('body *')].filter((e) => !e.closest('thead'))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 100))"""
# Text that goes over the edge of what is free of its cell.
CRAMPED = """[...document.querySelectorAll('td')].filter((cell) => {
  const range = document.createRange(); range.selectNodeContents(cell);
  const free = cell.getBoundingClientRect().right - parseFloat(getComputedStyle(cell).paddingRight);
  return range.getBoundingClientRect().right > free + 1;
}).map((cell) => cell.outerHTML.slice(0, 100))"""
# Contrast as WCAG 2 defines it, of each text against the nearest background behind it.
FAINT = """
(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => parts(color).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (parts(c)[3] !== 0) return c; } return "rgb(255,255,255)"; };
  const faint = [];
  for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || ["SCRIPT", "STYLE"].includes(e.tagName)) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(e.outerHTML.slice(0, 100));
  }
  return faint;
})()
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Tab]:
    with tab() as page:
        yield page


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Standin, Rehearsal, list[str]]]:
    """A stand-in with jobs of many kinds, and the paths of its pages."""
    with running(tmp_path_factory.mktemp("filled")) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        failed, waiting = with_failures(rehearsal), suspended(rehearsal, Priority="<Priority>2147483647</Priority>")
        rehearsal.run(Description=f"<Description>{'unbroken' * 32}</Description>")
        rehearsal.put("k" * 400)
        rehearsal.run(Manifest=rehearsal.keys(["n" * 400]), Operation=TAG)
        for number, state in enumerate(("Delivered", "Waiting", "Retrying", "Dead", "Stopped")):
            tell(standin, state, "unbroken" * 100, number, key="k" * 850)
        longest = standin.jobs()[-1]["JobId"]
        paths = ["/", *(f"/_standin/job/{job}" for job in (failed, waiting, longest)), "/_standin/job/unknown"]
        yield standin, rehearsal, paths


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_fits_and_is_legible(
    page: Tab, filled: tuple[Standin, Rehearsal, list[str]], width: int, language: str
) -> None:
    standin, _, paths = filled
    page.complaints.clear()
    for path in paths:
        page.show(width, language=language)
        page.open(standin.endpoint + path)
        for scheme in ("dark", "light"):
            page.prefer(scheme)
            assert page.ask("document.documentElement.scrollWidth <= innerWidth"), path
            assert page.ask(WIDER) == [], path
            assert page.ask(CRAMPED) == [], path
            assert page.ask(FAINT) == [], path
    missing = [text for text in page.complaints if "404" not in text]
    assert missing == []


def test_is_not_led_astray_by_what_a_client_has_written(
    page: Tab, filled: tuple[Standin, Rehearsal, list[str]]
) -> None:
    standin, _, paths = filled
    page.show(1280)
    for path in paths[:2]:
        page.open(standin.endpoint + path)
        assert page.ask("document.title") != "planted"
        assert PLANTED in page.ask("document.body.innerText")


def test_is_a_table_on_a_desk_and_cards_on_a_phone(page: Tab, filled: tuple[Standin, Rehearsal, list[str]]) -> None:
    standin, _, _ = filled
    shown = {}
    for width in (390, 1280):
        page.show(width)
        page.open(standin.endpoint)
        shown[width] = page.ask("getComputedStyle(document.querySelector('.jobs tbody tr')).display")
        assert page.ask("document.querySelectorAll('.jobs [role=row] [role=cell]').length") >= 6
    assert shown == {390: "block", 1280: "table-row"}


def test_shows_news_by_itself_without_losing_the_place(page: Tab, filled: tuple[Standin, Rehearsal, list[str]]) -> None:
    standin, rehearsal, paths = filled
    page.show(390)
    page.open(standin.endpoint + paths[0])
    page.ask("scrollTo(0, 500)")
    last = page.ask(
        "(() => { const all = [...document.querySelectorAll('a.name')]; all.at(-1).focus({preventScroll: true}); return all.at(-1).id; })()"
    )
    job_id = rehearsal.run().text("Job/JobId")
    until(lambda: page.ask(f"Boolean(document.getElementById('job-{job_id}'))"))
    assert page.ask("document.activeElement.id") == last
    assert page.ask("scrollY") == 500


def test_keeps_open_what_was_opened_and_selected(page: Tab, filled: tuple[Standin, Rehearsal, list[str]]) -> None:
    standin, rehearsal, _ = filled
    job_id = suspended(rehearsal)
    page.show(1280)
    page.open(f"{standin.endpoint}/_standin/job/{job_id}")
    page.ask("document.getElementById('json').open = true")
    rehearsal.set_status(job_id, "Ready")
    rehearsal.reaches(job_id, "Complete")
    until(lambda: "Complete" in page.ask("document.getElementById('head').innerText"))
    assert page.ask("document.getElementById('json').open")


def test_says_that_the_stand_in_is_gone(page: Tab, tmp_path: Path) -> None:
    with running(tmp_path) as standin:
        page.show(1280)
        page.open(standin.endpoint)
        assert page.ask("document.getElementById('lost').hidden")
    until(lambda: not page.ask("document.getElementById('lost').hidden"))


@pytest.mark.parametrize("script", [True, False], ids=["with its script", "without"])
def test_is_used_with_the_keyboard_alone(page: Tab, filled: tuple[Standin, Rehearsal, list[str]], script: bool) -> None:
    standin, rehearsal, _ = filled
    job_id = suspended(rehearsal)
    page.show(1280, script=script)
    page.open(standin.endpoint)
    page.press("Tab")
    reached: list[str] = []
    while not reached or reached[-1] != f"confirm-{job_id}":
        page.press("Tab")
        reached.append(page.ask("document.activeElement.id"))
        assert len(reached) < 100
    assert f"job-{job_id}" in reached
    page.press("Enter")
    page.wait_for_load()
    assert page.ask("location.pathname") == f"/_standin/job/{job_id}"
    rehearsal.reaches(job_id, "Complete")


def test_reloads_itself_without_its_script(page: Tab, filled: tuple[Standin, Rehearsal, list[str]]) -> None:
    standin, _, _ = filled
    page.show(1280, script=False)
    page.open(standin.endpoint)
    started = time.monotonic()
    page.wait_for_load()
    assert 3 < time.monotonic() - started < 30
