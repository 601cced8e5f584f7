# Shared by the checks: strict mode, a home of one's own, and words for what was expected.
# shellcheck shell=bash
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
interop=$(cd "$here/.." && pwd)
peers="$interop/.peers/$(basename "$here")"
work=$(mktemp -d)
server_pid=
mkdir -p "$peers"

# A check leaves nothing behind: no server, no store, no process.
cleanup() {
  if [ -n "$server_pid" ]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT

export COUNTERSIGN_HOME="$work/home"
# A check has no keyring, and what it keeps ends with it.
export COUNTERSIGN_STORE_ENCRYPTION=none
export BROWSER="$interop/person.py"
unset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy ALL_PROXY all_proxy || true

say() { printf '  %s\n' "$*"; }
fail() { printf '  FAILED: %s\n' "$*" >&2; exit 1; }

# expect TEXT PATTERN WHAT
expect() {
  if [[ $1 =~ $2 ]]; then say "ok: $3"; else fail "$3 (got: ${1:0:200})"; fi
}

# exits CODE COMMAND...: the command must end with exactly this code.
exits() {
  local wanted=$1 got=0
  shift
  "$@" >"$work/out" 2>"$work/err" || got=$?
  [ "$got" = "$wanted" ] || { cat "$work/out" "$work/err" >&2; fail "exit code $got, not $wanted: $*"; }
}

# start COMMAND...: runs a server whose first line is `READY URL`, and sets $url.
start() {
  mkfifo "$work/stdin"
  "$@" <"$work/stdin" >"$work/server.out" 2>"$work/server.err" &
  server_pid=$!
  exec 9>"$work/stdin"
  for _ in $(seq 300); do
    if url=$(sed -n 's/^READY //p' "$work/server.out") && [ -n "$url" ]; then
      say "peer listens at $url"
      return
    fi
    kill -0 "$server_pid" 2>/dev/null || { cat "$work/server.err" >&2; fail "the peer did not start"; }
    sleep 0.1
  done
  fail "the peer was not ready within 30 s"
}
