"""Search for words, with scores that a test can work out by hand."""

from nlp.explanation.leave_out import LOCAL_CHARACTERS, MAX_WORDS, LeaveOutSearch
from nlp.explanation.passage import explained_passage


class Scorer:
    """The sum of the weights of the words that occur, cut to [-1, 1]; it counts what it reads."""

    def __init__(self, **weights):
        self.weights = weights
        self.characters = 0

    def __call__(self, texts):
        self.characters += sum(map(len, texts))
        return [self._polarity(text) for text in texts]

    def _polarity(self, text):
        words = {word.strip(".,!") for word in text.split()}
        return max(-1.0, min(1.0, sum(w for name, w in self.weights.items() if name in words)))


def found_words(text, scorer, names=()):
    effects, joint_change = LeaveOutSearch(explained_passage(text), scorer, names=names).effects()
    return [text[e.start : e.end] for e in effects], joint_change


def test_words_of_the_same_direction_are_found_strongest_first():
    scorer = Scorer(bad=-0.2, awful=-0.5, nice=0.1)
    words, joint_change = found_words("A nice shop, but bad food and awful staff", scorer)
    assert words == ["awful", "bad"]
    assert joint_change == -0.7


def test_words_that_say_the_same_are_found_together():
    """Without either the other still decides: no single word changes the score."""
    scorer = Scorer(awful=-2.0, useless=-2.0)
    words, joint_change = found_words("What an awful and useless machine this is", scorer)
    assert sorted(words) == ["awful", "useless"]
    assert joint_change == -1.0


def test_strongest_word_decides_the_direction_of_a_balanced_text():
    words, joint_change = found_words("I love it but it broke", Scorer(love=0.4, broke=-0.3))
    assert words == ["love"]
    assert joint_change == 0.4


def test_text_without_a_moving_word_has_no_words():
    assert found_words("Open from nine to five", Scorer()) == ([], 0.0)
    assert found_words("", Scorer()) == ([], 0.0)


def test_number_of_words_is_limited():
    weights = {f"w{n}": -0.1 for n in range(9)}
    words, joint_change = found_words(" x ".join(weights), Scorer(**weights))
    assert len(words) == MAX_WORDS
    assert joint_change == -0.5


def test_neighbours_are_one_phrase_with_one_change():
    words, _ = found_words("this is not good at all", Scorer(good=-0.3, **{"not": -0.4}))
    assert words == ["not good"]


def test_names_are_never_left_out():
    text = "The awful acme is bad"
    name = (text.index("acme"), text.index("acme") + 4)
    scorer = Scorer(acme=-0.9, awful=-0.05)
    assert found_words(text, scorer, [[name]])[0] == ["awful"]


def test_word_of_a_long_text_is_found_at_bounded_cost():
    filler = "The shop opens at nine and closes late. "
    text = filler * 30 + "But the pump was broken. " + filler * 30
    scorer = Scorer(broken=-0.6)
    assert len(text) > 5 * LOCAL_CHARACTERS
    assert found_words(text, scorer) == (["broken"], -0.6)
    assert scorer.characters <= 40_000


def test_result_is_the_same_at_each_call():
    text = "bad awful poor weak broken late rude cold"
    weights = dict.fromkeys(text.split(), -0.1)
    assert found_words(text, Scorer(**weights)) == found_words(text, Scorer(**weights))
