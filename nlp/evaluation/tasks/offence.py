"""``--task offence``: the model's head of that name."""

from nlp.evaluation.head_task import HeadTask


class Offence(HeadTask):
    """Clean or offensive."""

    output_key = "offence"
