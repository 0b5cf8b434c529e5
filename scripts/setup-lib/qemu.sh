# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# QEMU 11 or newer for the emulated host. Before 10, VMRUN under TCG does not
# load DR7, so a nested guest's watchpoints never fire; 10.0 still crashes one
# nested guest of four CPUs in ten, and sometimes the machine around it. Where the system's is
# older, a newer one goes into the cache (closure.sh).
#
# sourced by scripts/setup

qemu_min=11

qemu_new_enough()
{
	local v

	v=$("$1" --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p' | head -n 1)
	[ "${v:-0}" -ge "$qemu_min" ]
}

qemu_system_ok()
{
	command -v qemu-system-x86_64 >/dev/null && qemu_new_enough qemu-system-x86_64
}

qemu_needed()
{
	[ "${KTSTR_HOST:-auto}" = kvm ] && return 1
	if [ -n "${KTSTR_QEMU:-}" ]; then
		qemu_new_enough "$KTSTR_QEMU" ||
			die "KTSTR_QEMU=$KTSTR_QEMU: not a QEMU of version $qemu_min or newer"
		return 1
	fi
	! qemu_system_ok
}

# Renamed into place when whole, so its presence is enough; its directory is
# named by its version, which may be one that was good enough once.
qemu_cached()
{
	local version

	[ -x "$cache/qemu/bin/qemu-system-x86_64" ] || return
	version=$(readlink "$cache/qemu")
	version=${version##*/}
	[ "${version%%.*}" -ge "$qemu_min" ]
}

# The newest version is not sought but the nearest suite: a backport is built
# for a released system and has the smallest closure.
qemu_suites()
{
	echo trixie-backports+trixie
	echo stable-backports+stable
	echo testing
	echo sid
}

qemu_fetch()
{
	local suite version major

	for suite in $(qemu_suites); do
		# shellcheck disable=SC2086 # one suite and the one it builds on
		apt_root_use ${suite//+/ } || continue
		version=$(apt_versions qemu-system-x86 | sed -n 1p)
		major=${version#*:}
		major=${major:-0}
		[ "${major%%.*}" -ge "$qemu_min" ] || continue
		qemu_fetch_one "${suite%%+*}" "$version"
		return
	done
	die "no QEMU of version $qemu_min or newer found; with a network," \
		"run scripts/setup again, or set KTSTR_QEMU=<QEMU $qemu_min or newer>"
}

qemu_fetch_one()
{
	local suite=$1 version=$2 dir=qemus/${2#*:} tmp

	if qemu_cached && [ "$(readlink "$cache/qemu")" = "$dir" ]; then
		say "QEMU $version is the newest"
		return
	fi
	say "QEMU $version: fetching it and its libraries from $suite (about 50 MB)"
	tmp=$(cache_tmp)
	closure_fetch "$tmp" "$suite" qemu-system-x86
	qemu_wrapper >"$tmp/bin/qemu-system-x86_64"
	chmod 0755 "$tmp/bin/qemu-system-x86_64"
	qemu_new_enough "$tmp/bin/qemu-system-x86_64" ||
		die "QEMU $version: $("$tmp/bin/qemu-system-x86_64" --version 2>&1 | head -n 3)"
	cache_place "$tmp" "$dir" qemu
	say "QEMU $version: $cache/$dir"
}

qemu_wrapper()
{
	closure_wrapper QEMU
	cat <<-'SH'
		QEMU_MODULE_DIR=$root/usr/lib/x86_64-linux-gnu/qemu
		export QEMU_MODULE_DIR
		run "$root/usr/bin/qemu-system-x86_64" \
			-L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@"
	SH
}
