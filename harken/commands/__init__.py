"""Commands of the command line, one file a group; heavy imports stand inside the commands."""
