"""``--task irony``: the model's head of that name."""

from nlp.heads import HeadTask


class Irony(HeadTask):
    """Literal or irony."""

    says = "irony"
