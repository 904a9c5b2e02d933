"""The reference page of the settings is up to date."""

from pathlib import Path

from config.reference_page import reference


def test_reference_page_is_up_to_date():
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    assert page.read_text() == reference(), (
        "run: python -m config.reference_page > docs/settings.md"
    )
