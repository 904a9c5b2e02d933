"""What ``harken evaluate`` can measure: one file, one :class:`nlp.task.Task`, found by its name."""
