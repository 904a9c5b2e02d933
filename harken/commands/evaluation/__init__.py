"""Parts of ``harken evaluate``: its output, and the settings of a fit."""
