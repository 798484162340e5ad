#!/usr/bin/env bash
# Compares what smpp-inspect counts in each capture of a folder with what capinfos (Wireshark) counts.
#
#   tests/robust.sh FOLDER...
#
# No part of `cargo test`: it is for folders of odd captures that the repository does not hold. Prints a row a file:
# the frames that either counts, whether either reports damage, and where they differ. A run that panics, hangs or
# takes more than 500 MB is a failure. Exit status 1 when there is a failure or a difference.
set -uo pipefail
[ $# -gt 0 ] || {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
for tool in capinfos jq; do
  command -v "$tool" >/dev/null || {
    echo "$0: $tool is needed" >&2
    exit 2
  }
done
root=$(cd "$(dirname "$0")/.." && pwd)
cargo build --quiet --release --manifest-path "$root/Cargo.toml" || exit 2
inspect=$root/target/release/smpp-inspect
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '%-60s %9s %9s  %-8s %-8s %s\n' file capinfos ours damage ours verdict
files=0
failures=0
differences=0
for file in $(find "$@" -type f | sort); do
  case $file in *.md | *.txt) continue ;; esac
  files=$((files + 1))
  # "Number of packets: 12", and on standard error what is wrong with the file.
  theirs=$(LC_ALL=C capinfos -c -M "$file" 2>"$folder/theirs" | awk -F': *' '/Number of packets/ { print $2 }')
  their_damage=no
  [ -s "$folder/theirs" ] && their_damage=yes
  # The limit is on address space, of which threads take much without using it: one thread.
  (
    ulimit -v 500000
    timeout 20 "$inspect" --threads 1 --format json "$file" >"$folder/report" 2>"$folder/ours"
  )
  status=$?
  ours=$(jq -r .capture.frames "$folder/report" 2>/dev/null)
  our_damage=no
  [ -s "$folder/ours" ] && our_damage=yes
  verdict=
  # 2: not a capture; then nothing is on standard output.
  if [ $status -ne 0 ] && [ $status -ne 2 ]; then
    verdict="FAILED with status $status"
    failures=$((failures + 1))
  elif [ "${theirs:-none}" != "${ours:-none}" ] || [ $their_damage != $our_damage ]; then
    verdict="differs: $(head -1 "$folder/theirs" | cut -c1-110) | $(head -1 "$folder/ours" | sed 's/^[^:]*: [^:]*: //' | cut -c1-110)"
    differences=$((differences + 1))
  fi
  printf '%-60s %9s %9s  %-8s %-8s %s\n' "$(basename "$(dirname "$file")")/$(basename "$file")" "${theirs:--}" "${ours:--}" \
    $their_damage $our_damage "$verdict"
done
echo "$files files, $failures failures, $differences differences"
[ $failures -eq 0 ] && [ $differences -eq 0 ]
