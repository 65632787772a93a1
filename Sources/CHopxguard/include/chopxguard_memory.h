// Memory whose allocation may fail, which Swift's own may not. Not part of the library's interface.
#pragma once
#include <stdbool.h>
#include <stddef.h>

/// NULL when there is none; then `memory` is as it was.
void *chopxguard_resize(void *memory, size_t size);
void chopxguard_release(void *memory);

/// Whether `size` bytes could be had now.
bool chopxguard_is_available(size_t size);

bool chopxguard_is_equal(const void *left, const void *right, size_t size);
