import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests of whole programs: servers, real clients, browsers. Slow by nature. */
const wholePrograms = 'tests/**/*.test.ts';
/** Tests that only read this repository's own files. */
const readers = 'tests/{house,support}/**/*.test.ts';

export default defineConfig({
  test: {
    // A process for each file: node:sqlite connections, file locks and signals stay each file's own.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['{core,services,apps}/*/src/**/*.test.ts', readers, 'setup/**/*.test.ts'],
          // Two on a machine with two cores, where vitest alone would take one: many of these wait for a disk.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole programs',
          include: [wholePrograms],
          exclude: [readers, '**/node_modules/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // After the packages' tests, and two at a time: each brings a server, and often a Python, of its own.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
    ],
  },
});
