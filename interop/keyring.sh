# Shared by the checks of keyrings: what they install and build, and how what a keyring said is judged.
# shellcheck shell=bash

# An answer has to come within five seconds; a machine that runs other things beside gets five times that.
limit=5
if [ "${CI:-}" = true ]; then limit=25; fi

# install COMMAND PACKAGE...: installs the Debian packages whose command is missing.
install() {
  local missing=()
  while [ $# -gt 0 ]; do
    command -v "$1" >/dev/null || missing+=("$2")
    shift 2
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  local root=()
  if [ "$(id -u)" != 0 ]; then root=(sudo); fi
  "${root[@]}" apt-get -qq update
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" \
    >"$work/apt.out" 2>&1 || { cat "$work/apt.out" >&2; fail "cannot install ${missing[*]}"; }
}

# build: builds the program that asks the keyring, and sets $check.
build() {
  local root
  root=$(cd "$interop/.." && pwd)
  (cd "$root" && cargo build --quiet --package testkit --example keyring_check)
  check="${CARGO_TARGET_DIR:-$root/target}/debug/examples/keyring_check"
  case $check in /*) ;; *) check="$root/$check" ;; esac
}

# judge WHAT: prints what the program said, and fails when an answer took too long.
judge() {
  local line
  while read -r line; do
    say "$1: $line"
    if [[ $line =~ \ ([0-9]+)\.([0-9]{2})$ ]]; then
      [ "${BASH_REMATCH[1]}" -lt "$limit" ] || fail "$1 took longer than $limit s"
    fi
  done <"$work/answer"
}

# ask WHAT COMMAND...: the program succeeds, in time.
ask() {
  local what=$1
  shift
  "$check" "$keyring" "$place" "$@" >"$work/answer" 2>"$work/answer.err" \
    || { cat "$work/answer" "$work/answer.err" >&2; fail "$what"; }
  judge "$what"
}

# hold COMMAND...: starts the program, which waits at each READY for a line.
hold() {
  rm -f "$work/hold"
  mkfifo "$work/hold"
  "$check" "$keyring" "$place" "$@" <"$work/hold" >"$work/answer" 2>"$work/answer.err" &
  held=$!
  exec 8>"$work/hold"
  ready=0
  await_ready
}

# await_ready: waits for one more READY.
await_ready() {
  ready=$((ready + 1))
  for _ in $(seq 600); do
    [ "$(grep -c '^READY' "$work/answer" || true)" -lt "$ready" ] || return 0
    kill -0 "$held" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/answer" "$work/answer.err" >&2
  fail "the program did not become ready"
}

# release WHAT: lets the program end, and judges what it said.
release() {
  exec 8>&-
  wait "$held" || { cat "$work/answer" "$work/answer.err" >&2; fail "$1"; }
  judge "$1"
}

# no_plaintext WHAT: what was given to the keyring is in no file below the home and the place.
no_plaintext() {
  if grep -rlE 'plaintext-marker|token-secret' "$HOME" "$place" >"$work/found" 2>/dev/null; then
    cat "$work/found" >&2
    fail "$1: plaintext was written"
  fi
  say "ok: $1: no plaintext in any file"
}

# control: the same look finds what a store without encryption writes.
control() {
  "$check" "$keyring" "$place" clear control >/dev/null
  grep -rqlE 'plaintext-marker' "$place" || fail "the search for plaintext does not find any"
  rm -r "$place/files"
  say "ok: plaintext is found where there is some"
}
