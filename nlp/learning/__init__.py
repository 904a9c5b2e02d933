"""Learning from labels of the team: heads fitted on stored vectors, judged on held-out texts."""
