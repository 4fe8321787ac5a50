"""The promised names: adding one is a decision, losing one breaks somebody."""

import tracewright


def test_names():
    assert sorted(tracewright.__all__) == [
        "ConfigError", "DataError", "Fault", "Grade", "Mention", "ModelError", "Problem", "RunError", "Solution",
        "Step", "SubTrace", "TRACE_VERSION", "Trace", "TracewrightError", "explain", "grade", "parse",
        "read_mentions", "render", "solve",
    ]  # fmt: skip
    for name in tracewright.__all__:
        assert hasattr(tracewright, name)


def test_version_agrees_with_the_project_file():
    import tomllib
    from pathlib import Path

    project = Path(tracewright.__file__).parents[1] / "pyproject.toml"
    assert tomllib.loads(project.read_text())["project"]["version"] == tracewright.__version__
