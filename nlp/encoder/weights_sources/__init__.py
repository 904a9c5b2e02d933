"""Encoders that Harken's adapters stand on: one module each, how it becomes a folder."""
