# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables of scripts/setup
#
# The kernel pair: Debian's newest cloud kernel with CONFIG_SCHED_CLASS_EXT=y
# and the source package of the very same version.
#
# sourced by scripts/setup

# Modules a guest (virtio) and the emulated host (the rest) load.
kernel_modules="virtio virtio_ring virtio_mmio virtio_console irqbypass kvm kvm-amd"

# What of the source tree is unpacked: all that tools/, the selftests, the
# schedulers and checkpatch read, not the 1.5 GiB of drivers and file systems.
kernel_tree_parts="COPYING CREDITS Kbuild Kconfig MAINTAINERS Makefile README
LICENSES Documentation/dev-tools Documentation/process Documentation/scheduler
Documentation/virt/kvm arch/x86 arch/arm64 block/Kconfig include init kernel lib
mm/Kconfig scripts tools usr virt"

# Directories checkpatch knows a tree by.
kernel_tree_marks="Documentation drivers fs init ipc"

kernel_override()
{
	local image=${KTSTR_KERNEL:-${KDIR:+$KDIR/arch/x86/boot/bzImage}} tree

	tree=$("$root/scripts/kdir")
	[ -n "$image" ] && [ -f "$image" ] && [ -d "$tree/tools/testing/selftests" ] &&
		[[ $tree != "$cache"/* ]]
}

# An own kernel and tree are enough where KVM is used directly; the emulated
# host boots the fetched kernel, whose KVM module it needs.
kernel_needed()
{
	[ -n "${KTSTR_KERNEL:-}" ] && [ ! -f "$KTSTR_KERNEL" ] &&
		die "KTSTR_KERNEL=$KTSTR_KERNEL: no such file"
	[ -n "${KDIR:-}" ] && [ ! -d "$KDIR/tools/testing/selftests" ] &&
		die "KDIR=$KDIR: not a kernel tree (no tools/testing/selftests in it)"
	kernel_override || return 0
	[ "${KTSTR_HOST:-auto}" = kvm ] && return 1
	[ "${KTSTR_HOST:-auto}" = emulated ] && return 0
	! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }
}

# Written last, so its presence says that the rest is there.
kernel_cached()
{
	[ -s "$cache/kernel/release" ]
}

# kernel_releases FLAVOUR: "RELEASE PACKAGE VERSION" of the suite's kernels of that
# flavour, newest first. The image is in linux-binary-*, before 7.x
# in linux-image-*.
kernel_releases()
{
	local name version rel kind flavour=$1

	apt_in_root apt-cache pkgnames linux- |
		sed -n -E "s/^linux-(binary|image)-([0-9][^-]*-$flavour)\$/\2 \1/p" |
		sort -k1,1rV -k2,2 | awk '!seen[$1]++' |
		while read -r rel kind; do
			name=linux-$kind-$rel
			for version in $(apt_versions "$name"); do
				echo "$rel $name $version"
			done
		done
}

# The source package of a kernel package's version, if the suite still has it.
kernel_source_name()
{
	local rel=$1 version=$2 name

	# grep reads to the end: a writer cut short is a failure under pipefail
	name=linux-source-$(cut -d. -f1,2 <<<"$rel")
	apt_versions "$name" | grep -xF "$version" >/dev/null && echo "$name"
}

# Only 6.12 and later have sched_ext: earlier ones are not worth a download.
kernel_may_have_scx()
{
	[ "$(printf '%s\n' 6.12 "$1" | sort -V | head -n 1)" = 6.12 ]
}

kernel_fetch()
{
	local suites suite rel name version codename

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	suites="sid testing stable-backports stable"
	case $codename in
	bookworm) suites+=" bookworm-backports" ;;
	esac
	for suite in $suites; do
		apt_root_use "$suite" || continue
		while read -r rel name version; do
			kernel_may_have_scx "$rel" || continue
			kernel_fetch_one "$rel" "$name" "$version" </dev/null && return
		done < <(kernel_releases cloud-amd64)
		warn "$suite has no sched_ext kernel with its source"
	done
	die "no suite of $suites gave a kernel; with a network, run scripts/setup again," \
		"or set KDIR=<built tree> and KTSTR_HOST=kvm"
}

kernel_fetch_one()
{
	local rel=$1 name=$2 version=$3 source tmp

	if kernel_is "$cache/kernel" "$rel" "$version"; then
		say "kernel $rel ($version) is the newest"
		return 0
	fi
	source=$(kernel_source_name "$rel" "$version") || {
		warn "kernel $rel: no source package of version $version"
		return 1
	}
	say "kernel $rel: fetching the image, its modules and $source (about 200 MB)"
	tmp=$(cache_tmp)
	kernel_image_fetch "$tmp" "$rel" "$name" "$version" || return 1
	mkdir "$tmp/debs"
	apt_download "$tmp/debs" "$source=$version" || die "$source: download failed"
	kernel_unpack_tree "$tmp"
	rm -rf "$tmp/debs"
	kernel_place "$tmp" "$rel" "$version" kernel
}

# kernel_is DIR RELEASE VERSION: this very kernel is there.
kernel_is()
{
	[ "$(cat "$1/release" 2>/dev/null)" = "$2" ] && [ "$(cat "$1/version" 2>/dev/null)" = "$3" ]
}

# The packages a kernel is made of: before 7.2 all is in one.
kernel_packages()
{
	local rel=$1 name=$2 version=$3 p

	for p in "$name" linux-base-"$rel" linux-modules-"$rel"; do
		apt_versions "$p" | grep -xF "$version" >/dev/null && echo "$p=$version"
	done
}

# kernel_image_fetch TMP RELEASE PACKAGE VERSION: image, modules and vmlinux into
# TMP. False, with TMP gone, for a kernel without sched_ext.
kernel_image_fetch()
{
	local tmp=$1 rel=$2 name=$3 version=$4 config parts_of

	mkdir "$tmp/debs" "$tmp/image"
	mapfile -t parts_of < <(kernel_packages "$rel" "$name" "$version")
	apt_download "$tmp/debs" "${parts_of[@]}" || die "kernel $rel: download failed"
	for deb in "$tmp"/debs/*.deb; do
		deb_unpack "$deb" "$tmp/image"
	done
	config=$(find "$tmp/image" \( -path '*/boot/config-*' -o -path "*/modules/$rel/config" \) \
		-print -quit)
	if [ -z "$config" ]; then
		say "kernel $rel: the suite has its image, and not its modules any more"
		rm -rf "$tmp"
		return 1
	fi
	if ! grep -qx CONFIG_SCHED_CLASS_EXT=y "$config"; then
		say "kernel $rel: built without sched_ext"
		rm -rf "$tmp"
		return 1
	fi
	kernel_place_image "$tmp" "$rel" "$config"
	rm -rf "$tmp/debs" "$tmp/image"
}

# kernel_place TMP RELEASE VERSION LINK: what is in TMP is whole; release is last.
kernel_place()
{
	echo "$3" >"$1/version"
	echo "$2" >"$1/release"
	cache_place "$1" "kernels/$2" "$4"
	say "kernel $2: $cache/kernels/$2"
}

kernel_place_image()
{
	local tmp=$1 rel=$2 config=$3 image m ko

	image=$(find "$tmp/image" \( -name vmlinuz -o -name "vmlinuz-$rel" \) -print -quit)
	[ -n "$image" ] || die "kernel $rel: no vmlinuz in the package"
	mv "$image" "$tmp/vmlinuz"
	mv "$config" "$tmp/config"
	mkdir "$tmp/modules"
	for m in $kernel_modules; do
		ko=$(find "$tmp/image" -regex ".*/$m\.ko\(\.xz\|\.zst\)?" -print -quit)
		if [ -z "$ko" ]; then
			say "kernel $rel: no module $m (built in)"
			continue
		fi
		case $ko in
		*.xz) xz -dc "$ko" ;;
		*.zst) zstd -qdc "$ko" ;;
		*.ko) cat "$ko" ;;
		esac >"$tmp/modules/$m.ko" || die "kernel $rel: module $m cannot be unpacked"
	done
	kernel_payload "$tmp/vmlinuz" >"$tmp/vmlinux"
	# the section headers end the file: readable, they say it is whole
	readelf -SW "$tmp/vmlinux" 2>/dev/null | grep -F ' .BTF ' >/dev/null ||
		die "kernel $rel: the image's payload is not a whole vmlinux with BTF"
}

# The ELF image inside a bzImage: payload_offset and payload_length of the setup
# header count from the end of the setup sectors; the last 4 bytes are the
# unpacked size (Documentation/arch/x86/boot.rst).
kernel_payload()
{
	local image=$1 sects offset len magic

	sects=$(od -An -tu1 -j 0x1f1 -N 1 "$image")
	offset=$(od -An -tu4 -j 0x248 -N 4 "$image")
	len=$(od -An -tu4 -j 0x24c -N 4 "$image")
	offset=$(((sects + 1) * 512 + offset))
	magic=$(od -An -tx1 -j "$offset" -N 4 "$image" | tr -d ' ')
	tail -c "+$((offset + 1))" "$image" | head -c "$((len - 4))" |
		case $magic in
		28b52ffd) zstd -qdc ;;
		fd377a58) xz -dc ;;
		1f8b*) gzip -dc ;;
		*) die "$image: payload of an unknown compression (magic $magic)" ;;
		esac
}

kernel_unpack_tree()
{
	local tmp=$1 deb include part

	deb=$(echo "$tmp"/debs/linux-source-*.deb)
	dpkg-deb --info "$deb" >/dev/null || die "$deb is not a whole Debian package"
	mkdir "$tmp/tree" "$tmp/src"
	say "kernel source: unpacking (this takes half a minute)"
	dpkg-deb -x "$deb" "$tmp/src"
	rm -f "$deb"
	include=()
	for part in $kernel_tree_parts; do
		include+=("*/$part")
	done
	# the archive is one stream of xz: names it lacks are no error
	xz -dc "$tmp"/src/usr/src/linux-source-*.tar.xz |
		tar -x -C "$tmp/tree" --strip-components=1 --wildcards --no-wildcards-match-slash \
			"${include[@]}" 2>"$tmp/tar.err" ||
		grep -v 'Not found in archive\|previous errors' "$tmp/tar.err" >&2 || true
	rm -rf "$tmp/src" "$tmp/tar.err"
	for part in Makefile tools/testing/selftests/lib.mk usr; do
		[ -e "$tmp/tree/$part" ] || die "kernel source: not all unpacked (disk full?)"
	done
	for part in $kernel_tree_marks; do
		mkdir -p "$tmp/tree/$part"
	done
	cat >"$tmp/tree/README.ktstr" <<-TEXT
		This is not a whole kernel tree. scripts/setup of ktstr unpacked from the
		source package only:

		$kernel_tree_parts

		It serves tools/, the selftests, the schedulers and the scripts, and cannot
		build a kernel. For that, set KDIR to a tree of your own.
	TEXT
}
