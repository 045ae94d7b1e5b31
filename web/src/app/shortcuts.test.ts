import { describe, expect, it } from 'vitest'
import { monthAfterKey } from '../gallery/timeline-marks.ts'
import { compareAction } from '../gallery/use-compare-keys.ts'
import { onGridKey } from '../gallery/use-grid-keys.ts'
import { groupAction } from '../gallery/use-group-keys.ts'
import { viewAction } from '../gallery/use-view-keys.ts'
import { shortcutGroups as german } from '../messages/de/shortcuts.ts'
import { shortcutGroups as english } from '../messages/en/shortcuts.ts'
import { arrowed } from '../region/region.ts'
import { singleKeys } from '../sketch/use-panel-commands.ts'
import { selectionKey } from '../sketch/use-selection-commands.ts'
import { onSheetKey } from '../sketch/use-sheet-keys.ts'
import { appAction, type Pressed } from './use-app-keys.ts'

const NAMES = [
  ...'abcdefghijklmnopqrstuvwxyz0123456789[]/\\?+- ',
  ...['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'],
  ...['Enter', 'Escape', 'Delete', 'Backspace', 'F6', 'Tab'],
]
const MODIFIERS = ['', 'Shift ', 'Ctrl ', 'Alt ', 'Ctrl Shift '] as const

/** Keys of the list by the names that events give them. */
const LISTED: Record<string, string> = {
  '←': 'ArrowLeft',
  '↑': 'ArrowUp',
  '↓': 'ArrowDown',
  '→': 'ArrowRight',
  '−': '-',
  'Page up': 'PageUp',
  'Page down': 'PageDown',
  Esc: 'Escape',
  Space: ' ',
}

/** Not keys of a handler: a pressed button, the clipboard, a pointer with Shift. */
const OTHERWISE = ['Results and gallery: Enter', 'Everywhere: Ctrl v', 'Sheet: Shift']
/** Handled without an entry of their own: two entries together, one of another group, or a second key for the same. */
const UNLISTED = [
  ...['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'].map(
    (key) => `Region of a picture: Ctrl Shift ${key}`,
  ),
  'Everywhere: Ctrl a',
  'Sheet: Escape',
  'Sheet: Backspace',
]

/** Records which command a key leads to. */
function recorder() {
  const calls: string[] = []
  const commands = <T extends object>(known: Partial<T> = {}): T =>
    new Proxy(known, {
      get: (_, name) =>
        name in known
          ? known[name as keyof T]
          : (...values: unknown[]) => void calls.push(`${String(name)} ${JSON.stringify(values)}`),
      has: () => true,
    }) as T
  return { calls, commands }
}

type Handler = (pressed: Pressed) => string | undefined

/** Runs what a key leads to. */
function handler(
  find: (pressed: Pressed, commands: ReturnType<typeof recorder>['commands']) => unknown,
): Handler {
  return (pressed) => {
    const { calls, commands } = recorder()
    const found = find(pressed, commands)
    if (typeof found === 'function') found()
    if (calls.length > 0) return calls.join()
    return typeof found === 'string' ? found : undefined
  }
}

const image = { id: 'one' }
const MONTHS = ['2026-03', '2025-08', '2025-07', '2025-06', '2024-01'].map((month) => ({
  month,
  count: 1,
  top: 0,
}))

function onSheet(pressed: Pressed, commands: ReturnType<typeof recorder>['commands']): string | undefined {
  const selected = selectionKey(pressed)
  if (selected !== undefined && !pressed.ctrlKey) return selected
  const tools = { tool: 'pen', width: 5, isTidying: false, erasesWhole: false }
  const single = singleKeys(commands({ tools, selected: commands(), isFull: false } as never))
  const event = { ...pressed, target: { closest: () => null } }
  onSheetKey(event as never, commands({ single, onSelection: () => false } as never))
  return undefined
}

function onGrid(pressed: Pressed, commands: ReturnType<typeof recorder>['commands']): unknown {
  const row = { index: 0, widths: [1, 1, 1], height: 100 }
  let result: string | undefined
  const event = {
    ...pressed,
    target: { dataset: { index: '1' } },
    preventDefault: () => (result ??= pressed.key),
    stopPropagation() {},
  }
  onGridKey(
    event as never,
    commands({
      layout: { rowOf: () => row, nextRow: () => undefined },
      count: 3,
      viewHeight: () => 100,
      imageAt: () => image,
    } as never),
  )
  return result
}

/** By the English name of each group. */
const HANDLERS: Record<string, Handler> = {
  Sheet: handler((pressed, commands) => onSheet(pressed, commands) ?? toSheet(pressed, commands)),
  Everywhere: handler((pressed, commands) => appAction(pressed, false, commands())),
  'Region of a picture': handler((pressed) => arrowed(undefined, pressed, [0.01, 0.01])?.join()),
  'Results and gallery': handler(onGrid),
  Timeline: handler((pressed) =>
    isCommand(pressed) ? undefined : monthAfterKey(MONTHS, 2, pressed.key)?.toString(),
  ),
  'Large view': handler(
    (pressed, commands) =>
      !isCommand(pressed) && viewAction(pressed, commands({ image, zoom: commands() } as never)),
  ),
  Compare: handler(
    (pressed, commands) => !isCommand(pressed) && compareAction(pressed, commands({ count: 4 } as never)),
  ),
  Duplicates: handler(
    (pressed, commands) =>
      !isCommand(pressed) &&
      groupAction(
        pressed,
        commands({ images: Array.from({ length: 9 }, (_, n) => ({ id: String(n) })) } as never),
      ),
  ),
}

const isCommand = ({ ctrlKey, altKey }: Pressed) => ctrlKey || altKey

/** D leads to the sheet from everywhere, and is listed with it. */
function toSheet(pressed: Pressed, commands: ReturnType<typeof recorder>['commands']): unknown {
  return pressed.key === 'd' && !isCommand(pressed) ? appAction(pressed, false, commands()) : undefined
}

const pressedOf = (name: string): Pressed => {
  const words = name === ' ' ? [' '] : name.split(' ').filter((word) => word !== '')
  const modifiers = words.filter((word) => ['Ctrl', 'Shift', 'Alt'].includes(word))
  const key = name.endsWith(' ') ? ' ' : words.at(-1)!
  return {
    key,
    ctrlKey: modifiers.includes('Ctrl'),
    shiftKey: modifiers.includes('Shift'),
    altKey: modifiers.includes('Alt'),
    metaKey: false,
  }
}

/** The single presses that an entry of the list stands for. */
function pressesOf(entry: string): string[] {
  return entry.split(/, | or /).flatMap((part) => {
    const range = /^(\d) – (\d)$/.exec(part)
    if (range !== null) return [...'123456789'].slice(0, Number(range[2]))
    // Two presses of one after the other.
    if (/^[A-Z] [A-Z]$/.test(part)) return [part.slice(2).toLowerCase()]
    const words = part
      .replace('Hold ', '')
      .replaceAll(/Page (up|down)/g, (found) => LISTED[found]!)
      .split(' ')
    const modifiers = words.filter((word) => ['Ctrl', 'Shift', 'Alt'].includes(word))
    const keys = words.filter((word) => !modifiers.includes(word))
    const prefix = modifiers.map((modifier) => `${modifier} `).join('')
    if (keys.length === 0) return [modifiers.join(' ')]
    return keys.map((key) => prefix + (LISTED[key] ?? (key.length === 1 ? key.toLowerCase() : key)))
  })
}

/** Whether all modifiers are among others. */
const isWithin = (fewer: string, modifiers: string) =>
  fewer.split(' ').every((modifier) => modifiers.includes(modifier))

describe.each(english.map((group) => [group.name, group] as const))(
  'the shortcuts of: %s',
  (name, { keys }) => {
    const handle = HANDLERS[name]!
    const listed = new Set(keys.flatMap(([entry]) => pressesOf(entry)))

    it('work', () => {
      for (const press of listed) {
        if (OTHERWISE.includes(`${name}: ${press}`)) continue
        expect([press, handle(pressedOf(press)) !== undefined]).toEqual([press, true])
      }
    })

    it('are all in the list', () => {
      const missing = MODIFIERS.flatMap((modifiers) =>
        NAMES.filter((key) => {
          const done = handle(pressedOf(modifiers + key))
          if (done === undefined || listed.has(modifiers + key)) return false
          // A modifier that changes nothing needs no entry.
          return !MODIFIERS.some(
            (fewer) =>
              fewer !== modifiers && isWithin(fewer, modifiers) && handle(pressedOf(fewer + key)) === done,
          )
        }).map((key) => modifiers + key),
      )
      expect(missing.filter((press) => !UNLISTED.includes(`${name}: ${press}`))).toEqual([])
    })
  },
)

describe('the German list', () => {
  it('has as many entries in the same order', () => {
    const shape = (groups: typeof english) => groups.map(({ keys }) => keys.length)
    expect(shape(german)).toEqual(shape(english))
  })
})
