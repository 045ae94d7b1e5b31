import manifest from '../package.json' with { type: 'json' }

/** Version of the product, in the form of https://semver.org. `server/package.json` is its only place. */
export const VERSION: string = manifest.version
