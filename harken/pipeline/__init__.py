"""Steps of the pipeline, one file each, named as their commands."""
