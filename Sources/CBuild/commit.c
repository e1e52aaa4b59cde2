#include "CBuild.h"

const char *mrs_build_commit(void) { return MRS_COMMIT; }
