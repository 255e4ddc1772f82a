import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type AuthzenServer, askAuthzen } from '../../support/authzen.ts';
import type { Case } from '../suite.ts';
import { startTodoHouse } from './todo-house.ts';

/*
 * Vectors of the form of OpenID's AuthZEN interop: `evaluation` with a boolean each, `evaluations` with the whole answers,
 * which have to be equal to the last field, as the interop's own runner compares them.
 */

type Vector = { readonly request: unknown; readonly expected: unknown };

/** `npm run conformance -- authzen FILE [URL]`: without a URL against a server of its own with the todo application's policies. */
export async function* run(file: string, url?: string): AsyncIterable<Case> {
  if (url !== undefined) return yield* runAgainst(file, { url, secret: process.env.MODELWARD_TOKEN });
  const house = await startTodoHouse();
  try {
    yield* runAgainst(file, house.server);
  } finally {
    await house.stop();
  }
}

export async function* runAgainst(file: string, server: AuthzenServer): AsyncIterable<Case> {
  const vectors = JSON.parse(await readFile(file, 'utf8')) as Record<string, readonly Vector[]>;
  for (const [kind, list] of Object.entries(vectors)) {
    for (const [at, vector] of list.entries()) yield await runOne({ kind, at, vector }, server);
  }
}

type One = { readonly kind: string; readonly at: number; readonly vector: Vector };

async function runOne({ kind, at, vector }: One, server: AuthzenServer): Promise<Case> {
  const name = `${kind} ${at + 1}`;
  if (kind !== 'evaluation' && kind !== 'evaluations') return { name, problem: 'a kind that is not known here' };
  const headers = { prefer: 'return=minimal' };
  const { status, json } = await askAuthzen(server, `/access/v1/${kind}`, { body: vector.request, headers });
  const expected = kind === 'evaluation' ? { decision: vector.expected } : { evaluations: vector.expected };
  if (status === 200 && isDeepStrictEqual(json, expected)) return { name };
  return { name, problem: `answered ${status} ${JSON.stringify(json)} instead of ${JSON.stringify(expected)}` };
}
