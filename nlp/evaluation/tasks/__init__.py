"""The tasks of ``harken evaluate``: one file, one :class:`nlp.evaluation.task.Task` each."""
