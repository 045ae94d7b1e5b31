import { DESKTOP, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { itFindsItsKind } from './support/finding.ts'
import { BICYCLE, STAR } from './support/shapes.ts'

const demo = useDemo(12)

itFindsItsKind(demo, 'a bicycle', 'bicycle', BICYCLE, DESKTOP)
itFindsItsKind(demo, 'a star on a phone', 'star', STAR, PHONE)
