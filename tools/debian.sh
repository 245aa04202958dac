# Sourced by ./cs and ./test: installs packages of Debian when they are missing, quietly and without starting services.

say() { echo "$*" >&2; }

# True when a PostgreSQL server's programs are somewhere on this machine.
has_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null ||
    { command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/postgres" ]; }
}

# install_packages NAME...: as root with apt-get; otherwise says the exact command and fails.
install_packages() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "Missing on this machine: $*"
    say "  Fix: $(install_command "$@")"
    return 1
  fi
  say "Installing from Debian: $*"
  # The product starts its own private server; Debian's would only hold port 5432 and memory.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/customer-success.conf
  local log policy=/usr/sbin/policy-rc.d made_policy=''
  log=$(mktemp)
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made_policy=1
  fi
  export DEBIAN_FRONTEND=noninteractive
  local ok=1
  { compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1; } ||
    { apt-get update -q >"$log" 2>&1 && apt-get install -y -q --no-install-recommends "$@" >>"$log" 2>&1; } || ok=''
  [ -z "$made_policy" ] || rm -f $policy
  [ -n "$ok" ] || { tail -n 20 "$log" >&2; say "  Fix: $(install_command "$@")"; }
  rm -f "$log"
  [ -n "$ok" ]
}

install_command() {
  local first=''
  case " $* " in
    *" postgresql "*) first="sudo mkdir -p /etc/postgresql-common/createcluster.d && echo 'create_main_cluster = false' | sudo tee /etc/postgresql-common/createcluster.d/customer-success.conf && " ;;
  esac
  echo "${first}sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
}

# The tools that build it; other than PostgreSQL we do not choose where they come from.
require_sdks() {
  command -v dotnet >/dev/null || { say "The .NET 10 SDK is missing."; say "  Fix: install it, so that 'dotnet --version' says 10.0.100 or newer."; return 1; }
  command -v npm >/dev/null || { say "Node.js is missing."; say "  Fix: install Node.js 20 or newer with npm."; return 1; }
}
