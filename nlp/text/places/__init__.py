"""Recognition of places: a gazetteer, and rules that prefer precision to recall."""
