import { describe } from 'vitest'
import { describeConformance } from './testing/conformance/servers.ts'

describe('the HTTP contract on the embedded database', () => describeConformance(async () => ({})))
