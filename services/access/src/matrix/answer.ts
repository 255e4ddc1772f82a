/** What somebody can bring along, or be, so that more is allowed; in the order in which it is told. */
export const conditions = {
  owner: 'o',
  'signed-in': 's',
  'second-factor': 'f',
  passkey: 'p',
  'enrolled-device': 'e',
  'managed-device': 'm',
  approval: 'a',
  'key-bound-token': 'k',
} as const;

export type Condition = keyof typeof conditions;

/** `when`: with all of one of the sets, and with nothing less. */
export type Answer =
  | { readonly allowed: 'always' }
  | { readonly allowed: 'never' }
  | { readonly allowed: 'when'; readonly sets: readonly (readonly Condition[])[] }
  /** The policies cannot be asked this: the schema does not take it. */
  | { readonly allowed: 'undecidable'; readonly error: string };

/** In words: `passkey and managed-device, or owner`. */
export function answerWords(answer: Answer): string {
  if (answer.allowed !== 'when') return answer.allowed;
  return answer.sets.map((set) => set.join(' and ')).join(', or ');
}

/** In one or a few characters, for tables. */
export function answerMark(answer: Answer): string {
  switch (answer.allowed) {
    case 'always':
      return '+';
    case 'never':
      return '.';
    case 'undecidable':
      return '?';
    case 'when':
      return answer.sets.map((set) => set.map((one) => conditions[one]).join('')).join('|');
  }
}
