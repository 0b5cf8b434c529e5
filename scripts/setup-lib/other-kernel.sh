# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# A second kernel to read: an older version, and the flavour with everything as
# modules. Optional: without it `make check` tests the first one alone, and says
# so.
#
# sourced by scripts/setup

other_needed()
{
	[ -z "${KTSTR_KERNEL:-}${KDIR:-}${KTSTR_OTHER_KERNEL:-}" ]
}

other_cached()
{
	[ -s "$cache/other/release" ]
}

# The version of the first kernel, as far as it makes a difference: 7.2.
other_than()
{
	cut -d. -f1,2 <"$cache/kernel/release"
}

# other_older RELEASE VERSION: is that kernel's version lower
other_older()
{
	local v

	v=$(cut -d. -f1,2 <<<"$1")
	[ "$v" != "$2" ] && [ "$(printf '%s\n' "$v" "$2" | sort -V | head -n 1)" = "$v" ]
}

other_fetch()
{
	local suite rel name version not

	not=$(other_than)
	for suite in stable-backports testing stable; do
		apt_root_use "$suite" || continue
		while read -r rel name version; do
			other_older "$rel" "$not" || continue
			kernel_may_have_scx "$rel" || continue
			other_fetch_one "$rel" "$name" "$version" </dev/null && return
		done < <(kernel_releases amd64)
	done
	warn "no suite has a second sched_ext kernel, one before $not:" \
		"only the first is tested"
}

other_fetch_one()
{
	local rel=$1 name=$2 version=$3 tmp

	if kernel_is "$cache/other" "$rel" "$version"; then
		say "second kernel $rel ($version) is the newest"
		return 0
	fi
	say "second kernel $rel: fetching the image and its modules (about 120 MB)"
	tmp=$(cache_tmp)
	kernel_image_fetch "$tmp" "$rel" "$name" "$version" || return 1
	kernel_place "$tmp" "$rel" "$version" other
}
