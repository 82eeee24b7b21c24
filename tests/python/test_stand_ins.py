# SPDX-License-Identifier: Apache-2.0
"""The module that stands in for CuPy: importable, empty, and out of the way of the real one."""

import os
import subprocess
import sys

from legate.driver.composition import STAND_INS


def run(code, *places):
    """The output of a program that finds modules in these places, in their order."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_says_what_it_is():
    code = "import cupy\ntry: cupy.asarray\nexcept AttributeError as error: print(error)"
    assert "CuPy is not installed" in run(code, STAND_INS)
    assert run("import cupy; print(cupy.is_stand_in, hasattr(cupy, 'ndarray'))", STAND_INS) == "True False"


def test_a_real_one_wins_wherever_it_is(tmp_path):
    (tmp_path / "cupy.py").write_text("name = 'real'")
    for places in ([tmp_path, STAND_INS], [STAND_INS, tmp_path]):
        assert run("import cupy; print(cupy.name, hasattr(cupy, 'is_stand_in'))", *places) == "real False"
