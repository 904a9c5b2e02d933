"""What the tantivy engine is made of: its entries and its queries."""
