# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# A private APT root in the cache: own sources, lists and status file, so
# suites the system has not enabled can be read without touching its APT
# configuration. Taken from the system: the mirror, the archive keyring and
# how to reach the network (proxies). APT checks every download against the
# signed Release file.
#
# sourced by scripts/setup

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
apt_suite=

# The mirror that was named, or the first enabled source that carries a whole
# Debian suite. False when there is neither.
apt_mirror()
{
	local f uri

	if [ -n "${KTSTR_DEBIAN_MIRROR:-}" ]; then
		echo "$KTSTR_DEBIAN_MIRROR"
		return
	fi
	[ "$(. /etc/os-release && echo "$ID")" = debian ] || return
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -r "$f" ] || continue
		uri=$(sed -e 's/\[[^]]*\]//' -e 's/#.*//' "$f" | awk '
			$1 == "deb" && $3 !~ /security|updates|backports/ && / main( |$)/ {
				print $2; exit
			}')
		apt_mirror_usable "$uri" && return
	done
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		uri=$(awk 'BEGIN { RS = ""; FS = "\n" }
			/Enabled: *no/ { next }
			/(^|\n)Types:[^\n]*deb( |\n|$)/ && /(^|\n)Components:[^\n]*main/ {
				uri = suites = ""
				for (i = 1; i <= NF; i++) {
					if ($i ~ /^URIs:/) { split($i, w, " "); uri = w[2] }
					if ($i ~ /^Suites:/) suites = $i
				}
				if (suites !~ /security/) { print uri; exit }
			}' "$f")
		apt_mirror_usable "$uri" && return
	done
	return 1
}

# A vendor's own archive has no Debian suites; a mirror's path ends in debian.
apt_mirror_usable()
{
	local uri=${1%/}

	case $uri in
	*debian.org/debian | http*/debian | file:*/debian | mirror+*) echo "$uri" ;;
	*) return 1 ;;
	esac
}

# apt_root_use SUITE...: make the root read these suites, fetching their lists
# when they are not the ones it read last.
apt_root_use()
{
	local dir=$cache/apt mirror suite

	[ -r "$keyring" ] ||
		die "$keyring not found: install the package debian-archive-keyring"
	[ "$apt_suite" = "$*" ] && return
	mkdir -p "$dir"/{lists/partial,archives/partial,empty}
	: >"$dir/status"
	mirror=$(apt_mirror) ||
		die "no Debian mirror among this system's package sources:" \
			"set KTSTR_DEBIAN_MIRROR=<URI of one>, ending in /debian"
	for suite in "$@"; do
		echo "deb [arch=amd64 signed-by=$keyring] $mirror $suite main"
	done >"$dir/sources.list"
	{
		# how to fetch and what to accept is the system's choice; its hooks
		# are for its own APT root
		apt-config dump | grep '^Acquire::' |
			grep -v -E '^Acquire::(Languages|IndexTargets|Changelogs|cdrom)' || true
		cat <<-CONF
			APT::Architecture "amd64";
			APT::Architectures "";
			#clear APT::Architectures;
			APT::Architectures:: "amd64";
			APT::Sandbox::User "";
			APT::Get::List-Cleanup "false";
			APT::Update::Error-Mode "any";
			Acquire::Languages "none";
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "$dir/empty";
			Dir::Etc::sourcelist "$dir/sources.list";
			Dir::Etc::sourceparts "$dir/empty";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "$dir/empty";
			Dir::State::lists "$dir/lists";
			Dir::State::status "$dir/status";
			Dir::State::extended_states "$dir/extended_states";
			Dir::Cache "$dir";
			Dir::Cache::archives "$dir/archives";
			Dir::Log "$dir";
			Debug::NoLocking "true";
			quiet "$([ -t 2 ] && echo 0 || echo 2)";
		CONF
	} >"$dir/apt.conf"
	say "reading the package lists of $* from $mirror"
	if ! apt_in_root apt-get update >&2; then
		warn "no package lists for $* from $mirror"
		return 1
	fi
	apt_suite=$*
}

# apt_in_root COMMAND...: run one of APT's commands in the private root.
apt_in_root()
{
	APT_CONFIG=$cache/apt/apt.conf "$@"
}

# The version a name has in the suites being read, newest first.
apt_versions()
{
	apt_in_root apt-cache madison "$1" | awk '{ print $3 }' | sort -ruV
}

# apt_download DIR NAME=VERSION...: fetch packages into DIR.
apt_download()
{
	local dir=$1

	shift
	(cd "$dir" && apt_in_root apt-get download "$@" >&2)
}

# deb_unpack DEB DIR: unpack a package that is whole and readable.
deb_unpack()
{
	if ! { dpkg-deb --info "$1" >/dev/null && dpkg-deb -x "$1" "$2"; }; then
		die "$1 is not a whole Debian package; run scripts/setup again"
	fi
	rm -f "$1"
}

# Lists are stale within hours and make half the cache's files: the next fetch
# reads them anew.
apt_root_remove()
{
	rm -rf "$cache/apt"
}
