"""The commands of build.py."""

from __future__ import annotations

import sys
from collections.abc import Callable

from .environments.envs import call, launching, prepare
from .environments.pythons import HERE
from .processes import ROOT, Refusal, refusal_of, run, run_python, say

Arguments = list[str]


class Command:
    """A word after build.py, the line that explains it, and what it does with the arguments behind it."""

    def __init__(self, name: str, line: str, run: Callable[[Arguments], int]) -> None:
        self.name = name
        self.line = line
        self.run = run


def test(arguments: Arguments) -> int:
    """All tests. Each command imports what it needs itself, so that the others need not wait for that."""
    from .suites import suites

    return suites.main(arguments)


def package(arguments: Arguments) -> int:
    """The extension as a zip."""
    from .release import zip as packaging

    return packaging.main(arguments)


def build_wheel(arguments: Arguments) -> int:
    """The library."""
    from .release import wheel

    return wheel.main(arguments)


def release(arguments: Arguments) -> int:
    """All that a version is published as."""
    from .release import command

    return command.main(arguments)


def repository(arguments: Arguments) -> int:
    """A folder that Blender installs from."""
    from .release import repository

    return repository.main(arguments)


def check(arguments: Arguments) -> int:
    """Style and types."""
    from .suites import lint

    return lint.main(arguments)


def in_main(target: str) -> Callable[[Arguments], int]:
    """A command that calls `module:function` in the main environment."""
    return lambda arguments: call(prepare("main"), target, arguments)


def in_cli(subcommand: str) -> Callable[[Arguments], int]:
    """A command that the extension's own command line has as well."""
    return lambda arguments: call(prepare("main"), "dev.command_line:main", [subcommand, *arguments])


def inspect(arguments: Arguments) -> int:
    """The extension's command line, in this process where that can be."""
    from .environments.inside import step_into

    if step_into(prepare("main")):
        from .ending import call_and_end

        call_and_end("dev.command_line:inspect", arguments)
    return in_cli("inspect")(arguments)


def refine(arguments: Arguments) -> int:
    """The extension's command line, with processes or with other machines for many files."""
    if any(word.split("=")[0] == "--dask" for word in arguments):
        from .farm import command

        return command.refine(arguments)
    return in_cli("refine")(arguments)


def dask(arguments: Arguments) -> int:
    """Dask's own command, for a scheduler and for workers that can refine."""
    from .farm import command

    return command.dask(arguments)


def train(arguments: Arguments) -> int:
    """Train the refiner, where torch is installed."""
    if HERE != "3.11":
        raise Refusal(
            "Training needs torch, which is installed under Python 3.11 only: run python3.11 build.py train."
        )
    if "--pairwise" in arguments:
        rest = [argument for argument in arguments if argument != "--pairwise"]
        return in_main("bundled_model.training.pairwise.train:main")(rest)
    if arguments[:1] == ["--processes"] and len(arguments) > 1:
        return train_together(arguments[1], arguments[2:])
    return in_main("bundled_model.training.train:main")(arguments)


def train_together(number: str, arguments: Arguments) -> int:
    """The same in so many processes, which torchrun starts: on one machine, best one for each GPU."""
    environment = prepare("main")
    with launching(environment) as variables:
        runner = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", number]
        trainer = ["-m", "bundled_model.training.train", *arguments]
        return run_python(environment.python, [*runner, *trainer], variables)


def bench(arguments: Arguments) -> int:
    """Measure; environments are made here, by a Python that has pip."""
    if "--shape" in arguments and HERE == "3.11":
        prepare("shape")
    return in_main("dev.benchmarks.bench:main")(arguments)


def fuzz(arguments: Arguments) -> int:
    """Feed damaged files to every container reader, where atheris has a wheel (Linux)."""
    environment = prepare("fuzz")
    with launching(environment) as variables:
        return run([environment.python, "-m", "tests.fuzz.run", *arguments], variables, cwd=ROOT)


COMMANDS = (
    Command(
        "demo",
        "refine a real capture and a degraded clip: .blend, .fbx, .npz, a picture and a table",
        in_main("dev.pictures.demo:main"),
    ),
    Command(
        "test",
        "run all tests in every Blender at hand [--only SUITE] [--window] [-- PYTEST ARGS]",
        test,
    ),
    Command("zip", "build and validate the extension [--torch] [--output FOLDER]", package),
    Command("wheel", "build the library for Python without Blender [--output FOLDER]", build_wheel),
    Command("release", "make all that a version is published as, of the last commit [--torch]", release),
    Command("repo", "make a repository that Blender installs and updates from [ZIP…]", repository),
    Command(
        "train",
        "train the bundled refiner again, or the paper's network [--pairwise], or in [--processes N]",
        train,
    ),
    Command(
        "bench",
        "measure speed, or [--accuracy|--checks|--feet|--hands|--shape|--window|--batch N|--against DIR]",
        bench,
    ),
    Command(
        "refine",
        "turn motion files into clean SMPL animation: FILE… --output OUT [--jobs N] [--dask …]",
        refine,
    ),
    Command("inspect", "say what a motion file holds: FILE [--json]", inspect),
    Command("dask", "start what refine --dask shares its files with: scheduler | worker ADDRESS", dask),
    Command("fuzz", "feed damaged files to the readers [--seconds N] [--target T]", fuzz),
    Command(
        "screenshots",
        "take the manual's pictures from a real window",
        in_main("dev.pictures.screenshots:main"),
    ),
    Command("formats", "write the table of formats in docs/formats.md", in_main("dev.formats_page:main")),
    Command("lint", "check style and types [--fix]", check),
)


def overview() -> str:
    """The list that build.py prints without arguments."""
    lines = [f"  {command.name:<11} {command.line}" for command in COMMANDS]
    return "\n".join(["python3 build.py COMMAND …", *lines])


def main(arguments: Arguments) -> int:
    """Run a command line; 0 done, 1 it could not be done, 2 wrong arguments."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    if arguments[0] == "--version":
        from .release.version import manifest

        print(manifest()["version"])
        return 0
    command = next((command for command in COMMANDS if command.name == arguments[0]), None)
    if command is None:
        print(f"build.py has no command {arguments[0]!r}. It has:\n{overview()}", file=sys.stderr)
        return 2
    try:
        return command.run(arguments[1:])
    except (Refusal, OSError) as error:
        sentence = refusal_of(error)
        if sentence is None:
            raise
        say(sentence)
        return 1
