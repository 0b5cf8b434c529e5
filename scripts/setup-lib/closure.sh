# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# A program of a suite the system does not have: its whole closure, C library
# included, goes into the cache and runs there on its own loader.
#
# sourced by scripts/setup

# closure_fetch TMP SUITE PACKAGE: the package and all it needs into TMP/root. The
# private APT root reads SUITE and what that builds on; its status file is empty, so
# nothing counts as installed.
closure_fetch()
{
	local tmp=$1 suite=$2 package=$3 deb

	mkdir "$tmp/root" "$tmp/bin" "$tmp/debs" "$tmp/debs/partial"
	apt_in_root apt-get install -y --no-install-recommends --download-only \
		-t "$suite" -o Dir::Cache::archives="$tmp/debs" "$package" >&2 ||
		die "$package: download failed"
	for deb in "$tmp"/debs/*.deb; do
		deb_unpack "$deb" "$tmp/root"
	done
	rm -rf "$tmp/debs" "$tmp"/root/usr/share/{doc,man,locale,info,lintian,bug}
}

# closure_wrapper WHAT: the beginning of a script in bin/ that runs a program of
# root/ with $run; the loader is named by its own path: lib64's is an absolute link
# that would lead out of the root.
closure_wrapper()
{
	cat <<-SH
		#!/bin/sh
		# made by scripts/setup: $1 on the libraries it was packaged with
	SH
	cat <<-'SH'
		root=${0%/*}/../root
		for ld in "$root"/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 \
			"$root"/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2; do
			[ -f "$ld" ] && break
		done
		run()
		{
			exec "$ld" --library-path \
				"$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" "$@"
		}
	SH
}
