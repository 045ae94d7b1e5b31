/** Of the product; the package of npm has the same. */
export const VERSION = '0.1.0'
