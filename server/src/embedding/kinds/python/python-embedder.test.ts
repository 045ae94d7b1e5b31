import { readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noise, startHost } from '../../../testing/embedders.ts'
import { BLACK, expectOthersEmbedded, startMisbehaving, TWENTY } from '../../../testing/misbehaving.ts'
import { pythonWithNumpy } from '../../../testing/python.ts'
import { temporaryDirectory } from '../../../testing/temporary.ts'

function isAlive(pid: number): boolean {
  try {
    // A zombie, whose status has not been read, is not running.
    return process.kill(pid, 0) && !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('an embedder in Python', () => {
  it('receives its configuration and declares its input', async () => {
    const embedder = await startMisbehaving('Complete', { args: [1, 2], kwargs: { scale: 4 } })
    expect(embedder).toMatchObject({
      dimensions: 48,
      inputSize: { width: 32, height: 16 },
      sketchMargin: 0.2,
    })
    const white = { data: new Uint8Array(32 * 16 * 3).fill(255), width: 32, height: 16 }
    const [photo] = (await embedder.embed([white], 'photo', 'query')) as Float32Array[]
    const [sketch] = (await embedder.embed([white], 'sketch', 'query')) as Float32Array[]
    const scale = 1 / photo![10]!
    expect([...photo!.subarray(0, 4)].map((value) => Math.round(value * scale * 100) / 100)).toEqual([
      1, 0, 2, 4,
    ])
    expect(sketch![1]! / sketch![10]!).toBeCloseTo(1)
  })

  it('has the name under which it is configured, unless its class fixes another', async () => {
    const black = { data: new Uint8Array(224 * 224 * 3), width: 224, height: 224 }
    for (const [class_name, expected] of [
      ['Named', [...'mine'].map((letter) => letter.charCodeAt(0))],
      ['Slotted', [1, 0, 0, 0]],
    ] as const) {
      const embedder = await startMisbehaving(class_name)
      const [vector] = (await embedder.embed([black], 'photo', 'query')) as Float32Array[]
      const length = Math.hypot(...expected)
      expect([...vector!.subarray(0, 4)].map((value) => Math.round(value * length))).toEqual(expected)
    }
  })

  it.each([
    [[3, 32, 16], { width: 16, height: 32 }, /^dimensions is 7, but embed\(\) returns vectors of 48 numbers/],
    [null, { width: 224, height: 224 }, /^input_size is None, neither a number nor width and height/],
    ['224', { width: 224, height: 224 }, /^input_size is '224'/],
  ])('may use the names of our properties for something else, such as %j', async (size, inputSize, line) => {
    const lines: string[] = []
    const embedder = await startMisbehaving(
      'OtherProperties',
      { args: [size] },
      { onOutput: (text) => lines.push(text) },
    )
    expect(embedder).toMatchObject({ dimensions: 48, inputSize })
    expect(lines).toContainEqual(expect.stringMatching(line))
  })

  it('embeds texts, and fails on one without the others', async () => {
    const embedder = await startMisbehaving('Captions')
    expect(embedder.embedsText).toBe(true)
    const [first, empty, last] = await embedder.embedText(['dog', '', 'elephant'])
    expect(first).toHaveLength(48)
    expect((last as Float32Array)[0]! / (last as Float32Array)[1]!).toBeCloseTo(8)
    expect(empty).toMatchObject({ code: 'embedder_failed', message: expect.stringContaining('it is empty') })
  })

  it.each(['Crashes', 'ReturnsNaN', 'ReturnsWrongLength', 'ReturnsTooFew', 'Raises'])(
    '%s at one image of TWENTY: the others are embedded, and the log names the image and the reason',
    (name) => expectOthersEmbedded(name, 60),
  )

  it('reports the message of the embedder and its place', async () => {
    const embedder = await startMisbehaving('Raises')
    const [result] = await embedder.embed([BLACK], 'photo', 'query')
    expect((result as Error).message).toMatch(
      /ValueError: I will not look at that \(misbehaving\.py, line \d+\)\.$/,
    )
  })

  it('may print anything', async () => {
    const lines: string[] = []
    const embedder = await startMisbehaving('PrintsGarbage', {}, { onOutput: (line) => lines.push(line) })
    expect(await embedder.embed(TWENTY, 'photo', 'bulk')).toHaveLength(20)
    expect(lines.join('\n')).toMatch(/loading …/)
    expect(lines).toContain(' progress 100%')
  })

  it.each([
    ['AlwaysNaN', {}, /test picture: it returned a vector with numbers that are not finite/],
    [
      'FailsToLoad',
      { kwargs: { weights_path: '/nowhere/model.pth' } },
      /FileNotFoundError.*nowhere.*line \d+/,
    ],
    ['TakesForever', { start_timeout_s: 1 }, /not ready after 1 s \(start_timeout_s\)/],
    ['NoMethod', {}, /no method embed/],
    ['WrongMargin', {}, /sketch_margin has to be a number from 0 to 0\.45, but is nan/],
    ['EndsAtOnce', {}, /ended with exit code 3; its last line was: no licence found\./],
    ['Missing', {}, /no class Missing; the module has Crashes, Hangs/],
    [
      'Crashes',
      { python: '/nowhere/python' },
      /no program \/nowhere\/python; name the Python to use by "python:/,
    ],
    ['Crashes', { file: '/nowhere/model.py' }, /nowhere\/model\.py/],
  ] satisfies [string, object, RegExp][])(
    '%s: is refused in one sentence',
    async (name, definition, reason) => {
      await expect(startMisbehaving(name, definition)).rejects.toMatchObject({
        code: 'embedder_unavailable',
        message: expect.stringMatching(reason),
      })
    },
  )

  it('is not searched by words if its vectors of texts can’t be compared with those of images', async () => {
    const warnings: string[] = []
    const onWarning = (message: string) => warnings.push(message)
    const embedder = await startMisbehaving('WrongTexts', {}, { onWarning })
    expect(embedder.embedsText).toBe(false)
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The embedder "mine" \(WrongTexts in .*misbehaving\.py\): it can't search by words, because it fails on a test text: it returned 7 numbers for 1 text, where the vector of an image has 48 dimensions\.$/,
      ),
    ])
    await expect(embedder.embedText(['dog'])).rejects.toMatchObject({ code: 'not_supported' })
    expect((await startMisbehaving('Captions', {}, { onWarning })).embedsText).toBe(true)
    expect(warnings).toHaveLength(1)
  })

  it('is reported if it embeds no batches, and gets one image at a time', async () => {
    const warnings: string[] = []
    const onWarning = (message: string) => warnings.push(message)
    const embedder = await startMisbehaving('OneOfEachBatch', {}, { onWarning, measurement: undefined })
    expect(embedder.measurement.batchSize).toBe(1)
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The embedder "mine" \(OneOfEachBatch in .*\): it fails for batches of 2 images \(.*shape \[1, 48\].*\): images are embedded one at a time, which is slow\.$/,
      ),
    ])
    expect(await embedder.embed([noise(1), noise(2)], 'photo', 'bulk')).toHaveLength(2)
  })

  it('waits, and blames no image, while the embedder fails on every picture', async () => {
    const file = join(await temporaryDirectory(), 'sick')
    const health: (string | undefined)[] = []
    const embedder = await startMisbehaving(
      'FallsSick',
      { args: [file] },
      { onHealth: (reason) => health.push(reason) },
    )
    await writeFile(file, '')
    const bulk = embedder.embed(TWENTY, 'photo', 'bulk')
    await expect.poll(() => health).toEqual([expect.stringMatching(/out of memory/)])
    expect(embedder.processId).toBeUndefined()
    await expect(embedder.embed([noise(1)], 'photo', 'query')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/"mine" does not work at present: .*out of memory/),
    })
    await rm(file)
    expect((await bulk).every((result) => result instanceof Float32Array)).toBe(true)
    expect(health.at(-1)).toBeUndefined()
    expect(embedder.processId).toBeDefined()
  })

  it('is not restarted after its definition has changed', async () => {
    const restarts: string[] = []
    let isUnchanged = true
    const embedder = await startMisbehaving(
      'Raises',
      {},
      {
        onRestart: (reason) => restarts.push(reason),
        isUnchanged: async () => isUnchanged,
      },
    )
    isUnchanged = false
    process.kill(embedder.processId!, 'SIGKILL')
    await expect.poll(() => restarts.at(-1)).toMatch(/have been changed; restart the server/)
    expect(embedder.processId).toBeUndefined()
    isUnchanged = true
    await expect.poll(() => embedder.processId).toBeDefined()
    expect((await embedder.embed([noise(1)], 'photo', 'query'))[0]).toBeInstanceOf(Float32Array)
  })

  it('ends together with its child processes', async () => {
    const file = join(await temporaryDirectory(), 'pid')
    const embedder = await startMisbehaving('StartsOthers', { args: [file] })
    const pid = Number(await readFile(file, 'utf8'))
    expect(isAlive(pid)).toBe(true)
    await embedder.close()
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it.each(['colorsys.py', 'mine.py', 'two.parts.py'])(
    '%s may import the package that it is named like, and files beside it before others',
    async (name) => {
      const directory = await temporaryDirectory()
      await writeFile(join(directory, 'sched.py'), 'DIMENSIONS = 3\n')
      const file = join(directory, name)
      const program = `
import colorsys
import numpy
import sched

class Model:
    def embed(self, images):
        hue, _, _ = colorsys.rgb_to_hsv(0, 1, 0)
        return numpy.full((len(images), sched.DIMENSIONS), hue + 1)
`
      await writeFile(file, program)
      const embedder = await startHost({ file, class_name: 'Model', python: pythonWithNumpy() })
      expect(embedder.dimensions).toBe(3)
    },
  )

  it('may start processes that import it', async () => {
    const file = join(await temporaryDirectory(), 'starts_processes.py')
    const program = `
import multiprocessing
import numpy

def sum_of(values):
    return sum(values)

class Model:
    def __init__(self):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            self.sum = pool.apply(sum_of, ([1, 2],))

    def embed(self, images):
        return numpy.full((len(images), self.sum), 1.0)
`
    await writeFile(file, program)
    const embedder = await startHost({ file, class_name: 'Model', python: pythonWithNumpy() })
    expect(embedder.dimensions).toBe(3)
  })

  it('is found by its dotted name, too', async () => {
    const embedder = await startHost({ target: 'collections.Counter', python: pythonWithNumpy() }).catch(
      (error) => error,
    )
    expect(embedder.message).toMatch(/collections\.Counter.*no method embed/)
  })
})
