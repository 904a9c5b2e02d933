"""A walk over groups returns each group once, as its first hit."""

from types import SimpleNamespace

from indexer.groups import PassedGroups, count_groups


def rows(*pairs):
    """Return a row for each pair of a family, or None, and an id; its value is the id."""
    return [(SimpleNamespace(family=family, id=name), name) for family, name in pairs]


def test_each_group_has_one_head_in_the_order_of_hits():
    passed = PassedGroups()
    heads = passed.new_heads(rows(("f", "a"), (None, "b"), ("f", "c"), (None, "d")), ())
    assert heads == ["a", "b", "d"]
    assert (passed.families, passed.lone_ids) == ({"f"}, {"b", "d"})


def test_group_of_an_earlier_page_is_passed_without_a_head():
    passed = PassedGroups()
    assert passed.new_heads(rows(("early", "a"), ("f", "b")), {"early"}) == ["b"]
    assert passed.families == {"early", "f"}


def test_hits_without_a_family_of_several_are_groups_by_themselves():
    assert count_groups(7, {"f": 3, "g": 2}) == 4
    assert count_groups(7, {"f": 3, "g": 2, "h": 1}) == 4
    assert count_groups(0, {}) == 0
