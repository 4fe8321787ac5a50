"""Training problems with a share of stories among the schemas' problems, `data.story` of a recipe.

Stories stand at even distances, so that the first thousand problems have the share that all have. They are for training
alone: the evaluation splits are those of the schemas. Options of `data` that only schemas know (wordings, splits,
forms of traces) do not concern stories.
"""

from collections.abc import Iterator

from tracewright.data.generate import problems
from tracewright.data.problem import Problem
from tracewright.data.story import Options, stories
from tracewright.recipe import DataConfig


def training_problems(config: DataConfig, count: int, seed: int) -> Iterator[Problem]:
    """Yield training problems, the share `config.story` of them stories.

    Raises:
        ConfigError: the configuration names no schema that exists, where not all are stories.
    """
    told = int(count * config.story)
    made = iter(problems(config, count - told, seed, "train")) if told < count else iter(())
    options = Options(naming=config.naming, number_words=config.number_words)
    teller = stories(told, seed, options)
    for index in range(count):
        is_story = int((index + 1) * config.story) > int(index * config.story)
        yield next(teller if is_story else made)
