import type { z } from '@hono/zod-openapi'
import {
  ATTRIBUTE_PARAMETERS,
  type AttributeCondition,
  type AttributeParameter,
  type NumberParameter,
  type ParameterDefinition,
  type TextParameter,
  type TimeParameter,
} from '../catalog/attribute-filters.ts'
import { decimal, integer, optional, text } from '../contract/input.ts'
import { clockTime } from '../contract/times.ts'

const MAX_TEXT_LENGTH = 255
/** PostgreSQL accepts no larger number in a comparison with a column of integers. */
const MAX_INTEGER = 2 ** 31 - 1

type AttributeParameters = Partial<Record<AttributeParameter, string | number | undefined>>

type OptionalSchema<Value, Sent> = ReturnType<typeof optional<z.ZodType<Value, Sent>>>

type ParameterSchemas = Record<NumberParameter, OptionalSchema<number, number>> &
  Record<TimeParameter, OptionalSchema<number, string>> &
  Record<TextParameter, OptionalSchema<string, string>>

/** Parameters that filter by attributes, for the schema of a query. */
export const attributeParameterShape = Object.fromEntries(
  ATTRIBUTE_PARAMETERS.map((definition) => [definition.parameter, optional(schemaOf(definition))]),
) as ParameterSchemas

/** Converts the parameters of a request to conditions. */
export function attributeConditions(query: AttributeParameters): AttributeCondition[] {
  return ATTRIBUTE_PARAMETERS.flatMap(({ parameter, column, operator }): AttributeCondition[] => {
    const value = query[parameter]
    if (value === undefined) return []
    if (operator === 'contains') return [{ column, operator, value: String(value) }]
    return [{ column, operator, value: Number(value) }]
  })
}

function schemaOf({ of }: ParameterDefinition): z.ZodType<string | number> {
  if (of === 'number') return decimal()
  if (of === 'integer') return integer({ min: -MAX_INTEGER, max: MAX_INTEGER })
  if (of === 'time') return clockTime
  return text({
    max: MAX_TEXT_LENGTH,
    description: 'A part of the text; the case of ASCII letters is ignored.',
  })
}
