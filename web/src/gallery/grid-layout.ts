import { clampAspect, justify, type Row } from './justify.ts'

/** A part of a list with a title of its own, such as a month. */
export interface Section {
  key: string
  title: string
  /** Behind the title, such as the number of its pictures. */
  detail: string
  count: number
  /** Expected width by height of pictures that are not loaded yet. */
  meanAspect: number
  /** A button at the end of its title. */
  action?: { text: string; run: () => void } | undefined
  /** Whether its title is shown elsewhere. */
  isHeadless?: boolean
}

export interface GridMeasures {
  width: number
  rowHeight: number
  gap: number
  /** Height of the titles of sections. */
  headHeight: number
}

/** A row of the grid; positions are offsets in the list. */
export interface PlacedRow extends Row {
  /** Index of its first picture in the list. */
  index: number
  top: number
  /** Its number in the whole list, from 0; an estimate below parts that are not loaded. */
  number: number
}

interface Block {
  first: number
  count: number
  /** Given at the first block of a section. */
  head: Section | undefined
  meanAspect: number
  isLast: boolean
  /** Once it is measured. */
  rows: Row[] | undefined
  rowCount: number
  height: number
  /** Inputs of the rows: the rows are kept while these are unchanged. */
  shapes: string | undefined
}

/** Pictures in a block: the unit in which a list is laid out and fetched. */
export const BLOCK_SIZE = 120

/**
 * Positions of the pictures of a list. Parts that have been measured are exact, the others are estimated by the mean shape of
 * their section, so that a list of a million pictures has its length at once.
 */
export class GridLayout {
  readonly #measures: GridMeasures
  readonly #blocks: Block[] = []
  #tops = new Float64Array(0)
  #rowNumbers = new Float64Array(0)

  constructor(sections: readonly Section[], measures: GridMeasures) {
    this.#measures = measures
    let first = 0
    for (const section of sections) {
      for (let start = 0; start < section.count; start += BLOCK_SIZE) {
        const count = Math.min(BLOCK_SIZE, section.count - start)
        const isLast = start + count === section.count
        const rowCount = Math.ceil(count / this.#columns(section.meanAspect))
        this.#blocks.push({
          first,
          count,
          head: start === 0 ? section : undefined,
          meanAspect: section.meanAspect,
          isLast,
          rows: undefined,
          rowCount,
          height:
            rowCount * (measures.rowHeight + measures.gap) +
            this.#headHeight(start === 0 ? section : undefined),
          shapes: undefined,
        })
        first += count
      }
    }
    this.#place()
  }

  get height(): number {
    return this.#tops[this.#blocks.length] ?? 0
  }

  get rowCount(): number {
    return this.#rowNumbers[this.#blocks.length] ?? 0
  }

  /**
   * Lays out the loaded parts between two offsets exactly.
   * @param aspectAt width by height of a picture; undefined while it is not loaded
   * @returns whether anything has moved
   */
  measure(from: number, to: number, aspectAt: (index: number) => number | undefined): boolean {
    let hasMoved = false
    for (const block of this.#between(from, to)) {
      const aspects = Array.from({ length: block.count }, (_, n) => aspectAt(block.first + n))
      if (aspects.includes(undefined)) continue
      const shapes = aspects.join()
      if (shapes === block.shapes) continue
      const { width, rowHeight, gap } = this.#measures
      block.shapes = shapes
      block.rows = justify(aspects as number[], { width, rowHeight, gap, isRagged: block.isLast })
      block.rowCount = block.rows.length
      block.height = block.rows.reduce((sum, { height }) => sum + height + gap, this.#headHeight(block.head))
      hasMoved = true
    }
    if (hasMoved) this.#place()
    return hasMoved
  }

  /** The rows and titles between two offsets. */
  visible(from: number, to: number): { rows: PlacedRow[]; heads: { section: Section; top: number }[] } {
    const rows: PlacedRow[] = []
    const heads: { section: Section; top: number }[] = []
    for (const block of this.#between(from, to)) {
      const { head } = block
      if (head !== undefined && !head.isHeadless) heads.push({ section: head, top: this.#topOf(block) })
      rows.push(...this.#rowsOf(block).filter(({ top, height }) => top + height > from && top < to))
    }
    return { rows, heads }
  }

  /** The row that holds a picture. */
  rowOf(index: number): PlacedRow | undefined {
    const block = this.#blocks[this.#blockOf(index)]
    return block && this.#rowsOf(block).find((row) => index < row.index + row.widths.length)
  }

  /** The row above or below one. */
  nextRow(row: PlacedRow, step: 1 | -1): PlacedRow | undefined {
    const index = step === 1 ? row.index + row.widths.length : row.index - 1
    return index < 0 ? undefined : this.rowOf(index)
  }

  /** The first row that ends below an offset. */
  rowAt(offset: number): PlacedRow | undefined {
    for (const block of this.#between(offset, offset + this.#measures.rowHeight * 2)) {
      const found = this.#rowsOf(block).find(({ top, height }) => top + height > offset)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** The sections, with where each begins. */
  sectionTops(): { section: Section; top: number }[] {
    return this.#blocks.flatMap(({ head }, n) =>
      head === undefined ? [] : [{ section: head, top: this.#tops[n]! }],
    )
  }

  #headHeight(head: Section | undefined): number {
    return head === undefined || head.isHeadless ? 0 : this.#measures.headHeight
  }

  *#between(from: number, to: number): Generator<Block> {
    for (let n = this.#indexAt(from); n < this.#blocks.length && this.#tops[n]! < to; n++)
      yield this.#blocks[n]!
  }

  #rowsOf(block: Block): PlacedRow[] {
    let top = this.#topOf(block) + this.#headHeight(block.head)
    let number = this.#rowNumbers[this.#blockOf(block.first)]!
    return (block.rows ?? this.#estimate(block)).map((row) => {
      const placed = { ...row, index: block.first + row.first, top, number: number++ }
      top += row.height + this.#measures.gap
      return placed
    })
  }

  #topOf(block: Block): number {
    return this.#tops[this.#blockOf(block.first)]!
  }

  /** The block at an offset, by bisection. */
  #indexAt(offset: number): number {
    let [low, high] = [0, this.#blocks.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#tops[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }

  #blockOf(index: number): number {
    let [low, high] = [0, this.#blocks.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#blocks[middle]!.first <= index) low = middle
      else high = middle - 1
    }
    return Math.max(0, low)
  }

  #place(): void {
    this.#tops = new Float64Array(this.#blocks.length + 1)
    this.#rowNumbers = new Float64Array(this.#blocks.length + 1)
    for (const [n, { height, rowCount }] of this.#blocks.entries()) {
      this.#tops[n + 1] = this.#tops[n]! + height
      this.#rowNumbers[n + 1] = this.#rowNumbers[n]! + rowCount
    }
  }

  /** Number of pictures of a mean shape in a row. */
  #columns(meanAspect: number): number {
    const { width, rowHeight, gap } = this.#measures
    return Math.max(1, Math.round((width + gap) / (meanAspect * rowHeight + gap)))
  }

  #estimate({ count, meanAspect }: Block): Row[] {
    const { width, rowHeight, gap } = this.#measures
    const columns = this.#columns(meanAspect)
    const own = (width - gap * (columns - 1)) / columns
    return Array.from({ length: Math.ceil(count / columns) }, (_, n) => ({
      first: n * columns,
      height: rowHeight,
      widths: Array.from({ length: Math.min(columns, count - n * columns) }, () => own),
    }))
  }
}

export function aspectOf(image: { width: number; height: number }): number {
  return clampAspect(image.width, image.height)
}
