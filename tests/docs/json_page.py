"""Parser of docs/json.md: its sections with their keys, and the check of JSON values by them."""

import re
from dataclasses import dataclass, field

HEAD = "head"
PLAIN = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "share": lambda value: type(value) in (int, float) and 0 <= value <= 1 + 1e-6,
    "boolean": lambda value: isinstance(value, bool),
    "time": lambda value: isinstance(value, str) and bool(TIME.fullmatch(value)),
    "null": lambda value: value is None,
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_SECTION = re.compile(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_BASE = re.compile(r"^The keys of \[([\w ]+)\]\(#[\w-]+\)", re.MULTILINE)
_LINK = re.compile(r"\[([\w ]+)\]\(#([\w-]+)\)")


@dataclass
class Section:
    name: str  # the heading, without backticks
    keys: dict[str, str]  # key to type
    base: str | None  # the section whose keys it has as well


@dataclass
class Page:
    sections: dict[str, Section]
    text: str
    covered_keys: set = field(default_factory=set)  # (section, key) of every checked value

    def check(self, name, value, *, with_head=False):
        """Assert that *value* has no key and no type that the section *name* does not give."""
        keys = self.keys(name) | (self.keys(HEAD) if with_head else {})
        assert set(value) <= set(keys), (
            f"{name}: undocumented keys {sorted(set(value) - set(keys))}"
        )
        for key, one in value.items():
            owner, kind = keys[key]
            self.covered_keys.add((owner, key))
            assert self.fits(kind, one), f"{name}: {key} is no {kind}: {str(one)[:200]}"

    def links(self):
        """Return every link within the page: the name of a section and the anchor."""
        return _LINK.findall(self.text)

    def keys(self, name):
        """Return section and type of each key of the section *name* and of its bases."""
        section = self.sections[name]
        base = self.keys(section.base) if section.base else {}
        return base | {key: (name, kind) for key, kind in section.keys.items()}

    def fits(self, kind, value):
        if kind.startswith("(") and kind.endswith(")"):
            return self.fits(kind[1:-1], value)
        if " or " in re.sub(r"\(.*\)", "", kind):
            return any(self.fits(one, value) for one in re.split(r" or (?![^(]*\))", kind))
        if kind.startswith("list of "):
            inner = kind.removeprefix("list of ")
            return isinstance(value, list) and all(self.fits(inner, one) for one in value)
        if kind.startswith("map of "):
            inner = kind.removeprefix("map of ")
            return isinstance(value, dict) and all(self.fits(inner, v) for v in value.values())
        if link := _LINK.fullmatch(kind):
            if isinstance(value, dict):
                self.check(link[1], value)
            return isinstance(value, dict)
        return PLAIN[kind](value)


def parse_page(text):
    sections = {}
    for heading, body in _SECTION.findall(text):
        keys = {key: kind for key, kind, _ in _ROW.findall(body)}
        base = _BASE.search(body)
        for name in re.findall(r"`([^`]+)`", heading) or [heading]:
            sections[name] = Section(name=name, keys=keys, base=base and base[1])
    return Page(sections=sections, text=text)
