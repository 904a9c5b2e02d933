"""An edit of the settings is reported once it is complete."""

from datetime import timedelta

import pytest

from config.settings_file import SettingsFile
from harken.runtime.settings_watch import ABSENT_TIME, SETTLE_TIME, SettingsWatch
from tests.store.factories import NOON

TEXT = "zone: UTC\n"
EDITED = "zone: Europe/Berlin\n"


class PolledSettings:
    """A settings file and its watch, polled ten times per SETTLE_TIME."""

    def __init__(self, folder, text=TEXT):
        self.path = folder / "harken.yaml"
        self.path.write_text(text)
        self.watch = SettingsWatch(SettingsFile(self.path, {}))
        self.now = NOON

    def result_within(self, duration):
        """Return the first result within *duration*; None if there is none."""
        end = self.now + duration
        while self.now < end:
            self.now += SETTLE_TIME / 10
            if result := self.watch.poll(self.now):
                return result
        return None

    def rename(self, text):
        """Save like an editor that writes a draft first."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(text)
        draft.replace(self.path)


@pytest.fixture
def polled_settings(tmp_path):
    return PolledSettings(tmp_path)


LONG = timedelta(minutes=1)


def test_no_result_without_an_edit(polled_settings):
    assert polled_settings.result_within(LONG) is None


@pytest.mark.parametrize("save", ["write", "rename"])
def test_edit_is_reported_once_it_is_stable(polled_settings, save):
    polled_settings.path.write_text(EDITED) if save == "write" else polled_settings.rename(EDITED)
    assert polled_settings.result_within(SETTLE_TIME) is None
    assert polled_settings.result_within(SETTLE_TIME).settings.zone == "Europe/Berlin"
    polled_settings.watch.confirm()
    assert polled_settings.result_within(LONG) is None


def test_partly_written_file_is_not_loaded(polled_settings):
    for text in ("zo", "zone: Eur", "zone: Europe/Berlin\nsour", EDITED):
        polled_settings.path.write_text(text)
        assert polled_settings.result_within(SETTLE_TIME * 0.8) is None
    result = polled_settings.result_within(LONG)
    assert (result.settings.zone, result.problem) == ("Europe/Berlin", "")


@pytest.mark.parametrize("is_empty", [True, False])
def test_file_missing_or_empty_for_a_moment_is_no_edit(polled_settings, is_empty):
    polled_settings.path.write_text("") if is_empty else polled_settings.path.unlink()
    assert polled_settings.result_within(ABSENT_TIME * 0.9) is None
    polled_settings.rename(EDITED)
    assert polled_settings.result_within(LONG).settings.zone == "Europe/Berlin"


def test_missing_file_is_a_mistake(polled_settings):
    polled_settings.path.unlink()
    result = polled_settings.result_within(LONG)
    assert result.settings is None
    assert (
        result.problem
        == f"{polled_settings.path}: file not found. Run `harken init` to create one."
    )


def test_empty_file_is_a_mistake(polled_settings):
    polled_settings.path.write_text("\n  \n")
    assert polled_settings.result_within(LONG).settings is not None, "somebody wrote it so"
    polled_settings.watch.confirm()
    polled_settings.path.write_text("")
    assert (
        polled_settings.result_within(LONG).problem
        == f"{polled_settings.path}:1:1: the file is empty."
    )


def test_mistake_is_reported_once_with_its_place(polled_settings):
    polled_settings.path.write_text("zone: UTC\nwatchs: []\n")
    problem = polled_settings.result_within(LONG).problem
    place = f"{polled_settings.path}:2:1: watchs: "
    assert problem == f"{place}unknown setting. Did you mean 'watches'?"
    polled_settings.watch.confirm()
    assert polled_settings.result_within(LONG) is None
    polled_settings.path.write_text(TEXT)
    assert polled_settings.result_within(LONG).settings.zone == "UTC"


def test_edit_is_reported_until_it_is_confirmed(polled_settings):
    polled_settings.path.write_text(EDITED)
    assert (
        polled_settings.result_within(LONG).settings == polled_settings.result_within(LONG).settings
    )
    polled_settings.watch.confirm()
    assert polled_settings.result_within(LONG) is None


def test_edit_of_a_file_of_examples_is_reported(polled_settings):
    text = "topics: [{id: price, name: Price, sentences: [Dear.], examples: rows.jsonl}]\n"
    polled_settings.path.write_text(text)
    assert "rows.jsonl" in polled_settings.result_within(LONG).problem
    polled_settings.watch.confirm()
    rows = polled_settings.path.with_name("rows.jsonl")
    rows.write_text('{"text": "Too much.", "label": "price"}\n')
    (topic,) = polled_settings.result_within(LONG).settings.topics
    assert topic.examples == ("Too much.",)
    polled_settings.watch.confirm()
    rows.write_text('{"text": "Far too much.", "label": "price"}\n')
    (topic,) = polled_settings.result_within(LONG).settings.topics
    assert topic.examples == ("Far too much.",)
