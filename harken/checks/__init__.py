"""Checks of ``harken check``: of the settings, the sources and everything else they name."""
