"""What all tests need: an interrupt that arrives, in them and in the commands that they start."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so it is in the background of a shell, and children inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
