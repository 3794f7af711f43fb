"""Run the tests against a random sample of mutants, and say what share of them the tests notice.

`./dev mutate` calls it; `docs/mutation.md` says what it means and names the mutants that change nothing.
"""

import argparse
import contextlib
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

from tools.mutants import AREAS, Mutant, area_of, equivalent_mutants, modules, sample

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/mutation.md"
NOT_COPIED = shutil.ignore_patterns(".*_cache", "__pycache__", ".git", ".venv", "node_modules", "var", "tmp")
NOTHING_COLLECTED = 5
SECONDS_WITH_DATABASE = 1200

QUICKER = ("randomly", "xdist", "schemathesis", "playwright")
"""Plugins that the tests which run here can do without."""

WITHOUT_DATABASE = "not database and not journey"
WITH_DATABASE = "database and not journey"


@dataclass(frozen=True)
class Stage:
    """Tests that are run together: where they are and pytest's expression of marks."""

    paths: tuple[str, ...]
    marks: str
    first: tuple[str, ...] = field(default=(), compare=False)
    """Of these files those that are about the module, to be run before the others."""


def stages(path: str, tests: Path, *, with_database: bool) -> list[Stage]:
    """The tests for a module, quickest and nearest first.

    Tests mirror the packages: those of `bookings/requests/domain` stand in `tests/bookings/requests/domain`,
    or in the nearest folder above that there is; a file of it that is named after the module, or after a
    package without a folder of its own, comes first. Then come the app's other tests.
    """
    package, *rooms, module = Path(path.removeprefix("instrument_share/")).with_suffix("").parts
    if not (tests / package).is_dir():
        raise SystemExit(f"{path}: there is no folder tests/{package}.")
    folder = tests / package
    names = {module}
    for room in [*rooms, module]:
        if (folder / room).is_dir():
            folder /= room
        else:
            names.add(room)
    files = sorted(folder.glob("test_*.py"))
    of_module = tuple(_name(one, tests) for one in files if any(name in one.stem for name in names))
    near, app = _name(folder, tests), _name(tests / package, tests)
    found = [Stage((near,), WITHOUT_DATABASE, of_module)]
    if package == "kernel":
        # Everybody's rules stand on the kernel.
        domains = sorted(_name(one, tests) for one in tests.rglob("domain") if one.is_dir())
        found.append(Stage(tuple(domains), WITHOUT_DATABASE))
        found.append(Stage((app, "tests/accounts", "tests/web"), WITH_DATABASE))
    elif path.endswith("permissions.py"):
        tables = [
            *sorted((tests / package).rglob("test_*permissions.py")),
            *sorted(tests.glob("test_*permissions.py")),
        ]
        found += [Stage((_name(file, tests),), WITH_DATABASE) for file in tables]
        found.append(Stage((app,), WITH_DATABASE))
    else:
        found += [Stage((app,), WITHOUT_DATABASE), Stage((app,), WITH_DATABASE)]
    return [stage for stage in dict.fromkeys(found) if with_database or stage.marks == WITHOUT_DATABASE]


def _name(file: Path, tests: Path) -> str:
    return file.relative_to(tests.parent).as_posix()


class Tree:
    """A copy of the working tree, in which one mutant at a time lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tree"
        shutil.copytree(ROOT, self.folder, ignore=NOT_COPIED)
        self.process: subprocess.Popen[bytes] | None = None

    def write(self, path: str, source: str) -> None:
        file = self.folder / path
        file.write_text(source)
        # Python trusts compiled code of the same second and size.
        Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)

    def run(self, stage: Stage, seconds: float, seed: int, *more: str) -> str:
        """`passed`, `failed` or `too long`."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", stage.marks]
        for plugin in QUICKER:
            command += ["-p", f"no:{plugin}"]
        command += [f"--hypothesis-seed={seed}", *more, *stage.first, *stage.paths]
        env = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
        process = self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**env, "PYTHONPATH": str(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return "too long"
        finally:
            self.stop()
        return "passed" if code in (0, NOTHING_COLLECTED) else "failed"

    def stop(self) -> None:
        """End the tests that run here and every process that they started."""
        process, self.process = self.process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Run:
    """Mutants against tests, as many at a time as there are trees."""

    def __init__(self, trees: list[Tree], seed: int, *, with_database: bool) -> None:
        self.every_tree = trees
        self.trees: Queue[Tree] = Queue()
        for tree in trees:
            self.trees.put(tree)
        self.workers = len(trees)
        self.seed = seed
        self.with_database = with_database
        self.seconds: dict[Stage, float] = {}

    def stages(self, mutant: Mutant) -> list[Stage]:
        return stages(mutant.path, ROOT / "tests", with_database=self.with_database)

    def measure(self, mutants: list[Mutant]) -> None:
        """See each stage without a database pass on the unchanged tree, and how long it takes."""
        needed = {stage for mutant in mutants for stage in self.stages(mutant)}
        quick = sorted((one for one in needed if one.marks == WITHOUT_DATABASE), key=lambda one: one.paths)
        with ThreadPoolExecutor(self.workers) as pool:
            for stage, seconds in zip(quick, pool.map(self._time, quick), strict=True):
                self.seconds[stage] = 30 + 5 * seconds

    def _time(self, stage: Stage) -> float:
        tree = self.trees.get()
        began = time.monotonic()
        outcome = tree.run(stage, SECONDS_WITH_DATABASE, self.seed)
        self.trees.put(tree)
        if outcome != "passed":
            raise SystemExit(
                f"The tests of {' '.join(stage.paths)} fail without any mutant; mend them first."
            )
        return time.monotonic() - began

    def outcomes(self, mutants: list[Mutant]) -> Iterator[tuple[Mutant, str]]:
        pool = ThreadPoolExecutor(self.workers)
        try:
            yield from zip(mutants, pool.map(self.outcome, mutants), strict=True)
        finally:
            # After Ctrl-C nothing waits for tests that may take minutes.
            pool.shutdown(wait=False, cancel_futures=True)
            for tree in self.every_tree:
                tree.stop()
            pool.shutdown()

    def outcome(self, mutant: Mutant) -> str:
        """`killed`, `too long` (which is killed as well) or `survived`."""
        tree = self.trees.get()
        try:
            return self._outcome(tree, mutant)
        finally:
            tree.write(mutant.path, mutant.before)
            self.trees.put(tree)

    def _outcome(self, tree: Tree, mutant: Mutant) -> str:
        for stage in self.stages(mutant):
            tree.write(mutant.path, mutant.after)
            outcome = tree.run(stage, self.seconds.get(stage, SECONDS_WITH_DATABASE), self.seed)
            if outcome == "too long":
                return outcome
            if outcome == "failed":
                # The stages with a database weren't seen to pass; the test that failed is now.
                tree.write(mutant.path, mutant.before)
                again = (
                    stage.marks == WITH_DATABASE
                    and tree.run(stage, SECONDS_WITH_DATABASE, self.seed, "--last-failed") != "passed"
                )
                if again:
                    raise SystemExit(f"A test of {' '.join(stage.paths)} fails without any mutant.")
                return "killed"
        return "survived"


def report(outcomes: list[tuple[Mutant, str]]) -> bool:
    """Print the shares and the survivors; whether every area reaches its threshold."""
    counts = Counter((_area(mutant), outcome) for mutant, outcome in outcomes)
    survivors = [mutant for mutant, outcome in outcomes if outcome == "survived"]
    for mutant in survivors:
        print(f"\n{mutant.path}:{mutant.line} ({_area(mutant)}) survived\n{mutant.diff()}")
    print(f"\n{'area':10} {'mutants':>8} {'killed':>7} {'too long':>9} {'survived':>9} {'share':>7}  least")
    enough = True
    for area in AREAS:
        killed, late, alive = (counts[area.name, one] for one in ("killed", "too long", "survived"))
        if not (every := killed + late + alive):
            continue
        share = 100 * (killed + late) / every
        reached = share >= area.least_percent
        enough = enough and reached
        print(
            f"{area.name:10} {every:8} {killed:7} {late:9} {alive:9} {share:6.1f}%  {area.least_percent}%"
            f"{'' if reached else '  below'}"
        )
    return enough


def _area(mutant: Mutant) -> str:
    area = area_of(mutant.path)
    assert area is not None
    return area.name


def drawing(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a sample to be repeated, nothing secret


def main(arguments: list[str]) -> int:
    names = [area.name for area in AREAS]
    parser = argparse.ArgumentParser(prog="./dev mutate", description=__doc__.splitlines()[0])
    parser.add_argument("area", nargs="*", help=f"one or more of {', '.join(names)}; all without any")
    parser.add_argument(
        "--sample", type=int, default=96, help="how many mutants (96: some 20 minutes on 2 cores)"
    )
    parser.add_argument("--seed", type=int, help="repeat the sample of a run before")
    parser.add_argument("--without-database", action="store_true", help="only with tests that need none")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.area) - set(names):
        parser.error(f"no area: {', '.join(sorted(unknown))}")
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**6)
    sources = {
        path: (ROOT / path).read_text()
        for path in modules(ROOT)
        if (area := area_of(path)) and area.name in (chosen.area or names)
    }
    mutants = sample(sources, chosen.sample, drawing(seed), equivalent_mutants(DOCUMENT.read_text()))
    drawing(seed).shuffle(mutants)
    print(f"{len(mutants)} mutants; --seed {seed} --sample {chosen.sample} repeats them.", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        trees = [Tree(Path(folder) / str(number)) for number in range(min(2, os.cpu_count() or 1))]
        run = Run(trees, seed, with_database=not chosen.without_database)
        run.measure(mutants)
        outcomes = []
        for number, (mutant, outcome) in enumerate(run.outcomes(mutants), 1):
            outcomes.append((mutant, outcome))
            print(f"{number:4} {outcome:9} {mutant.path}:{mutant.line}", flush=True)
    enough = report(outcomes)
    print(f"seed {seed}, {(time.monotonic() - began) / 60:.0f} minutes", flush=True)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
