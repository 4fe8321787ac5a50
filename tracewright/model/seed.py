"""Randomness as a pure function of a seed and words: no state to save, so a resumed run draws what it would have drawn.

Not covered: the non-determinism of some GPU kernels, which no seed removes.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def derive(seed: int, *words: str | int) -> int:
    """Return a seed (63 bits) for one purpose: `derive(0, "rl", 7)`. Different words give unrelated seeds."""
    text = "/".join(str(word) for word in (seed, *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *words: str | int) -> torch.Generator:
    """Return a CPU generator of its own for one purpose."""
    return torch.Generator().manual_seed(derive(seed, *words))


@contextmanager
def seeded(seed: int, *words: str | int) -> Iterator[None]:
    """Seed torch's global generators inside the block (for initialisation and dropout) and put them back after it."""
    # The process's own GPU alone: asking the others for their state would take memory on each.
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(derive(seed, *words))
        yield
