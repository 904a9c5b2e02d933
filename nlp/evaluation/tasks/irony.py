"""``--task irony``: the model's head of that name."""

from nlp.evaluation.head_task import HeadTask


class Irony(HeadTask):
    """Literal or irony."""

    output_key = "irony"
