import { nearestWords } from '../../../suggestions.ts'
import type { Backbone } from './backbone.ts'
import { convNexts } from './convnext.ts'
import { efficientNets } from './efficientnet.ts'
import { resNets } from './resnet.ts'
import { visionTransformers } from './vision-transformer.ts'

const BACKBONES = new Map(
  [...convNexts, ...efficientNets, ...resNets, ...visionTransformers].map((backbone) => [
    backbone.name,
    backbone,
  ]),
)

/**
 * @param name as in timm; the part after the first dot names the training data and is ignored
 * @throws {Error} that lists the known names
 */
export function findBackbone(name: string): Backbone {
  const [architecture] = name.split('.')
  const backbone = BACKBONES.get(architecture!)
  if (backbone !== undefined) return backbone
  const names = [...BACKBONES.keys()].filter((known) => !known.startsWith('test_'))
  const [nearest] = nearestWords(architecture!, names)
  throw new Error(
    `timm_backbone: ${JSON.stringify(name)} is not known here; did you mean ${nearest?.word}? Known are ${names.join(', ')}. Any other network can be exported to ONNX and used by "target: onnx"`,
  )
}
