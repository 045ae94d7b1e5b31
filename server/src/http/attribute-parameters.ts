import { z } from '@hono/zod-openapi'
import {
  ATTRIBUTE_PARAMETERS,
  type AttributeCondition,
  type AttributeParameter,
  type ParameterDefinition,
} from '../catalog/attribute-filters.ts'
import { emptyIsAbsent, storable, time, toClockMilliseconds } from './parameters.ts'

const MAX_TEXT_LENGTH = 255

export type AttributeParameters = Partial<Record<AttributeParameter, string | number | undefined>>

/** Parameters that filter by attributes, for the schema of a query. */
export const attributeParameterShape = Object.fromEntries(
  ATTRIBUTE_PARAMETERS.map((definition) => [definition.parameter, schemaOf(definition)]),
) as Record<AttributeParameter, z.ZodOptional<z.ZodType<string | number>>>

/** Converts the parameters of a request to conditions. */
export function attributeConditions(query: AttributeParameters): AttributeCondition[] {
  return ATTRIBUTE_PARAMETERS.flatMap(({ parameter, column, operator }): AttributeCondition[] => {
    const value = query[parameter]
    if (value === undefined) return []
    if (operator === 'contains') return [{ column, operator, value: String(value) }]
    return [{ column, operator, value: typeof value === 'number' ? value : toClockMilliseconds(value) }]
  })
}

function schemaOf({ of }: ParameterDefinition): z.ZodType {
  if (of === 'number') return emptyIsAbsent(z.coerce.number()).openapi({ type: 'number' })
  if (of === 'text')
    return emptyIsAbsent(storable(z.string().max(MAX_TEXT_LENGTH))).openapi({
      type: 'string',
      description: 'A part of the text; ASCII letters in upper or lower case.',
    })
  return emptyIsAbsent(time).openapi({
    type: 'string',
    format: 'date-time',
    description:
      'Time on the clock of the camera; a zone is ignored. Images without one are found by `modified_at`.',
  })
}
