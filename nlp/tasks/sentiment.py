"""``--task sentiment``: of the whole text."""

from nlp.heads import HeadTask


class Sentiment(HeadTask):
    """Negative, neutral or positive."""

    says = "sentiment"
