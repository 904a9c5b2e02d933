"""``--task intent``: what the author wants; several intents may hold at once, or none."""

from nlp.evaluation.head_task import HeadTask


class Intent(HeadTask):
    """Complaint, question, request, praise, purchase, churn risk: each for itself."""

    output_key = "intent"
    multi_label = True
