import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteAccounts } from '../../../accounts/sqlite.ts'
import { temporaryDirectory } from '../../../testing/temporary.ts'
import { type Challenges, createChallenges } from './challenges.ts'

const KEY = 'c0de000000000000000000000000000000000000000000000000000000c0ffee'
const EMAIL = 'anna@example.org'

/** Challenges of several servers on one database, and the codes that they have sent. */
async function startChallenges({ servers = 1, maxAttempts = 3, expiresInS = 300 } = {}) {
  const directory = await temporaryDirectory()
  const sent: [email: string, code: string][] = []
  const logged: string[] = []
  const all: Challenges[] = []
  for (let n = 0; n < servers; n++) {
    const accounts = await openSqliteAccounts(directory)
    onTestFinished(accounts.close)
    if (n === 0) await accounts.users.add(EMAIL, 'user')
    all.push(
      createChallenges({
        accounts,
        key: KEY,
        expiresInS,
        maxAttempts,
        sendCode: (email, code) => void sent.push([email, code]),
        log: { error: (message) => void logged.push(message) },
      }),
    )
  }
  const codeOf = async () => {
    await expect.poll(() => sent).toHaveLength(1)
    return sent[0]![1]
  }
  return { challenges: all[0]!, all, sent, logged, codeOf }
}

/** @returns how often each outcome occurred */
async function outcomes(guesses: Promise<unknown>[]): Promise<Record<string, number>> {
  const codes = await Promise.all(
    guesses.map((guess) =>
      guess.then(
        () => 'signed in',
        (error) => String(error.code),
      ),
    ),
  )
  return Object.fromEntries(
    [...Map.groupBy(codes, (code) => code)].map(([code, { length }]) => [code, length]),
  )
}

describe('a challenge', () => {
  it('is counted by an update: of concurrent guesses on two servers, the allowed number is checked', async () => {
    const { all, codeOf } = await startChallenges({ servers: 2, maxAttempts: 3 })
    const challenge = all[0]!.start(EMAIL)
    const code = await codeOf()
    const guesses = Array.from({ length: 100 }, (_, n) => all[n % 2]!.verify(challenge, 'AAAAAAAA'))
    expect(await outcomes(guesses)).toEqual({ wrong_code: 3, challenge_gone: 97 })
    await expect(all[1]!.verify(challenge, code)).rejects.toMatchObject({ code: 'challenge_gone' })
    expect(await all[0]!.isOpen(challenge)).toBe(false)
  })

  it('accepts one of many correct guesses, and accepts the last allowed one', async () => {
    const { challenges, codeOf } = await startChallenges({ maxAttempts: 3 })
    const challenge = challenges.start('Anna@Example.org')
    const code = await codeOf()
    await expect(challenges.verify(challenge, 'AAAAAAAA')).rejects.toMatchObject({ code: 'wrong_code' })
    expect(await challenges.isOpen(challenge)).toBe(true)
    const right = Array.from({ length: 50 }, () =>
      challenges.verify(challenge, ` ${code.slice(0, 3).toLowerCase()}-${code.slice(3)}`),
    )
    expect(await outcomes(right)).toEqual({ 'signed in': 1, challenge_gone: 49 })
  })

  it('is also issued for an unknown address, without sending its code', async () => {
    const { challenges, sent, logged } = await startChallenges()
    const challenge = challenges.start('nobody@example.org')
    expect(await challenges.isOpen(challenge)).toBe(true)
    await expect(challenges.verify(challenge, 'AAAAAAAA')).rejects.toMatchObject({ code: 'wrong_code' })
    await challenges.close()
    expect([sent, logged]).toEqual([[], []])
  })

  it('is void with another address, and when it has expired', async () => {
    const { challenges, codeOf } = await startChallenges()
    const challenge = challenges.start(EMAIL)
    const code = await codeOf()
    const changed = { ...challenge, email: 'admin@example.org' }
    await expect(challenges.verify(changed, code)).rejects.toMatchObject({ code: 'challenge_gone' })
    const short = await startChallenges({ expiresInS: 0.2 })
    const expired = short.challenges.start(EMAIL)
    const late = await short.codeOf()
    await expect(short.challenges.verify(expired, late)).rejects.toMatchObject({ code: 'challenge_gone' })
  })

  it('sends a waiting mail when it closes', async () => {
    const { challenges, sent } = await startChallenges()
    const challenge = challenges.start(EMAIL)
    expect(await challenges.isOpen(challenge)).toBe(true)
    await challenges.close()
    expect(sent).toHaveLength(1)
  })
})
