import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { messageOf } from './errors.ts'
import { freePort } from './testing/free-port.ts'

it('the message of a refused connection to a host with two addresses has the reason', async () => {
  const port = await freePort()
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
  const socket = connect({
    host: 'localhost',
    port,
    autoSelectFamily: true,
    lookup: (_, __, callback) => callback(null, addresses),
  })
  const error = await new Promise((resolve) => socket.once('error', resolve))
  expect(error).toBeInstanceOf(AggregateError)
  expect(messageOf(error)).toBe(`connect ECONNREFUSED 127.0.0.1:${port}`)
  expect(messageOf(new AggregateError([], ''))).toBe('')
})
