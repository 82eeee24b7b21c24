# SPDX-License-Identifier: Apache-2.0
"""Python functions as tasks: decoration, registration, signatures and constraints."""

import abc
import inspect
import pydoc
import threading
from typing import Union

import numpy as np
import pytest
from conftest import RANK, RANKS
from helpers import made, raises, read, runtime, same, wait, zeros

from legate.core import (
    Library,
    LogicalStore,
    PhysicalStore,
    TaskConfig,
    TaskContext,
    VariantCode,
    VariantOptions,
    align,
    broadcast,
)
from legate.core import types as ty
from legate.core.task import (
    ADD,
    InputArray,
    InputStore,
    OutputArray,
    OutputStore,
    PyTask,
    ReductionArray,
    ReductionStore,
    task,
)


def double(x: InputStore, y: OutputStore) -> None:
    np.asarray(y)[...] = 2 * np.asarray(x)


# --- decoration ---


def test_a_task_is_registered_by_its_first_use():
    decorated = task(constraints=align("x", "y"))(double)
    assert callable(decorated) and isinstance(decorated.library, Library)
    assert decorated.registered is False
    number = decorated.complete_registration()
    assert decorated.registered is True
    assert isinstance(decorated.task_id, int) and decorated.task_id == number >= 0
    assert decorated.complete_registration() == number


def test_asking_for_the_id_registers():
    decorated = task(double)
    assert decorated.task_id >= 0 and decorated.registered


@pytest.mark.parametrize(
    "decorate", [task, task(), lambda f: task(f), task(variants=[VariantCode.CPU], constraints=())]
)
def test_spellings_of_the_decorator(decorate):
    y = zeros((3,))
    decorate(double)(made([1, 2, 3]), y)
    same(y, [2, 4, 6])


def test_options_of_older_programs():
    @task(throws_exception=True, has_side_effect=True, register=False)
    def fails() -> None:
        raise KeyError("told")

    with raises(KeyError, "told"):
        fails()


def test_a_configuration_gives_id_and_options():
    library, _ = runtime.find_or_create_library("test_task.configuration")
    config = TaskConfig(7, options=VariantOptions(may_throw_exception=True))

    def fails() -> None:
        raise KeyError("told")

    decorated = PyTask(func=fails, variants=(VariantCode.CPU,), options=config, library=library)
    assert decorated.library == library
    with raises(KeyError, "told"):
        decorated()
    assert decorated.task_id == 7


def test_constructed_with_everything():
    decorated = PyTask(
        func=double,
        variants=(VariantCode.CPU,),
        constraints=broadcast("x"),
        options=VariantOptions(has_allocations=True),
        library=runtime.core_library,
    )
    assert decorated.library == runtime.core_library
    assert not decorated.registered


def test_any_callable_is_a_body():
    class Adder:
        def __init__(self, n):
            self.n = n
            self.__name__ = "adder"

        def __call__(self, y: OutputStore) -> None:
            np.asarray(y)[...] = self.n

    y = zeros((4,))
    task(Adder(5))(y)
    same(y, [5] * 4)


@pytest.mark.parametrize("variants", [("CPU",), (1,), (None,)])
def test_unknown_variants_are_refused(variants):
    with raises(ValueError):
        task(variants=variants)(double)


def test_a_task_without_variants_fails_at_registration():
    with raises(ValueError, "no registered variants"):
        PyTask(func=double, variants=()).complete_registration()


def test_variants_can_be_set_one_by_one():
    decorated = PyTask(func=double, variants=())

    def triple(x: InputStore, y: OutputStore) -> None:
        np.asarray(y)[...] = 3 * np.asarray(x)

    assert decorated.cpu_variant(triple) is triple
    decorated.gpu_variant(double)
    decorated.omp_variant(double)
    y = zeros((2,))
    decorated(made([1, 2]), y)
    same(y, [3, 6])
    for setter in (decorated.cpu_variant, decorated.gpu_variant, decorated.omp_variant):
        with raises(RuntimeError, "has already completed registration"):
            setter(triple)


def test_a_variant_has_the_signature_of_the_others():
    decorated = task(double)

    def other(x: InputStore, z: OutputStore) -> None: ...

    with raises(ValueError):
        decorated.gpu_variant(other)


def test_a_variant_that_the_machine_cannot_run_is_refused_at_the_call():
    for code in (VariantCode.GPU, VariantCode.OMP):
        decorated = task(variants=(code,))(double)
        with raises(ValueError, "does not have any valid variant for the current machine"):
            decorated(made([1]), zeros((1,)))


# --- registration by several threads, and inside tasks ---


def test_threads_register_a_task_once():
    threads = 8
    for _ in range(20):
        decorated = task(constraints=align("x", "y"))(double)
        barrier = threading.Barrier(threads)
        numbers = []

        def register(decorated=decorated, barrier=barrier, numbers=numbers):
            barrier.wait(20)
            numbers.append(decorated.complete_registration())

        running = [threading.Thread(target=register) for _ in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        assert numbers == [decorated.task_id] * threads
    y = zeros((3,))
    decorated(made([1, 2, 3]), y)
    same(y, [2, 4, 6])


@pytest.mark.one_process
def test_a_body_registers_while_another_thread_does():
    """The other thread cannot before the fence is over, which waits for the body."""
    inner = task(double)
    numbers = []
    registering = threading.Thread(target=lambda: numbers.append(inner.complete_registration()))

    @task
    def outer(x: InputStore, y: OutputStore) -> None:
        registering.start()
        registering.join(0.1)  # not to be relied upon: long enough to meet a lock that is held too long
        inner(x.to_logical_store(), y.to_logical_store())

    y = zeros((1,))
    outer(made([4]), y)
    wait()
    registering.join()
    same(y, [8])
    assert numbers == [inner.task_id]


def test_a_body_defines_a_task():
    defined = []

    @task
    def outer(y: OutputStore) -> None:
        @task
        def inner(z: OutputStore) -> None:
            np.asarray(z)[...] = 5

        inner(y.to_logical_store())
        defined.append(inner)

    first, second = zeros((1,)), zeros((1,))
    outer(first)
    wait()
    same(first, [5])
    if RANKS == 1:
        defined[0](second)
        same(second, [5])
    assert len(defined) == (RANK == 0)


def test_numbers_drawn_in_bodies_leave_those_of_ranks_alike():
    drawn = []

    @task
    def outer(y: OutputStore) -> None:
        drawn.append(runtime.core_library.get_new_task_id())

    outer(zeros((1,)))
    wait()
    number = runtime.core_library.get_new_task_id()

    @task
    def show(out: OutputStore) -> None:
        np.asarray(out)[...] = number

    out = zeros((RANKS,))
    launch = runtime.create_manual_task(show.library, show.task_id, (RANKS,))
    launch.add_output(out.partition_by_tiling((1,)))
    launch.execute()
    same(out, [number] * RANKS)
    assert number not in drawn


# --- signatures ---


class Abstract(abc.ABC):
    pass


def untyped(x): ...
def variable(*args: int): ...
def keywords(**kwargs: int): ...
def keyword_only(*, x: int): ...
def positional_only(x: int, /): ...
def two_kinds(x: InputStore | OutputStore): ...
def three_kinds(x: Union[InputStore, int, None]): ...
def literal_none(x: None): ...
def bare_store(x: LogicalStore): ...
def bare_physical_store(x: PhysicalStore): ...
def bare_reduction(x: ReductionStore): ...
def late_context(x: int, ctx: TaskContext): ...
def context_with_default(ctx: TaskContext = None): ...
def returns_something() -> int: ...
def returns_none_type() -> type(None): ...


@pytest.mark.parametrize(
    ("func", "kind", "text"),
    [
        (untyped, TypeError, ""),
        (variable, NotImplementedError, "*args"),
        (keywords, NotImplementedError, "**kwargs"),
        (keyword_only, NotImplementedError, "*"),
        (positional_only, NotImplementedError, "/"),
        (two_kinds, NotImplementedError, "nion"),
        (three_kinds, NotImplementedError, "nion"),
        (literal_none, AssertionError, "Unhandled type annotation"),
        (bare_store, TypeError, "impossible to deduce intent"),
        (bare_physical_store, TypeError, "impossible to deduce intent"),
        (bare_reduction, TypeError, "ReductionStore[ADD]"),
        (late_context, TypeError, "2"),
        (context_with_default, TypeError, "must not have a default value"),
        (returns_something, TypeError, "must not return values"),
        (returns_none_type, TypeError, "must not return values"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_signatures_that_are_no_task(func, kind, text):
    with raises(kind, text):
        task(func)


@pytest.mark.parametrize("annotation", [InputStore, OutputStore, ReductionStore[ADD]])
def test_a_store_is_no_default(annotation):
    store = zeros((1,))

    def physical(x=store.get_physical_store()) -> None: ...
    def logical(x=store) -> None: ...

    for func in (physical, logical):
        func.__annotations__["x"] = annotation
        with raises(NotImplementedError, "Default values for"):
            task(func)


def test_annotations_may_be_text():
    def body(x: "InputStore", y: "OutputStore", n: "int") -> "None":
        np.asarray(y)[...] = np.asarray(x) + n

    y = zeros((2,))
    task(constraints=align("x", "y"))(body)(made([1, 2]), y, 10)
    same(y, [11, 12])


def test_text_that_names_nothing():
    def body(x: "NoSuchThing") -> None: ...

    with raises(NameError):
        task(body)


def test_annotations_of_older_programs():
    @task(constraints=align("x", "y"))
    def body(x: InputArray, y: OutputArray, total: ReductionArray[ADD]) -> None:
        np.asarray(y.data())[...] = np.asarray(x.data()) + 1
        np.asarray(total)[...] += np.asarray(x).sum()

    y, total = zeros((3,)), zeros((1,))
    body(made([1, 2, 3]), y, total)
    same(y, [2, 3, 4])
    same(total, [6])


def test_a_class_with_a_metaclass_of_its_own_is_a_scalar():
    def body(x: Abstract) -> None: ...

    assert isinstance(task(body), PyTask)


# --- constraints of the decorator ---


@pytest.mark.parametrize("constraints", [(1,), [[1]], (None,)])
def test_what_is_no_constraint(constraints):
    with raises(TypeError):
        task(constraints=constraints)(double)


def test_the_text_for_what_is_no_constraint():
    with raises(TypeError, "object is not iterable"):
        task(constraints=(1,))(double)
    with raises(TypeError, "Constraint #2 of unexpected type"):
        PyTask(func=double, variants=(VariantCode.CPU,), constraints=[*align("x", "y"), 1])


def test_a_constraint_names_parameters():
    with raises(ValueError, 'constraint argument "z" not in set of parameters'):
        task(constraints=align("x", "z"))(double)


def test_a_constraint_is_not_on_a_scalar():
    def body(x: InputStore, n: int) -> None: ...

    with raises(ValueError, "Could not find n in task arguments"):
        decorated = task(constraints=broadcast("n"))(body)
        decorated.complete_registration()


def test_constraints_may_be_nested():
    decorated = task(constraints=[[align("x", "y")], (), [[broadcast("x", (0,))]]])(double)
    x, y = made(np.arange(100)), zeros((100,))
    decorated(x, y)
    same(y, 2 * np.arange(100))


def test_no_constraints_may_be_added_to_declared_ones():
    decorated = task(constraints=align("x", "y"))(double)
    y = zeros((2,))
    with raises(RuntimeError):
        call = decorated.prepare_call(made([1, 2]), y)
        call.add_constraint(broadcast(call.find_or_declare_partition(y)))
        call.execute()


def generator(n: int) -> None:
    yield n


async def coroutine(n: int) -> None: ...


async def asynchronous_generator(n: int) -> None:
    yield n


class GeneratorObject:
    def __call__(self, n: int) -> None:
        yield n


@pytest.mark.parametrize("func", [generator, coroutine, asynchronous_generator, GeneratorObject()])
def test_bodies_that_would_not_run_are_refused(func):
    with raises(TypeError, "its body would never run"):
        task(func)


@pytest.mark.parametrize("constraints", ["x", ("x",), [broadcast("x"), ["x"]]], ids=str)
def test_names_alone_are_no_constraints(constraints):
    with raises(TypeError, "expected constraints, but got"):
        task(constraints=constraints)(double)


def test_a_task_tells_what_its_function_tells():
    def scaled(x: InputStore, factor: float = 2.0) -> None:
        """Scales."""

    decorated = task(scaled)
    assert (decorated.__name__, decorated.__doc__, decorated.__module__) == ("scaled", "Scales.", __name__)
    assert decorated.__wrapped__ is scaled and inspect.signature(decorated) == inspect.signature(scaled)
    assert "Scales." in pydoc.render_doc(decorated)


def test_what_is_no_reduction_operator_is_named():
    def body(total: ReductionStore["SUM"]) -> None: ...

    with raises(ValueError, "Parameter 'total': 'SUM' is no reduction operator"):
        task(body)
