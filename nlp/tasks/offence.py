"""``--task offence``: the model's head of that name."""

from nlp.heads import HeadTask


class Offence(HeadTask):
    """Clean or offensive."""

    says = "offence"
