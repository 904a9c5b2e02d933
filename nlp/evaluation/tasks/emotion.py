"""``--task emotion``: the model's head of that name."""

from nlp.evaluation.head_task import HeadTask


class Emotion(HeadTask):
    """Anger, joy, optimism or sadness."""

    output_key = "emotion"
