import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../scripts/demo/random.ts'
import { numberedVector } from './numbered-pictures.ts'

interface FoundImage {
  id: string
  path: string
  score: number
}

export interface ClientReport {
  /** Responses that were checked. */
  answers: number
  /** Responses with status 503, and requests without a response. */
  refused: number
  /** The longest time without an answer, in seconds, from any server. */
  longestSilenceS: number
  /** Ids of events, in the order of arrival. */
  events: number[]
  wrong: string[]
}

const PAUSE_MS = 30
const TOLERANCE = 4e-3
const RESULTS = 20

/** Sends searches to random servers and receives events while processes are killed, and checks the responses. */
export function startClient(urls: readonly string[], random: Random) {
  return new ClusterClient(urls, random)
}

class ClusterClient {
  readonly #urls: readonly string[]
  readonly #random: Random
  readonly report: ClientReport = { answers: 0, refused: 0, longestSilenceS: 0, events: [], wrong: [] }
  readonly #stopped = new AbortController()
  readonly #signal
  #answeredAt = performance.now()
  readonly #work

  constructor(urls: readonly string[], random: Random) {
    this.#urls = urls
    this.#random = random
    const { signal } = this.#stopped
    this.#signal = signal
    this.#work = Promise.all([this.#search(), this.#listen()])
  }

  async stop() {
    this.#stopped.abort()
    await this.#work
  }

  async #search(): Promise<void> {
    while (!this.#signal.aborted) {
      await sleep(PAUSE_MS)
      try {
        const url = this.#random.pick(this.#urls)
        const page = Math.floor(this.#random.between(1, 20))
        const listed = await this.#ask<{ images: FoundImage[] }>(
          `${url}/api/images?items_per_page=50&page=${page}`,
        )
        const image = listed?.images.length ? this.#random.pick(listed.images) : undefined
        if (image === undefined) continue
        const found = await this.#ask<{ images: FoundImage[]; total: number }>(
          `${url}/api/images/search-by-image`,
          {
            image_id: image.id,
            top_k: RESULTS,
            query: { items_per_page: RESULTS },
          },
        )
        if (found !== undefined) this.#judge(image, found.images)
      } catch (error) {
        if (!this.#signal.aborted) this.report.refused++
        if (!(error instanceof TypeError) && !this.#signal.aborted) this.report.wrong.push(String(error))
      }
    }
  }

  async #ask<T>(url: string, body?: object): Promise<T | undefined> {
    const response = await fetch(url, {
      signal: this.#signal,
      ...(body !== undefined && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    // An image may be deleted between two requests, or have no vector yet.
    if (response.ok) {
      const answer = (await response.json()) as T
      this.report.answers++
      this.report.longestSilenceS = Math.max(
        this.report.longestSilenceS,
        (performance.now() - this.#answeredAt) / 1000,
      )
      this.#answeredAt = performance.now()
      return answer
    }
    const text = await response.text()
    if (response.status === 503) {
      this.report.refused++
      if (response.headers.get('retry-after') === null && !/embedder/.test(text))
        this.report.wrong.push(`503 without Retry-After: ${text}`)
    } else if (![404, 409].includes(response.status)) this.report.wrong.push(`${response.status}: ${text}`)
    return undefined
  }

  /** Checks that the image itself comes first, then the others by their similarity. */
  #judge(image: FoundImage, images: FoundImage[]): void {
    const numberOf = ({ path }: FoundImage) => Number(/(\d+)\.png$/.exec(path)![1])
    const query = numberedVector(numberOf(image))
    if (images.length === 0 || images[0]!.id !== image.id)
      this.report.wrong.push(`${image.path} was answered with ${images[0]?.path ?? 'nothing'}`)
    for (const [n, other] of images.entries()) {
      const score = numberedVector(numberOf(other)).reduce((sum, value, i) => sum + value * query[i]!, 0)
      if (Math.abs(score - other.score) > TOLERANCE)
        this.report.wrong.push(`${other.path} has ${other.score} to ${image.path}, and should have ${score}`)
      if (n > 0 && other.score > images[n - 1]!.score + 1e-6)
        this.report.wrong.push(`${other.path} comes after what is less alike`)
    }
    if (new Set(images.map(({ id }) => id)).size < images.length)
      this.report.wrong.push(`${image.path}: an image came twice`)
  }

  /** Reconnects as a browser does, to any server, from the last event that arrived. */
  async #listen(): Promise<void> {
    let lastId = ''
    while (!this.#signal.aborted) {
      try {
        const response = await fetch(`${this.#random.pick(this.#urls)}/api/fs/events`, {
          signal: this.#signal,
          headers: lastId === '' ? {} : { 'last-event-id': lastId },
        })
        let text = ''
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
          text += chunk
          const parts = text.split('\n\n')
          text = parts.pop()!
          for (const part of parts) {
            const id = /^id: (.*)$/m.exec(part)?.[1]
            if (id === undefined) continue
            this.report.events.push(Number(id))
            lastId = id
          }
        }
      } catch {
        // The loop reconnects.
      }
      await sleep(100)
    }
  }
}
