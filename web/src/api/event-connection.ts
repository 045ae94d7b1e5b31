const RECONNECT_MIN_MS = 1000
const RECONNECT_MAX_MS = 30_000
/** A browser has six connections to a server, for all its tabs: a hidden tab closes its own. */
const HIDDEN_AFTER_MS = 10_000

export interface ConnectionListener {
  /** Called for each source of events, to listen to it. */
  onSource: (source: EventSource) => void
  /** @param mayHaveMissed whether there may have been events since an earlier connection */
  onOpen: (mayHaveMissed: boolean) => void
  /** @param retryAt time of the next try, as `Date.now()` counts */
  onLost: (retryAt: number) => void
}

export interface EventConnection {
  /** Tries at once. */
  reconnect: () => void
  close: () => void
}

/** Keeps a connection to a stream of events while the page is visible. */
export function openEventConnection(url: string, listener: ConnectionListener): EventConnection {
  let source: EventSource
  let reconnecting: ReturnType<typeof setTimeout> | undefined
  let hiding: ReturnType<typeof setTimeout> | undefined
  let delay = RECONNECT_MIN_MS
  let isHidden = false
  let mayHaveMissed = false
  const disconnect = () => {
    clearTimeout(reconnecting)
    source.close()
  }
  const connect = () => {
    source = new EventSource(url)
    listener.onSource(source)
    source.addEventListener('error', () => {
      mayHaveMissed = true
      // The browser would try again after a lost connection, but not after an answer such as a proxy's 502.
      source.close()
      listener.onLost(Date.now() + delay)
      reconnecting = setTimeout(connect, delay)
      delay = Math.min(2 * delay, RECONNECT_MAX_MS)
    })
    source.addEventListener('open', () => {
      delay = RECONNECT_MIN_MS
      listener.onOpen(mayHaveMissed)
      mayHaveMissed = false
    })
  }
  const onVisibility = () => {
    clearTimeout(hiding)
    if (document.hidden) {
      hiding = setTimeout(() => {
        isHidden = true
        disconnect()
      }, HIDDEN_AFTER_MS)
    } else if (isHidden) {
      isHidden = false
      mayHaveMissed = true
      connect()
    }
  }
  connect()
  document.addEventListener('visibilitychange', onVisibility)
  // A tab that was opened in the background is hidden from the beginning.
  onVisibility()
  return {
    reconnect() {
      disconnect()
      connect()
    },
    close() {
      document.removeEventListener('visibilitychange', onVisibility)
      clearTimeout(hiding)
      disconnect()
    },
  }
}
