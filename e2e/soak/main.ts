/**
 * `npm run soak -- [--operations N] [--minutes N] [--kills N] [--fills N] [--seed N]`: random operations on a folder with good, damaged and hostile
 * files, between which the server is killed and its disk is full. Compares index and account with the folder. A failure prints its seed and its
 * history.
 */
import { parseArgs } from 'node:util'
import { type SoakResult, soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '0' },
    kills: { type: 'string', default: '200' },
    fills: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const [operations, kills, seed] = [Number(values.operations), Number(values.kills), Number(values.seed)]
console.log(`${operations} operations and ${kills} kills with seed ${seed}`)
const start = performance.now()
const say = (done: SoakResult) =>
  `${done.operations} operations, ${done.kills} kills, ${done.fills} full disks, ${done.checks} comparisons, ${done.moves} moves that kept their id, ${Math.round((performance.now() - start) / 1000)} s`
let said = 0
const result = await soak({
  operations,
  kills,
  seed,
  fills: Number(values.fills),
  minutes: Number(values.minutes),
  hasOtherFiles: true,
  hasHostileFiles: true,
  onProgress(done) {
    if (performance.now() - said < 10_000) return
    said = performance.now()
    console.log(say(done))
  },
})
console.log(`Survived: ${say(result)}.`)
