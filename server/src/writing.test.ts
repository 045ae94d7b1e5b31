import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'rolldown/utils'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Words with which no sentence begins: they stand for a noun that should be there itself. */
const OPENINGS =
  /(?:^|[.:!?]["')]* |@returns |\*\*)(?:What|So|Of|That|Whoever|Somebody|Whatever|How (?:many|much|often|far)|Where which|It takes the right)\b[^.?!]*\??/g
/** Verbs that fit people but no programs, and vague or old words. */
const WORDS =
  /\b(?:tells?|telling|told|knows|says|said|hears?|heard|speaks?|bore|whoever|somebody|anybody|everybody|anew|so many|so much for|as it is|its like|had back|or the like|and the like|of ours|stands? behind|under the eyes|before the eyes|comes? to an end|broken off|at hand|in one another|(?:is|are) there (?:already|before)|were there already|for want of|whereupon|thereof|for the sake of)\b/gi
/** Questions that a page answers. */
const isQuestion = (sentence: string) => sentence.endsWith('?')

const sources = globSync(
  ['{server/src,web/src,scripts,bench,e2e}/**/*.{ts,tsx}', 'server/bin/*.js', 'web/public/*.js'],
  { cwd: ROOT },
).sort()
const pages = globSync(
  ['*.md', 'docs/*.md', 'model/*.md', 'bench/{results,sketches}/*.md', '{server,web}/src/**/*.md'],
  { cwd: ROOT },
)
  .filter((file) => !/THIRD-PARTY|CHANGELOG/.test(file))
  .sort()
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

it('comments are plain sentences about the code', () => {
  const found = sources.flatMap((file) =>
    parseSync(file, textOf(file)).comments.flatMap(({ value }) =>
      problemsIn(value.replace(/^\*|\n\s*\*?/g, ' ').trim()).map((problem) => `${file}: ${problem}`),
    ),
  )
  expect(found).toEqual([])
})

it('comments of Python, containers and workflows are plain sentences', () => {
  const files = globSync(
    ['{model,bench,examples,server/src}/**/*.py', 'compose*.yaml', 'Dockerfile', '.github/**/*.yml'],
    { cwd: ROOT },
  )
  const found = files.flatMap((file) =>
    [...textOf(file).matchAll(/"""(.*?)"""|^ *# (.*)$/gms)].flatMap(([, docstring, comment]) =>
      problemsIn((docstring ?? comment!).replaceAll(/\s+/g, ' ').trim()).map(
        (problem) => `${file}: ${problem}`,
      ),
    ),
  )
  expect(found).toEqual([])
})

it('messages are plain sentences', () => {
  const found = sources
    .filter(
      (file) => !/\.(test|contract)\.tsx?$|\/(testing|fixtures)\/|\/messages\/de\/|^(bench|e2e)\//.test(file),
    )
    .flatMap((file) =>
      stringsOf(file).flatMap((text) => problemsIn(text).map((problem) => `${file}: ${problem}`)),
    )
  expect(found).toEqual([])
})

it('titles of tests are plain sentences', () => {
  const found = sources
    .filter((file) => /\.(test|contract)\.tsx?$|\/conformance\//.test(file))
    .flatMap((file) =>
      titlesOf(file).flatMap((text) => problemsIn(text).map((problem) => `${file}: ${problem}`)),
    )
  expect(found).toEqual([])
})

it('pages and their headings are plain sentences', () => {
  const found = pages.flatMap((file) => {
    const text = textOf(file).replace(/```.*?```|`[^`]*`|\]\([^)]*\)/gs, '')
    const lines = text.split('\n').filter((line) => !line.startsWith('This page answers'))
    return lines.flatMap((line) =>
      problemsIn(line.replace(/^[#>*|\s-]+/, '')).map((problem) => `${file}: ${problem}`),
    )
  })
  expect(found).toEqual([])
})

function problemsIn(text: string): string[] {
  const openings = text.match(OPENINGS) ?? []
  const words = text.match(WORDS) ?? []
  return [
    ...openings.filter((sentence) => !isQuestion(sentence)),
    ...words.map((word) => `“${word}” in: ${text.slice(0, 100)}`),
  ]
}

/** Returns the titles of `describe`, `it` and their variants such as `it.each(…)`. */
function titlesOf(file: string): string[] {
  const text = textOf(file)
  const found: string[] = []
  new Visitor({
    CallExpression({ callee, arguments: [title] }) {
      let called = callee
      while (called.type === 'MemberExpression' || called.type === 'CallExpression')
        called = called.type === 'MemberExpression' ? called.object : called.callee
      const isTest = called.type === 'Identifier' && ['describe', 'it', 'test'].includes(called.name)
      const isText = title?.type === 'Literal' || title?.type === 'TemplateLiteral'
      if (isTest && isText) found.push(text.slice(title.start + 1, title.end - 1))
    },
  }).visit(parseSync(file, text).program)
  return found
}

/** Returns the texts with a space in them, for people: messages, descriptions, labels. */
function stringsOf(file: string): string[] {
  const text = textOf(file)
  const found: string[] = []
  new Visitor({
    Literal: ({ value }) => {
      if (typeof value === 'string' && value.includes(' ')) found.push(value)
    },
    TemplateElement: ({ value: { cooked } }) => {
      if (cooked?.includes(' ')) found.push(cooked)
    },
  }).visit(parseSync(file, text).program)
  return found
}
