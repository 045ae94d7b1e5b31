import { createHash } from 'node:crypto'
import type { BetterAuthOptions, DBAdapter } from 'better-auth'

type AdapterFactory = (options: BetterAuthOptions) => DBAdapter<BetterAuthOptions>

interface Condition {
  field: string
  value: unknown
}

/**
 * Keeps the tokens of sessions hashed in the database: whoever reads a copy of it can't sign in with what is there. Whoever asks by a token
 * gets it back as it was given.
 */
export function withHashedSessions(factory: AdapterFactory): AdapterFactory {
  return (options) => wrap(factory(options))
}

function wrap<A extends object>(adapter: A): A {
  return new Proxy(adapter, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver)
      if (typeof method !== 'function') return method
      if (name === 'transaction') {
        return (work: (inner: object) => unknown) => method.call(target, (inner: object) => work(wrap(inner)))
      }
      return async (request: unknown, ...rest: unknown[]) => {
        if (!isOfSession(request)) return method.call(target, request, ...rest)
        const tokens = new Map<string, string>()
        const answer = await method.call(target, hashed(request, tokens), ...rest)
        return restored(answer, tokens)
      }
    },
  })
}

interface SessionRequest {
  model: string
  where?: Condition[]
  data?: Record<string, unknown>
  update?: Record<string, unknown>
}

function isOfSession(request: unknown): request is SessionRequest {
  return typeof request === 'object' && request !== null && 'model' in request && request.model === 'session'
}

/** @param tokens gets each token by its hash */
function hashed(request: SessionRequest, tokens: Map<string, string>): SessionRequest {
  const hash = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hash)
    if (typeof value !== 'string') return value
    const digest = createHash('sha256').update(value).digest('base64url')
    tokens.set(digest, value)
    return digest
  }
  const inData = (data: Record<string, unknown>) =>
    'token' in data ? { ...data, token: hash(data.token) } : data
  return {
    ...request,
    ...(request.where && {
      where: request.where.map((condition) =>
        condition.field === 'token' ? { ...condition, value: hash(condition.value) } : condition,
      ),
    }),
    ...(request.data && { data: inData(request.data) }),
    ...(request.update && { update: inData(request.update) }),
  }
}

function restored(answer: unknown, tokens: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(answer)) return answer.map((one) => restored(one, tokens))
  if (typeof answer !== 'object' || answer === null || !('token' in answer)) return answer
  return { ...answer, token: tokens.get(String(answer.token)) ?? answer.token }
}
