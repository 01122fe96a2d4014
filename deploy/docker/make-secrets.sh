#!/bin/sh
# Makes the passwords of a compose project where there are none yet, each a file in the volume `secrets`: nothing is asked at the first
# `docker compose up`, nothing has a password that others know, and none stands in an environment or an image. Only the containers that
# need them mount the volume, so the files may be read by whoever runs in those.
set -eu
umask 022
cd "${1:-/run/secrets-of-hikyaku}"

# the rest of the words writes the secret; moved into place whole
secret() {
  name=$1
  shift
  if [ -s "$name" ]; then return; fi
  "$@" > "$name.new"
  chmod 0444 "$name.new"
  mv "$name.new" "$name"
  echo "made $name"
}

password() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
url() { printf 'postgresql://hikyaku:%s@postgres/hikyaku' "$(cat postgres_password)"; }

secret postgres_password password
secret database_url url
secret dev_password password
secret grafana_password password
