# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# drgn, which `make bench` reads a saved guest with to compare. Optional: without it
# one figure is missing, and nothing else.
#
# sourced by scripts/setup

drgn_needed()
{
	[ "$only" = bench ]
}

drgn_cached()
{
	"$root/scripts/drgn-python" >/dev/null
}

# The newest drgn reads the newest kernels.
drgn_fetch()
{
	local suite version

	for suite in testing sid trixie; do
		apt_root_use "$suite" || continue
		version=$(apt_versions python3-drgn | sed -n 1p)
		[ -n "$version" ] || continue
		drgn_fetch_one "$suite" "$version"
		return
	done
	die "no suite has python3-drgn; with a network, run scripts/setup --bench again"
}

drgn_fetch_one()
{
	local suite=$1 version=$2 dir=drgns/$2 tmp

	if [ "$(readlink "$cache/drgn")" = "$dir" ]; then
		say "drgn $version is the newest"
		return
	fi
	say "drgn $version: fetching it and its Python from $suite (about 20 MB)"
	tmp=$(cache_tmp)
	closure_fetch "$tmp" "$suite" python3-drgn
	{
		closure_wrapper Python
		cat <<-'SH'
			PYTHONHOME=$root/usr PYTHONNOUSERSITE=1
			export PYTHONHOME PYTHONNOUSERSITE
			run "$root/usr/bin/python3" "$@"
		SH
	} >"$tmp/bin/python3"
	chmod 0755 "$tmp/bin/python3"
	"$root/scripts/drgn-python" "$tmp/bin/python3" >/dev/null ||
		die "drgn $version: $("$tmp/bin/python3" -c 'import drgn' 2>&1 | tail -n 1)"
	cache_place "$tmp" "$dir" drgn
	say "drgn $version: $cache/$dir"
}
