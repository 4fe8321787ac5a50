"""Completions -> grades -> scores with their intervals. No torch."""
