# SPDX-License-Identifier: Apache-2.0
"""Programs that import other modules than they name."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import numpy, sys
import helper
print(numpy.__name__, helper.name, numpy.inner.value, sys.argv[1:], __name__)
sys.exit(5)
"""


@pytest.fixture
def program(tmp_path):
    """A program beside a module of its own, and modules in place of cupynumeric."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "prog.py").write_text(PROGRAM)
    (tmp_path / "sub" / "helper.py").write_text("import numpy; name = numpy.__name__")
    (tmp_path / "cupynumeric").mkdir()
    (tmp_path / "cupynumeric" / "__init__.py").write_text("import numpy as original\nfrom cupynumeric import inner")
    (tmp_path / "cupynumeric" / "inner.py").write_text("value = 42")
    return tmp_path / "sub" / "prog.py"


def lgpatch(program, *words):
    code = "import sys; from legate.lgpatch import main; sys.exit(main())"
    environ = {**os.environ, "PYTHONPATH": f"{program.parent.parent}:{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)


def test_a_program_imports_the_replacement(program):
    done = lgpatch(program, "-v", "--patch", "numpy", str(program), "-p", "a b")
    expected = "lgpatch: patched numpy -> cupynumeric\ncupynumeric cupynumeric 42 ['-p', 'a b'] __main__\n"
    assert (done.returncode, done.stdout) == (5, expected), done.stderr


def test_an_unknown_module_is_refused(program):
    done = lgpatch(program, "-p", "pandas", str(program))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("lgpatch: error: No patch available for module pandas")


def test_nothing_is_replaced_unless_asked_for(program):
    program.write_text("import numpy; print(numpy.__name__)")
    done = lgpatch(program, str(program))
    assert (done.returncode, done.stdout) == (0, "numpy\n")
    assert "nothing is replaced" in done.stderr
