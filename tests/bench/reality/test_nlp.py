"""The labelled texts of `reality/nlp`: how rows become cases, and answers become right or wrong."""

import json

import pytest

from bench.reality import nlp
from bench.reality.nlp import count, is_wrong, play
from bench.reality.nlp_cases import Case, load_cases
from bench.reality.product import ProductError, product_calls
from bench.reality.results import CaseResult, report
from core.mention import Sentiment, Verdict

BRAND_ROW = {
    "text": "The Oskelo arrived broken",
    "sentiment": "negative",
    "topics": ["quality", "delivery"],
    "emotion": "anger",
    "intents": ["complaint"],
    "towards": {"Oskelo": "negative"},
}


def write(folder, file, *rows):
    (folder / "nlp").mkdir(exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "nlp" / f"{file}.jsonl").write_text("".join(lines), encoding="utf-8")


def kinds(*shares):
    """An area with a kind of 100 cases for each number of right answers."""
    return report(
        CaseResult(kind=f"kind-{n}", id=f"kinds:{n}-{i}", right=i < right, seen="")
        for n, right in enumerate(shares)
        for i in range(100)
    )


def verdict(**values):
    defaults = {
        "watch": None,
        "sentiment": Sentiment.NEGATIVE,
        "probabilities": {},
        "polarity": -1.0,
        "topics": ("quality",),
        "model": "m",
        "text_sha256": "s",
        "heads": {"emotion": {"anger": 0.9, "joy": 0.1}, "intent": {"complaint": 0.8}},
    }
    return Verdict(**defaults | values)


def compare(row=None, **values):
    case = Case(file="brand", line=1, row=BRAND_ROW | (row or {}))
    return list(nlp._compare_heads(verdict(**values), case).values())


def test_a_case_is_named_after_its_line_and_counted_under_its_kind(tmp_path):
    (tmp_path / "nlp").mkdir()
    row = '{"text": "a", "label": "neutral", "kind": "typos"}'
    (tmp_path / "nlp" / "kinds.jsonl").write_text(f"{row}\n\n{row}\n")
    assert [(c.id, c.kind) for c in load_cases(tmp_path, "kinds")] == [
        ("kinds:1", "typos"),
        ("kinds:3", "typos"),
    ]


def test_rows_of_the_other_files_count_under_the_name_of_the_file(tmp_path):
    write(tmp_path, "comparison", {"text": "a", "kind": "something else"})
    assert [c.kind for c in load_cases(tmp_path, "comparison")] == ["comparison"]


def test_the_brands_of_a_row_are_those_it_names_or_has_a_label_for():
    assert Case(file="short_brand", line=1, row={"names": ["A", "B"]}).brands == ("A", "B")
    assert Case(file="brand", line=1, row=BRAND_ROW).brands == ("Oskelo",)
    assert Case(file="kinds", line=1, row={}).brands == ()


def test_every_row_is_counted_but_those_of_failing(tmp_path):
    write(tmp_path, "kinds", {"text": "a"}, {"text": "b"})
    write(tmp_path, "short_brand", {"text": "c"})
    write(tmp_path, "failing", {"text": "a"})
    assert count(tmp_path) == 3


def test_a_folder_without_texts_has_no_case_and_is_not_wrong(tmp_path):
    assert count(tmp_path) == 0
    assert list(play(tmp_path, tmp_path)) == []
    assert not is_wrong({})


@pytest.mark.parametrize(
    ("shares", "wrong"),
    [
        ((70,), False),
        ((69,), True),  # all under .70
        ((50, 90), False),
        ((49, 99), True),  # a kind under .50
    ],
)
def test_the_area_is_wrong_where_a_kind_or_the_whole_is_too_weak(shares, wrong):
    assert is_wrong(kinds(*shares)) is wrong


def test_skipped_cases_count_on_neither_side():
    area = report([CaseResult(kind="a", id="a:1", right=None, seen="")])
    assert not is_wrong(area)


def test_all_heads_are_compared():
    assert compare() == [True, True, True, True]
    assert compare(sentiment=Sentiment.POSITIVE) == [False, True, True, True]
    assert compare({"emotion": "joy"}) == [True, True, False, True]
    assert compare({"intents": ["complaint", "request"]}) == [True, True, True, False]


def test_the_main_topic_must_be_there_and_no_topic_that_the_row_does_not_accept():
    assert compare(topics=("delivery", "quality"))[1]
    assert not compare(topics=("delivery",))[1]
    assert not compare(topics=("quality", "price"))[1]
    assert not compare(topics=())[1]


def test_where_the_row_has_no_emotion_any_is_right():
    assert compare({"emotion": None}, heads={})[2]


def test_an_exception_of_the_product_is_the_wrong_answer_of_its_case():
    class Broken:
        def classify(self, *_):
            raise RuntimeError("no weights")

    case = Case(file="kinds", line=1, row={"text": "a", "label": "neutral", "kind": "typos"})
    assert nlp._play_case(Broken(), case) == (False, "RuntimeError: no weights")


def test_an_exception_of_the_player_is_not_the_product_s():
    with pytest.raises(KeyError):
        nlp._play_case(None, Case(file="kinds", line=1, row={"text": "a", "kind": "typos"}))
    with pytest.raises(ProductError, match="ValueError: x"), product_calls():
        raise ValueError("x")


@pytest.mark.model
def test_the_default_model_is_played(tmp_path):
    feelings = [
        {"text": "I love it, what a wonderful bike!", "label": "positive", "kind": "plain"},
        {"text": "I love it, what a wonderful bike!", "label": "negative", "kind": "plain"},
    ]
    target = {"text": "I love my Oskelo, it is wonderful!", "target": "Oskelo"}
    languages = [
        {"text": "The battery of my Brundt caught fire", "label": "en", "names": ["Brundt"]},
        {"text": "The battery of my Brundt caught fire", "label": "fr", "names": ["Brundt"]},
        # The model does not support Dutch: such a text must not be scored.
        {"text": "Ik wacht al drie weken op mijn Brundt", "label": "nl", "names": ["Brundt"]},
    ]
    write(tmp_path, "kinds", *feelings)
    write(
        tmp_path,
        "comparison",
        target | {"label": "positive"},
        target | {"label": "negative"},
    )
    write(tmp_path, "short_brand", *languages)
    text = "I hate my Brundt, it broke after two weeks, the material is cheap and badly made."
    write(tmp_path, "brand", BRAND_ROW | {"text": text, "towards": {"Brundt": "negative"}})
    results = list(play(tmp_path, tmp_path / "work"))
    assert [(r.id, r.right) for r in results] == [
        ("kinds:1", True),
        ("kinds:2", False),
        ("comparison:1", True),
        ("comparison:2", False),
        ("brand:1", True),
        ("short_brand:1", True),
        ("short_brand:2", False),
        ("short_brand:3", True),
    ]
    assert len(results) == count(tmp_path)
    assert results[0].seen == "positive, language en; label positive"
