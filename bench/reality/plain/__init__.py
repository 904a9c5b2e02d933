"""A folder for PYTHONPATH that adds the model `plain` to the product (the variable PLAIN)."""
