"""``--task sentiment``: of the whole text."""

from nlp.evaluation.head_task import HeadTask


class Sentiment(HeadTask):
    """Negative, neutral or positive."""

    output_key = "sentiment"
