# syntax=docker/dockerfile:1
# Two images: `cpu` (the default) and `gpu`, which has CUDA for ONNX Runtime.
ARG NODE=24.21.0
ARG CUDA=12.6.3-cudnn-runtime-ubuntu24.04

FROM node:${NODE}-bookworm-slim AS package
WORKDIR /src
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json ./
COPY server/package.json server/
COPY web/package.json web/
RUN npm ci
COPY . .
RUN npm run package -- /package

FROM node:${NODE}-bookworm-slim AS installed
WORKDIR /app
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY --from=package /package/*.tgz /tmp/
RUN npm install --omit=dev --no-audit --no-fund /tmp/*.tgz && rm /tmp/*.tgz

FROM installed AS installed-gpu
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node

FROM nvidia/cuda:${CUDA} AS gpu
COPY --from=installed-gpu /usr/local/bin/node /usr/local/bin/node
COPY --from=installed-gpu /app /app
# The user of the other image, so that volumes can be shared.
RUN userdel --remove ubuntu 2>/dev/null; useradd --uid 1000 --create-home node \
  && install --directory --owner=node --group=node /data /thumbnails /gallery
WORKDIR /data
USER node
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1 SERVER__HOST=0.0.0.0 SERVER__DATA_DIRECTORY=/data SERVER__THUMBNAIL__THUMBNAIL_DIRECTORY=/thumbnails \
  SERVER__WATCHER__WATCHED_DIRECTORY=/gallery SERVER__WATCHER__WATCH_RECURSIVE=true
VOLUME ["/data", "/thumbnails"]
EXPOSE 8000
ENTRYPOINT ["/app/node_modules/.bin/sketch-search"]
CMD ["serve"]

FROM node:${NODE}-bookworm-slim AS cpu
COPY --from=installed /app /app
RUN install --directory --owner=node --group=node /data /thumbnails /gallery
WORKDIR /data
USER node
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1 SERVER__HOST=0.0.0.0 SERVER__DATA_DIRECTORY=/data SERVER__THUMBNAIL__THUMBNAIL_DIRECTORY=/thumbnails \
  SERVER__WATCHER__WATCHED_DIRECTORY=/gallery SERVER__WATCHER__WATCH_RECURSIVE=true
VOLUME ["/data", "/thumbnails"]
EXPOSE 8000
ENTRYPOINT ["/app/node_modules/.bin/sketch-search"]
CMD ["serve"]
