"""Watch over the scores of each source: an alarm when their mean leaves its band."""
