"""Evaluation on labelled texts: tasks, metrics, predictions."""
