#!/usr/bin/env bash
# What the action runs: checks the scripts, replays a part of them, and leaves reports in a folder.
# MRS names the program, MRS_PATHS scripts and folders, one a line, MRS_SHARD the part, MRS_REPORTS the folder.
set -uo pipefail

mrs=${MRS:-mrs}
reports=${MRS_REPORTS:-mrs-reports}
shard=${MRS_SHARD:-1/1}
mapfile -t paths <<<"${MRS_PATHS:-.}"
mkdir -p "$reports" || exit
name=${shard/\//-of-}

# Only the first part says what the check finds: it looks at all scripts.
checked=0
if [ "${shard%%/*}" = 1 ]; then
  "$mrs" check --sarif "$reports/check.sarif" "${paths[@]}"
  checked=$?
fi
"$mrs" test --no-cache --shard "$shard" --junit "$reports/junit-$name.xml" --tap "$reports/tests-$name.tap" \
  "${paths[@]}"
tested=$?

if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    echo "junit=$reports/junit-$name.xml"
    echo "sarif=$reports/check.sarif"
  } >>"$GITHUB_OUTPUT"
fi
[ "$checked" -eq 0 ] || exit "$checked"
exit "$tested"
