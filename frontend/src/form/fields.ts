/** A recipe's parameters as a form, and a filled form as a request. The service alone judges values; here nothing is refused. */
import type { ParameterSchema, Parameters, ParameterValue, Schema } from '../api/wire';
import { figure } from '../plot/numbers';

export interface Field {
  readonly name: string;
  readonly schema: ParameterSchema;
}

/** What stands in the form's controls: text, or whether a box is ticked. */
export type Entries = Readonly<Record<string, string | boolean>>;

export function fieldsOf(schema: Schema): Field[] {
  return Object.entries(schema.properties).map(([name, parameter]) => ({ name, schema: parameter }));
}

/** The entries of a preset. */
export function entriesOf(fields: readonly Field[], params: Parameters): Entries {
  return Object.fromEntries(
    fields.map(({ name, schema }) => {
      const value = params[name] ?? schema.default ?? '';
      return [name, typeof value === 'boolean' ? value : String(value)];
    }),
  );
}

/**
 * The value of an entry: a number where one is asked for and the text is one, else the text as it is, so that the service
 * can say what is wrong with it.
 */
export function valueOf(schema: ParameterSchema, entry: string | boolean): ParameterValue {
  if (typeof entry === 'boolean') {
    return entry;
  }
  const text = entry.trim().replace(/^([+-]?\d*),(\d+)$/, '$1.$2');
  const isNumber = schema.type === 'number' || schema.type === 'integer';
  return isNumber && text !== '' && Number.isFinite(Number(text)) ? Number(text) : entry;
}

/** The values that differ from the original ones. */
export function changesOf(fields: readonly Field[], entries: Entries, originals: Parameters): Record<string, ParameterValue> {
  const changes: Record<string, ParameterValue> = {};
  for (const { name, schema } of fields) {
    const value = valueOf(schema, entries[name] ?? '');
    if (value !== originals[name]) {
      changes[name] = value;
    }
  }
  return changes;
}

/** What may be given, in a few words: `0 < x ≤ 1`, `1 – 100 steps`. */
export function rangeOf(schema: ParameterSchema): string {
  const { minimum, exclusiveMinimum, maximum, maxLength } = schema;
  const unit = schema['x-unit'] ? ` ${schema['x-unit']}` : '';
  if (maxLength !== undefined) {
    return `up to ${figure(maxLength)} characters`;
  }
  if (exclusiveMinimum !== undefined) {
    return `above ${figure(exclusiveMinimum)}${maximum === undefined ? '' : `, up to ${figure(maximum)}`}${unit}`;
  }
  if (minimum !== undefined && maximum !== undefined) {
    return `${figure(minimum)} to ${figure(maximum)}${unit}`;
  }
  if (minimum !== undefined) {
    return `from ${figure(minimum)}${unit}`;
  }
  return maximum === undefined ? unit.trim() : `up to ${figure(maximum)}${unit}`;
}
