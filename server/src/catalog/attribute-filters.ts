import { type Attribute, type AttributeFilter, type Attributes, IMAGE_ATTRIBUTES } from './attributes.ts'

/** A condition on a column of an attribute. */
export type AttributeCondition =
  | { column: string; operator: '>=' | '<='; value: number }
  /** Compared without case. */
  | { column: string; operator: 'contains'; value: string }

type FilterName<Kind extends AttributeFilter['kind'], Of extends AttributeFilter['of']> = {
  [K in keyof Attributes]: Attributes[K] extends {
    filter: { kind: Kind; of: Of; name: infer Name extends string }
  }
    ? Name
    : never
}[keyof Attributes]

/** Parameters of requests that filter by attributes. */
export type NumberParameter = `${FilterName<'range', 'number' | 'integer'>}_${'min' | 'max'}`
export type TimeParameter = `${FilterName<'range', 'time'>}_${'min' | 'max'}`
export type TextParameter = `${FilterName<'contains', 'text'>}_contains`
export type AttributeParameter = NumberParameter | TimeParameter | TextParameter

export interface ParameterDefinition {
  parameter: AttributeParameter
  column: string
  operator: AttributeCondition['operator']
  of: AttributeFilter['of']
}

/** All parameters, in the order of the attributes. */
export const ATTRIBUTE_PARAMETERS: readonly ParameterDefinition[] = Object.values<Attribute>(
  IMAGE_ATTRIBUTES,
).flatMap(({ column, filter }) => (filter === undefined ? [] : parametersOf(filter, filter.column ?? column)))

function parametersOf({ kind, name, of }: AttributeFilter, column: string): ParameterDefinition[] {
  const define = (suffix: string, operator: AttributeCondition['operator']) =>
    // `AttributeParameter` is derived from the same entries.
    ({ parameter: `${name}_${suffix}` as AttributeParameter, column, operator, of })
  return kind === 'contains' ? [define('contains', 'contains')] : [define('min', '>='), define('max', '<=')]
}
