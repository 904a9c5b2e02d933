"""Each template uses exactly its context, and escapes every value of it."""

import re
from dataclasses import fields
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError, meta, nodes

from alerts.messages.brief import brief_context
from alerts.messages.digest import digest_context
from alerts.messages.silence_notice import silence_context
from templates.contexts import CONTEXTS
from templates.contexts.base import Context
from templates.contexts.mail import Picture
from templates.render import environment, render
from tests.alerts import example_emails as letters
from tests.templates import example_pages

HOSTILE = [
    example_pages.HOSTILE,
    "'\"><img src=x onerror=alert(1)>",
    "</style></script><svg onload=alert(1)>",
    "{{7*7}}{% raw %}",
    "x" * 10_000,
    "😀" * 50,
    "",
]


def mails(hostile: str) -> dict[str, Context]:
    """Return both emails with *hostile* in every external text."""
    mentions = tuple(letters.mention(f"{hostile} {n}", sources=(hostile,)) for n in range(3))
    brief = letters.brief_facts(topic=hostile or None, mentions=mentions)
    digest = letters.day(mentions=mentions, subscription="morning")
    context = brief_context(brief, letters.ENVELOPE, letters.NOW)
    return {
        "mail/brief.html.j2": context,
        "mail/brief.txt.j2": context,
        "mail/notice.html.j2": silence_context(hostile, letters.SILENCE, letters.ENVELOPE),
        "mail/notice.txt.j2": silence_context(hostile, letters.SILENCE, letters.ENVELOPE),
        "mail/digest.html.j2": digest_context(digest, letters.ENVELOPE),
        "mail/digest.txt.j2": digest_context(digest, letters.ENVELOPE),
        "charts/mail.svg.j2": Picture(plot=example_pages.chart()),
    }


def context_names(template: str, visited_templates: set[str]) -> set[str]:
    """Return the names that *template* and its parents and imports expect in the context."""
    source, _, _ = environment().loader.get_source(environment(), template)
    tree = environment().parse(source)
    # The analysis does not see that top-level imports and macros of a child exist in its blocks.
    local_names = {macro.name for macro in tree.find_all(nodes.Macro)}
    local_names |= {import_node.target for import_node in tree.find_all(nodes.Import)}
    local_names |= {
        name for import_node in tree.find_all(nodes.FromImport) for name in import_node.names
    }
    names = meta.find_undeclared_variables(tree) - local_names
    for other in meta.find_referenced_templates(tree):
        if other not in visited_templates:
            names |= context_names(other, visited_templates | {other})
    return names


class Page(HTMLParser):
    """A parser that collects tags and attributes, which a browser would run or load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("template", CONTEXTS)
def test_template_uses_exactly_its_context(template):
    field_names = {field.name for field in fields(CONTEXTS[template])}
    used_names = context_names(template, set()) - {"say", *environment().globals}
    assert used_names - field_names == set()
    if not template.endswith(".txt.j2"):  # a text part may leave out what only HTML can show
        assert field_names - used_names - {"zone", "locale"} == set()


def test_every_complete_template_has_a_context():
    alone = {
        name
        for name in environment().list_templates(extensions=["j2"])
        if not re.search(r"layout|parts|histogram", name)
    }
    assert alone == set(CONTEXTS)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_external_text_adds_no_markup_to_a_page(hostile):
    """Its tags are the same with any external text."""
    plain, hostile_pages = example_pages.pages("harmless"), example_pages.pages(hostile)
    for name, (template, context) in hostile_pages.items():
        page = Page(render(template, context))
        assert "img" not in page.tags
        assert page.tags.count("script") == 2
        assert not [a for a, _ in page.attributes if a.startswith("on") or a == "style"]
        assert not [v for a, v in page.attributes if a == "href" and "javascript:" in v]
        if hostile:
            assert page.tags == Page(render(*plain[name])).tags


@pytest.mark.parametrize("hostile", HOSTILE)
def test_external_text_adds_no_markup_to_an_email(hostile):
    for template, context in mails(hostile).items():
        if template.endswith(".html.j2"):
            page = Page(render(template, context))
            assert "script" not in page.tags
            assert page.tags.count("img") == ("notice" not in template)
            assert not [a for a, _ in page.attributes if a.startswith("on")]


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x9b", "\u202e", "\u2066", "\ud800"])
def test_control_characters_are_removed(character):
    """Escape sequences, changes of the writing direction, lone surrogates."""
    contexts = {**mails(f"a{character}b"), **dict(example_pages.pages(f"a{character}b").values())}
    for template, context in contexts.items():
        text = render(template, context)
        assert character not in text
        assert "ab" in text or template.startswith("charts/")


def test_braces_of_a_post_are_not_evaluated():
    for template, context in mails("{{7*7}}").items():
        text = render(template, context)
        assert "{{7*7}}" in text or template.startswith("charts/")


def test_context_of_another_template_is_rejected():
    with pytest.raises(
        TypeError, match=r"console/error.html.j2 takes a ErrorPage, not a SearchPage"
    ):
        render("console/error.html.j2", example_pages.search())


def test_undefined_name_is_an_error():
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody_set_this }}").render()


def test_every_template_except_text_parts_escapes():
    escapes = environment().autoescape
    names = environment().list_templates(extensions=["j2"])
    assert {name for name in names if not escapes(name)} == {
        name for name in names if name.endswith(".txt.j2")
    }
    assert escapes(None)


def test_page_works_without_javascript():
    """Filters, bars and pages are links, the search is a form."""
    page = Page(render("console/search.html.j2", example_pages.search()))
    links = [value for name, value in page.attributes if name == "href"]
    assert page.tags.count("form") == 1
    assert len([link for link in links if link.startswith("/?from=")]) == 48
