import { expect, it } from 'vitest';
import { routeOf } from './router';

it.each([
  ['/', { page: 'home' }],
  ['/runs', { page: 'runs' }],
  ['/runs/', { page: 'runs' }],
  ['/runs/r1', { page: 'run', id: 'r1' }],
  ['/recipes/gan-1d', { page: 'recipe', id: 'gan-1d' }],
  ['/recipes/a%20b', { page: 'recipe', id: 'a b' }],
  ['/recipes/%E0%A4', { page: 'recipe', id: '%E0%A4' }],
  ['/datasets', { page: 'datasets' }],
  ['/recipes', { page: 'unknown' }],
  ['/a/b/c', { page: 'unknown' }],
])('%s leads to its page', (path, route) => expect(routeOf(path)).toEqual(route));
