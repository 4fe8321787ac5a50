"""What all tests need: the same examples in each run, and an interrupt that arrives, in them and in what they start."""

import signal

from hypothesis import settings

# A property that fails must fail for everyone. To look for new examples: pytest --hypothesis-profile=default.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so it is in the background of a shell, and children inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
