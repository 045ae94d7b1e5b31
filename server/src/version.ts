/** Version of the product; the npm package has the same. */
export const VERSION = '0.1.0'
