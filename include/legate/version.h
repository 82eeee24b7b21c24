// SPDX-License-Identifier: Apache-2.0
#pragma once

// The level of the public interface that this library implements.
#define LEGATE_VERSION_MAJOR 26
#define LEGATE_VERSION_MINOR 7
#define LEGATE_VERSION_PATCH 0
