"""nlp.text.target_marking: the marks around the brand that the sentiment refers to."""

import re

from hypothesis import given
from hypothesis import strategies as st

from nlp.text.excerpt import Excerpt
from nlp.text.target_marking import MARKS, mark_brand, mark_targets


def test_a_brand_is_marked_as_a_word_in_any_case():
    marked_text = mark_brand("Velorra beats VELORRA2, not velorra's rival", ["velorra"])
    assert marked_text == "► Velorra ◄ beats VELORRA2, not ► velorra ◄'s rival"


def test_the_longest_name_wins():
    assert mark_brand("the Mira 3 is a Mira", ["Mira", "Mira 3"]) == "the ► Mira 3 ◄ is a ► Mira ◄"


def test_marks_in_the_text_itself_are_removed():
    assert mark_brand("► Oskelo ◄ and Tandrix", ["Tandrix"]) == " Oskelo  and ► Tandrix ◄"


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_only_marks_are_added(text, names):
    """Without marks and spaces the text is unchanged."""
    bare = re.compile(rf"[\s{''.join(MARKS)}]")
    assert bare.sub("", mark_brand(text, names)) == bare.sub("", text)


def test_each_watch_with_a_match_gets_an_excerpt():
    names = {"acme": ["Velorra"], "globex": ["Oskelo"]}
    assert mark_targets("Velorra, not Oskelo", names) == {
        "acme": Excerpt("► Velorra ◄, not Oskelo", 1.0),
        "globex": Excerpt("Velorra, not ► Oskelo ◄", 1.0),
    }


def test_text_on_one_watch_gets_no_excerpt():
    assert mark_targets("Velorra and Velorra", {"acme": ["Velorra"], "globex": []}) == {}
    assert mark_targets("Velorra", {"acme": ["Velorra"], "all": ["velorra"]}) == {}
    assert mark_targets("nobody", {"acme": ["Velorra"], "globex": ["Oskelo"]}) == {}


def test_shared_term_is_not_marked_for_a_watch_with_other_terms():
    names = {"acme": ["Acme"], "recall": ["Acme", "recall"], "globex": ["Globex"]}
    excerpts = mark_targets("Acme has a recall, Globex has none", names)
    assert excerpts["recall"].text == "Acme has a ► recall ◄, Globex has none"
    assert excerpts["acme"].text == "► Acme ◄ has a recall, Globex has none"


@given(
    st.text("ab ►◄", max_size=30),
    st.dictionaries(st.sampled_from("xyz"), st.lists(st.text("ab", min_size=1), max_size=2)),
)
def test_text_gets_excerpts_for_several_watches_or_none(text, names):
    excerpts = mark_targets(text, names)
    assert excerpts.keys() <= names.keys()
    assert len(set(excerpts.values())) != 1
    assert all(MARKS[0] in passage.text for passage in excerpts.values())
