# The server alone: Node.js, what it runs, and a user without rights. No npm, no compiler, no PostgreSQL.
#   docker build -t hikyaku .

FROM node:24-bookworm-slim AS source
WORKDIR /app
COPY package.json package-lock.json ./
COPY tools/node ./tools/node

FROM source AS modules
RUN --mount=type=cache,target=/var/cache/npm \
  npm ci --cache /var/cache/npm --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM source AS build
RUN --mount=type=cache,target=/var/cache/npm npm ci --cache /var/cache/npm --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.publish.json ./
COPY bin ./bin
COPY tools ./tools
COPY src ./src
RUN bin/node tools/emit.ts

FROM debian:bookworm-slim
RUN groupadd --system --gid 10025 hikyaku \
  && useradd --system --uid 10025 --gid hikyaku --home-dir /data --shell /usr/sbin/nologin hikyaku \
  && install -d -o hikyaku -g hikyaku -m 0700 /data
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY package.json LICENSE ./
COPY bin ./bin
COPY deploy/docker/health.mjs ./deploy/docker/
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN ln -s /app/bin/hikyaku /usr/local/bin/hikyaku && node --version
USER hikyaku
# hikyaku.toml is looked for here
WORKDIR /data
VOLUME /data
ENV NODE_ENV=production HIKYAKU_DATA_DIR=/data
# SMTP, submission, submissions, IMAP, IMAPS of serve; health and metrics
EXPOSE 25 587 465 143 993 8025
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "/app/deploy/docker/health.mjs"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["hikyaku"]
CMD ["serve"]
