// SPDX-License-Identifier: Apache-2.0
#pragma once

// Preprocessor helpers. The forms with a trailing underscore do not expand their arguments.

#define LEGATE_CONCAT_(x, ...) x##__VA_ARGS__
#define LEGATE_CONCAT(x, ...) LEGATE_CONCAT_(x, __VA_ARGS__)

#define LEGATE_STRINGIZE_(...) #__VA_ARGS__
#define LEGATE_STRINGIZE(...) LEGATE_STRINGIZE_(__VA_ARGS__)

// LEGATE_DEFINED(X): 1 when the macro X is defined as nothing or as 1, else 0. Usable in #if and in code.
//
// Pasting the expansion of X to the placeholder's name gives a macro with a comma in it only in those two cases, and
// that comma moves the 1 into the place of the second argument.
#define LEGATE_DEFINED_PLACEHOLDER_ 0,
#define LEGATE_DEFINED_PLACEHOLDER_1 0,
#define LEGATE_DEFINED_SECOND_(first, second, ...) second
#define LEGATE_DEFINED_SELECT_(...) LEGATE_DEFINED_SECOND_(__VA_ARGS__)
#define LEGATE_DEFINED_EXPANDED_(x) LEGATE_DEFINED_SELECT_(LEGATE_CONCAT_(LEGATE_DEFINED_PLACEHOLDER_, x) 1, 0, 0)
#define LEGATE_DEFINED(x) LEGATE_DEFINED_EXPANDED_(x)
