import { describe, expect, it } from 'vitest'
import { createAuthLimits } from './rate-limits.ts'

/** Number of starts that pass. */
async function countStarts(starts: [client: string, email: string, isKnown?: boolean][]): Promise<number> {
  const limits = createAuthLimits()
  let passed = 0
  for (const [client, email, isKnown = false] of starts) {
    const isPassed = await limits.start(client, email, isKnown).then(
      () => true,
      (error) => {
        expect(error).toMatchObject({ code: 'too_many_requests', retryAfterS: expect.any(Number) })
        return false
      },
    )
    if (isPassed) passed++
  }
  return passed
}

const times = (count: number, make: (n: number) => [string, string, boolean?]) =>
  Array.from({ length: count }, (_, n) => make(n))

describe('the limits of requests for codes', () => {
  it('count client and address together and separately, and an IPv6 network as one client', async () => {
    expect(await countStarts(times(10, () => ['1.2.3.4', 'a@example.org']))).toBe(5)
    expect(await countStarts(times(40, (n) => ['1.2.3.4', `${n}@example.org`]))).toBe(30)
    expect(await countStarts(times(40, (n) => [`1.2.3.${n}`, 'a@example.org']))).toBe(15)
    expect(await countStarts(times(40, (n) => [`2001:db8:1:2::${n}`, `${n}@example.org`]))).toBe(30)
    expect(await countStarts(times(40, (n) => [`2001:db8:1:${n}::1`, `${n}@example.org`]))).toBe(40)
  })

  it('admit a browser in which the address has signed in before, whatever others do', async () => {
    const others = times(40, (n) => [`9.9.9.${n}`, 'a@example.org'])
    expect(await countStarts([...others, ['1.2.3.4', 'a@example.org', true]])).toBe(16)
  })
})
