import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openEventConnection } from './event-connection.ts'

/** A connection that opens when the test wants. */
class Source extends EventTarget {
  static last: Source
  isClosed = false

  constructor() {
    super()
    Source.last = this
  }

  close() {
    this.isClosed = true
  }
}

class Tab extends EventTarget {
  hidden = true

  show() {
    this.hidden = false
    this.dispatchEvent(new Event('visibilitychange'))
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('a tab that is opened in the background closes its stream of events until it is shown', () => {
  const tab = new Tab()
  vi.stubGlobal('document', tab)
  vi.stubGlobal('EventSource', Source)
  const opened: boolean[] = []
  const connection = openEventConnection('/events', {
    onSource() {},
    onLost() {},
    onOpen: (mayHaveMissed) => opened.push(mayHaveMissed),
  })
  const first = Source.last
  first.dispatchEvent(new Event('open'))
  vi.runAllTimers()
  expect(first.isClosed).toBe(true)
  tab.show()
  Source.last.dispatchEvent(new Event('open'))
  expect(opened).toEqual([false, true])
  connection.close()
  expect(Source.last.isClosed).toBe(true)
})
