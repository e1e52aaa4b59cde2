#pragma once

/// The commit that the program was built of, as scripts/build-release has said it; empty after a plain `swift build`,
/// which knows of none.
const char *mrs_build_commit(void);
