# syntax=docker/dockerfile:1
# Images: `cpu` (the default), `python`, which adds Python and numpy for embedders in Python, and `gpu`, which has CUDA for ONNX Runtime.
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
COPY scripts/container-defaults.yaml defaults.yaml
# Mount points must exist where the root of the container is read-only.
RUN touch config.yml

FROM installed AS installed-gpu
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node

FROM nvidia/cuda:${CUDA} AS gpu
# The fonts are for contact sheets: Chinese, Japanese and Korean, Arabic and others, 8 MB.
RUN apt-get update && apt-get install -y --no-install-recommends curl fonts-dejavu-core fonts-wqy-microhei && rm -rf /var/lib/apt/lists/*
COPY --from=installed-gpu /usr/local/bin/node /usr/local/bin/node
COPY --from=installed-gpu /app /app
# The user of the other images, so that volumes can be shared.
RUN userdel --remove ubuntu 2>/dev/null; useradd --uid 1000 --create-home node \
  && install --directory --owner=node --group=node /data /thumbnails /images /weights
WORKDIR /app
USER node
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1 SKETCH_SEARCH_DEFAULTS=/app/defaults.yaml PATH=/app/node_modules/.bin:$PATH
VOLUME ["/data", "/thumbnails"]
EXPOSE 8000
ENTRYPOINT ["/app/node_modules/.bin/sketch-search"]
CMD ["serve"]

FROM node:${NODE}-bookworm-slim AS cpu
RUN apt-get update && apt-get install -y --no-install-recommends curl fonts-dejavu-core fonts-wqy-microhei && rm -rf /var/lib/apt/lists/*
COPY --from=installed /app /app
RUN install --directory --owner=node --group=node /data /thumbnails /images /weights
WORKDIR /app
USER node
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1 SKETCH_SEARCH_DEFAULTS=/app/defaults.yaml PATH=/app/node_modules/.bin:$PATH
VOLUME ["/data", "/thumbnails"]
EXPOSE 8000
ENTRYPOINT ["/app/node_modules/.bin/sketch-search"]
CMD ["serve"]

FROM cpu AS python
USER root
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-numpy && rm -rf /var/lib/apt/lists/*
USER node

FROM cpu AS default
