#include "chopxguard_memory.h"
#include <stdlib.h>
#include <string.h>

void *chopxguard_resize(void *memory, size_t size) { return realloc(memory, size); }

void chopxguard_release(void *memory) { free(memory); }

bool chopxguard_is_available(size_t size) {
  // Volatile, or the compiler takes the allocation for granted.
  void *volatile memory = malloc(size);
  bool is_there = memory != NULL;
  free(memory);
  return is_there;
}

bool chopxguard_is_equal(const void *left, const void *right, size_t size) { return memcmp(left, right, size) == 0; }
