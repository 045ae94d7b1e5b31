import type { tidied } from './tidy.ts'

let loaded: typeof tidied | undefined

/** Loads the code that tidies strokes, which nothing needs before the end of a stroke. */
export async function loadTidy(): Promise<void> {
  loaded ??= (await import('./tidy.ts')).tidied
}

/** The tidy version of a stroke, as `tidied` returns it; undefined also while the code is not there. */
export const tidiedOnceLoaded: typeof tidied = (stroke) => loaded?.(stroke)
