# Sourced by scripts: ensure_packages <debian package>...
#
# Installs by apt what is missing, as root or through sudo. Needs no network if nothing is missing.
# Exits 2, naming exactly what to install, if it cannot. On a system without dpkg it leaves the
# search to CMake, which names what it does not find.

ensure_packages() {
  command -v dpkg-query >/dev/null || return 0

  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed* ]] ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  local sudo=() reason=""
  if ((EUID != 0)); then
    if command -v sudo >/dev/null; then
      sudo=(sudo)
    else
      reason="this is neither root nor is there sudo"
    fi
  fi

  if [[ -z $reason ]]; then
    echo "Installing: ${missing[*]}"
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    if "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; then
      return 0
    fi
    reason="apt-get failed"
  fi

  {
    echo "Missing packages, and they could not be installed ($reason). Please run:"
    echo "  apt-get install ${missing[*]}"
  } >&2
  exit 2
}
