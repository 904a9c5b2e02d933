"""``harken init`` writes valid settings for a brand of any name."""

import json
import logging
from pathlib import Path

import pytest
import structlog
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


def written(brand: str, *feeds: str, state: Path | None = None) -> Settings:
    """Return the settings that init writes."""
    return Settings.model_validate(yaml.safe_load(_example(brand, feeds, state)))


@pytest.mark.parametrize("brand", AWKWARD)
def test_any_brand_is_listened_for_by_its_name(brand):
    (watch,) = written(brand).watches
    assert watch.name == brand
    compile_watch(watch.query)
    heard = Percolator(
        [Watch(slug=watch.slug, name=brand, kind="brand", query=watch.query, revision="1")]
    ).match(f"I saw {brand} yesterday")
    assert list(heard) == [watch.slug]


@settings(max_examples=10)
@given(BRANDS)
def test_no_name_breaks_out_of_its_place(brand):
    made = written(brand)
    assert (made.watches[0].name, len(made.watches)) == (brand, 1)
    assert compile_watch(made.watches[0].query) == compile_watch(
        f'"{" ".join(index_words(brand))}"'
    )
    assert made.model_copy(update={"watches": ()}) == written("Acme").model_copy(
        update={"watches": ()}
    )


def test_each_feed_is_a_source_of_its_own():
    feeds = ["https://a.example/feed.xml", "http://b.example/?x=1&y='2'#{brand}"]
    made = written("Acme", *feeds).sources
    assert [source.slug for source in made] == ["feed-1", "feed-2"]
    assert [source_options(source).url for source in made] == feeds
    assert written("Acme").sources == ()


def test_without_a_feed_the_commented_source_is_valid_once_uncommented():
    lines = _example("Acme", [], None).splitlines()
    first = lines.index("# sources:")
    block = [line for line in lines[first:] if line.startswith("#")][:6]
    assert block[-1] == "#       url: https://blog.example.org/feed.xml"
    lines[first : first + 6] = [line.removeprefix("# ") for line in block]
    made = Settings.model_validate(yaml.safe_load("\n".join(lines)))
    assert [source_options(source).url for source in made.sources] == [
        "https://blog.example.org/feed.xml"
    ]
    assert made.model_copy(update={"sources": ()}) == written("Acme")


def test_a_fire_has_a_topic():
    (safety,) = [topic for topic in written("Acme").topics if topic.id == "safety"]
    assert "fire" in " ".join(safety.sentences)


@settings(max_examples=10)
@given(TYPED)
def test_a_state_folder_may_be_called_anything(name):
    folder = Path("/srv") / name.replace("/", "_")
    assert written("Acme", state=folder).state == folder


@pytest.fixture(autouse=True)
def log():
    """Undo what a command does to the log of this process."""
    handlers = logging.getLogger().handlers
    level = logging.getLogger().level
    yield
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def place(tmp_path, capsys):
    """Write the settings; return what the command prints."""

    def write(**said):
        init(config=tmp_path / "harken.yaml", brand="Acme", **said)
        return capsys.readouterr().out

    write.file = tmp_path / "harken.yaml"
    return write


def test_people_are_told_what_to_do_next(place):
    told = place()
    assert "harken check, harken run" in told
    assert "uncomment sources" in told
    assert load(place.file, {}).watches[0].slug == "acme"


def test_scripts_are_told_where_it_is(place):
    told = json.loads(place(as_json=True))
    assert (told["verb"], told["ok"], told["config"]) == ("init", True, str(place.file))


def test_what_is_there_is_never_overwritten(place):
    place.file.write_text("zone: UTC\n")
    with pytest.raises(ConfigError, match="already exists"):
        place()
    assert place.file.read_text() == "zone: UTC\n"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"no/h\.yaml: cannot be written \(No such file"):
        init(config=tmp_path / "no" / "h.yaml", brand="Acme")
