import { type SealedValue, sealValue } from './sealed-values.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** Personal values that belong to an entry, by what they are: `address`, `named`, `email`. */
export type Personal = { readonly subject: string; readonly values: Readonly<Record<string, string>> };

type Sealing = {
  readonly commitments: Readonly<Record<string, string>>;
  readonly sealed: readonly SealedValue[];
};

export type Sealer = (personal: Personal) => Sealing;

export function createSealer(keys: Pick<SubjectKeys, 'ensure'>): Sealer {
  return ({ subject, values }) => {
    const key = keys.ensure(subject);
    const commitments: Record<string, string> = {};
    const sealed: SealedValue[] = [];
    for (const [field, text] of Object.entries(values)) {
      const { commitment, ...value } = sealValue({ subject, field }, text, key);
      commitments[field] = commitment;
      sealed.push(value);
    }
    return { commitments, sealed };
  };
}
