#!/bin/sh
# Installs hopxguard @VERSION@ into PREFIX (default: ~/.local), without root. The checksums of what it downloads are
# part of this file, and nothing is unpacked, started or written before they are compared.
#
#   curl -fsSL @ADDRESS@/install.sh | sh
set -eu

# A function, so that half a download of this file does nothing.
main() {
  version=@VERSION@
  address=${HOPXGUARD_ADDRESS:-@ADDRESS@}
  prefix=${PREFIX:-$HOME/.local}
  checksums='@CHECKSUMS@'

  archive=hopxguard-$version-$(uname -m)-$(uname -s | tr '[:upper:]' '[:lower:]').tar.gz
  wanted=$(printf '%s\n' "$checksums" | sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p")
  [ -n "$wanted" ] || fail "there is no $archive; try: pip install hopxguard, or build it from source"

  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  if command -v curl >/dev/null; then
    curl -fsSL --proto '=https,file' -o "$scratch/$archive" "$address/$archive"
  else
    wget -q -O "$scratch/$archive" "$address/$archive"
  fi || fail "cannot download $address/$archive"
  found=$({ sha256sum "$scratch/$archive" 2>/dev/null || shasum -a 256 "$scratch/$archive"; } | cut -d' ' -f1)
  [ "$found" = "$wanted" ] || fail "$archive has the checksum $found and not $wanted: nothing is installed"

  tar -xzf "$scratch/$archive" -C "$scratch"
  unpacked=$scratch/${archive%.tar.gz}
  mkdir -p "$prefix/bin" "$prefix/share"
  cp -R "$unpacked/share/." "$prefix/share"
  # Renamed into place: a hopxguard that runs keeps its file.
  cp "$unpacked/bin/hopxguard" "$prefix/bin/hopxguard.new"
  mv -f "$prefix/bin/hopxguard.new" "$prefix/bin/hopxguard"
  echo "installed $("$prefix/bin/hopxguard" --version): $prefix/bin/hopxguard"
  case ":$PATH:" in *":$prefix/bin:"*) ;; *) echo "$prefix/bin is not in PATH yet" ;; esac
}

fail() {
  echo "hopxguard: $1" >&2
  exit 1
}

main
