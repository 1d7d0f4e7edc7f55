import { describe, expect, it } from 'vitest';
import type { Preset, Schema } from '../api/wire';
import { boundInWords } from './bounds';
import { changesOf, entriesOf, fieldsOf, rangeOf, valueOf } from './fields';

const schema: Schema = {
  properties: {
    rate: { type: 'number', exclusiveMinimum: 0, maximum: 1, 'x-turnable': true },
    steps: { type: 'integer', minimum: 1, maximum: 1_000_000, 'x-unit': 'steps' },
    cell: { type: 'string', enum: ['rnn', 'lstm'] },
    corpus: { type: 'string', 'x-dataset': 'text' },
    shuffle: { type: 'boolean', default: true },
  },
};
const preset: Preset = {
  name: 'quick',
  help: '',
  source: '',
  params: { rate: 1e-3, steps: 800, cell: 'lstm', corpus: 'shakespeare', shuffle: true },
  bounds: [],
};
const fields = fieldsOf(schema);

describe('a form', () => {
  it('shows the preset, and sends nothing when nothing was changed', () => {
    const entries = entriesOf(fields, preset.params);
    expect(entries).toEqual({ rate: '0.001', steps: '800', cell: 'lstm', corpus: 'shakespeare', shuffle: true });
    expect(changesOf(fields, entries, preset.params)).toEqual({});
  });

  it('sends what differs, numbers as numbers', () => {
    const entries = { ...entriesOf(fields, preset.params), rate: '2e-4', steps: ' 900 ', shuffle: false, cell: 'rnn' };
    expect(changesOf(fields, entries, preset.params)).toEqual({ rate: 2e-4, steps: 900, shuffle: false, cell: 'rnn' });
  });

  it('leaves it to the service to refuse what is no number', () => {
    expect(valueOf(schema.properties['rate']!, 'fast')).toBe('fast');
    expect(valueOf(schema.properties['rate']!, '')).toBe('');
    expect(valueOf(schema.properties['rate']!, 'Infinity')).toBe('Infinity');
    expect(valueOf(schema.properties['corpus']!, '12')).toBe('12');
  });

  it('takes a decimal comma', () => {
    expect(valueOf(schema.properties['rate']!, '0,5')).toBe(0.5);
  });

  it('says what may be given', () => {
    expect(rangeOf(schema.properties['rate']!)).toBe('above 0, up to 1');
    expect(rangeOf(schema.properties['steps']!)).toBe('1 to 1,000,000 steps');
    expect(rangeOf(schema.properties['cell']!)).toBe('');
    expect(rangeOf({ type: 'string', maxLength: 200 })).toBe('up to 200 characters');
  });
});

describe('a bound', () => {
  it.each([
    [{ metric: 'validationError.adam', relation: '≤', limit: 0.078, step: 800 }, 'validation error of Adam ≤ 7.8 % at the end'],
    [{ metric: 'bestValidationLoss', relation: '≤', limit: 1.58, step: 4320 }, 'best validation loss ≤ 1.58 at step 4,320'],
    [{ metric: 'rmse', relation: '≤', limit: 0.07, step: -1 }, 'rmse ≤ 0.07 at its best'],
  ])('%j is told in words', (bound, words) => expect(boundInWords({ ...bound, note: '' }, preset)).toBe(words));
});
