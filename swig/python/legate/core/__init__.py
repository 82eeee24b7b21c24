# SPDX-License-Identifier: Apache-2.0
"""Tasks on stores, from Python. Importing this package starts the runtime."""

from ._runtime import Runtime, get_legate_runtime  # isort: skip

from . import _seeds as _seeds
from . import _stdout as _stdout
from . import data_interface as data_interface
from . import types as types
from . import utils as utils
from ._constraints import (
    Constraint,
    ImageComputationHint,
    Variable,
    align,
    bloat,
    broadcast,
    image,
    min_extents,
    scale,
)
from ._context import TaskContext, is_running_in_task
from ._external import DimOrdering, ExternalAllocation
from ._external import from_dlpack as from_dlpack
from ._legacy import Field as Field
from ._legacy import LogicalArray as LogicalArray
from ._legacy import PhysicalArray as PhysicalArray
from ._legacy import Table as Table
from ._library import Library, ResourceConfig
from ._machine import (
    EmptyMachineError,
    Machine,
    ProcessorRange,
    ProcessorSlice,
    StoreTarget,
    TaskTarget,
    get_machine,
)
from ._options import TaskConfig, TaskInfo, VariantCode, VariantOptions
from ._physical import Domain, DomainPoint, InlineAllocation, PhysicalStore
from ._physical import TaskLocalBuffer as TaskLocalBuffer
from ._profile import ProfileRange, track_provenance
from ._scalar import Scalar
from ._scope import ExceptionMode, Scope
from ._scope import ParallelPolicy as ParallelPolicy
from ._scope import StreamingMode as StreamingMode
from ._shape import Shape
from ._store import LogicalStore, LogicalStorePartition
from ._submission import AutoTask, ManualTask, SymbolicExpr, constant, dimension
from ._types import (
    LEGATE_MAX_DIM,
    FixedArrayType,
    GlobalRedopID,
    GlobalTaskID,
    LocalRedopID,
    LocalTaskID,
    ReductionOpKind,
    StructType,
    Type,
    TypeCode,
    array_type,
    binary_type,
    bool_,
    complex64,
    complex128,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    null_type,
    string_type,
    struct_type,
    uint8,
    uint16,
    uint32,
    uint64,
)
from .data_interface import LegateDataInterface
from .data_interface import as_logical_store as as_logical_store
from .data_interface import offload_to as offload_to
from .utils import Annotation

_stdout.limit_stdout(get_legate_runtime().node_id)
_seeds.fix_seeds()

from . import task as task  # noqa: E402  (annotation classes derive from the classes above)

__all__ = (
    "LEGATE_MAX_DIM",
    "Annotation",
    "AutoTask",
    "Constraint",
    "DimOrdering",
    "Domain",
    "DomainPoint",
    "EmptyMachineError",
    "ExceptionMode",
    "ExternalAllocation",
    "FixedArrayType",
    "GlobalRedopID",
    "GlobalTaskID",
    "ImageComputationHint",
    "InlineAllocation",
    "LegateDataInterface",
    "Library",
    "LocalRedopID",
    "LocalTaskID",
    "LogicalStore",
    "LogicalStorePartition",
    "Machine",
    "ManualTask",
    "PhysicalStore",
    "ProcessorRange",
    "ProcessorSlice",
    "ProfileRange",
    "ReductionOpKind",
    "ResourceConfig",
    "Runtime",
    "Scalar",
    "Scope",
    "Shape",
    "StoreTarget",
    "StructType",
    "SymbolicExpr",
    "TaskConfig",
    "TaskContext",
    "TaskInfo",
    "TaskTarget",
    "Type",
    "TypeCode",
    "Variable",
    "VariantCode",
    "VariantOptions",
    "align",
    "array_type",
    "binary_type",
    "bloat",
    "bool_",
    "broadcast",
    "complex64",
    "complex128",
    "constant",
    "dimension",
    "float16",
    "float32",
    "float64",
    "get_legate_runtime",
    "get_machine",
    "image",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_running_in_task",
    "min_extents",
    "null_type",
    "scale",
    "string_type",
    "struct_type",
    "track_provenance",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
)
