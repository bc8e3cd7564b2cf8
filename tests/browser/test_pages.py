"""What people see: MLflow's pages of a study of 300 configurations, in a real browser.

Seconds are printed, not judged: how long a page takes depends on what else the machine does.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from search_spaces.demo import DEMO

# MLflow's own tables use what SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

SHOWN_COLUMNS = ("f1_overall", "f1_macro", "f1_micro", "learning_rate", "window")
COLUMN = ".du-bois-light-tree-node-content-wrapper"
OPTION = ".du-bois-light-select-item-option:visible"
AXES = ".parcoords .axis-title"


@contextmanager
def told(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"\n{what}: {time.monotonic() - started:.1f} s")


def shown_axes(page) -> list[str]:
    page.locator(AXES).first.wait_for(state="attached")
    return page.locator(AXES).all_text_contents()


def choose(page, field, names) -> None:
    """Clicks on these options of a list of which only a part is on the page at a time."""
    field.click(force=True)
    for name in names:
        option = page.locator(f"{OPTION}[title='{name}']")
        page.locator(OPTION).first.hover()
        page.mouse.wheel(0, -10_000)
        page.wait_for_timeout(300)
        while not option.count():
            page.mouse.wheel(0, 100)
            page.wait_for_timeout(300)
        option.click()
    page.keyboard.press("Escape")


def test_the_runs_are_sorted_by_f1_and_show_it(pages, page, keep):
    with told("300 runs, sorted by F1"):
        page.goto(pages.sorted_runs)
        page.get_by_text(pages.names[0], exact=True).wait_for()
    page.get_by_role("button", name="Columns").click()
    for name in ("Dataset", "Source", "Models", *SHOWN_COLUMNS):
        page.locator(f"{COLUMN}[title='{name}']").first.click()
    page.keyboard.press("Escape")
    page.locator("[role=columnheader][col-id='metrics.`f1_overall`']").wait_for()
    page.wait_for_timeout(1000)

    keep("mlflow-runs")
    text = page.locator("body").inner_text()
    places = [text.index(name) for name in pages.names[:5]]
    assert places == sorted(places)


def test_a_comparison_shows_the_search_parameters_on_parallel_axes(pages, page, keep):
    with told("20 runs compared"):
        page.goto(pages.comparison(20))
        shown_axes(page)
    first = shown_axes(page)
    fields = page.get_by_role("combobox")
    choose(page, fields.nth(0), [name for name in DEMO.dimensions if name not in first])
    choose(page, fields.nth(1), ["f1_overall", *(name for name in first if name not in DEMO.dimensions)])
    page.wait_for_timeout(1000)

    keep("mlflow-compare")
    assert set(shown_axes(page)) == {*DEMO.dimensions, "f1_overall"}


def test_300_runs_can_be_compared(pages, page):
    with told("300 runs compared"):
        page.goto(pages.comparison(300))
        shown_axes(page)

    assert "Comparing 300 Runs" in page.locator("body").inner_text()


def test_the_proposals_of_a_run_are_a_table(pages, page, keep):
    page.set_viewport_size({"width": 2100, "height": 780})
    with told("a table of proposals"):
        page.goto(pages.artifact("proposals.json"))
        page.get_by_role("columnheader", name="recording").wait_for()
    page.wait_for_timeout(1000)

    keep("mlflow-proposals")
    columns = page.get_by_role("columnheader").all_inner_texts()
    assert columns == [
        *("recording", "subject", "kind", "onset", "apex", "offset", "score"),
        *("truth_onset", "truth_offset", "iou"),
    ]
    assert page.get_by_text("s00_1", exact=True).count() > 0


def test_a_timeline_is_a_picture(pages, page, keep):
    with told("a timeline"):
        page.goto(pages.artifact("timelines"))
        page.get_by_text("timelines", exact=True).first.click()
        page.get_by_text(".png").first.click()
        page.wait_for_function("[...document.images].some(image => image.naturalWidth > 1000)")
    page.wait_for_timeout(500)

    keep("mlflow-timeline")


def test_the_folds_of_a_run_are_curves(pages, page, keep):
    page.goto(f"{pages.address}/#/experiments/{pages.experiment}/runs/{pages.run_ids[0]}/model-metrics")
    page.get_by_text(f"{pages.names[0]} (folds/f1_overall)").first.wait_for()
    page.wait_for_timeout(1000)

    keep("mlflow-folds")
