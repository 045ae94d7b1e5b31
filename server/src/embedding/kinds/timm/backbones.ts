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

export function nearestBackbone(name: string): string {
  const architecture = architectureOf(name)
  const names = [...BACKBONES.keys()].filter((known) => !known.startsWith('test_'))
  const [nearest] = nearestWords(architecture, names)
  return nearest!.word
}

function architectureOf(name: string): string {
  return name.split('.')[0]!
}
