# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# The distribution's packages. A need is met when its command or header is
# found, whichever package brought it; names matter only for installing.
#
# sourced by scripts/setup, which sets lint, report and only

# need | Debian, Ubuntu | Fedora | Arch
# cmd: a command; hdr: a C header; lib: a library the linker must find
needs_build='
cmd:gcc|gcc|gcc|gcc
cmd:make|make|make|make
hdr:stdio.h|libc6-dev|glibc-devel|glibc
lib:libc.a|libc6-dev|glibc-static|glibc
hdr:libelf.h|libelf-dev|elfutils-libelf-devel|libelf
hdr:zlib.h|zlib1g-dev|zlib-devel|zlib
lib:libz.a|zlib1g-dev|zlib-static|zlib
hdr:zstd.h|libzstd-dev|libzstd-devel|zstd
hdr:lzma.h|liblzma-dev|xz-devel|xz
hdr:json-c/json.h|libjson-c-dev|json-c-devel|json-c
clang|@clang|clang|clang
cmd:iasl|acpica-tools|acpica-tools|acpica
cmd:xz|xz-utils|xz|xz
cmd:zstd|zstd|zstd|zstd
cmd:rsync|rsync|rsync|rsync
cmd:python3|python3|python3|python
py:jsonschema|python3-jsonschema|python3-jsonschema|python-jsonschema
cmd:ps|procps|procps-ng|procps-ng
'
needs_lint='
perl|perl|perl|perl
cmd:sparse|sparse|sparse|sparse
cmd:codespell|codespell|codespell|codespell
cmd:shellcheck|shellcheck|ShellCheck|shellcheck
clang-format|@clang-format|clang-tools-extra|clang
'
needs_report='
browser|chromium|chromium|chromium
font|fonts-dejavu-core|dejavu-sans-fonts|ttf-dejavu
'
# What the system lacks: "need|deb|fedora|arch" lines.
missing=()

# Compile-time needs are asked of the compiler, all at once first: it alone
# knows where it looks, and one run is quick.
have_headers()
{
	printf '#include <%s>\n' "$@" | gcc -E -o /dev/null - 2>/dev/null
}

have_lib()
{
	[ "$(gcc -print-file-name="$1" 2>/dev/null)" != "$1" ]
}

need_met()
{
	case $1 in
	cmd:gcc) command -v gcc >/dev/null ;;
	cmd:*) command -v "${1#cmd:}" >/dev/null ;;
	hdr:*) command -v gcc >/dev/null && have_headers "stdio.h" "${1#hdr:}" ;;
	py:*) command -v python3 >/dev/null && python3 -c "import ${1#py:}" 2>/dev/null ;;
	lib:*) command -v gcc >/dev/null && have_lib "${1#lib:}" ;;
	browser) command -v chromium chromium-browser google-chrome >/dev/null ;;
	font) find /usr/share/fonts -name '*.ttf' 2>/dev/null | grep . >/dev/null ;;
	clang) "$root/scripts/llvm-tool" clang >/dev/null ;;
	clang-format) "$root/scripts/llvm-tool" clang-format >/dev/null ;;
	# perl-base, all that a small system has, lacks what checkpatch loads
	perl) perl -MTerm::ANSIColor -MEncode -e 1 2>/dev/null ;;
	esac
}

packages_find()
{
	local table='' line headers_ok=no hdrs

	[ "$only" = lint ] || table+=$needs_build
	[ "$lint" = yes ] && table+=$needs_lint
	[ "$report" = yes ] && [ "$only" = all ] && table+=$needs_report
	mapfile -t hdrs < <(sed -n 's/^hdr:\([^|]*\)|.*/\1/p' <<<"$table")
	if [ ${#hdrs[@]} -gt 0 ] && command -v gcc >/dev/null &&
	   have_headers "${hdrs[@]}"; then
		headers_ok=yes
	fi
	while read -r line; do
		[ -n "$line" ] || continue
		[[ $headers_ok = yes && $line = hdr:* ]] && continue
		need_met "${line%%|*}" || missing+=("$line")
	done <<<"$table"
}

# Distribution names of what is missing; column 2 Debian, 3 Fedora, 4 Arch.
packages_names()
{
	printf '%s\n' ${missing[@]+"${missing[@]}"} | cut -d'|' -f"$1" | sort -u
}

packages_list()
{
	local line

	for line in ${missing[@]+"${missing[@]}"}; do
		say "missing: ${line%%|*}"
	done
}

# grep reads to the end: a writer cut short is a failure under pipefail
deb_candidate()
{
	apt-cache policy "$1" 2>/dev/null | grep 'Candidate: [^(]' >/dev/null
}

# A tool of LLVM comes as tool-N on Debian: the newest N this system offers,
# beginning with the one the project is tried with.
deb_llvm_name()
{
	local v

	for v in 19 21 20 18 17 16; do
		if deb_candidate "$1-$v"; then
			# llvm-N has the llvm-strip of the same version
			[ "$1" = clang ] && echo "llvm-$v"
			echo "$1-$v"
			return
		fi
	done
	[ "$1" = clang ] && echo llvm
	echo "$1"
}

# libFuzzer of the clang at hand or to come. make fuzz says so when it is missing
# and does without: installed where nobody has to be asked, never demanded.
deb_fuzzer_name()
{
	local cc v

	[ "$only" = lint ] && return
	"$root/scripts/fuzz-cc" >/dev/null && return
	if cc=$("$root/scripts/llvm-tool" clang); then
		v=$(basename "$("$cc" -print-resource-dir)")
	else
		v=$(deb_llvm_name clang | sed -n 's/^clang-//p')
	fi
	deb_candidate "libclang-rt-$v-dev" && echo "libclang-rt-$v-dev"
}

deb_names()
{
	local name

	for name in $(packages_names 2); do
		case $name in
		@*) deb_llvm_name "${name#@}" ;;
		*) echo "$name" ;;
		esac
	done
	deb_fuzzer_name || :
}

packages_install_deb()
{
	local names

	if [ "$(id -u)" -ne 0 ]; then
		mapfile -t names < <(deb_names)
		warn "missing: ${missing[*]%%|*}"
		warn "installing needs root; run these, then scripts/setup again:"
		warn "  sudo apt-get update"
		warn "  sudo apt-get install --no-install-recommends ${names[*]}"
		exit 3
	fi
	say "packages: reading the system's package lists"
	apt-get -qq update || warn "apt-get update failed; going on with the package lists at hand"
	mapfile -t names < <(deb_names)
	say "packages: installing ${names[*]}"
	DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 "${names[@]}" >"$log" 2>&1 </dev/null || {
		cat "$log" >&2
		die "apt-get could not install: ${names[*]}"
	}
}

packages_install()
{
	local log

	if [ ${#missing[@]} -eq 0 ]; then
		[ "$(id -u)" -eq 0 ] && [ -n "$(deb_fuzzer_name || :)" ] || return 0
	fi
	if command -v apt-get >/dev/null; then
		log=$(mktemp)
		packages_install_deb
		rm -f "$log"
		missing=()
		packages_find
		[ ${#missing[@]} -eq 0 ] ||
			die "still missing after the installation: ${missing[*]%%|*}"
		return
	fi
	warn "missing: ${missing[*]%%|*}"
	if command -v dnf >/dev/null; then
		warn "run: sudo dnf install $(packages_names 3 | tr '\n' ' ')"
	elif command -v pacman >/dev/null; then
		warn "run: sudo pacman -S --needed $(packages_names 4 | tr '\n' ' ')"
	else
		warn "no apt-get, dnf or pacman here; Debian's names: $(deb_names | tr '\n' ' ')"
	fi
	exit 3
}
