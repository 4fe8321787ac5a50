"""Other people's trainers and harnesses: thin, each an extra, imported by nothing else here."""
