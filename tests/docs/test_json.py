"""The page of the JSON contract has exactly the keys of the commands and pages."""

import inspect
import re
import shutil
from pathlib import Path

import pytest

from core import plugins
from harken.__main__ import app
from harken.commands import model
from indexer.engines.memory import MemoryIndex
from nlp.evaluation.task import Task
from nlp.model import STANDARD_HEADS
from store.database import Database
from tests.console import sample_installation
from tests.docs import json_samples as samples
from tests.docs.json_page import parse_page

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
# Quantizing takes minutes and an optional package.
NOT_RUN = "harken model build"


@pytest.fixture(scope="module")
def page():
    """Return the page; it collects the keys that were checked."""
    return parse_page(PAGE.read_text(encoding="utf-8"))


def check(page, answers):
    """Check each of *answers* by its section; return the names of the sections."""
    names = set()
    for section, answer, with_head in answers:
        page.check(section, answer, with_head=with_head)
        names.add(section)
    return names


@pytest.fixture(scope="module")
def of_commands(page, sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    return check(page, samples.from_commands(sqlite_template, folder))


@pytest.fixture(scope="module")
def of_console(page, sqlite_template, tmp_path_factory):
    copy = shutil.copy(sqlite_template, tmp_path_factory.mktemp("console") / "record.db")
    record = Database(f"sqlite:///{copy}")
    sample_installation.fill_database(record)
    return check(page, samples.from_console(record))


@pytest.fixture(scope="module")
def of_demo(page, sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    record = Database(f"sqlite:///{shutil.copy(sqlite_template, folder / 'record.db')}")
    samples.fill_database(record)
    return check(page, samples.from_demo(record, folder))


@pytest.fixture(scope="module")
def of_run(page, tmp_path_factory):
    return check(page, samples.from_run(tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="module")
def of_models(page):
    return check(page, samples.from_models())


# ---- the page


def commands():
    own = [command.callback.__name__ for command in app.registered_commands]
    groups = [
        f"{group.name} {command.name or command.callback.__name__}"
        for group in app.registered_groups
        for command in group.typer_instance.registered_commands
    ]
    return {f"harken {name}" for name in (*own, *groups)}


def twins(record):
    """Return the paths of the console's JSON, in the form of the page."""
    console = sample_installation.make_client(
        sample_installation.make_context(record, MemoryIndex())
    ).app
    paths = (re.sub(r"\{number:int\}", "N", path) for path in paths_of(console.router))
    paths = {re.sub(r"\{ident\}", "ID", path) for path in paths}
    return {path for path in paths if path.endswith(".json")} | {"/readyz"}


def paths_of(router):
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        yield from paths_of(inner) if inner else [getattr(route, "path", "")]


def test_every_command_has_a_section(page):
    assert commands() == {name for name in page.sections if name.startswith("harken ")}


def test_every_twin_has_a_section(page, sqlite_record):
    assert twins(sqlite_record) == {name for name in page.sections if name.startswith("/")}


def test_every_link_leads_to_a_section(page):
    for name, anchor in page.links():
        assert name in page.sections
        assert anchor == name.replace(" ", "-")


def test_every_task_has_its_key_among_the_predictions(page):
    tasks = [
        plugins.load("nlp.evaluation.tasks", name, Task)
        for name in plugins.available("nlp.evaluation.tasks")
    ]
    keys = {task.output_key for task in tasks} | set(STANDARD_HEADS)
    assert keys <= set(page.keys("prediction"))


def test_keys_of_the_command_that_is_not_run_are_in_its_code(page):
    for key in page.sections[NOT_RUN].keys:
        assert f'"{key}"' in inspect.getsource(model.build)


def test_undocumented_key_or_type_is_detected():
    page = parse_page(PAGE.read_text(encoding="utf-8"))
    head = {"schema": 1, "verb": "detect", "ok": True, "at": "2026-03-02T12:00:00Z"}
    page.check("harken detect", head | {"events": None, "started": False}, with_head=True)
    with pytest.raises(AssertionError, match="undocumented keys \\['more'\\]"):
        page.check("harken detect", head | {"more": 1}, with_head=True)
    with pytest.raises(AssertionError, match="started is no boolean"):
        page.check("harken detect", head | {"started": None}, with_head=True)
    with pytest.raises(AssertionError, match="country is no text"):
        page.check("mention", {"place": {"country": 5}})


# ---- the answers


def test_json_of_the_console_is_documented(of_console):
    assert of_console >= {"/status.json", "error", "query error"}


@pytest.mark.slow
def test_json_of_the_commands_is_documented(of_commands):
    assert of_commands >= {"harken detect", "mention", "prediction"}


@pytest.mark.slow
def test_json_of_the_demo_is_documented(of_demo):
    assert of_demo == {"harken demo"}


@pytest.mark.e2e
def test_json_of_the_run_is_documented(of_run):
    assert of_run == {"harken run", "harken status"}


@pytest.mark.model
def test_json_of_the_models_is_documented(of_models):
    assert of_models >= {"harken model list", "prediction"}


@pytest.mark.model
@pytest.mark.timeout(600)
def test_every_documented_key_is_returned(
    page, of_commands, of_console, of_demo, of_run, of_models
):
    """The page has no key that nothing returns."""
    names = set().union(of_commands, of_console, of_demo, of_run, of_models)
    answerable = {name for name in page.sections if name.startswith(("harken ", "/"))}
    assert answerable - names == {NOT_RUN}
    keys = {(name, key) for name, one in page.sections.items() for key in one.keys}
    missing = keys - page.covered_keys
    assert missing == {(NOT_RUN, key) for key in page.sections[NOT_RUN].keys}
