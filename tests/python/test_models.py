# SPDX-License-Identifier: Apache-2.0
"""The program ``legate-models``, on files as the runtime writes them."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from legate import models

# The device takes 100 us and then nearly nothing, the CPU a microsecond per kilobyte.
SIZES = (1000, 10000, 100000, 1000000)


def cpu_time(size: int) -> float:
    return size / 1000


def device_time(size: int) -> float:
    return 100 + size / 100000


def text(task: str = "lib.saxpy", machine: str = "here") -> str:
    lines = ["legatus-model 1", f"task {task}", "version 01234567", f"machine {machine}"]
    for i, size in enumerate(SIZES):
        lines.append(f"size {i + 1:016x} {size} {size // 8}:8 1:8")
        lines.append("samples cpu " + " ".join([str(cpu_time(size))] * 10))
        lines.append("samples opencl:PoCL " + " ".join([str(device_time(size))] * 10))
    return "\n".join([*lines, "end", ""])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models" / "here").mkdir(parents=True)
    (tmp_path / "models" / "here" / "lib.saxpy.01234567.model").write_text(text())
    return tmp_path / "models"


def run(folder: Path, *arguments: object) -> int:
    return models.main(["--directory", str(folder), *map(str, arguments)])


def test_directory_is_where_the_runtime_looks():
    assert models.model_directory({"LEGATUS_MODEL_DIR": "/a", "STARPU_HOME": "/b"}) == Path("/a")
    assert models.model_directory({"STARPU_HOME": "/b", "HOME": "/c"}) == Path("/b/.legatus/models")
    assert models.model_directory({"XDG_CACHE_HOME": "/d", "HOME": "/c"}) == Path("/d/legatus/models")
    assert models.model_directory({"HOME": "/c"}) == Path("/c/.cache/legatus/models")


def test_file_is_read_and_written_alike(folder, tmp_path):
    (path,) = models.find_models(folder)
    model = models.read_model(path)
    assert (model.task, model.version, model.machine) == ("lib.saxpy", "01234567", "here")
    assert model.kinds == ["cpu", "opencl:PoCL"]
    assert model.sizes[1].samples["cpu"] == [10.0] * 10
    models.write_model(tmp_path / "copy.model", model)
    assert models.read_model(tmp_path / "copy.model") == model


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "\0\1\2",
        text()[:-5],
        text().replace("task lib.saxpy\n", ""),
        text().replace(" 1.0", " x"),
        text().replace(" 1.0", " nan"),
        text().replace(" 1.0", " -1"),
        text().replace("size 0000000000000001 1000", "size zero 1000"),
        text().replace("legatus-model 1", "legatus-model 2"),
    ],
)
def test_damaged_file_is_told_and_the_others_are_listed(folder, damage, capsys):
    (folder / "here" / "broken.model").write_text(damage)
    with pytest.raises(models.ModelError, match="broken.model"):
        models.read_model(folder / "here" / "broken.model")
    assert run(folder, "list") == 0
    output = capsys.readouterr()
    assert "broken.model" in output.err
    assert "lib.saxpy" in output.out


def test_list_counts_sizes_and_samples(folder, capsys):
    assert run(folder, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["lib.saxpy", "01234567", "here", "4", "80", "cpu", "opencl:PoCL"]


def test_empty_folder_is_no_failure(tmp_path, capsys):
    assert run(tmp_path, "list") == 0
    assert "no models in" in capsys.readouterr().out


def test_show_has_expected_times_and_the_crossover(folder, capsys):
    assert run(folder, "show", "lib.*") == 0
    output = capsys.readouterr().out
    assert "1 ms" in output
    assert "110 us" in output
    assert "opencl:PoCL is faster than cpu" in output


def test_unknown_task_is_a_failure(folder, capsys):
    assert run(folder, "show", "lib.other") == 1
    assert "lib.other" in capsys.readouterr().err


def test_crossover_is_between_the_sizes_where_the_faster_kind_changes(folder):
    model = models.read_model(models.find_models(folder)[0])
    ((slow, fast, size),) = models.crossovers(model)
    assert (slow, fast) == ("cpu", "opencl:PoCL")
    assert 100000 <= size < 110000  # the times are 100 and 101 us there


def test_differences_below_a_tenth_are_no_crossover(folder, capsys):
    (path,) = models.find_models(folder)
    lines = ["legatus-model 1", "task lib.saxpy", "version 01234567", "machine here"]
    for i, (cpu, omp) in enumerate([(20, 10), (1.02, 1.0), (1.0, 1.02), (40, 21)]):
        lines += [f"size {i + 1:016x} {SIZES[i]} 1:8", f"samples cpu {cpu}", f"samples omp2%20x {omp}"]
    path.write_text("\n".join([*lines, "end", ""]))
    model = models.read_model(path)
    assert models.crossovers(model) == []
    assert run(folder, "show", "lib.saxpy") == 0
    assert "omp2 x is faster than cpu at every size" in capsys.readouterr().out


def test_plot_is_a_picture_of_every_kind(folder, tmp_path, capsys):
    assert run(folder, "plot", "lib.saxpy", "-o", tmp_path / "saxpy.svg") == 0
    picture = ElementTree.parse(tmp_path / "saxpy.svg").getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    lines = picture.findall("{*}polyline")
    assert len(lines) == 2
    for line in lines:
        points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        assert [x for x, _ in points] == sorted({x for x, _ in points})
        assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)  # times grow upwards
    assert len([line for line in picture.findall("{*}line") if line.get("class") == "crossover"]) == 1


def test_check_finds_what_is_far_from_the_others_and_removes_it(folder, capsys):
    (path,) = models.find_models(folder)
    path.write_text(text().replace("samples cpu 10.0", "samples cpu 5000.0", 1))
    assert run(folder, "check") == 1
    assert "5 ms, most take 10 us" in capsys.readouterr().out
    assert run(folder, "check", "--remove") == 0
    assert run(folder, "check") == 0
    assert models.read_model(path).sizes[1].samples["cpu"] == [10.0] * 9


def test_check_removes_damaged_files(folder, capsys):
    (folder / "here" / "broken.model").write_text("?")
    assert run(folder, "check") == 1
    assert run(folder, "check", "--remove") == 0
    assert not (folder / "here" / "broken.model").exists()


def test_samples_that_only_scatter_are_not_polluted():
    assert models.polluted([10, 11, 9, 10.5, 9.5, 12, 8.5, 10, 11]) == []
    assert models.polluted([10, 10, 10, 10, 10, 10, 10, 10, 10, 1000]) == [1000]


def test_enough_samples_are_those_that_agree():
    assert not models.is_complete([10.0] * 9)
    assert models.is_complete([10.0] * 10)
    assert not models.is_complete([10.0, 30.0] * 10)
    assert models.is_complete([10.0, 30.0] * 20)


def test_reset_forgets_what_it_is_told_to(folder):
    (folder / "here" / "other.01234567.model").write_text(text("other"))
    assert run(folder, "reset") == 1
    assert run(folder, "reset", "lib.saxpy") == 0
    assert [path.name for path in models.find_models(folder)] == ["other.01234567.model"]
    assert run(folder, "reset", "--all") == 0
    assert models.find_models(folder) == []


def test_damaged_file_is_reset_by_the_name_of_its_task(folder, capsys):
    (folder / "here" / "lib%20a.task.01234567.model").write_text("junk")
    assert run(folder, "show", "lib a.task") == 0
    assert "not a performance model" in capsys.readouterr().err
    assert run(folder, "reset", "lib a.*") == 0
    assert [path.name for path in models.find_models(folder)] == ["lib.saxpy.01234567.model"]


def test_merge_takes_over_what_is_known_better(folder, tmp_path):
    (path,) = models.find_models(folder)
    path.write_text(
        "legatus-model 1\ntask lib.saxpy\nversion 01234567\nmachine here\nsize 0000000000000001 1000 125:8 1:8\n"
        "samples cpu 7 7\nsamples omp2 " + " ".join(["3"] * 12) + "\nsize 00000000000000ff 5 5:1\nsamples cpu 2\nend\n"
    )
    other = tmp_path / "other"
    (other / "here").mkdir(parents=True)
    (other / "here" / path.name).write_text(text())
    assert run(folder, "merge", other) == 0
    sizes = {size.hash: size for size in models.read_model(path).sizes}
    assert set(sizes) == {1, 2, 3, 4, 255}
    assert sizes[1].samples["cpu"] == [1.0] * 10
    assert sizes[1].samples["omp2"] == [3.0] * 12


def test_merge_takes_the_folder_of_one_machine(folder, tmp_path):
    assert run(tmp_path / "empty", "merge", folder / "here") == 0
    assert len(models.find_models(tmp_path / "empty")) == 1


def test_merge_of_what_is_no_model_is_a_failure(folder, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("no model")
    assert run(folder, "merge", tmp_path / "notes.txt") == 1
    assert "notes.txt: line 1: not a performance model" in capsys.readouterr().err


def test_merge_from_another_machine_stays_apart_unless_told(folder, tmp_path):
    source = tmp_path / "lib.saxpy.01234567.model"
    source.write_text(text(machine="there").replace(" 10.0", " 99.0"))
    assert run(folder, "merge", source) == 0
    assert {path.parent.name for path in models.find_models(folder)} == {"here", "there"}
    models.find_models(folder)[0].unlink()
    assert run(folder, "merge", source, "--any-machine") == 0
    assert models.read_model(folder / "here" / source.name).machine == "here"


def test_folder_named_like_a_model_is_told_of_and_left_alone(folder, tmp_path, capsys):
    name = "lib.folder.01234567.model"
    (folder / "here" / name).mkdir()
    (tmp_path / name).write_text(text("lib.folder"))
    for command in (["list"], ["check"], ["check", "--remove"], ["reset", "lib.folder"], ["merge", tmp_path / name]):
        status = run(folder, *command)
        assert status == (0 if command == ["list"] else 1), command
        output = capsys.readouterr()
        assert f"{name}: a folder" in output.err
        assert "Errno" not in output.err
        assert "taken away" not in output.out
    assert sorted(path.name for path in (folder / "here").iterdir()) == [name, "lib.saxpy.01234567.model"]


def test_what_cannot_be_written_is_named_and_nothing_is_left_over(folder, tmp_path, capsys):
    (tmp_path / "taken").mkdir()
    assert run(folder, "plot", "lib.saxpy", "--output", tmp_path / "taken") == 1
    assert capsys.readouterr().err == f"legate-models: {tmp_path / 'taken'}: Is a directory\n"
    with pytest.raises(IsADirectoryError, match="taken'$"):
        models.write_model(tmp_path / "taken", models.read_model(models.find_models(folder)[0]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models", "taken"]
