/**
 * Loaded by Node before everything else in tests: threads run the JavaScript of the package, which starts faster than the
 * TypeScript of the checkout.
 */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const SOURCE = new URL('..', import.meta.url).href
const product = process.env.TEST_PRODUCT

if (product !== undefined) {
  registerHooks({
    resolve(specifier, context, next) {
      const isProgram = context.parentURL === undefined && specifier.startsWith(SOURCE)
      if (!isProgram) return next(specifier, context)
      const place = specifier.slice(SOURCE.length).replace(/\.ts$/, '.js')
      const packaged = new URL(`lib/${place}`, pathToFileURL(`${product}/`))
      return next(existsSync(packaged) ? packaged.href : specifier, context)
    },
  })
}
