"""Coverage of the intervals of corrected shares, in simulations."""
