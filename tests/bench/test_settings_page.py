"""The page of the settings is up to date."""

from pathlib import Path

from bench.settings_page import settings_page


def test_page_describes_all_settings_and_options():
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    assert page.read_text() == settings_page(), (
        "run: python -m bench.settings_page > docs/settings.md"
    )
