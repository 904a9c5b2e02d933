"""``harken init``: valid settings for a brand of any name."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load
from config.settings import Settings
from core.errors import ConfigError
from core.watch import Watch
from harken.commands.init import _example, init
from harken.pipeline.crawl import source_options
from indexer.index_tokens import index_words
from indexer.percolate import Percolator
from indexer.query.watch_query import compile_watch

# Text that a shell accepts: no NUL, no lone surrogate.
TYPED = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
BRANDS = TYPED.filter(index_words)
AWKWARD = ["Ben & Jerry's", 'The "Quoted" One', "C:\\drive", "#1: {slug}", "- dash", "{query}",
           "Müller: Söhne", "電池", "On", "null", "1e3", "*anchor", "%TAG", "a\nb"]  # fmt: skip


def example_settings(brand: str, *feeds: str, state: Path | None = None) -> Settings:
    """Return the settings that ``harken init`` writes."""
    return Settings.model_validate(yaml.safe_load(_example(brand, feeds, state)))


@pytest.mark.parametrize("brand", AWKWARD)
def test_watch_of_any_brand_matches_its_name(brand):
    (watch,) = example_settings(brand).watches
    assert watch.name == brand
    compile_watch(watch.query)
    matches = Percolator(
        [Watch(slug=watch.slug, name=brand, kind="brand", query=watch.query, revision="1")]
    ).match(f"I saw {brand} yesterday")
    assert list(matches) == [watch.slug]


@settings(max_examples=10)
@given(BRANDS)
def test_no_brand_name_changes_other_settings(brand):
    example = example_settings(brand)
    assert (example.watches[0].name, len(example.watches)) == (brand, 1)
    assert compile_watch(example.watches[0].query) == compile_watch(
        f'"{" ".join(index_words(brand))}"'
    )
    assert example.model_copy(update={"watches": ()}) == example_settings("Acme").model_copy(
        update={"watches": ()}
    )


def test_each_feed_is_a_source():
    feeds = ["https://a.example/feed.xml", "http://b.example/?x=1&y='2'#{brand}"]
    sources = example_settings("Acme", *feeds).sources
    assert [source.slug for source in sources] == ["feed-1", "feed-2"]
    assert [source_options(source).url for source in sources] == feeds
    assert example_settings("Acme").sources == ()


def test_commented_source_is_valid_once_uncommented():
    lines = _example("Acme", [], None).splitlines()
    first = lines.index("# sources:")
    block = [line for line in lines[first:] if line.startswith("#")][:6]
    assert block[-1] == "#       url: https://blog.example.org/feed.xml"
    lines[first : first + 6] = [line.removeprefix("# ") for line in block]
    example = Settings.model_validate(yaml.safe_load("\n".join(lines)))
    assert [source_options(source).url for source in example.sources] == [
        "https://blog.example.org/feed.xml"
    ]
    assert example.model_copy(update={"sources": ()}) == example_settings("Acme")


def test_safety_topic_mentions_fire():
    (safety,) = [topic for topic in example_settings("Acme").topics if topic.id == "safety"]
    assert "fire" in " ".join(safety.sentences)


@settings(max_examples=10)
@given(TYPED)
def test_state_folder_can_have_any_name(name):
    folder = Path("/srv") / name.replace("/", "_")
    assert example_settings("Acme", state=folder).state == folder


@pytest.fixture
def run_init(tmp_path, capsys):
    """Return a function that runs the command and returns its output; ``file`` is the path."""

    def write(**options):
        init(config=tmp_path / "harken.yaml", brand="Acme", **options)
        return capsys.readouterr().out

    write.file = tmp_path / "harken.yaml"
    return write


def test_text_lists_the_next_commands(run_init):
    text = run_init()
    assert "harken check, harken run" in text
    assert "uncomment sources" in text
    assert load(run_init.file, {}).watches[0].slug == "acme"


def test_json_has_the_path_of_the_settings(run_init):
    output = json.loads(run_init(as_json=True))
    assert (output["verb"], output["ok"], output["config"]) == ("init", True, str(run_init.file))


def test_existing_file_is_not_overwritten(run_init):
    run_init.file.write_text("zone: UTC\n")
    with pytest.raises(ConfigError, match="already exists"):
        run_init()
    assert run_init.file.read_text() == "zone: UTC\n"


def test_missing_folder_is_an_error_with_its_path(tmp_path):
    with pytest.raises(ConfigError, match=r"no/h\.yaml: cannot be written \(No such file"):
        init(config=tmp_path / "no" / "h.yaml", brand="Acme")
