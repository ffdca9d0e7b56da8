"""``mtrec``: doctor, data, run, sweep, results, recommend.

Only click is imported here; each command imports what it needs, so that ``--help`` is quick and a
wrong parameter is refused before anything heavy starts.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mtrec_lib.core.errors import MtrecError, ParameterError
from mtrec_lib.core.runtime.keras_settings import force_backend

if TYPE_CHECKING:
    from mtrec_lib.book.runs.jobs import Job

FOLDER = click.Path(path_type=Path)
PROFILE = click.Choice(["smoke", "default", "full"])


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MtrecError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.strerror}: {error.filename}") from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mtrec", message="mtrec %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Multi-task recommender systems with a language model: run the book, use the library."""
    context.obj = force_backend()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command()
@click.pass_obj
def doctor(backend: str | None) -> None:
    """Say what this machine has, what is missing, and the cure."""
    from mtrec_lib.book.doctor import examine

    findings = examine(backend)
    for each in findings:
        click.echo(f"{'✓' if each.fine else '✗'} {each.what:<24} {each.value}")
        if not each.fine and each.cure:
            click.echo(f"  cure: {each.cure}")
    if not all(each.fine for each in findings):
        sys.exit(1)


@main.group()
def data() -> None:
    """The data cache: list, fetch, remove."""


@data.command("list")
def data_list() -> None:
    """What there is, and what is cached."""
    from mtrec_lib.data import status

    for row in status().iter_rows(named=True):
        size = f"{row['megabytes']:.1f} MB" if row["megabytes"] else ""
        click.echo(
            f"{row['name']:<20} {row['kind']:<8} {row['state']:<8} {size:>9}  {row['title']}"
        )
        click.echo(f"{'':<20} {row['licence']}")


@data.command("fetch")
@click.argument("names", nargs=-1, required=True)
@click.option("--force", is_flag=True, help="Download again, whatever is cached.")
def data_fetch(names: Sequence[str], force: bool) -> None:
    """Download data sets into the cache and verify them."""
    from mtrec_lib.data import fetch

    for name in names:
        click.echo(f"✓ {name}: {fetch(name, force=force)}")


@data.command("remove")
@click.argument("names", nargs=-1, required=True)
def data_remove(names: Sequence[str]) -> None:
    """Delete data sets from the cache."""
    from mtrec_lib.data import remove

    for name in names:
        remove(name)
        click.echo(f"✓ {name} is no longer cached")


@data.command("check")
@click.argument("path", type=FOLDER)
def data_check(path: Path) -> None:
    """Say everything that is odd about your own log, by the .toml that describes it.

    Ends with 1 where the log is refused, with 0 where it can be loaded, however odd it is.
    """
    from mtrec_lib.data.readers.own_checks import check

    checked = check(path)
    click.echo(str(checked))
    if checked.refused:
        sys.exit(1)


@main.command()
@click.argument("chapters", nargs=-1)
@click.option("-p", "--parameter", "words", multiple=True, metavar="NAME=VALUE")
@click.option("--profile", type=PROFILE, default="default", show_default=True)
@click.option("--run-id", default="", help="Names the folder: CHAPTER@RUN-ID.")
@click.option("--out", type=FOLDER, default=Path("runs"), show_default=True)
@click.option("--force", is_flag=True, help="Run also what is done already.")
@click.option("--jobs", type=click.IntRange(1), help="Chapters at a time; by cores and memory.")
@click.option("--budget", type=click.FloatRange(0.01), help="Minutes that a chapter may take.")
def run(
    chapters: Sequence[str],
    words: Sequence[str],
    profile: str,
    run_id: str,
    out: Path,
    force: bool,
    jobs: int | None,
    budget: float | None,
) -> None:
    """Run chapters (all, or by number or name) and write RUNS/PROFILE/index.html.

    A run with changed parameters goes to a folder of its own and never replaces the default one.
    """
    from mtrec_lib.book.runs.jobs import plan
    from mtrec_lib.book.runs.notebooks import select
    from mtrec_lib.book.runs.profiles import load_profile

    pairs = _pairs(words)
    repeated = [name for name, values in pairs.items() if len(values) > 1]
    if repeated:
        raise ParameterError(f"parameter {repeated[0]} is given twice; mtrec sweep tries several")
    chosen = load_profile(profile).within(budget)
    single = {name: values[0] for name, values in pairs.items()}
    planned = plan(select(chapters), chosen, single, out, run_id)
    _execute(planned, out, profile, force, jobs)


@main.command()
@click.argument("chapters", nargs=-1, required=True)
@click.option("-p", "--parameter", "words", multiple=True, metavar="NAME=A,B,…", required=True)
@click.option("--profile", type=PROFILE, default="default", show_default=True)
@click.option("--out", type=FOLDER, default=Path("runs"), show_default=True)
@click.option("--force", is_flag=True, help="Run also what is done already.")
@click.option("--jobs", type=click.IntRange(1), help="Runs at a time; by cores and memory.")
def sweep(
    chapters: Sequence[str],
    words: Sequence[str],
    profile: str,
    out: Path,
    force: bool,
    jobs: int | None,
) -> None:
    """Run chapters with every combination of parameters: -p epochs=1,3 -p seed=0,1.

    A parameter that is itself a list or a free text is repeated instead: -p grid=1,2 -p grid=3.
    """
    from mtrec_lib.book.runs.jobs import plan, sweep_grid
    from mtrec_lib.book.runs.notebooks import select
    from mtrec_lib.book.runs.profiles import load_profile

    notebooks, chosen = select(chapters), load_profile(profile)
    grid = sweep_grid(_pairs(words), notebooks)
    planned = [job for each in grid for job in plan(notebooks, chosen, each, out)]
    distinct = list({job.folder: job for job in planned}.values())
    _execute(distinct, out, profile, force, jobs)


def _pairs(words: Sequence[str]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for each in words:
        name, equals, value = each.partition("=")
        if not equals or not name.isidentifier():
            raise ParameterError(f"-p wants NAME=VALUE with a plain name, got {each!r}")
        pairs.setdefault(name, []).append(value)
    return pairs


def _execute(
    planned: Sequence["Job"], out: Path, profile: str, force: bool, jobs: int | None
) -> None:
    from rich.console import Console

    from mtrec_lib.book.runs.machine import side_by_side, threads_of
    from mtrec_lib.book.runs.page import write_page
    from mtrec_lib.book.runs.run_folders import collect
    from mtrec_lib.book.runs.runner import OTHER_OUT, How
    from mtrec_lib.book.runs.terminal import run_all, stop_cleanly
    from mtrec_lib.core.paths import writable

    folder = writable(out, OTHER_OUT) / profile
    stop_cleanly()
    at_a_time = side_by_side(len(planned), jobs)
    how = How(force, threads_of(at_a_time))
    outcomes = run_all(planned, how, Console(highlight=False), at_a_time)
    page = write_page(collect([folder]), folder / "index.html", profile)
    names = {
        state: [each.job.folder.name for each in outcomes if each.state == state]
        for state in ("failed", "skipped")
    }
    whole = len(outcomes) - sum(map(len, names.values()))
    left = f", skipped: {', '.join(names['skipped'])}" if names["skipped"] else ""
    minutes = sum(outcome.minutes for outcome in outcomes if outcome.state != "kept")
    click.echo(
        f"\n{whole} of {len(outcomes)} runs are whole{left}, {minutes:.1f} minutes; open {page}"
    )
    if names["failed"]:
        raise click.ClickException(f"failed: {', '.join(names['failed'])}")


@main.command()
@click.argument("folders", nargs=-1, type=FOLDER)
@click.option("--profile", type=PROFILE, default="default", show_default=True)
@click.option("--out", type=FOLDER, default=Path("runs"), show_default=True)
@click.option("--metrics", is_flag=True, help="Every recorded number too, a column a run.")
def results(folders: Sequence[Path], profile: str, out: Path, metrics: bool) -> None:
    """Table any set of runs: all of a profile, or those in FOLDERS."""
    from rich.console import Console

    from mtrec_lib.book.runs.run_folders import collect
    from mtrec_lib.book.runs.terminal import metric_table, result_table

    runs = collect(folders or [out / profile])
    if not runs:
        raise click.ClickException(f"no runs in {', '.join(map(str, folders)) or out / profile}")
    console = Console(highlight=False)
    console.print(result_table(runs))
    if metrics:
        console.print()
        console.print(metric_table(runs))


@main.command()
@click.option("--dataset", default="ml-100k", show_default=True, help="A name, or a .toml path.")
@click.option("--history", default="", help="Titles or ids, oldest first, separated by |.")
@click.option("--k", type=click.IntRange(1), default=10, show_default=True)
@click.option("--only-category", "categories", multiple=True, help="Only items of it; repeatable.")
@click.option("--exclude", default="", help="Titles or ids to leave out, separated by |.")
@click.option("--model", "path", type=FOLDER, help="A saved model; else decayed counts.")
@click.option("--out", type=FOLDER, help="Write to a .csv, .json or .parquet file.")
def recommend(
    dataset: str,
    history: str,
    k: int,
    categories: Sequence[str],
    exclude: str,
    path: Path | None,
    out: Path | None,
) -> None:
    """Recommend items that fit a history: --history "Toy Story (1995)|Fargo (1996)"."""
    import mtrec_lib as mt
    from mtrec_lib.core.paths import writable
    from mtrec_lib.recommend.counting import counting_model

    if out:
        writable(out.absolute().parent, "choose another --out")
    model = mt.load(path) if path else counting_model(dataset)
    only = {"categories": list(categories)} if categories else None
    recommendations = mt.recommend.top(
        model, _titles(history), k=k, only=only, exclude=_titles(exclude)
    )
    click.echo(str(recommendations))
    if out:
        click.echo(f"\nwritten to {mt.recommend.export(recommendations, out)}")


def _titles(text: str) -> list[str]:
    return [title.strip() for title in text.split("|") if title.strip()]


if __name__ == "__main__":
    main()
