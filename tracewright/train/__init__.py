"""The training loops, supervised and by policy gradient, and what they share."""
