#!/bin/sh
# Installs what the runtimes need and then the runtimes themselves. Where all of it is there already it only looks.
# Usage: runtimes/setup.sh [KPORT], the kport command to install them with.
# Under CI whatever is missing in the end is an error; elsewhere the tests that need it are reported as not run.
set -u
kport=${1:-kport}

# commands, one of which must be there | Debian packages
needed="node|nodejs npm
${KPORT_CHROMIUM:-chromium} chromium-browser google-chrome google-chrome-stable|chromium
javac|default-jdk-headless
mvn|maven"

is_there() { # one of the commands
    for command in "$@"; do command -v "$command" >/dev/null && return; done
    return 1
}

missing=$(echo "$needed" | while IFS='|' read -r commands package; do
    # shellcheck disable=SC2086  a list of commands
    is_there $commands || printf '%s ' "$package"
done)
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        # shellcheck disable=SC2086  a list of packages
        apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
    else
        echo "missing for the runtimes (Debian packages): $missing" >&2
    fi
fi

status=0
for runtime in browser jvm; do
    "$kport" runtimes install "$runtime" || status=$?
done
[ -n "${CI:-}" ] || exit 0
exit "$status"
