import pTimeout from 'p-timeout'

/** An event as a client receives it. */
export interface StreamedEvent {
  id: string | undefined
  name: string
  data: Record<string, unknown>
}

export interface EventStream {
  /** All that have arrived, oldest first. */
  readonly events: readonly StreamedEvent[]
  /**
   * Waits for an event that comes after the one which the call before has returned.
   * @param matches undefined for any event of this name
   * @throws after a minute or at the end of the stream, with the events that came instead
   */
  next(name: string, matches?: (data: StreamedEvent['data']) => boolean): Promise<StreamedEvent>
  close(): Promise<void>
}

/** Generous: a busy machine takes seconds for what takes milliseconds on an idle one. */
const LIMIT_MS = 60_000

/** Reads a response of `/api/fs/events`. Resolves when the server follows its events for this client. */
export async function readEventStream(response: Response): Promise<EventStream> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const events: StreamedEvent[] = []
  const connected = Promise.withResolvers<void>()
  let arrival = Promise.withResolvers<void>()
  let hasEnded = false
  let read = 0
  const reading = readAll()
  await pTimeout(connected.promise, {
    milliseconds: LIMIT_MS,
    message: 'The stream of events did not begin.',
  })

  return {
    events,
    async next(name, matches = () => true) {
      const from = read
      const problem = (cause: string) =>
        new Error(
          `${cause} without ${name} ${matches}. Instead came:\n${events.slice(from).map(line).join('\n')}`,
        )
      const found = async () => {
        for (;;) {
          const { promise } = arrival
          while (read < events.length) {
            const event = events[read++]!
            if (event.name === name && matches(event.data)) return event
          }
          if (hasEnded) throw problem('The stream ended')
          await promise
        }
      }
      return pTimeout(found(), {
        milliseconds: LIMIT_MS,
        fallback: () => {
          throw problem(`${LIMIT_MS / 1000} seconds passed`)
        },
      })
    },
    async close() {
      await reader.cancel()
      await reading
    },
  }

  async function readAll(): Promise<void> {
    let text = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (value !== undefined) {
        text += value
        const parts = text.split('\n\n')
        text = parts.pop()!
        for (const part of parts) {
          const event = parse(part)
          if (event !== undefined) events.push(event)
          else if (part === ': connected') connected.resolve()
        }
      }
      hasEnded = done
      arrival.resolve()
      arrival = Promise.withResolvers()
      if (done) return
    }
  }
}

/** @returns undefined for a comment, which keeps the connection open */
function parse(part: string): StreamedEvent | undefined {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1]
  const name = field('event')
  return name === undefined ? undefined : { id: field('id'), name, data: JSON.parse(field('data')!) }
}

function line({ name, data }: StreamedEvent): string {
  return `${name} ${JSON.stringify(data)}`
}
