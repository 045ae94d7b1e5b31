import { setTimeout as sleep } from 'node:timers/promises'
import type { VectorSpace } from '../catalog/catalog.ts'
import type { Config } from '../config/schema.ts'
import { definitionOf } from '../embedding/definition-of.ts'
import { fingerprintOf } from '../embedding/fingerprint.ts'
import type { openEmbedder } from '../embedding/open-embedder.ts'
import { modelFingerprint } from '../embedding/vector-space.ts'
import { DomainError, messageOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import type { Logger } from '../log.ts'
import { createFormerIndex, type FormerIndex } from '../search/former-index.ts'
import type { VectorSources } from '../search/term-vectors.ts'
import type { Timings } from '../timings.ts'
import type { Foundations } from './foundations.ts'
import { type Model, openModel } from './model.ts'

export interface FormerOptions {
  /** Those of the chosen embedder. */
  sources: VectorSources
  events: EventBus
  log: Logger
  searches: boolean
  timings: Pick<Timings, 'formerCheckMs'>
  openEmbedder?: typeof openEmbedder | undefined
}

export interface OpenedFormer {
  /** Answers searches while the gallery is embedded again; undefined where this is not needed or not possible. */
  index: FormerIndex | undefined
  /** Why the former embedder can't answer searches. */
  problem: string | undefined
}

/** Opens the embedder of the last start with its vectors if it has more images than the chosen one. */
export async function openFormer(
  config: Config,
  { previous, storage: { catalog }, closing }: Foundations,
  { sources, events, log, searches, timings, openEmbedder }: FormerOptions,
): Promise<OpenedFormer> {
  const none = { index: undefined, problem: undefined }
  if (previous === undefined || !searches) return none
  const { indexed, unembedded } = await catalog.images.counts()
  if (unembedded === 0) return none
  const images = await imagesOf(previous, sources)
  if (images <= indexed) return none
  try {
    const model = await openFormerModel(config, previous, { log, openEmbedder })
    closing.defer(() => model.embedder.close())
    await catalog.spaces.openFormer(previous).catch(async (error: unknown) => {
      await model.embedder.close()
      throw error
    })
    const onEnd = async () => {
      log.info(`The embedder "${sources.embedder.name}" answers searches from now on.`)
      await catalog.spaces.openFormer(undefined)
      await model.embedder.close()
    }
    const index = createFormerIndex({
      current: sources,
      former: { ...sources, ...model, hasWindows: false },
      images,
      onEnd,
    })
    const check = () =>
      index.check().catch((error) => log.error(error, 'The former index could not be closed'))
    events.on('progress', ({ pending }) => {
      if (pending === 0) void check()
    })
    const stopping = new AbortController()
    const checks = repeatWhile(() => index.answers, check, timings.formerCheckMs, stopping.signal)
    closing.defer(() => {
      stopping.abort()
      return checks
    })
    log.info(
      `The embedder "${previous.embedder}" answers searches until the gallery has been embedded again by "${sources.embedder.name}".`,
    )
    return { index, problem: undefined }
  } catch (error) {
    const problem = `The embedder "${previous.embedder}" can't answer searches meanwhile: ${messageOf(error)}`
    log.warn(`Searches find only images that have been embedded again. ${problem}`)
    return { index: undefined, problem }
  }
}

async function repeatWhile(
  isNeeded: () => boolean,
  work: () => Promise<void>,
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (isNeeded() && !signal.aborted) {
    await work()
    await sleep(intervalMs, undefined, { signal }).catch(() => {})
  }
}

async function imagesOf({ embedder, fingerprint }: VectorSpace, { catalog }: VectorSources): Promise<number> {
  const all = await catalog.spaces.list()
  const found = all.find((one) => one.embedder === embedder && one.fingerprint === fingerprint)
  return found?.images ?? 0
}

/** @throws {DomainError} `embedder_unavailable` if the name now belongs to another model, or to none */
async function openFormerModel(
  config: Config,
  { embedder, fingerprint, dimensions }: VectorSpace,
  options: Pick<FormerOptions, 'log' | 'openEmbedder'>,
): Promise<Model> {
  const definition = definitionOf(embedder, config.embedder_registry)
  if ((await fingerprintOf(embedder, definition)) !== modelFingerprint(fingerprint))
    throw new DomainError('embedder_unavailable', 'its code, weights or arguments have changed.')
  const model = await openModel(config, { ...options, canWrite: false }, embedder)
  if (model.embedder.dimensions === dimensions) return model
  await model.embedder.close()
  throw new DomainError('embedder_unavailable', 'the number of its dimensions has changed.')
}
