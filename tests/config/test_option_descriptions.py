"""Options of plug-ins are described in words, with an example that is valid."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field, SecretStr

from config.option_descriptions import option_descriptions
from config.plugin_options import option_problems
from core.plugins import available, load, summary
from crawlers.source import Source


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Sample(BaseModel):
    url: str = Field(description="Address.", examples=["https://a.example"])
    port: int = Field(default=25, ge=1, le=65535)
    depth: int = Field(default=1, ge=1)
    share: float = Field(default=0.5, gt=0)
    limit: float | None = Field(default=None, le=9)
    mode: Literal["a", "b", "c"] = "a"
    colour: Colour = Colour.RED
    key: SecretStr = SecretStr("")
    file: Path | None = None
    on: bool = False
    names: tuple[str, ...] = ()


def test_types_are_in_words():
    assert {o.name: o.type for o in option_descriptions(Sample)} == {
        "url": "text",
        "port": "integer, 1 to 65535",
        "depth": "integer, at least 1",
        "share": "number, above 0",
        "limit": "number, at most 9",
        "mode": "a, b or c",
        "colour": "red or blue",
        "key": "secret text",
        "file": "path of a file",
        "on": "true or false",
        "names": "list",
    }


def test_default_is_the_example_unless_there_is_another():
    url, port, *_ = option_descriptions(Sample)
    assert (url.required, url.default, url.example) == (True, None, "https://a.example")
    assert (port.required, port.default, port.example) == (False, 25, 25)
    assert (url.description, port.description) == ("Address.", "")


@pytest.mark.parametrize("kind", available("crawlers.sources"))
def test_examples_of_a_source_are_valid_options(kind):
    """A newcomer can copy them."""
    options_class = load("crawlers.sources", kind, Source).Options
    descriptions = option_descriptions(options_class)
    examples = {o.name: o.example for o in descriptions if o.example is not None}
    assert option_problems(options_class, examples) == []
    assert all(o.description.endswith(".") for o in descriptions)
    assert all(o.example for o in descriptions if o.required)
    assert summary("crawlers.sources", kind).endswith(".")


class Strict(BaseModel):
    model_config = {"extra": "forbid"}

    host: str
    port: int = 25


def test_problems_name_the_key_and_a_remedy():
    assert option_problems(Strict, {"host": "h"}) == []
    assert option_problems(Strict, {"hots": "h", "port": "many"}) == [
        (("host",), "is required."),
        (
            ("port",),
            "Input should be a valid integer, unable to parse string as an integer.",
        ),
        (("hots",), "unknown option. Did you mean 'host'?"),
    ]
    assert option_problems(Strict, {"host": "h", "x": 1}) == [
        (("x",), "unknown option. Known: host, port.")
    ]
