import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: [process.env['TENTH_PICTURES'] ? 'pictures.ts' : '*.test.ts'],
    environment: 'node',
    // The tests of a file tell one story: a run is started, turned, killed with its service, and goes on.
    fileParallelism: false,
    bail: 1,
    // A busy machine may take its time: what is tested is that it comes.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
