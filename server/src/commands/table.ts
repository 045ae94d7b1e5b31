/** Prints rows in columns of equal width. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  )
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
}

/** A figure between 0 and 1; `-` if there is none. */
export function figure(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(4)
}
