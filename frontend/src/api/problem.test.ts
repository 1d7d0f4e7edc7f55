import { describe, expect, it } from 'vitest';
import { endingsOf, kindsOf, mediaTypeOf } from './media';
import { inPlainWords, messagesByField, placeIn } from './problem';

describe('a problem', () => {
  it('is told at its fields', () => {
    const errors = [
      { field: 'params.rate', value: 'fast', allowed: 'a number above 0 up to 1' },
      { field: 'steps', value: -1, allowed: 'an integer from 1' },
      { field: 'seed', allowed: 'an integer' },
    ];
    expect(messagesByField(errors)).toEqual({
      rate: '“fast” is not allowed. Give a number above 0 up to 1.',
      steps: '-1 is not allowed. Give an integer from 1.',
      seed: 'Give an integer.',
    });
  });

  it('is told in plain words with what to do', () => {
    expect(inPlainWords({ status: 0 })).toMatch(/cannot be reached/);
    expect(inPlainWords({ status: 503, detail: 'The queue is full.' }, 7)).toBe(
      'The service is busy. The queue is full. Try again in 7 s.',
    );
    expect(inPlainWords({ status: 409, detail: 'A paused run cannot be paused.' })).toBe('A paused run cannot be paused.');
    expect(inPlainWords({ status: 500 })).toBe('The service answered with status 500.');
  });

  it('tells the place in a text, counted from 1 by the service', () => {
    expect(placeIn('Give a formula (at character 7: “^” is not known).')).toBe(6);
    expect(placeIn('Give a number above 0.')).toBeUndefined();
    expect(placeIn(undefined)).toBeUndefined();
  });
});

describe('a file', () => {
  it.each([
    ['plays.txt', 'text/plain'],
    ['Iris.CSV', 'text/csv'],
    ['mushrooms.libsvm', 'text/x-libsvm'],
    ['heart_scale', 'text/plain'],
  ])('%s is sent as %s', (name, type) => expect(mediaTypeOf(name)).toBe(type));

  it('of pictures is a zip', () => {
    expect(endingsOf(kindsOf('images'))).toContain('.zip');
    expect(endingsOf(kindsOf('Table or images'))).toContain('.libsvm');
  });
});
