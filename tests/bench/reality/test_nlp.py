"""The area `nlp`: cases of labelled rows, and comparison of predictions with labels."""

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


def test_case_has_the_number_of_its_line_and_its_kind(tmp_path):
    (tmp_path / "nlp").mkdir()
    row = '{"text": "a", "label": "neutral", "kind": "typos"}'
    (tmp_path / "nlp" / "kinds.jsonl").write_text(f"{row}\n\n{row}\n")
    assert [(c.id, c.kind) for c in load_cases(tmp_path, "kinds")] == [
        ("kinds:1", "typos"),
        ("kinds:3", "typos"),
    ]


def test_kind_of_rows_of_other_files_is_the_file_name(tmp_path):
    write(tmp_path, "comparison", {"text": "a", "kind": "something else"})
    assert [c.kind for c in load_cases(tmp_path, "comparison")] == ["comparison"]


def test_brands_of_a_row():
    assert Case(file="short_brand", line=1, row={"names": ["A", "B"]}).brands == ("A", "B")
    assert Case(file="brand", line=1, row=BRAND_ROW).brands == ("Oskelo",)
    assert Case(file="kinds", line=1, row={}).brands == ()


def test_count_omits_failing_rows(tmp_path):
    write(tmp_path, "kinds", {"text": "a"}, {"text": "b"})
    write(tmp_path, "short_brand", {"text": "c"})
    write(tmp_path, "failing", {"text": "a"})
    assert count(tmp_path) == 3


def test_folder_without_texts_has_no_cases(tmp_path):
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
def test_area_is_wrong_below_the_required_shares(shares, wrong):
    assert is_wrong(kinds(*shares)) is wrong


def test_skipped_cases_are_ignored():
    area = report([CaseResult(kind="a", id="a:1", right=None, seen="")])
    assert not is_wrong(area)


def test_all_heads_are_compared():
    assert compare() == [True, True, True, True]
    assert compare(sentiment=Sentiment.POSITIVE) == [False, True, True, True]
    assert compare({"emotion": "joy"}) == [True, True, False, True]
    assert compare({"intents": ["complaint", "request"]}) == [True, True, True, False]


def test_topics_need_the_main_one_and_only_accepted_ones():
    assert compare(topics=("delivery", "quality"))[1]
    assert not compare(topics=("delivery",))[1]
    assert not compare(topics=("quality", "price"))[1]
    assert not compare(topics=())[1]


def test_any_emotion_is_right_without_a_label():
    assert compare({"emotion": None}, heads={})[2]


def test_exception_of_the_product_is_a_wrong_result():
    class Broken:
        def classify(self, *_):
            raise RuntimeError("no weights")

    case = Case(file="kinds", line=1, row={"text": "a", "label": "neutral", "kind": "typos"})
    assert nlp._play_case(Broken(), case) == (False, "RuntimeError: no weights")


def test_exception_of_the_player_is_raised():
    with pytest.raises(KeyError):
        nlp._play_case(None, Case(file="kinds", line=1, row={"text": "a", "kind": "typos"}))
    with pytest.raises(ProductError, match="ValueError: x"), product_calls():
        raise ValueError("x")


@pytest.mark.model
def test_default_model(tmp_path):
    sentiment_rows = [
        {"text": "I love it, what a wonderful bike!", "label": "positive", "kind": "plain"},
        {"text": "I love it, what a wonderful bike!", "label": "negative", "kind": "plain"},
    ]
    target = {"text": "I love my Oskelo, it is wonderful!", "target": "Oskelo"}
    language_rows = [
        {"text": "The battery of my Brundt caught fire", "label": "en", "names": ["Brundt"]},
        {"text": "The battery of my Brundt caught fire", "label": "fr", "names": ["Brundt"]},
        # The model does not support Dutch: such a text must not be scored.
        {"text": "Ik wacht al drie weken op mijn Brundt", "label": "nl", "names": ["Brundt"]},
    ]
    write(tmp_path, "kinds", *sentiment_rows)
    write(
        tmp_path,
        "comparison",
        target | {"label": "positive"},
        target | {"label": "negative"},
    )
    write(tmp_path, "short_brand", *language_rows)
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
