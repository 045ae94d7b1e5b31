import { COMMON_SAMPLES, describeSurfaces } from './support/surfaces.ts'

describeSurfaces(COMMON_SAMPLES)
