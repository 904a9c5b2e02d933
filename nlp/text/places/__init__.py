"""Which places a text names: a gazetteer, and rules that would rather tell none than guess."""
