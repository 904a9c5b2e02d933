"""Parts of the players of `index` and `console`."""
