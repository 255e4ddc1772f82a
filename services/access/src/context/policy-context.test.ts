import type { PolicyContext, PolicyEngine, PolicyQuestion } from '@modelward/policy';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultEngine } from '../testing/world.ts';
import type { Authentication } from './circumstances.ts';
import { policyContext, type Situation } from './policy-context.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await defaultEngine();
});

const nothingKnown: Situation = {
  authentication: { level: 'none', credential: 'personal-token' },
  scopes: undefined,
  interface: 'mlflow',
  circumstances: undefined,
  nowMs: 1_800_000_000_000,
};

const [organization, ada] = [
  { type: 'Organization', id: 'org_main' },
  { type: 'User', id: 'acc_ada' },
];
const question: Omit<PolicyQuestion, 'context'> = {
  principal: ada,
  action: 'audit.read',
  resource: organization,
  entities: [
    { uid: organization, attributes: {}, parents: [] },
    { uid: ada, attributes: { accountId: ada.id }, parents: [organization] },
  ],
  links: [],
};

const auth = (authentication: Authentication) => {
  const { auth, token } = policyContext({ ...nothingKnown, authentication });
  return { auth, token };
};

describe('the context of a decision', () => {
  it('holds each field that the schema declares, and no other', () => {
    const context = policyContext(nothingKnown);
    const errorsOf = (changed: PolicyContext) => engine.decide({ ...question, context: changed }).errors;
    expect(errorsOf(context)).toEqual([]);
    expect(errorsOf({ ...context, more: true })).not.toEqual([]);
    for (const [name, value] of Object.entries(context)) {
      const { [name]: _, ...others } = context;
      expect({ name, errors: errorsOf(others) }).not.toMatchObject({ errors: [] });
      if (typeof value !== 'object' || !('record' in value)) continue;
      for (const field of Object.keys(value.record)) {
        const { [field]: __, ...fewer } = value.record;
        const errors = errorsOf({ ...context, [name]: { record: fewer } });
        expect({ name, field, errors }).not.toMatchObject({ errors: [] });
      }
    }
  });

  it('says what permits least where nothing is known', () => {
    const none = { record: { people: 0, disinterested: 0, digest: '' } };
    expect(policyContext(nothingKnown)).toMatchObject({
      auth: { record: { level: 'none', ageSeconds: 3_155_760_000, phishingResistant: false } },
      token: { record: { binding: 'none' } },
      device: { record: { tier: 0, managed: false, compliant: false } },
      network: { record: { zone: 'unknown', address: { ip: '0.0.0.0' } } },
      risk: 'unknown',
      approvals: none,
      freshness: { record: { directorySeconds: 3_155_760_000 } },
    });
  });

  it.each<[string, number | undefined, number]>([
    ['is counted up to the next whole second', 59.2, 60],
    ['that is unknown', undefined, 3_155_760_000],
    ['that lies in the future', -1, 3_155_760_000],
    ['that is no number', Number.NaN, 3_155_760_000],
    ['that has no end', Number.POSITIVE_INFINITY, 3_155_760_000],
  ])('has an age that %s: %s', (_, ageSeconds, seconds) => {
    expect(auth({ level: 'aal2', credential: 'session', ageSeconds }).auth).toMatchObject({
      record: { ageSeconds: seconds },
    });
  });

  it('never lets a credential that is bound to nothing ride on a sign-in', () => {
    const any = fc.record({
      level: fc.constantFrom('none' as const, 'aal1' as const, 'aal2' as const, 'aal3' as const),
      credential: fc.constant('any'),
      binding: fc.constantFrom(undefined, 'none' as const, 'session' as const, 'dpop' as const, 'mtls' as const),
      ageSeconds: fc.option(fc.nat(1000), { nil: undefined }),
      phishingResistant: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(any, (authentication) => {
        const unbound = authentication.level === 'none' || authentication.binding === 'none';
        const told = { level: 'none', ageSeconds: 3_155_760_000, phishingResistant: false };
        const { auth: seen, token } = auth(authentication);
        if (unbound)
          expect({ seen, token }).toMatchObject({ seen: { record: told }, token: { record: { binding: 'none' } } });
        else expect(token).not.toMatchObject({ record: { binding: 'none' } });
      }),
    );
  });
});
