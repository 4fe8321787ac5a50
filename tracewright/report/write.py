"""Write the report of a run from the files of its directory; `tracewright report RUN`."""

from tracewright.atomic import whole_file
from tracewright.errors import RunError
from tracewright.evaluate.grades import read_grades
from tracewright.evaluate.rescore import MODELS, read_splits, sentences
from tracewright.evaluate.sample import read_samples
from tracewright.recipe import Recipe
from tracewright.report.build import build_report
from tracewright.report.record import Item, ReportData
from tracewright.run import Run


def write_report(run: Run, recipe: Recipe) -> None:
    """Write report.md and report.html of the run's last model.

    Raises:
        RunError: the run is not scored yet.
    """
    markdown, html = build_report(collect(run, recipe))
    for path, text in ((run.report_markdown, markdown), (run.report_html, html)):
        with whole_file(path) as file:
            file.write(text)


def collect(run: Run, recipe: Recipe) -> ReportData:
    """Read all that the report shows.

    Raises:
        RunError: the run is not scored yet.
    """
    stages = run.scored()
    if not stages:
        raise RunError(f"{run.path} has no grades yet", "continue it with --resume, or run 'tracewright score' on it")
    stage = stages[-1]
    scores = run.read_json(run.scores)
    environment = run.read_json(run.environment)
    graded = {name: read_grades(run.grades(name)) for name in stages}
    problems = {(split, item.id): item for split, members in read_splits(run, recipe).items() for item in members}
    samples = {(row.split, row.id, row.index): row for row in read_samples(run.completions(stage))}
    return ReportData(
        title=f"{recipe.name}, {MODELS[stage]}",
        recipe_text=run.config.read_text(encoding="utf-8"),
        environment={key: value for key, value in environment.items() if key != "notes"},
        metrics=run.read_metrics(),
        scores=scores[stage],
        items=[Item(problems[row.split, row.id], samples[row.split, row.id, row.index], row) for row in graded[stage]],
        notes=[*environment.get("notes", []), *sentences(graded)],
    )
