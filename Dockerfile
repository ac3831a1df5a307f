# The operator and its command line. Build: docker build -t hinge/operator:1 .

FROM node:20-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src/ src/
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20-slim
LABEL org.opencontainers.image.title="hinge/operator" \
      org.opencontainers.image.licenses="Apache-2.0"
# ssh for ssh:// endpoints, tini to reap its processes and to pass signals on.
RUN apt-get update \
 && apt-get install -y --no-install-recommends openssh-client tini \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /opt/hinge
COPY --from=build /build/node_modules/ node_modules/
COPY --from=build /build/dist/ dist/
COPY package.json LICENSE ./
RUN printf '#!/bin/sh\nexec node /opt/hinge/dist/cli/main.js "$@"\n' >/usr/local/bin/hinge \
 && chmod 755 /usr/local/bin/hinge \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin hinge
# For a unix:// endpoint this user needs the group of the node's Docker socket: run it with --user 10001:$(stat -c %g /var/run/docker.sock).
USER 10001
ENTRYPOINT ["tini", "--", "hinge"]
CMD ["run"]
