"""Character references in foreign HTML and XML: ``&#146;``, ``&nbsp;``, ``<!ENTITY x "&#160;">``.

References that stand for one character are harmless. All others stay as they are, for the checks of
``crawlers.feed_safety``.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from html.entities import html5
from typing import Final

# Numeric references to halves of pairs (U+D800 to U+DFFF; decimal ones with their neighbours), and
# to U+0080 to U+009F, which browsers take for bytes of windows-1252.
_ODD_REFERENCES: Final = re.compile(
    r"(?:&#(?:x0*(?:[89][0-9a-f]|d[89a-f][0-9a-f]{2})|0*(?:12[89]|1[3-5]\d|5[5-7]\d{3}));)+",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"&#(x?)([0-9a-f]+);", re.IGNORECASE)
_LAST_OF_WINDOWS_1252: Final = 0x9F
_NAMED_REFERENCE: Final = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&([A-Za-z][\w.-]{0,31});", re.DOTALL
)
_ENTITY_DECLARATION: Final = re.compile(
    r"""<!ENTITY\s+([A-Za-z][\w.-]*)\s+(?:"([^"]*)"|'([^']*)')\s*>\s*"""
)
_XML_NAMES: Final = frozenset({"amp", "apos", "gt", "lt", "quot"})
_MARKUP: Final = frozenset("<>&\"'")
_ENTITY_CHARACTERS: Final = {
    name.removesuffix(";"): characters
    for name, characters in html5.items()
    if name.endswith(";") and _MARKUP.isdisjoint(characters)
}


def resolve_odd_references(markup: str) -> str:
    """Return *markup* with characters for numeric references that only browsers understand.

    ``&#146;`` is an apostrophe, ``&#55357;&#56832;`` one emoji; half a pair alone is U+FFFD.
    """
    return _ODD_REFERENCES.sub(_characters, markup) if "&#" in markup else markup


def resolve_named_references(xml: str, characters: Mapping[str, str]) -> str:
    """Return *xml* with characters for the names of HTML and those that *characters* declares.

    Text in CDATA and the five names of XML itself are left alone.
    """

    def resolve(match: re.Match[str]) -> str:
        name = match[1]
        if name is None or name in _XML_NAMES:
            return match[0]
        if name in characters:
            return escape(characters[name])
        return _ENTITY_CHARACTERS.get(name, match[0])

    return _NAMED_REFERENCE.sub(resolve, xml)


def split_entity_declarations(doctype: str) -> tuple[str, dict[str, str]]:
    """Return *doctype* without its declarations of one character each, and those characters."""
    characters: dict[str, str] = {}

    def remove(match: re.Match[str]) -> str:
        # Twice: "&#38;#160;" declares a reference, which is resolved where it is used.
        value = unescape(unescape(match[2] or match[3] or ""))
        if len(value) != 1:
            return match[0]
        characters.setdefault(match[1], value)  # of two declarations the first is binding
        return ""

    return _ENTITY_DECLARATION.sub(remove, doctype), characters


def _characters(match: re.Match[str]) -> str:
    codes = [int(code, 16 if x else 10) for x, code in _REFERENCE.findall(match[0])]
    text = "".join(
        unescape(f"&#{code};") if code <= _LAST_OF_WINDOWS_1252 else chr(code) for code in codes
    )
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
