import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAgainst } from './run.ts';
import { startTodoHouse, type TodoHouse } from './todo-house.ts';

const vectors = process.env.MODELWARD_VECTORS;
if (vectors === undefined) console.warn('SKIPPED authzen vectors: set MODELWARD_VECTORS to run them');

let house: TodoHouse;
const folder = mkdtempSync(join(tmpdir(), 'modelward-authzen-'));
beforeAll(async () => {
  house = await startTodoHouse();
});
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true });
});

// Other people's vectors lie outside this repository; npm test says so when they are not there.
describe.skipIf(vectors === undefined)('the todo vectors of the AuthZEN interop', () => {
  it('are all there, and answered as they want it', async () => {
    const cases = await Array.fromAsync(
      runAgainst(join(vectors ?? '', 'authzen', 'todo-decisions.json'), house.server),
    );
    expect(cases.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(cases).toHaveLength(43);
  });
});

describe('vectors that are not answered as they want it', () => {
  const subject = { type: 'user', id: 'nobody' };
  const request = { subject, action: { name: 'can_create_todo' }, resource: { type: 'todo', id: '1' } };

  it.each([
    ['evaluation', { request, expected: true }],
    ['evaluations', { request: { ...request, evaluations: [{}] }, expected: [{ decision: true }] }],
    [
      'evaluations',
      { request: { ...request, evaluations: [{}] }, expected: [{ decision: false }, { decision: false }] },
    ],
    ['evaluation', { request: {}, expected: false }],
    ['something-new', { request, expected: false }],
  ])('are told: %s', async (kind, vector) => {
    const file = join(folder, 'vectors.json');
    writeFileSync(file, JSON.stringify({ [kind]: [vector] }));
    const cases = await Array.fromAsync(runAgainst(file, house.server));
    expect(cases).toEqual([expect.objectContaining({ problem: expect.any(String) })]);
  });
});
