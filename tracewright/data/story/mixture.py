"""Training problems with a share of stories among the schemas' problems, `data.story` of a recipe.

Stories stand at even distances, so that the first thousand problems have the share that all have. They are for training
alone: the evaluation splits are those of the schemas. Options of `data` that change a trace or add sentences
(`options.py`) hold for stories too; those that only schemas know (schemas, wordings, mixtures) do not.
"""

from collections.abc import Iterator

from tracewright.data.generate import problems_parallel
from tracewright.data.options import adapter
from tracewright.data.problem import Problem
from tracewright.data.story import Options, stories
from tracewright.recipe import DataConfig


def training_problems(config: DataConfig, count: int, seed: int, *, workers: int = 1) -> Iterator[Problem]:
    """Yield training problems, the share `config.story` of them stories; `workers` processes make the others.

    Raises:
        ConfigError: the configuration names no schema that exists, where not all are stories.
    """
    told = int(count * config.story)
    made = problems_parallel(config, count - told, seed, "train", workers=workers) if told < count else iter(())
    adapt = adapter(config) or (lambda problem: problem)
    options = Options(naming=config.naming, number_words=config.number_words)
    teller = stories(told, seed, options)
    for index in range(count):
        is_story = int((index + 1) * config.story) > int(index * config.story)
        yield adapt(next(teller)) if is_story else next(made)
