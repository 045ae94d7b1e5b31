import { duplicateThresholdOf } from '../config/built-in.ts'
import type { Config } from '../config/schema.ts'
import { createLocalFeed } from '../events.ts'
import { createHttpApp } from '../http/app.ts'
import { createExporter, type Exporter } from '../http/export-request.ts'
import { createImageFilters } from '../http/image-filters.ts'
import type { Metrics } from '../http/metrics.ts'
import { allowedHostnames } from '../http/middleware/same-origin.ts'
import type { Router } from '../http/routing.ts'
import { createGalleryFile } from '../images/gallery-file.ts'
import { createReveal } from '../images/reveal.ts'
import type { Trash } from '../images/trash/trash.ts'
import { createReadOnlyFolders } from '../images/write-access.ts'
import type { Logger } from '../log.ts'
import type { ImageSearch } from '../search/search.ts'
import type { OpenedFormer } from './former.ts'
import type { Foundations } from './foundations.ts'
import { openImageFiles } from './image-files.ts'
import type { Indexing } from './indexing.ts'
import { startMaintenance } from './maintenance.ts'

export interface HttpParts {
  foundations: Foundations
  indexing: Indexing
  search: ImageSearch
  former: OpenedFormer
  metrics: Metrics
  log: Logger
}

/** Composes the HTTP interface. `maintain` starts the regular maintenance, and returns a function that stops it. */
export function openHttp(
  config: Config,
  { foundations, indexing, search, former, metrics, log }: HttpParts,
): { http: Router; trash: Trash; exporter: Exporter; maintain: () => () => void } {
  const { root, walk, storage, monitor, signIn, readClient, model, previous } = foundations
  const { localEvents, events, renditions, thumbnails, limits, reader, indexer, backfill, sync, cluster } =
    indexing
  const { catalog, reads, queries } = storage
  const { imageFiles, trash } = openImageFiles(config, {
    root,
    catalog,
    indexer,
    reader,
    thumbnails,
    renditions,
    isSearching: () => search.isBusy,
    events: localEvents,
    limits,
    walk,
  })
  const filters = createImageFilters({ catalog: reads.catalog, queries, imageFiles, search })
  const exporter = createExporter({ catalog: reads.catalog, imageFiles, filters })
  const http = createHttpApp({
    duplicateThreshold: duplicateThresholdOf(config.embedder_registry.chosen_embedder),
    catalog: reads.catalog,
    primary: catalog,
    reads,
    embedder: model.embedder,
    previousEmbedder: previous?.embedder,
    former,
    indexer,
    backfill,
    sync,
    storage: monitor,
    isOutage: storage.shared?.isOutage,
    search,
    vocabulary: model.vocabulary,
    queries,
    reader,
    imageFiles,
    galleryFile: createGalleryFile({ root, walk, images: catalog.images }),
    filters,
    exporter,
    readOnlyFolders: createReadOnlyFolders(root, () => catalog.files.mountPoints()),
    reveal:
      config.open_in_file_manager && config.auth.kind === 'none' ? createReveal({ root, walk }) : undefined,
    trash,
    feed: cluster?.feed ?? createLocalFeed(events),
    metrics,
    maxUploadBytes: limits.maxUploadBytes,
    basePath: config.base_path,
    allowedHosts: allowedHostnames(config.host, config.allowed_hosts),
    signIn,
    ignoredUsers: foundations.ignoredUsers,
    readClient,
    log,
  })
  const maintain = () =>
    startMaintenance({
      catalog,
      queries,
      thumbnails,
      trash: indexing.hasGallery ? trash : undefined,
      users: signIn?.users,
      isShared: cluster !== undefined,
      log: { warn: (message) => log.warn(message) },
    })
  return { http, trash, exporter, maintain }
}
