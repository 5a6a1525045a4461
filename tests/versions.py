"""Does everything work with the versions it may meet? Run it in the root of the checkout:

    python -m tests.versions [--python PROGRAM] [--static] [arguments for pytest …]

First the code is checked for each Python that it may meet: syntax and standard library, by what
mypy and ruff know of it, and compiled by those interpreters that are at hand. Then the test suite
runs with each pair of torch and torchvision, in a fresh environment that takes 5 GB for as long.
Exits with 1 if anything fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
PAIRS = (
    ["torch==2.10.0", "torchvision==0.25.0"],  # the oldest that requirements.txt allows
    ["torch==2.11.0", "torchvision==0.26.0"],  # the newest that ZeroGPU has
    ["torch", "torchvision"],
)
REQUIREMENTS = ["-r", "requirements.txt", "-r", "tests/requirements.txt"]
COMPILE = """
import sys
from pathlib import Path
for name in sys.argv[1:]:
    compile(Path(name).read_bytes(), name, "exec")
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="which runs the tests")
    parser.add_argument("--static", action="store_true", help="check the code, and run no tests")
    options, for_pytest = parser.parse_known_args()
    results = {f"code for Python {version}": check_code(version) for version in PYTHONS}
    for pair in () if options.static else PAIRS:
        versions, passed = run_tests(options.python, pair, for_pytest)
        results[f"tests with {versions}"] = passed
    print()
    for what, passed in results.items():
        print(f"{'passed' if passed else 'FAILED'}  {what}")
    return 0 if all(results.values()) else 1


def check_code(version: str) -> bool:
    for stub in (ROOT / "mnist_core").rglob("*.pyi"):  # Gradio's, which mypy would believe
        stub.unlink()
    target = f"py{version}".replace(".", "")
    checks = [
        run(sys.executable, "-m", "mypy", "--python-version", version),
        run(sys.executable, "-m", "ruff", "check", "--select=E9,F", f"--target-version={target}"),
    ]
    if works(f"python{version}"):
        sources = [ROOT / "app.py"]
        sources += [
            file for room in ("mnist_core", "tests") for file in (ROOT / room).rglob("*.py")
        ]
        checks.append(run(f"python{version}", "-c", COMPILE, *map(str, sources)))
    else:
        print(f"No Python {version} at hand to compile the code.")
    return all(checks)


def works(interpreter: str) -> bool:
    try:
        return subprocess.run([interpreter, "--version"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def run_tests(python: str, pair: list[str], for_pytest: list[str]) -> tuple[str, bool]:
    with TemporaryDirectory() as folder:
        inside = str(Path(folder, "Scripts/python.exe" if os.name == "nt" else "bin/python"))
        install = (inside, "-m", "pip", "install", "--quiet", *pair, *REQUIREMENTS)
        if not run(python, "-m", "venv", folder) or not run(*install):
            return " and ".join(pair), False
        show = "import sys, torch, torchvision as v; print(torch.__version__, v.__version__)"
        found = subprocess.run([inside, "-c", show], capture_output=True, text=True, check=True)
        torch, torchvision = found.stdout.split()
        passed = run(inside, "-m", "pytest", "-q", *for_pytest)
        return f"torch {torch} and torchvision {torchvision}", passed


def run(*command: str) -> bool:
    print("$", *[part for part in command[:8] if "\n" not in part], flush=True)
    return subprocess.run(command, cwd=ROOT).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
