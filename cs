#!/usr/bin/env bash
# The product's command line: ./cs --help. Builds when sources changed, sets up PostgreSQL when it is missing.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
. "$root/tools/debian.sh"
program=$root/src/CustomerSuccess/bin/Release/net10.0/CustomerSuccess.dll
built=$root/.cache/built

sources_changed() {
  [ -f "$program" ] && [ -f "$built" ] || return 0
  # Folders count too: theirs is the only time that changes when a file goes away.
  [ -n "$(find "$root/src/CustomerSuccess" "$root/Directory.Build.props" "$root/Directory.Packages.props" \
    "$root/global.json" "$root/package.json" "$root/package-lock.json" \
    \( -name bin -o -name obj -o -name wwwroot \) -prune -o -newer "$built" -print -quit)" ]
}

build() {
  require_sdks
  mkdir -p "$root/.cache" "$root/src/CustomerSuccess/"{bin,obj,wwwroot}
  exec 9>"$root/.cache/build.lock"
  flock 9
  sources_changed || return 0
  [ -f "$program" ] && say "Sources changed: building" || say "Building for the first time (packages are fetched; about a minute)"
  # Stamped with the time before the build: what is edited meanwhile is built next time.
  touch "$root/.cache/building"
  if ! MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 dotnet build "$root/src/CustomerSuccess" -c Release \
    --nologo -v q -clp:NoSummary >"$root/.cache/build.log" 2>&1 9>&-; then
    grep -E 'error|ERR' "$root/.cache/build.log" | sort -u | head -n 20 >&2 || tail -n 20 "$root/.cache/build.log" >&2
    say "The build failed; all it said is in $root/.cache/build.log"
    exit 1
  fi
  mv "$root/.cache/building" "$built"
  exec 9>&-
}

needs_database() {
  [ -z "${CS_DATABASE:-}${CS_DATABASE_FILE:-}" ] && [ $# -gt 0 ] || return 1
  for word in "$@"; do
    case $word in --help | -h | '-?' | --version | --data-dir | --data-dir=*) return 1 ;; esac
  done
}

if sources_changed; then build; fi
# Without the right to install, the program itself says what to type.
if needs_database "$@" && ! has_postgres && [ "$(id -u)" = 0 ]; then install_packages postgresql; fi

export CS_DATA=${CS_DATA:-$root/data}
exec dotnet "$program" "$@"
