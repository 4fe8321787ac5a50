"""A run as pages one can read: report.md and a self-contained report.html. Nothing is computed anew, and no torch."""
