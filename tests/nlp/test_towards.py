"""The mark that tells a model whose sentiment is asked for."""

import re

from hypothesis import given
from hypothesis import strategies as st

from nlp.towards import MARKS, mark


def test_a_brand_is_marked_as_a_word_in_any_case():
    said = mark("Velorra beats VELORRA2, not velorra's rival", ["velorra"])
    assert said == "► Velorra ◄ beats VELORRA2, not ► velorra ◄'s rival"


def test_the_longest_name_wins():
    assert mark("the Mira 3 is a Mira", ["Mira", "Mira 3"]) == "the ► Mira 3 ◄ is a ► Mira ◄"


def test_marks_of_the_text_itself_count_for_nothing():
    assert mark("► Oskelo ◄ and Tandrix", ["Tandrix"]) == " Oskelo  and ► Tandrix ◄"


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_nothing_but_marks_is_added(text, names):
    """Without marks and spaces the text is what it was."""
    bare = re.compile(rf"[\s{''.join(MARKS)}]")
    assert bare.sub("", mark(text, names)) == bare.sub("", text)
