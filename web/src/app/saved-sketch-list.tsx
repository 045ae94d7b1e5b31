import { messages } from '../messages/messages.ts'
import { svgUrl } from '../sketch/render.ts'
import { type SavedSketch, useSavedSketches } from '../sketch/saved-sketches.ts'

/** The saved sketches of the library; a press puts one on the sheet. */
export function SavedSketchList({ onOpen }: { onOpen: (saved: SavedSketch) => void }) {
  const saved = useSavedSketches()
  const { sheet } = messages
  if (saved.length === 0) return null
  return (
    <section aria-label={sheet.saved}>
      <h2 className="px-2.5 pt-4 pb-1.5 font-medium text-12 text-ink-2">{sheet.saved}</h2>
      <ul className="m-0 list-none p-0">
        {saved.map((one) => (
          <li key={one.name}>
            <button
              type="button"
              onClick={() => onOpen(one)}
              className="flex h-11 w-full items-center gap-2.5 rounded-control px-1.5 text-left hover:bg-sunken"
            >
              <img
                src={svgUrl(one.sketch.strokes)}
                alt=""
                className="h-8 w-9 shrink-0 rounded-tile border border-line bg-paper object-contain dark:hue-rotate-180 dark:invert-90"
              />
              <span className="min-w-0 flex-1 truncate">{one.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
