# A Debian machine whose first process is systemd, with PostgreSQL of Debian and this checkout installed by the very commands of
# docs/production.md: what test/containers/systemd.test.ts puts to the test.
FROM node:24-bookworm-slim AS machine
RUN apt-get update -qq \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    systemd systemd-sysv dbus sudo postgresql unbound iproute2 procps > /dev/null \
  && apt-get clean \
  # the kernel is that of the host: nothing in here changes its settings
  && systemctl mask systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service \
  # a resolver that knows no name: nothing leads out of the network of the test
  && printf 'server:\n  module-config: "iterator"\n  local-zone: "." static\n' > /etc/unbound/unbound.conf.d/nothing.conf \
  && rm /etc/unbound/unbound.conf.d/root-auto-trust-anchor-file.conf \
  && useradd --uid 1500 --create-home --shell /bin/bash admin \
  && echo 'admin ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/admin

FROM machine
COPY --chown=admin . /srv/hikyaku
USER admin
WORKDIR /srv/hikyaku
# the first commands below the heading
RUN awk '/^## /{here = $0 == "## With systemd"} here && printing && /^```$/{exit} printing{print} here && /^```sh$/{printing = 1}' \
    docs/production.md > /tmp/install.sh
RUN --mount=type=cache,target=/var/cache/npm,mode=1777,uid=1500 \
  npm_config_cache=/var/cache/npm sh -eux /tmp/install.sh && test -x /usr/local/bin/hikyaku && rm -rf node_modules
USER root
WORKDIR /
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT []
CMD ["/lib/systemd/systemd"]
