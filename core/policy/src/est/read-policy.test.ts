import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, it } from 'vitest';
import { readPolicy } from './read-policy.ts';

const text = `permit (principal is User in Team::"x", action in [Action::"a"], resource)
when { context.a < 3 && principal has b.c && resource.d like "e*" && [1].contains(2) && ip("::1").isLoopback() };`;

/** What Cedar hands out for the text, to be changed in one place. */
function json() {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
  return answer.json;
}

function withBody(body: unknown) {
  return { ...json(), conditions: [{ kind: 'when', body }] };
}

const yes = { Value: true };

describe('the JSON form of a policy', () => {
  it('is read as Cedar hands it out', () => {
    expect(readPolicy(json()).ok).toBe(true);
    expect(readPolicy(withBody(yes)).ok).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a kind of expression that nobody knows', withBody({ unknown: [yes] })],
    ['an error that partial evaluation left', withBody({ error: [] })],
    ['an extension function that nobody knows', withBody({ isInTheRange: [yes, yes] })],
    ['an operand too many', withBody({ '&&': { left: yes, right: yes, middle: yes } })],
    ['an operand too few', withBody({ '<': { left: yes } })],
    ['two kinds at once', withBody({ '!': { arg: yes }, neg: { arg: yes } })],
    ['a kind of Object.prototype', withBody({ constructor: { left: yes, right: yes } })],
    ['a variable that nobody knows', withBody({ Var: 'session' })],
    ['a slot in a condition', withBody({ Slot: '?principal' })],
    ['a value that is null', withBody({ Value: null })],
    ['a value that is a record', withBody({ Value: { a: 1 } })],
    ['a number with a fraction', withBody({ Value: 1.5 })],
    ['a number that lost digits on its way', withBody({ Value: 2 ** 60 })],
    ['a piece of a pattern that nobody knows', withBody({ like: { left: { Value: 'a' }, pattern: ['AnyCharacter'] } })],
    ['another member', { ...json(), priority: 1 }],
    ['another effect', { ...json(), effect: 'audit' }],
    ['another scope', { ...json(), principal: { op: 'not in', entity: { type: 'User', id: 'x' } } }],
    ["the other side's slot", { ...json(), principal: { op: 'in', slot: '?resource' } }],
    ['a scope that says more', { ...json(), resource: { op: 'All', entity: { type: 'User', id: 'x' } } }],
    ['a scope of actions that is none', { ...json(), action: { op: 'in' } }],
    ['another kind of clause', { ...json(), conditions: [{ kind: 'otherwise', body: yes }] }],
    ['no conditions', { ...json(), conditions: undefined }],
  ])('is refused with %s', (_, changed) => {
    expect(readPolicy(changed)).toEqual({ ok: false, reason: expect.arrayContaining([expect.any(String)]) });
  });
});
