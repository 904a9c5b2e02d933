"""Learning from the labels of a team: their texts, the fit of a head, and the heads in use."""
