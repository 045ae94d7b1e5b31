import { describeSurfaces, OTHER_SAMPLES } from './support/surfaces.ts'

describeSurfaces(OTHER_SAMPLES)
