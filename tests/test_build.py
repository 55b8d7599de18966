"""build.py: the one door, and what it prepares behind it."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dev import commands
from dev.environments import chroot, envs, libraries, pythons
from dev.processes import Refusal, run, run_python
from dev.release import wheels
from dev.release import zip as packaging
from dev.suites import layout, suites, window_suites
from dev.suites.outcome import Outcome, read_report
from dev.suites.suites import Suite

ROOT = Path(__file__).parent.parent


def test_without_arguments_it_lists_its_commands_one_line_each(capsys):
    assert commands.main([]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [
        "demo",
        "test",
        "zip",
        "wheel",
        "release",
        "repo",
        "train",
        "bench",
        "refine",
        "inspect",
        "dask",
        "fuzz",
        "screenshots",
        "formats",
        "lint",
    ]


def test_an_unknown_command_is_a_wrong_argument(capsys):
    assert commands.main(["rifine"]) == 2
    assert "'rifine'" in capsys.readouterr().err


def test_a_refusal_is_one_sentence_and_status_1(capsys, monkeypatch):
    monkeypatch.setattr(suites, "find_python", lambda _: None)
    assert commands.main(["test", "--only", "bpy-3.6"]) == 1
    assert capsys.readouterr().err.startswith("There is no suite bpy-3.6 under this Python")


@pytest.mark.parametrize("command", ["zip", "wheel", "release", "repo"])
def test_a_place_that_cannot_be_written_to_is_one_sentence(command, capfd):
    assert commands.main([command, "--output", "/proc/nowhere"]) == 1
    told = capfd.readouterr().err.splitlines()[-1]
    assert told.startswith("/proc/nowhere") and told.endswith("; choose another place.")


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 12), (3, 14)])
def test_another_python_gets_a_clear_sentence(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    major, minor = version
    with pytest.raises(SystemExit, match=rf"Python 3\.11 or 3\.13, and this is Python {major}\.{minor}"):
        runpy.run_path(str(ROOT / "build.py"))


def test_old_pythons_can_read_the_file_that_checks_their_version():
    ast.parse((ROOT / "build.py").read_text("ascii"), feature_version=(3, 4))


def test_the_build_needs_the_standard_library_only():
    sources = {source.module: source for source in layout.read(ROOT, "dev")}
    waiting, seen = ["dev.commands"], set()
    while waiting:
        source = sources[waiting.pop()]
        seen.add(source.module)
        for one in source.imports:
            module = next(
                (name for name in (one.module, one.module.rpartition(".")[0]) if name in sources), ""
            )
            if module and module not in seen:
                waiting.append(module)
            elif not module:
                assert one.module.split(".")[0] in sys.stdlib_module_names, f"{source.path}: {one.module}"
    assert {"dev.environments.envs", "dev.suites.suites", "dev.release.zip", "dev.suites.lint"} <= seen


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.stem)
def test_requirements_are_pinned_exactly(path):
    lines = envs.requirement_lines(path)
    assert lines
    assert [
        line
        for line in lines
        if not re.fullmatch(r"[a-z0-9-]+==[\w.]+(; python_version [<>=]+ \"3.12\")?", line)
    ] == []


def test_no_requirement_is_pinned_twice_for_one_python():
    for path in (ROOT / "requirements").glob("*.txt"):
        names = [re.sub(r"==[^;]*", "", line) for line in envs.requirement_lines(path)]
        assert len(names) == len(set(names)), path.name


def test_wheels_that_ship_are_pinned_by_hash():
    for path in sorted(wheels.WHEELS.glob("locked*.txt")):
        for line in envs.requirement_lines(path):
            assert re.fullmatch(r"[a-z0-9-]+==[\w.]+( --hash=sha256:[0-9a-f]{64})+", line)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A repository whose environments need nothing, and a pip that only counts how often it is called."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "tiny.txt").write_text("# nothing but a comment\n")
    calls: list[int] = []
    monkeypatch.setattr(envs, "ROOT", tmp_path)
    monkeypatch.setattr(envs, "FOLDER", tmp_path / ".envs")
    monkeypatch.setattr(envs, "pip_command", lambda _: ("pip",))

    def count(*_):
        calls.append(1)
        return 0

    monkeypatch.setattr(envs, "run", count)
    return tmp_path, calls


def test_an_environment_is_made_once(small):
    _, calls = small
    envs.prepare("tiny")
    assert envs.prepare("tiny").python.exists()
    assert len(calls) == 1


def test_an_environment_is_made_again_when_its_requirements_change(small):
    root, calls = small
    envs.prepare("tiny")
    (root / "requirements" / "more.txt").write_text("a==1\n")
    (root / "requirements" / "tiny.txt").write_text("-r more.txt\n")
    envs.prepare("tiny")
    (root / "requirements" / "more.txt").write_text("a==2\n")
    envs.prepare("tiny")
    assert len(calls) == 3


def test_a_half_made_environment_is_made_again(small, monkeypatch):
    _, calls = small
    with monkeypatch.context() as interrupted:
        interrupted.setattr(envs, "run", lambda *_: 1)
        with pytest.raises(Refusal, match=r"pip could not install requirements/tiny\.txt"):
            envs.prepare("tiny")
    leftover = envs.Environment("tiny").folder / "leftover"
    leftover.write_text("from the first attempt")
    envs.prepare("tiny")
    assert not leftover.exists()
    assert len(calls) == 1


PROBE = """
import os, sys
def main(arguments):
    print(os.getcwd(), *arguments, sep="|")
    print(os.path.exists(os.environ["BLENDER_USER_RESOURCES"]), os.environ["BLENDER_USER_RESOURCES"])
    import json, sys, time
    sys.stdout.flush()
    time.sleep(100.0 if "wait" in arguments else 0.0)
    return 7
"""
CALLING = """
import sys
from pathlib import Path
from dev.environments import envs
envs.ROOT, envs.Environment.python = Path(sys.argv[1]), Path(sys.executable)
sys.exit(envs.call(envs.Environment("any"), "probe:main", sys.argv[2:]))
"""


@pytest.fixture
def repository(tmp_path) -> Path:
    """One with a command that looks around, and a folder of a person's beside it."""
    folder = tmp_path / "repository"
    (folder / "dev").mkdir(parents=True)
    shutil.copy(ROOT / "dev" / "ending.py", folder / "dev")
    (folder / "probe.py").write_text(PROBE)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "json.py").write_text("raise SystemExit('a file of the person was imported')")
    return folder


def _started(repository: Path, *arguments: str) -> subprocess.Popen[str]:
    own = {"PYTHONPATH": str(ROOT), "BLENDER_USER_RESOURCES": "/the/persons/own"}
    command = [sys.executable, "-P", "-c", CALLING, str(repository), *arguments]
    place = repository.parent / "here"
    return subprocess.Popen(command, cwd=place, env=os.environ | own, stdout=subprocess.PIPE, text=True)


def test_a_command_runs_in_the_persons_folder_and_passes_its_status_on(repository):
    with _started(repository, "file with space.npz", "--json") as process:
        where, resources = process.communicate()[0].splitlines()
    assert process.returncode == 7
    assert where == f"{repository.parent / 'here'}|file with space.npz|--json"
    assert resources.startswith("True ")
    assert not Path(resources.removeprefix("True ")).exists()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process can't become another")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whoever_ends_a_command_ends_its_work_also_without_notice(repository, number):
    """Where it is told it takes away what it has made."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored by all below it
    with _started(repository, "wait") as process:
        assert process.stdout is not None
        process.stdout.readline()
        folder = Path(process.stdout.readline().split()[1])
        assert folder.exists()
        process.send_signal(number)
        ended = process.wait(timeout=60)
        assert process.stdout.read() == "", "nobody is left who could write"
    signal.signal(signal.SIGHUP, before)
    assert ended in (128 + number, -number)
    assert folder.exists() == (number == signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_command_that_cannot_go_on_says_so_in_its_sentence_alone():
    program = (
        "import sys\n"
        "from dev import ending, commands\n"
        "def refused(arguments):\n    raise commands.Refusal('Say where.')\n"
        "commands.probe = refused\n"
        "ending.call_and_end('dev.commands:probe')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "Say where.\n")


def test_a_command_leaves_no_folder_that_blender_made_for_its_temporary_files(tmp_path):
    made = tmp_path / "blender_a1b2c3"
    made.mkdir()
    program = (
        "import sys, types\n"
        f"sys.modules['bpy'] = types.SimpleNamespace(app=types.SimpleNamespace(tempdir={str(made)!r}))\n"
        "from dev.ending import call_and_end; call_and_end('dev.commands:main', ['help'])"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    assert not made.exists()


def test_a_reader_that_goes_away_ends_a_command_quietly():
    program = "from dev.ending import call_and_end; call_and_end('dev.commands:main', ['help'])"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-u", "-c", program], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (128 + 13, b"")


def test_what_a_benchmark_needs_is_made_by_a_python_that_has_pip(monkeypatch):
    made: list[str] = []
    monkeypatch.setattr(commands, "prepare", made.append)
    monkeypatch.setattr(commands, "call", lambda environment, target, arguments: 0)
    monkeypatch.setattr(commands, "HERE", "3.11")
    assert commands.main(["bench", "--shape"]) == 0
    assert made == ["shape", "main"]


def test_a_killed_program_has_the_status_that_a_shell_would_give():
    program = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert run([sys.executable, "-c", program], os.environ) == 128 + 15
    assert run_python(Path(sys.executable), ["-c", program], os.environ) == 128 + 15


def test_programs_run_side_by_side():
    with ThreadPoolExecutor(2) as threads:
        words = [sys.executable, "-c", "raise SystemExit(3)"]
        started = [threads.submit(run, words, os.environ) for _ in range(2)]
        assert [one.result() for one in started] == [3, 3]


def test_a_python_that_does_not_run_is_not_used(tmp_path, monkeypatch):
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\necho 3.99 is not installed >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert pythons.find_python("3.99") is None


def test_a_python_without_pip_is_named_with_the_cure(tmp_path):
    bare = tmp_path / "python"
    bare.write_text("#!/bin/sh\nexit 1\n")
    bare.chmod(0o755)
    with pytest.raises(Refusal, match="apt-get install python3-pip"):
        pythons.pip_command(bare)


def test_missing_libraries_are_named_where_they_cannot_be_installed(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(Refusal, match="sudo apt-get install libgl1 libsm6"):
        libraries.install_packages(["libgl1", "libsm6"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lacks them")
def test_a_library_that_cannot_be_loaded_is_missing(monkeypatch):
    monkeypatch.setitem(libraries.PACKAGES, "libnothing.so.7", "libnothing7")
    assert "libnothing7" in libraries.missing_packages()


MIXED = """
import pytest
def test_good(): pass
def test_bad(): assert False
def test_left_out(): pytest.skip("not today")
@pytest.fixture
def broken(): raise ValueError
def test_error(broken): pass
"""


def test_the_closing_line_counts_as_pytest_does(tmp_path):
    (tmp_path / "test_mixed.py").write_text(MIXED)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "test_mixed.py"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    outcome = read_report(report)
    assert outcome == Outcome(passed=1, failed=2, skipped=1)
    assert outcome.line() == "1 passed, 2 failed, 1 skipped"


def test_nothing_but_passed_tests_is_a_success(capsys):
    assert suites._close(Outcome(3, 0, 1), []) == 0
    assert suites._close(Outcome(3, 1), []) == 1
    assert suites._close(Outcome(0, 0, 2), []) == 1
    assert capsys.readouterr().out.splitlines()[1] == "3 passed, 0 failed, 1 skipped"


def test_a_suite_that_dies_is_a_failure(capsys):
    assert suites._close(Outcome(12, 0), ["bpy-4.2"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "The suite bpy-4.2 did not come to its end.",
        "12 passed, 1 failed",
    ]


def test_suites_side_by_side_each_say_all_they_have_to_say_and_every_one_counts(monkeypatch, capfd):
    def ending(line, outcome):
        def run_it(file):
            file.write(line)
            return outcome

        return run_it

    works = [
        suites.Work("one", "first", ending(b"of one\n", (Outcome(2), True))),
        suites.Work("two", "second", ending(b"of two\n", (Outcome(1, 1), False))),
    ]
    monkeypatch.setattr(suites, "_works", lambda *_: works)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert suites.main([]) == 1
    out, err = capfd.readouterr()
    assert "of one\n" in out and "of two\n" in out and "== second, 0 min after the start ==" in err
    assert out.endswith("The suite two did not come to its end.\n3 passed, 1 failed\n")


def test_a_named_test_file_runs_where_it_belongs():
    pure, blender = Suite("pure", "pure", pure=True, blender=False), Suite("bpy-4.2", "bpy-4.2")
    assert pure.chosen(["-x", "tests/test_build.py::test_x"]) == ["-x", "tests/test_build.py::test_x"]
    assert blender.chosen(["-x", "tests/test_build.py::test_x"]) is None
    assert blender.chosen(["tests/test_zip.py"]) == ["tests/test_zip.py"]
    assert pure.chosen(["tests/test_zip.py"]) is None
    left_out = [f"--ignore={suites.ONCE}", "--ignore=tests/window"]
    assert pure.chosen(["-k", "rotation"]) == ["-k", "rotation", "tests", *left_out]


def test_what_no_numpy_changes_runs_in_the_pure_suite_alone():
    pure, both = Suite("pure", "pure", pure=True, blender=False), Suite("bpy-4.2", "bpy-4.2", pure=True)
    for path in suites.ONLY_PURE:
        assert (ROOT / path).exists()
        assert f"--ignore={path}" in both.chosen([]) and f"--ignore={path}" not in pure.chosen([])
        assert both.chosen([path]) is None and pure.chosen([path]) == [path]


@pytest.mark.skipif(pythons.HERE != "3.11", reason="torch is installed under Python 3.11 only")
def test_smplx_is_asked_for_its_own_file_alone():
    suite, file = suites.with_smplx(), "tests/body/test_against_smplx.py"
    assert suite.environment == "shape"
    assert suite.chosen([]) == suite.chosen(["tests/body"]) == [file]
    assert suite.chosen(["-x", file]) == ["-x", file]
    assert suite.chosen(["tests/body/test_points.py"]) is None


def test_the_heavy_zip_is_installed_in_one_suite_only():
    blender = [suite for suite in suites.suites() if suite.blender]
    heavy = [suite.name for suite in blender if suites.ONCE in (suite.chosen([]) or [])]
    assert heavy in ([suites.ONCE_IN], [])


def test_a_wheel_with_another_hash_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "WHEELS", tmp_path)
    (tmp_path / "some_thing-1.0-py3-none-any.whl").write_bytes(b"content")
    good, bad = hashlib.sha256(b"content").hexdigest(), hashlib.sha256(b"other").hexdigest()
    (tmp_path / "good.txt").write_text(f"some-thing==1.0 --hash=sha256:{bad} --hash=sha256:{good}\n")
    (tmp_path / "bad.txt").write_text(f"some-thing==1.0 --hash=sha256:{bad}\n")
    assert wheels.fill("good.txt", download=False) == [tmp_path / "some_thing-1.0-py3-none-any.whl"]
    assert wheels.fill("bad.txt", download=False) == []


def test_the_manifest_of_the_zip_with_torch_lists_its_wheels_and_platform():
    text = (ROOT / "blender_manifest.toml").read_text("utf-8")
    chosen = [Path("/x/a-1-py3-none-any.whl"), Path("/x/torch-2-cp311-cp311-linux_x86_64.whl")]
    changed = tomllib.loads(packaging.torch_manifest(text, chosen, "linux-x64"))
    own = tomllib.loads(text)
    assert changed.pop("platforms") == ["linux-x64"]
    assert changed.pop("wheels") == [f"./wheels/{wheel.name}" for wheel in chosen]
    assert changed == {name: value for name, value in own.items() if name != "wheels"}


def test_tests_with_a_window_are_skipped_in_a_sentence_where_there_can_be_none(monkeypatch, capsys):
    told: list[tuple] = []

    def skip_all(*given):
        told.append(given)
        return Outcome(skipped=2), True

    monkeypatch.setattr(chroot, "TOOLS", ("no-such-tool",))
    monkeypatch.setattr(window_suites, "prepare", lambda name: name)
    monkeypatch.setattr(window_suites, "run_pytest", skip_all)
    assert window_suites.run_suite("sid", False, ["-x"]) == (Outcome(skipped=2), True)
    (_, arguments, variables, _), *_ = told
    assert arguments == ["-x", "tests/window"]
    assert "no-such-tool is missing here" in variables["WINDOW_MISSING"]
    assert capsys.readouterr().err.count("\n") == 1


def test_without_debootstrap_and_a_way_to_install_it_the_window_is_left_out(tmp_path, monkeypatch):
    def refuse(packages):
        raise Refusal("apt-get could not install it.")

    monkeypatch.setattr(chroot, "FOLDER", tmp_path)
    monkeypatch.setattr(chroot, "KEYRING", tmp_path / "missing.gpg")
    monkeypatch.setattr(chroot, "_obstacle", lambda: "")
    monkeypatch.setattr(libraries, "install_packages", refuse)
    with pytest.raises(chroot.NoWindow, match="debootstrap, which could not be installed"):
        chroot.prepare("trixie")


def test_the_chroot_with_torch_lies_apart_from_the_one_without():
    bare, with_torch = chroot.Chroot("trixie"), chroot.Chroot("trixie", torch=True)
    assert bare.root != with_torch.root
    assert set(with_torch.packages) - set(bare.packages) == {"python3-torch"}


def test_a_chroot_of_other_packages_is_brought_up_to_date(monkeypatch, tmp_path):
    made: list[chroot.Chroot] = []
    monkeypatch.setattr(chroot, "FOLDER", tmp_path)
    monkeypatch.setattr(chroot, "_obstacle", lambda: "")
    monkeypatch.setattr(chroot, "_make", made.append)
    system = chroot.Chroot("trixie")
    system.stamp.parent.mkdir(parents=True)
    system.stamp.write_text("\n".join(system.packages), "utf-8")
    chroot.prepare("trixie")
    assert not made
    monkeypatch.setattr(chroot, "PACKAGES", [*chroot.PACKAGES, "sl"])
    chroot.prepare("trixie")
    assert made == [system]


@pytest.mark.skipif(os.name == "nt", reason="the script is for Unix")
def test_ci_runs_the_lints_the_fuzzer_and_the_tests():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text("utf-8").splitlines()
    assert lines[0].endswith("bash")
    assert "set -euo pipefail" in lines
    assert lines[-7:] == [
        "python3 build.py lint &",
        "lint=$!",
        "python3 build.py fuzz --seconds 60 &",
        "fuzz=$!",
        "python3 build.py test --window also",
        'wait "$lint"',  # which ends the script where that failed
        'wait "$fuzz"',
    ]
