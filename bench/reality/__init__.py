"""Play the inputs of `reality` on the product and count the right answers (`make reality`)."""
