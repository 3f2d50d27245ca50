# Sourced by the setup scripts: `install WHO PACKAGE...` installs Debian packages. As root it calls apt-get; otherwise it
# prints the command and stops. With no package it does nothing.

install() {
	local who=$1
	shift
	(($#)) || return 0
	local packages
	mapfile -t packages < <(printf '%s\n' "$@" | sort -u)
	if ! command -v apt-get >/dev/null; then
		echo "$who: missing: ${packages[*]}: install them with this system's package manager" >&2
		exit 1
	fi
	if ((EUID != 0)); then
		echo "$who: missing: ${packages[*]}. Run: sudo apt-get install -y ${packages[*]}" >&2
		exit 1
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
}
