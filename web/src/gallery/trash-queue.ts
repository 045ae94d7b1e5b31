import type { Image } from '../api/client.ts'

/** Pictures that are moved within this time are undone together. */
const UNDO_TOGETHER_MS = 10_000

/** Pictures on their way to the trash, and those that one Undo brings back. */
export class TrashQueue {
  readonly #waiting = new Map<string, Image>()
  readonly #restoring = new Set<string>()
  #last: { images: Map<string, Image>; at: number } = { images: new Map(), at: Number.NEGATIVE_INFINITY }

  /** Pictures that have not been sent to the server. */
  get size(): number {
    return this.#waiting.size
  }

  /**
   * @param now in milliseconds
   * @returns the number of pictures that Undo would bring back
   */
  add(images: readonly Image[], now: number, canUndo: boolean): number {
    for (const image of images) this.#waiting.set(image.id, image)
    const isTogether = now - this.#last.at < UNDO_TOGETHER_MS
    const before = canUndo && isTogether ? this.#last.images : []
    const added = canUndo ? images.map((image): [string, Image] => [image.id, image]) : []
    this.#last = { images: new Map([...before, ...added]), at: now }
    return this.#last.images.size
  }

  /** Takes the next picture that is to be sent. */
  next(): Image | undefined {
    for (const [id, image] of this.#waiting) {
      this.#waiting.delete(id)
      return image
    }
    return undefined
  }

  /** A picture that was not moved is not brought back. */
  fail({ id }: Image): void {
    this.#last.images.delete(id)
  }

  /** Drops unsent images. @returns them */
  clear(): Image[] {
    const images = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { id } of images) this.#last.images.delete(id)
    return images
  }

  /** @returns the pictures that were never sent, and those that the server must restore until `restored` is called */
  undo(): { unsent: Image[]; sent: Image[] } {
    const images = [...this.#last.images.values()]
    this.#last = { images: new Map(), at: Number.NEGATIVE_INFINITY }
    const { unsent = [], sent = [] } = Object.groupBy(images, ({ id }) =>
      this.#waiting.delete(id) ? 'unsent' : 'sent',
    )
    for (const { id } of sent) this.#restoring.add(id)
    return { unsent, sent }
  }

  restored(images: readonly Image[]): void {
    for (const { id } of images) this.#restoring.delete(id)
  }

  /** Pictures that could not be restored are brought back by the next Undo, with those that were moved since. */
  notRestored(images: readonly Image[]): void {
    this.restored(images)
    this.#last.images = new Map([
      ...images.map((image): [string, Image] => [image.id, image]),
      ...this.#last.images,
    ])
  }

  /** Empties the queue of a page that is left. @returns ids that the server still has to move and to restore */
  leave(): { unsent: string[]; restoring: string[] } {
    return { unsent: this.clear().map(({ id }) => id), restoring: [...this.#restoring] }
  }
}
