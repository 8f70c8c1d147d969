#!/usr/bin/env bash
# Prepares a container engine for the tests in tests/container and for trying the image by hand.
#
#   tools/container-engine.sh [DIR]      DIR: $WAYBILL_ENGINE_DIR, or build/engine
#   . DIR/env                            then `$WAYBILL_ENGINE build .`, `$WAYBILL_ENGINE run ...`
#
# Two ways, one result, DIR/env:
# - WAYBILL_CONTAINER_BASE is set (a real base image, python:3.13-slim): the machine's own docker or podman is used
#   as it is, and pulls that image from its container registry.
# - It is not set: nothing is asked of a container registry. As root, from Debian's packages alone: podman with a
#   private store below DIR, and a stand-in for python:3.13-slim made of Debian 13, whose Python is 3.13 too.
#
# May be run again: what is there is kept.
set -euo pipefail

directory=${1:-${WAYBILL_ENGINE_DIR:-build/engine}}
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
exec 9>"$directory/lock"
flock 9

say() { printf 'container-engine: %s\n' "$*" >&2; }

write_env() {
  printf 'export %s=%q\n' "$@" > "$directory/env.new"
  mv "$directory/env.new" "$directory/env"
}

if [ -n "${WAYBILL_CONTAINER_BASE:-}" ]; then
  for engine in docker podman; do
    if command -v "$engine" >/dev/null && "$engine" info >/dev/null 2>&1; then
      write_env WAYBILL_ENGINE "$engine" WAYBILL_CONTAINER_BASE "$WAYBILL_CONTAINER_BASE"
      say "$engine, base $WAYBILL_CONTAINER_BASE"
      exit 0
    fi
  done
  say "WAYBILL_CONTAINER_BASE is set, but neither docker nor podman answers. Start one, or unset the variable."
  exit 1
fi

if [ "$(id -u)" != 0 ]; then
  say "needs root, to install Debian's packages and to build a base image. Run it as root, or set"
  say "WAYBILL_CONTAINER_BASE=python:3.13-slim to use a docker or podman that can reach a container registry."
  exit 1
fi

needed=()
command -v podman >/dev/null || needed+=(podman)
command -v runc >/dev/null || needed+=(runc)
command -v mmdebstrap >/dev/null || needed+=(mmdebstrap debian-archive-keyring)
if [ "${#needed[@]}" -gt 0 ]; then
  say "installing ${needed[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${needed[@]}" >/dev/null
fi

# A store of our own: the tests neither see nor touch the images of whoever uses this machine. The network is the
# host's, as the sandbox listens on its loopback; the limits are lower than podman's own, which a container that
# runs this may not be allowed to raise.
cat > "$directory/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$directory/storage"
runroot = "$directory/run"
[storage.options.overlay]
skip_mount_home = "true"
END
cat > "$directory/containers.conf" <<END
[containers]
netns = "host"
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
exit_command_delay = 5
END
write_env WAYBILL_ENGINE podman CONTAINERS_STORAGE_CONF "$directory/storage.conf" \
  CONTAINERS_CONF "$directory/containers.conf"
# shellcheck source=/dev/null
. "$directory/env"

# The stand-in is laid out as the real one is where it matters to us: python3 in /usr/local/bin, pip, and no
# bytecode of the standard library. Its hooks are mmdebstrap's to expand: $1 is the new system's root.
# shellcheck disable=SC2016
import_base() {
  local root="$directory/base.tar" trim='rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED
    ln -s /usr/bin/python3 "$1/usr/local/bin/python"
    ln -s /usr/bin/python3 "$1/usr/local/bin/python3"
    find "$1"/usr/lib/python3* -name __pycache__ -prune -exec rm -rf {} +
    rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/*'
  # The roots that this machine trusts, so that pip works in a build behind the same proxy as on the machine.
  local trust='test ! -e /etc/ssl/certs/ca-certificates.crt || {
    cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/ca-certificates.crt"
    printf "[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n" > "$1/etc/pip.conf"; }'
  say "making a stand-in for python:3.13-slim from Debian's packages (about half a minute)"
  mmdebstrap --quiet --variant=apt --mode=root --include=ca-certificates,python3,python3-pip,python3-venv \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="$trim" --customize-hook="$trust" trixie "$root"
  podman import --quiet --change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV LANG=C.UTF-8' --change 'CMD ["python3"]' "$root" docker.io/library/python:3.13-slim >/dev/null
  rm -f "$root"
}

podman image exists docker.io/library/python:3.13-slim || import_base
# What earlier builds left without a name; today's serves as the cache of the next one.
podman image prune --force --filter until=24h >/dev/null
say "podman, stand-in base, in $directory"
