# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# The per-user cache: what is wanted, what is there, one writer at a time. A
# piece is unpacked in a directory of its own and renamed into place when
# whole, so a run that is cut short leaves nothing half done.
#
# CACHE/kernel -> kernels/RELEASE   vmlinuz vmlinux config release modules/ tree/
# CACHE/other  -> kernels/RELEASE   the same without the tree
# CACHE/qemu   -> qemus/VERSION     bin/qemu-system-x86_64 root/
# CACHE/drgn   -> drgns/VERSION     bin/python3 root/
#
# sourced by scripts/setup, which sets cache, parts and update

# shellcheck source=scripts/setup-lib/apt-root.sh
. "$parts/apt-root.sh"
# shellcheck source=scripts/setup-lib/closure.sh
. "$parts/closure.sh"
# shellcheck source=scripts/setup-lib/kernel.sh
. "$parts/kernel.sh"
# shellcheck source=scripts/setup-lib/other-kernel.sh
. "$parts/other-kernel.sh"
# shellcheck source=scripts/setup-lib/qemu.sh
. "$parts/qemu.sh"
# shellcheck source=scripts/setup-lib/drgn.sh
. "$parts/drgn.sh"

# Pieces to fetch: kernel, other, qemu; or drgn.
wanted=()

cache_find()
{
	wanted=()
	if drgn_needed; then
		if [ "$update" = yes ] || ! drgn_cached; then
			wanted+=(drgn)
		fi
		return
	fi
	if kernel_needed && { [ "$update" = yes ] || ! kernel_cached; }; then
		wanted+=(kernel)
	fi
	if other_needed && { [ "$update" = yes ] || ! other_cached; }; then
		wanted+=(other)
	fi
	if qemu_needed && { [ "$update" = yes ] || ! qemu_cached; }; then
		wanted+=(qemu)
	fi
}

cache_list()
{
	local piece

	for piece in ${wanted[@]+"${wanted[@]}"}; do
		say "missing: $piece (to be fetched into $cache)"
	done
}

cache_fill()
{
	local piece

	[ ${#wanted[@]} -gt 0 ] || return 0
	if ! { command -v apt-get && command -v dpkg-deb; } >/dev/null; then
		die "${wanted[*]}: fetched as Debian packages, which needs apt-get and dpkg." \
			"Without them: KDIR=<built tree> with CONFIG_SCHED_CLASS_EXT=y," \
			"KTSTR_QEMU=<QEMU 11 or newer>"
	fi
	[ "$(uname -m)" = x86_64 ] ||
		die "${wanted[*]}: only for x86_64 machines; set KDIR=<built tree>, KTSTR_HOST=kvm"

	mkdir -p "$cache"
	exec {lock}>"$cache/.lock"
	flock -n "$lock" || {
		say "another setup is filling $cache: waiting for it"
		flock "$lock"
		cache_find
	}
	rm -rf "$cache"/.new.*
	for piece in ${wanted[@]+"${wanted[@]}"}; do
		"${piece}_fetch"
	done
	apt_root_remove
	exec {lock}>&-
}

# A fresh directory inside the cache: renaming out of it is atomic.
cache_tmp()
{
	mktemp -d "$cache/.new.XXXXXX"
}

# cache_place NEW DIR LINK: put the finished NEW at DIR, let LINK point to it.
cache_place()
{
	local new=$1 dir=$2 link=$3

	mkdir -p "$cache/${dir%/*}"
	rm -rf "${cache:?}/$dir"
	# mktemp's 0700 is not for a cache that others may read
	chmod 0755 "$new"
	mv -T "$new" "$cache/$dir"
	ln -sfn "$dir" "$cache/.new.$link"
	mv -T "$cache/.new.$link" "$cache/$link"
}

cache_summary()
{
	local kernel=${KTSTR_KERNEL:-${KDIR:-}} qemu=${KTSTR_QEMU:-} clang

	kernel_needed && kernel=$(<"$cache/kernel/release")
	other_needed && other_cached && kernel+=" and $(<"$cache/other/release")"
	if [ -z "$qemu" ]; then
		qemu="none needed"
		qemu_system_ok && qemu="the system's"
		qemu_needed && qemu=$(readlink "$cache/qemu") && qemu=${qemu##*/}
	fi
	clang=$("$root/scripts/llvm-tool" clang) || clang="no clang"
	echo "kernel $kernel, QEMU $qemu, $clang, cache $cache"
}
