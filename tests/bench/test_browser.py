"""A watched page hides neither a barrier, nor an error, nor a request that leaves the machine."""

from pathlib import Path

import pytest

from bench.browser import CHROMIUM, Screen, chromium, is_at_home, open_page, take_picture

HOME = "http://127.0.0.1:8642"
SCREEN = Screen(name="light", width=400, height=300, tallest=500)
WELL = "<!doctype html><html lang=en><title>T</title><main><h1>Well</h1>{}</main>"


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip("not installed")
    with chromium() as started:
        yield started


def complaints(browser, html, *, excused=()):
    with open_page(browser, SCREEN, HOME) as watch:
        watch.page.set_content(html)
        return watch.inspect(excused)


@pytest.mark.parametrize("url", [HOME, f"{HOME}/static/x.css", "data:image/png;base64,AA=="])
def test_home_is_the_host_and_what_needs_none(url):
    assert is_at_home(url, HOME)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:86421/", "https://cdn.example/x.js", "http://127.0.0.1/", "file:///"]
)
def test_all_else_is_abroad(url):
    assert not is_at_home(url, HOME)


@pytest.mark.service
def test_a_page_that_is_well_has_no_complaint(browser):
    assert complaints(browser, WELL.format("")) == []


@pytest.mark.service
@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ("<img src=data:image/gif;base64,R0lGODlhAQABAAAAACw=>", "axe: image-alt"),
        ("<script>console.error('torn')</script>", "console: torn"),
        ("<script>absent()</script>", "console: absent is not defined"),
        (
            "<img alt='' src=http://127.0.0.1:9/pixel.png>",
            "request to http://127.0.0.1:9/pixel.png",
        ),
    ],
)
def test_each_flaw_is_named(browser, flaw, said):
    assert any(line.startswith(said) for line in complaints(browser, WELL.format(flaw)))


@pytest.mark.service
def test_a_rule_that_does_not_apply_can_be_excused(browser):
    bare = "<!doctype html><html lang=en><title>T</title><p>A letter.</p>"
    assert complaints(browser, bare)
    excused = ("landmark-one-main", "page-has-heading-one", "region")
    assert complaints(browser, bare, excused=excused) == []


@pytest.mark.service
@pytest.mark.parametrize(("long", "height"), [(50, 300), (400, 400), (9000, 500)])
def test_a_picture_is_as_tall_as_the_page_up_to_a_limit(browser, tmp_path, long, height):
    path = tmp_path / "page.png"
    with open_page(browser, SCREEN, HOME) as watch:
        watch.page.set_content(f"<body style='margin:0'><div style='height:{long}px'>x</div>")
        size = take_picture(watch.page, path, SCREEN.tallest)
    raw = path.read_bytes()
    assert size == len(raw)
    assert (int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])) == (400, height)
