"""A run directory -> report.md and report.html. Reads, and computes nothing anew."""
