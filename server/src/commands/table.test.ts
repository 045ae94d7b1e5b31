import { expect, it, vi } from 'vitest'
import { printTable } from './table.ts'

it('prints more rows than a function can have arguments', () => {
  const rows = Array.from({ length: 200_000 }, (_, n) => [String(n), 'x'])
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  printTable(rows)
  expect(print).toHaveBeenCalledTimes(rows.length)
  expect(print).toHaveBeenNthCalledWith(1, '0       x')
  print.mockRestore()
})
