"""Labels of people, random samples to label, and the heads learned from labels."""
