"""The trace language: syntax, experts, faults; extract, parse, render, solve, ground, explain. No torch, ever."""
