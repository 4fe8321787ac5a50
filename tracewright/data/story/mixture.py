"""Training problems with a share of stories among the schemas' problems, `data.story` of a recipe.

Stories stand at even distances, so that the first thousand problems have the share that all have. They are for training
alone: the evaluation splits are those of the schemas. Options of `data` that change a trace or add sentences
(`options.py`) hold for stories too, and `composition: 0` leaves out the stories with several experts; what says which
schemas are drawn, and how often (schemas, wordings, balance, other shares of compositions), does not touch them.
"""

from collections.abc import Iterator

from tracewright.data.generate import BLOCK, WHOLE, Part, Split, Stream
from tracewright.data.options import adapter
from tracewright.data.problem import Problem
from tracewright.data.story import Options, story
from tracewright.recipe import DataConfig


def training_problems(config: DataConfig, count: int, seed: int) -> Iterator[Problem]:
    """Yield training problems, the share `config.story` of them stories.

    Raises:
        ConfigError: the configuration names no schema that exists, where not all are stories.
    """
    mixture = Mixture(config, seed)
    for first in range(0, count, BLOCK):
        for _, problem in mixture.made(first, min(BLOCK, count - first)):
            yield problem


class Mixture:
    """The problems of one seed and split, with the stories that the configuration asks for among those of training."""

    def __init__(self, config: DataConfig, seed: int, split: Split = "train") -> None:
        self._share = config.story if split == "train" else 0.0
        self._seed = seed
        self._stream = Stream(config, seed, split) if self._share < 1 else None
        self._adapt = adapter(config) or (lambda problem: problem)
        self._options = Options(
            naming=config.naming, number_words=config.number_words, compositions=config.composition != 0
        )

    def made(self, first: int, count: int, part: Part = WHOLE) -> list[tuple[int, Problem]]:
        """Make the problems `first` to `first + count - 1` that fall into a part, each with its place, in order."""
        share = self._share
        told: list[int] = []
        others: list[int] = []
        for place in range(first, first + count):
            is_story = int((place + 1) * share) > int(place * share)
            (told if is_story else others).append(place)
        before = int(first * share)
        made = [
            (place, self._adapt(story(self._seed, index, self._options)))
            for index, place in enumerate(told, before)
            if index % part.of == part.number
        ]
        if self._stream is not None:
            start = first - before
            found = self._stream.made(start, len(others), part)
            made += [(others[index - start], problem) for index, problem in found]
        return sorted(made, key=lambda row: row[0]) if told else made
