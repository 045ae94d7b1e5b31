import type { CDPSession, Page } from 'playwright-core'

export type Point = readonly [x: number, y: number]

/** A pointer as the browser receives it from its device. */
export interface Device {
  down(point: Point, force?: number): Promise<void>
  move(point: Point, force?: number): Promise<void>
  up(point: Point): Promise<void>
}

/** Interval of the events of `fingers`, if it is not given. */
const EVENT_INTERVAL_MS = 10

export type DeviceKind = 'mouse' | 'pen' | 'touch'

/** Sends input to the browser, which converts it to pointer events. */
export async function deviceOf(page: Page, kind: DeviceKind): Promise<Device> {
  const session = await page.context().newCDPSession(page)
  return kind === 'touch' ? finger(session) : mouseOrPen(session, kind)
}

function mouseOrPen(session: CDPSession, pointerType: 'mouse' | 'pen'): Device {
  const send = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', [x, y]: Point, force = 0.5) =>
    session.send('Input.dispatchMouseEvent', {
      type,
      x,
      y,
      button: 'left',
      buttons: type === 'mouseReleased' ? 0 : 1,
      clickCount: 1,
      pointerType,
      ...(pointerType === 'pen' ? { force } : {}),
    })
  return {
    down: async (point, force) => void (await send('mousePressed', point, force)),
    move: async (point, force) => void (await send('mouseMoved', point, force)),
    up: async (point) => void (await send('mouseReleased', point)),
  }
}

function finger(session: CDPSession): Device {
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints })
  return {
    down: async ([x, y]) => void (await send('touchStart', [{ x, y }])),
    move: async ([x, y]) => void (await send('touchMove', [{ x, y }])),
    up: async () => void (await send('touchEnd', [])),
  }
}

/**
 * Moves along a path in real time. No event waits for the answer to another one: a pointer that is held for half a second, as it would be
 * on a busy machine, makes a shape of the stroke.
 * @param rate in events per second
 */
export async function stream(
  device: Device,
  path: (share: number) => Point,
  rate: number,
  ms: number,
): Promise<void> {
  const start = performance.now()
  const count = Math.round((rate * ms) / 1000)
  await device.down(path(0))
  const sent: Promise<void>[] = []
  for (let n = 1; n <= count; n++) {
    const wait = start + (n * ms) / count - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const moved = device.move(path(n / count), 0.2 + 0.6 * (n / count))
    // Its failure is reported when all have been sent.
    moved.catch(() => {})
    sent.push(moved)
  }
  sent.push(device.up(path(1)))
  await Promise.all(sent)
}

/** Moves several fingers together from one place to another. */
export async function fingers(
  page: Page,
  paths: readonly ((share: number) => Point)[],
  { steps, gapMs = 0 }: { steps: number; gapMs?: number },
): Promise<void> {
  const session = await page.context().newCDPSession(page)
  // Events have generated times, because a busy machine would exceed the time limits of gestures.
  let timestamp = Date.now() / 1000
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: ReturnType<typeof at>) => {
    timestamp += Math.max(EVENT_INTERVAL_MS, type === 'touchStart' ? gapMs : 0) / 1000
    return session.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp })
  }
  const at = (share: number, count = paths.length) =>
    paths.slice(0, count).map((path, id) => ({ x: path(share)[0], y: path(share)[1], id }))
  for (let count = 1; count <= paths.length; count++) {
    await send('touchStart', at(0, count))
    if (gapMs > 0) await page.waitForTimeout(gapMs)
  }
  for (let n = 1; n <= steps; n++) await send('touchMove', at(n / steps))
  for (let count = paths.length - 1; count >= 0; count--) await send('touchEnd', at(1, count))
}
