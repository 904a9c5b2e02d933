"""Search for the words that moved a score: leave words out and compare the polarity.

The change by one word misses words that say the same ("awful, useless thing"): without either the
other still decides. So words of little change rank by their polarity alone, and from the first on
each further word is the one that moves the score most together with those before it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, TypeAlias

from core.analysis import WordEffect
from nlp.explanation.passage import Passage, Span, merge_adjacent, sentences

MAX_WORDS: Final = 5  # of an explanation: more would mark half of a short post
MIN_CHANGE: Final = 0.02  # of polarity, by all words together: less is noise of rounding
MIN_GAIN: Final = 0.05  # of a further word, as a share of the change before it
BEAM: Final = 8  # words that are tried together
MAX_UNITS: Final = 40  # words left out one by one; more words are left out in groups first
PATIENCE: Final = 2  # words in a row that may add nothing before the search ends
ALONE_WEIGHT: Final = 0.1  # of the polarity of a word alone beside the change by it
LOCAL_CHARACTERS: Final = 300  # a longer passage is searched by sentence first
# Characters of all texts in which a sentence is left out; with more each sentence is scored alone.
SENTENCE_BUDGET: Final = 6_000

# Texts to their polarities, in order, each in [-1, 1]; None: its language is unclear.
Polarities: TypeAlias = Callable[[Sequence[str]], Sequence[float | None]]


class LeaveOutSearch:
    """A search for the words of *passage* that moved its polarity.

    A passage of 140 characters needs about 60 predictions of its length; one of any length at most
    40,000 characters of text. *names* are spans that are never left out, such as the names of the
    brand towards which the sentiment is: the sentences with the first of each stay together. No
    word of the spans *unread* is left out either: the model does not read them, but without a word
    they might not be recognised.
    """

    def __init__(
        self,
        passage: Passage,
        polarities: Polarities,
        *,
        names: Sequence[Sequence[Span]] = (),
        unread: Sequence[Span] = (),
    ) -> None:
        self._passage = passage
        self._polarities = polarities
        self._names = names
        self._unread = unread
        self.polarity = polarities([passage.without()])[0] or 0.0

    def effects(self) -> tuple[list[WordEffect], float]:
        """Return the words that moved the polarity, strongest first, and their joint change.

        The change by one word of a long passage is that of the sentences around it; the joint
        change is always that of the whole passage.

        All push in the direction of the polarity if one does, else in the other. The list is empty
        if no word moves it by ``MIN_CHANGE``.
        """
        skipped = [*self._unread, *(span for spans in self._names for span in spans)]
        local = self._local_passage(self._passage.words(skipped))
        base = self._scores([local.without()], self.polarity)[0]
        changes = self._word_changes(local, local.words(skipped), base)
        alone = self._scores([local.text[slice(*word)] for word in changes], 0.0)
        ranks = {
            word: change + ALONE_WEIGHT * polarity
            for (word, change), polarity in zip(changes.items(), alone, strict=True)
        }
        for sign in _directions(self.polarity, changes):
            effects, joint_change = self._measure(
                local, base, self._greedy(local, base, ranks, sign)
            )
            if joint_change * sign >= MIN_CHANGE:
                return effects, joint_change
        return [], 0.0

    def _scores(self, texts: Sequence[str], fallback: float) -> list[float]:
        """Return the polarity of each of *texts*; *fallback* where its language is unclear."""
        polarities = self._polarities(texts) if texts else []
        return [fallback if polarity is None else polarity for polarity in polarities]

    def _local_passage(self, words: Sequence[Span]) -> Passage:
        """Return the passage, or of a long one the sentences that moved it most."""
        if self._passage.length <= LOCAL_CHARACTERS:
            return self._passage
        groups = sentences(self._passage.text, words)
        ranks = self._sentence_ranks(groups)
        parts: list[Span] = [_extent(groups[0])] if not groups[1:] else []
        length = 0
        for index in [*self._anchors(groups), *ranks]:
            part = _extent(groups[index])
            if part not in parts and (not parts or length + part[1] - part[0] <= LOCAL_CHARACTERS):
                parts.append(part)
                length += part[1] - part[0]
        return Passage(self._passage.text, tuple(sorted(parts)))

    def _anchors(self, groups: Sequence[Sequence[Span]]) -> list[int]:
        """Return the index of the sentence with the first name of each watch."""
        firsts = [spans[0][0] for spans in self._names if spans]
        return [
            max((i for i, group in enumerate(groups) if group[0][0] <= first), default=0)
            for first in firsts
        ]

    def _sentence_ranks(self, groups: Sequence[Sequence[Span]]) -> list[int]:
        """Return the indices of *groups*, the one that moved the polarity most first."""
        sign = 1 if self.polarity >= 0 else -1
        if len(groups) * self._passage.length <= SENTENCE_BUDGET:
            texts = [self._passage.without(group) for group in groups]
            scores = [self.polarity - p for p in self._scores(texts, self.polarity)]
        else:
            texts = [self._passage.text[slice(*_extent(group))] for group in groups]
            scores = self._scores(texts, 0.0)
        return sorted(range(len(groups)), key=lambda i: (-sign * scores[i], i))

    def _word_changes(
        self, local: Passage, words: Sequence[Span], base: float
    ) -> dict[Span, float]:
        """Return the change of polarity by each of *words*, or of the groups that moved it most."""
        if len(words) <= MAX_UNITS:
            return self._changes(local, [(word,) for word in words], base)
        size = -(-len(words) // MAX_UNITS)
        groups = [tuple(words[i : i + size]) for i in range(0, len(words), size)]
        by_first = self._changes(local, groups, base)
        strongest = sorted(groups, key=lambda group: -abs(by_first[group[0]]))[: 2 * BEAM]
        return self._changes(local, [(word,) for group in strongest for word in group], base)

    def _changes(
        self, local: Passage, groups: Sequence[Sequence[Span]], base: float
    ) -> dict[Span, float]:
        """Return the change of polarity by each group of words, by its first word."""
        polarities = self._scores([local.without(group) for group in groups], base)
        return {
            group[0]: base - polarity for group, polarity in zip(groups, polarities, strict=True)
        }

    def _greedy(
        self, local: Passage, base: float, ranks: Mapping[Span, float], sign: int
    ) -> list[Span]:
        """Return the words whose joint absence moves the polarity most against *sign*."""
        candidates = sorted(ranks, key=lambda word: (-sign * ranks[word], word))[:BEAM]
        words: list[Span] = []
        best_count, best_total = 0, 0.0
        while len(words) < min(MAX_WORDS, best_count + PATIENCE, len(candidates)):
            others = [word for word in candidates if word not in words]
            texts = [local.without([*words, word]) for word in others]
            totals = [sign * (base - polarity) for polarity in self._scores(texts, base)]
            best = max(range(len(others)), key=totals.__getitem__)
            words.append(others[best])
            if totals[best] - best_total >= max(MIN_CHANGE, MIN_GAIN * best_total):
                best_count, best_total = len(words), totals[best]
        return words[:best_count]

    def _measure(
        self, local: Passage, base: float, words: Collection[Span]
    ) -> tuple[list[WordEffect], float]:
        """Return the change by each phrase of *words*, and the one by all in the whole passage."""
        if not words:
            return [], 0.0
        phrases = merge_adjacent(self._passage.text, words)
        polarities = self._scores([local.without([phrase]) for phrase in phrases], base)
        (joint,) = self._scores([self._passage.without(phrases)], self.polarity)
        effects = [
            WordEffect(start=start, end=end, change=round(base - polarity, 4))
            for (start, end), polarity in zip(phrases, polarities, strict=True)
        ]
        effects.sort(key=lambda effect: (-abs(effect.change), effect.start))
        return effects, round(self.polarity - joint, 4)


def _directions(polarity: float, changes: Mapping[Span, float]) -> tuple[int, int]:
    """Return the signs to search in: first the one of the polarity, or of the strongest word."""
    strongest = max(changes.values(), key=abs, default=0.0)
    leading = polarity if abs(polarity) >= abs(strongest) else strongest
    return (1, -1) if leading >= 0 else (-1, 1)


def _extent(words: Sequence[Span]) -> Span:
    return words[0][0], words[-1][1]
