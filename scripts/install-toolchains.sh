#!/usr/bin/env bash
# Makes sure that Rust, Node and a C linker are there, in versions that this project builds with. What is missing is
# unpacked under .tools/, for this project alone; what cannot be had that way is named with the command that installs it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
node_wanted=20.19
node_major=22 # what is fetched where none is there: the long-term version

case $(uname -m) in
  x86_64) rust_arch=x86_64 node_arch=x64 ;;
  aarch64) rust_arch=aarch64 node_arch=arm64 ;;
  *) rust_arch=unknown node_arch=unknown ;;
esac

# fetch URL FILE
fetch() {
  if have curl; then curl --proto '=https' --tlsv1.2 -fL --progress-bar -o "$2" "$1"
  elif have wget; then wget --https-only -q --show-progress -O "$2" "$1"
  else
    say "Neither curl nor wget is there to download with." >&2
    return 1
  fi
}

rust_is_good() { have cargo && have rustc && version_at_least "$(rustc --version | cut -d ' ' -f 2)" "$rust_wanted"; }
node_is_good() { have node && have npm && version_at_least "$(node --version | tr -d v)" "$node_wanted"; }

# The standalone archives, because rustup would write into the home directory and the shell's profile.
install_rust() {
  local name=rust-$rust_wanted.0-$rust_arch-unknown-linux-gnu
  local url=https://static.rust-lang.org/dist/$name.tar.xz
  fetch "$url" "$room/rust.tar.xz" && fetch "$url.sha256" "$room/rust.sha256" || return 1
  printf '%s  %s\n' "$(cut -d ' ' -f 1 "$room/rust.sha256")" "$room/rust.tar.xz" | sha256sum --check --quiet || return 1
  say "Unpacking …"
  tar -C "$room" -xf "$room/rust.tar.xz" || return 1
  "$room/$name/install.sh" --prefix="$tools/rust" --disable-ldconfig \
    --components="rustc,cargo,rust-std-$rust_arch-unknown-linux-gnu,clippy-preview,rustfmt-preview" >/dev/null
}

install_node() {
  local url=https://nodejs.org/dist/latest-v$node_major.x name
  fetch "$url/SHASUMS256.txt" "$room/node.sums" || return 1
  name=$(grep -o "node-v[0-9.]*-linux-$node_arch.tar.xz" "$room/node.sums" | head -n 1)
  fetch "$url/$name" "$room/$name" || return 1
  (cd "$room" && grep " $name\$" node.sums | sha256sum --check --quiet) || return 1
  tar -C "$room" -xf "$room/$name" && rm -rf "$tools/node" && mv "$room/${name%.tar.xz}" "$tools/node"
}

if rust_is_good && node_is_good && have cc; then exit; fi
mkdir -p "$tools"
room=$(mktemp -d "$tools/.install.XXXXXX")
trap 'rm -rf "$room"' EXIT

if ! have cc; then
  say "A C compiler is missing (Rust links with it). Installing gcc …"
  as_root apt-get install -y -q --no-install-recommends gcc libc6-dev >/dev/null ||
    fail "no C compiler. Run: sudo apt-get install -y gcc libc6-dev"
fi
if ! rust_is_good; then
  say "Rust $rust_wanted or newer is missing. Fetching it into .tools/rust …"
  install_rust || fail "Rust could not be fetched. Run:
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\"
  (or, where rustup is there: rustup update stable), and then make again."
fi
if ! node_is_good; then
  say "Node $node_wanted or newer is missing. Fetching Node $node_major into .tools/node …"
  install_node || fail "Node could not be fetched. Run:
    curl -fsSL https://deb.nodesource.com/setup_$node_major.x | sudo bash - && sudo apt-get install -y nodejs
  and then make again."
fi
