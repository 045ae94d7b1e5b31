import { nearestWords } from '../../../suggestions.ts'
import type { Backbone } from './backbone.ts'
import { convNexts } from './convnext.ts'
import { denseNets } from './densenet.ts'
import { efficientNets } from './efficientnet.ts'
import { regNets } from './regnet.ts'
import { resNets } from './resnet.ts'
import { visionTransformers } from './vision-transformer.ts'

const BACKBONES = new Map(
  [...convNexts, ...denseNets, ...efficientNets, ...regNets, ...resNets, ...visionTransformers].map(
    (backbone) => [backbone.name, backbone],
  ),
)

/** Whether the graph of a network can be built here, by its name in timm. */
export function isBackbone(name: string): boolean {
  return BACKBONES.has(architectureOf(name))
}

/**
 * @param name as in timm; the part after the first dot names the training data and is ignored
 * @throws {Error} if there is none
 */
export function findBackbone(name: string): Backbone {
  const backbone = BACKBONES.get(architectureOf(name))
  if (backbone !== undefined) return backbone
  throw new Error(`timm_backbone: there is no graph of ${JSON.stringify(name)}`)
}

/** Maximum number of letters in which a mistyped name differs. */
const MAX_EDITS = 2

/** Returns the backbone that a mistyped name means. Names with other numbers are those of other networks. */
export function mistypedBackbone(name: string): string | undefined {
  const architecture = architectureOf(name)
  const names = [...BACKBONES.keys()].filter((known) => !known.startsWith('test_'))
  const [nearest] = nearestWords(architecture, names)
  const numbersOf = (text: string) => text.replace(/\D+/g, ' ')
  const isCertain = nearest!.edits <= MAX_EDITS && numbersOf(nearest!.word) === numbersOf(architecture)
  return isCertain ? nearest!.word : undefined
}

function architectureOf(name: string): string {
  return name.split('.')[0]!
}
