#include "CVersion.h"

static const char number[] = {
#embed "../../VERSION"
};

const char *cversion_number(size_t *length) {
  *length = sizeof number - 1; // without the line feed
  return number;
}

const char *cversion_commit(void) {
#ifdef HOPXGUARD_COMMIT
  return HOPXGUARD_COMMIT;
#else
  return NULL;
#endif
}
