"""A checked page reports barriers, errors and requests to other machines."""

from pathlib import Path

import pytest

from bench.browser import CHROMIUM, Screen, chromium, is_at_home, open_page, take_picture

HOME = "http://127.0.0.1:8642"
SCREEN = Screen(name="light", width=400, height=300, tallest=500)
VALID_PAGE = "<!doctype html><html lang=en><title>T</title><main><h1>Well</h1>{}</main>"


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip("not installed")
    with chromium() as instance:
        yield instance


def problems(browser, html, *, skip_rules=()):
    with open_page(browser, SCREEN, HOME) as watch:
        watch.page.set_content(html)
        return watch.inspect(skip_rules)


@pytest.mark.parametrize("url", [HOME, f"{HOME}/static/x.css", "data:image/png;base64,AA=="])
def test_own_host_and_data_urls_are_local(url):
    assert is_at_home(url, HOME)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:86421/", "https://cdn.example/x.js", "http://127.0.0.1/", "file:///"]
)
def test_other_urls_are_not_local(url):
    assert not is_at_home(url, HOME)


@pytest.mark.service
def test_valid_page_has_no_problem(browser):
    assert problems(browser, VALID_PAGE.format("")) == []


@pytest.mark.service
@pytest.mark.parametrize(
    ("flaw", "problem"),
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
def test_each_problem_is_reported(browser, flaw, problem):
    assert any(line.startswith(problem) for line in problems(browser, VALID_PAGE.format(flaw)))


@pytest.mark.service
def test_rule_can_be_skipped(browser):
    bare = "<!doctype html><html lang=en><title>T</title><p>A letter.</p>"
    assert problems(browser, bare)
    skip_rules = ("landmark-one-main", "page-has-heading-one", "region")
    assert problems(browser, bare, skip_rules=skip_rules) == []


@pytest.mark.service
@pytest.mark.parametrize(("long", "height"), [(50, 300), (400, 400), (9000, 500)])
def test_picture_has_the_height_of_the_page_up_to_a_limit(browser, tmp_path, long, height):
    path = tmp_path / "page.png"
    with open_page(browser, SCREEN, HOME) as watch:
        watch.page.set_content(f"<body style='margin:0'><div style='height:{long}px'>x</div>")
        size = take_picture(watch.page, path, SCREEN.tallest)
    raw = path.read_bytes()
    assert size == len(raw)
    assert (int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])) == (400, height)
