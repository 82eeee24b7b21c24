# SPDX-License-Identifier: Apache-2.0
"""Machines, scopes and policies."""

import dataclasses
import pickle

import numpy as np
import pytest
from helpers import made, raises, runtime, same, wait, zeros

from legate.core import (
    EmptyMachineError,
    ExceptionMode,
    Machine,
    ParallelPolicy,
    ProcessorRange,
    ProcessorSlice,
    Scope,
    StoreTarget,
    StreamingMode,
    TaskContext,
    TaskTarget,
    align,
    get_machine,
)
from legate.core.task import ADD, InputStore, OutputStore, ReductionStore, task

CPU, GPU, OMP = TaskTarget.CPU, TaskTarget.GPU, TaskTarget.OMP


# --- ranges of processors ---


def test_ranges():
    range_ = ProcessorRange(1, 5, 2)
    assert (range_.low, range_.high, range_.count, range_.per_node_count, range_.empty, len(range_)) == (
        1,
        5,
        4,
        2,
        False,
        4,
    )
    assert range_ == ProcessorRange.create(1, 5, 2) and range_ != ProcessorRange(1, 5, 3)
    assert range_ < ProcessorRange(2, 3, 2) and not range_ < range_
    assert range_.get_node_range() == (0, 3)
    assert ProcessorRange(2, 4, 2).get_node_range() == (1, 2)
    assert str(range_) == repr(range_)


@pytest.mark.parametrize(
    "range_",
    [ProcessorRange(), ProcessorRange(3, 3, 1), ProcessorRange(5, 3, 1), ProcessorRange.create_empty()],
    ids=str,
)
def test_empty_ranges(range_):
    assert (range_.low, range_.high, range_.count, range_.empty) == (0, 0, 0, True)
    with raises(ValueError, "Illegal to get a node range"):
        range_.get_node_range()


def test_parts_of_ranges():
    range_ = ProcessorRange(10, 20, 4)
    for sl, low, high in [
        (slice(2, 5), 12, 15),
        (slice(None, 3), 10, 13),
        (slice(8, None), 18, 20),
        (slice(5, 100), 15, 20),
        (slice(None), 10, 20),
    ]:
        assert range_.slice(sl) == range_[sl] == ProcessorRange(low, high, 4)
    assert range_[3] == ProcessorRange(13, 14, 4) and range_[100].empty
    with raises(ValueError):
        range_.slice(slice(0, 5, 2))


def test_common_processors():
    assert ProcessorRange(0, 5, 1) & ProcessorRange(3, 8, 1) == ProcessorRange(3, 5, 1)
    assert (ProcessorRange(0, 3, 1) & ProcessorRange(3, 8, 1)).empty
    for operation in (lambda r: r & 5, lambda r: r < 5, lambda r: r == 5, lambda r: r != None):
        with raises(TypeError):
            operation(ProcessorRange(0, 3, 1))


# --- machines ---


MACHINE = Machine({CPU: ProcessorRange(0, 4, 2), GPU: ProcessorRange(1, 3, 1), OMP: ProcessorRange()})


def test_machines():
    assert MACHINE.preferred_target is GPU and MACHINE.valid_targets == (GPU, CPU) and not MACHINE.empty
    assert MACHINE.count() == len(MACHINE) == 2 and MACHINE.count(CPU) == 4 and MACHINE.count(OMP) == 0
    assert MACHINE.get_processor_range(CPU) == ProcessorRange(0, 4, 2)
    assert MACHINE.get_processor_range() == ProcessorRange(1, 3, 1)
    assert MACHINE.get_node_range(CPU) == (0, 2)
    assert MACHINE == Machine({GPU: ProcessorRange(1, 3, 1), CPU: ProcessorRange(0, 4, 2)})
    assert str(MACHINE) == repr(MACHINE)
    with raises(ValueError):
        MACHINE.get_node_range(OMP)


def test_the_empty_machine():
    machine = Machine()
    assert machine.empty and machine.preferred_target is CPU and machine.valid_targets == () and len(machine) == 0
    assert machine == Machine({CPU: ProcessorRange()})


def test_parts_of_machines():
    assert MACHINE.only(CPU) == MACHINE[CPU] == MACHINE.only([CPU]) == Machine({CPU: ProcessorRange(0, 4, 2)})
    assert MACHINE.only((CPU, GPU)) == MACHINE
    assert MACHINE.slice(slice(1, 2)) == MACHINE[1:2] == MACHINE[1] == Machine({GPU: ProcessorRange(2, 3, 1)})
    part = Machine({CPU: ProcessorRange(1, 3, 2)})
    assert MACHINE.slice(slice(1, 3), CPU) == MACHINE[ProcessorSlice(CPU, slice(1, 3))] == part
    assert MACHINE & part == part and (MACHINE & MACHINE.only(OMP)).empty
    with raises(KeyError):
        _ = MACHINE["cpu"]


def test_a_slice_of_processors_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ProcessorSlice(CPU, slice(1)).target = GPU


@pytest.mark.parametrize("ranges", [5, [CPU], {"CPU": ProcessorRange()}, {CPU: 5}, {CPU: (0, 1)}], ids=str)
def test_what_is_no_machine(ranges):
    with raises(ValueError):
        Machine(ranges)


def test_machines_compare_with_machines():
    with raises(TypeError, "has incorrect type"):
        _ = MACHINE == 5


def test_the_machine_of_the_program():
    machine = get_machine()
    assert machine == runtime.machine == runtime.get_machine() == Scope.machine()
    assert machine.preferred_target is CPU and machine.count(CPU) >= 1


def test_the_order_of_targets():
    assert list(TaskTarget) == [GPU, OMP, CPU]
    assert TaskTarget.OPENCL is TaskTarget(3) and TaskTarget.OPENCL.name == "OPENCL"  # an extension
    assert pickle.loads(pickle.dumps(TaskTarget.OPENCL)) is TaskTarget.OPENCL
    assert [target.name for target in StoreTarget] == ["SYSMEM", "FBMEM", "ZCMEM", "SOCKETMEM"]


def test_opencl_devices_stay_in_machines():
    machine = Machine({CPU: ProcessorRange(0, 2, 2), TaskTarget.OPENCL: ProcessorRange(0, 1, 1), OMP: ProcessorRange(0, 1, 1)})
    assert machine.valid_targets == (TaskTarget.OPENCL, OMP, CPU)
    assert machine.only(TaskTarget.OPENCL).count() == 1
    assert Machine._from_numbers(machine._to_numbers()) == machine


def test_a_machine_is_a_scope():
    machine = get_machine()
    part = machine[0]
    with part:
        assert get_machine() == part
        with raises(ValueError, "set only once"), part:
            pass
        with machine:
            assert get_machine() == part
        assert get_machine() == part
    assert get_machine() == machine
    with part:
        assert get_machine() == part


def test_empty_machines_are_no_scopes():
    for machine in (Machine(), get_machine().only(GPU), Machine({GPU: ProcessorRange(0, 1, 1)})):
        with raises(EmptyMachineError, "Empty machines cannot be used for resource scoping"), machine:
            pass
        with pytest.raises(RuntimeError), Scope(machine=machine):
            pass
    assert EmptyMachineError.__bases__ == (Exception,)
    assert not get_machine().empty


def test_tasks_use_the_processors_of_the_scope():
    @task
    def size(out: OutputStore) -> None:
        np.asarray(out)[...] = np.asarray(out).size

    out = zeros((100,))
    with get_machine()[0]:
        size(out)
    same(out, [100] * 100)


@pytest.mark.one_process
def test_a_task_sees_its_machine():
    seen = []

    @task
    def body(ctx: TaskContext) -> None:
        seen.append(ctx.machine)

    part = get_machine()[0]
    with part:
        body()
    wait()
    assert seen == [part]


# --- scopes ---


def test_what_a_scope_sets():
    before = (Scope.priority(), Scope.exception_mode(), Scope.provenance(), Scope.machine(), Scope.parallel_policy())
    assert before[1:3] == (ExceptionMode.IMMEDIATE, "")
    policy = ParallelPolicy(overdecompose_factor=3)
    scope = Scope(
        priority=7,
        exception_mode=ExceptionMode.DEFERRED,
        provenance="here",
        machine=get_machine()[0],
        parallel_policy=policy,
    )
    with scope as entered:
        assert entered is None
        assert (Scope.priority(), Scope.exception_mode(), Scope.provenance()) == (7, ExceptionMode.DEFERRED, "here")
        assert Scope.machine() == get_machine() == before[3][0] and Scope.parallel_policy() == policy
        with Scope(provenance="inner"):
            assert (Scope.priority(), Scope.provenance()) == (7, "inner")
        assert Scope.provenance() == "here"
        with raises(ValueError, "used only once"), scope:
            pass
    after = (Scope.priority(), Scope.exception_mode(), Scope.provenance(), Scope.machine(), Scope.parallel_policy())
    assert after == before
    with scope:
        assert Scope.priority() == 7


def test_a_scope_ends_with_an_exception():
    with raises(KeyError), Scope(priority=9, provenance="lost"):
        raise KeyError
    assert Scope.provenance() == "" and Scope.priority() != 9


@pytest.mark.one_process
def test_provenance_reaches_tasks():
    seen = []

    @task
    def body(ctx: TaskContext) -> None:
        seen.append(ctx.provenance)

    with Scope(provenance="file:1"):
        call = body.prepare_call()
        body()
    body()
    assert call.provenance() == "file:1"
    call.execute()
    wait()
    assert sorted(seen) == ["", "file:1", "file:1"]


# --- policies ---


def test_policies():
    policy = ParallelPolicy()
    assert (policy.streaming, policy.streaming_mode, policy.overdecompose_factor) == (False, StreamingMode.OFF, 1)
    policy.streaming_mode, policy.overdecompose_factor = StreamingMode.RELAXED, 5
    policy.set_partitioning_threshold(GPU, 99)
    assert (policy.streaming, policy.partitioning_threshold(GPU)) == (True, 99)
    same_ = ParallelPolicy(
        streaming_mode=StreamingMode.RELAXED, overdecompose_factor=5, partitioning_threshold={GPU: 99}
    )
    assert policy == same_ and policy != ParallelPolicy()
    assert ParallelPolicy(partitioning_threshold=(GPU, 99)).partitioning_threshold(GPU) == 99
    assert policy.__eq__(5) is NotImplemented and policy != 5


def test_what_is_no_policy():
    with raises(ValueError):
        ParallelPolicy(overdecompose_factor=0)
    with raises(OverflowError):
        ParallelPolicy(overdecompose_factor=-1)
    for threshold in (5, [CPU, 1], (CPU,), "CPU"):
        with raises(ValueError):
            ParallelPolicy(partitioning_threshold=threshold)


@task(constraints=align("x", "y"))
def step(x: InputStore, y: OutputStore, total: ReductionStore[ADD]) -> None:
    np.asarray(y)[...] = np.asarray(x) * 3 + 1
    np.asarray(total)[0] += np.asarray(x).sum()


@pytest.mark.parametrize("mode", [StreamingMode.OFF, StreamingMode.RELAXED])
@pytest.mark.parametrize("factor", [1, 2, 43])
def test_results_do_not_depend_on_the_policy(mode, factor):
    values = np.arange(500)
    x, y, total = made(values), zeros((500,)), zeros((1,))
    wait()
    expected = 0
    with Scope(parallel_policy=ParallelPolicy(streaming_mode=mode, overdecompose_factor=factor)):
        assert Scope.parallel_policy().overdecompose_factor == factor
        for _ in range(3):
            step(x, y, total)
            x, y = y, x
            expected += values.sum()
            values = values * 3 + 1
    same(x, values)
    same(total, [expected])


@pytest.mark.parametrize("factor", [1, 2, 43])
def test_results_do_not_depend_on_strict_streaming(factor):
    @task(constraints=align("x", "y"))
    def triple(x: InputStore, y: OutputStore) -> None:
        np.asarray(y)[...] = np.asarray(x) * 3

    x, y, z = made(np.arange(500)), zeros((500,)), zeros((500,))
    with Scope(parallel_policy=ParallelPolicy(streaming_mode=StreamingMode.STRICT, overdecompose_factor=factor)):
        triple(x, y)
        triple(y, z)
    same(z, np.arange(500) * 9)


def test_a_strict_streaming_scope_is_not_waited_in():
    with Scope(parallel_policy=ParallelPolicy(streaming_mode=StreamingMode.STRICT)):
        with raises(ValueError, "streaming scope"):
            runtime.issue_execution_fence(block=True)
    runtime.issue_execution_fence(block=True)
