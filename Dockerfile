# The worker, and nothing else: Node, the libraries it is linked to, and the bundle. `npm run image` builds it with
# docker, podman or buildah; so does whatever host builds from a Dockerfile.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
COPY worker/package.json worker/
COPY infra/package.json infra/
# Both secrets are optional: an npm configuration, and certificates of those who stand between here and the registry.
RUN --mount=type=cache,target=/root/.npm \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=certificates,target=/run/secrets/certificates \
    if [ -s /run/secrets/certificates ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/certificates; fi; \
    npm ci --workspace worker --include=dev --ignore-scripts --no-audit --no-fund
COPY LICENSE NOTICE.md ./
COPY worker worker/
RUN node worker/image/bundle.ts --to /bundles && mv /bundles/* /app
# What node is linked to, where it looks for it, with its licenses; how names are looked up.
RUN mkdir /image && cd /image \
    && for file in $(ldd "$(command -v node)" | grep -o '/[^ ]*'); do cp -L --parents "$file" .; done \
    && install -D "$(command -v node)" usr/local/bin/node \
    && for file in /etc/nsswitch.conf /usr/local/LICENSE \
         /usr/share/doc/libc6/copyright /usr/share/doc/libgcc-s1/copyright /usr/share/doc/libstdc++6/copyright; do \
         if [ -e "$file" ]; then cp -L --parents "$file" .; fi; \
       done \
    && install -d -m 1777 tmp && install -d -o 10001 -g 10001 /compile-cache
# Node keeps a cache per user: this one is for the user that the image runs as, at the path that it runs from.
USER 10001:10001
RUN node worker/image/warm.ts /app /compile-cache

FROM scratch
COPY --from=build /image/ /
COPY --from=build /app/ /app/
COPY --from=build /compile-cache/ /compile-cache/
ARG VERSION=""
ARG REVISION=""
ARG SOURCE=""
# Of the worker and of libsignal; NOTICE.md and THIRD-PARTY-LICENSES.txt in /app say the rest.
LABEL org.opencontainers.image.title="Oxy Workers" \
      org.opencontainers.image.licenses="MIT AND GPL-3.0-only" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
# Its user has no entry in /etc/passwd: without HOME, AWS's SDK fails where it looks for its settings.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/compile-cache HOME=/
WORKDIR /app
USER 10001:10001
EXPOSE 3001 3002
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["/usr/local/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT||process.env.OXY_HEALTH_PORT||3001}/health`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/node", "/app/main.mjs"]
