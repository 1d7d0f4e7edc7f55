import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: [process.env['TENTH_PICTURES'] ? 'pictures.ts' : '*.test.ts'],
    environment: 'node',
    // The tests of a file tell one story: a run is started, turned, killed with its service, and goes on.
    fileParallelism: false,
    bail: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
