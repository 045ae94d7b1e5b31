import manifest from '../../package.json' with { type: 'json' }

/** Version of the product, in the form of https://semver.org. The `package.json` of the workspace is its only place. */
export const VERSION: string = manifest.version
