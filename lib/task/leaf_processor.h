// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace legate::detail {

class TaskFrame;

// StarPU gives points to whichever worker is free, so that the worker of a point says nothing about the next launch.
// Programs that keep something per processor (ProcLocalStorage) want the point of the next launch to find it. To them,
// a point in main memory runs on the processor that the launch deals it to, whatever core works on it; and because two
// points of one processor may then run at the same time, one that asks for its processor locks it until it ends. None
// holds a second one, and no point waits for others on its own but those of a concurrent launch, which have processors
// of their own and start when all of them have workers: so every lock is given up.

/// The processor of an instance, as a number among the workers of this process. On devices it is that of the worker,
/// which handles and streams belong to; in main memory it follows from the launch domain, the machine and the point.
[[nodiscard]] unsigned processor_of(const TaskFrame& frame);

}  // namespace legate::detail
