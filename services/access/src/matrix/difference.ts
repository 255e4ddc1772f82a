import type { EntityRef } from '@modelward/policy';
import type { Answer, Condition } from './answer.ts';
import type { Cell, Matrix } from './matrix.ts';

/** `gains` and `eased` are what a reviewer looks for: more is allowed, or the same for less. */
export type Direction = 'gains' | 'loses' | 'eased' | 'tightened' | 'changed';

export type Difference = {
  readonly who: string;
  readonly action: string;
  readonly on: EntityRef;
  readonly before: Answer;
  readonly after: Answer;
  readonly direction: Direction;
};

const never: Answer = { allowed: 'never' };

/** What is otherwise in the second than in the first. What one of them does not have is never allowed there. */
export function differences(before: Matrix, after: Matrix): readonly Difference[] {
  const byKey = (matrix: Matrix) => new Map(matrix.cells.map((cell) => [keyOf(cell), cell]));
  const [first, second] = [byKey(before), byKey(after)];
  const keys = [...new Set([...second.keys(), ...first.keys()])];
  return keys.flatMap((key): readonly Difference[] => {
    const cell = second.get(key) ?? first.get(key);
    if (cell === undefined) return [];
    const { who, action, on } = cell;
    const answers = { before: first.get(key)?.answer ?? never, after: second.get(key)?.answer ?? never };
    const direction = directionOf(answers.before, answers.after);
    return direction === undefined ? [] : [{ who, action, on, ...answers, direction }];
  });
}

function keyOf({ who, action, on }: Cell): string {
  return JSON.stringify([who, action, on.type, on.id]);
}

function directionOf(before: Answer, after: Answer): Direction | undefined {
  const [reached, reaches] = [setsOf(before), setsOf(after)];
  if (reached === undefined || reaches === undefined) {
    return before.allowed === after.allowed ? undefined : 'changed';
  }
  const [wider, narrower] = [covers(reaches, reached), covers(reached, reaches)];
  if (wider && narrower) return undefined;
  if (wider) return reached.length === 0 ? 'gains' : 'eased';
  if (narrower) return reaches.length === 0 ? 'loses' : 'tightened';
  return 'changed';
}

type Sets = readonly (readonly Condition[])[];

/** Always is with nothing, and never is with no set at all. */
function setsOf(answer: Answer): Sets | undefined {
  switch (answer.allowed) {
    case 'always':
      return [[]];
    case 'never':
      return [];
    case 'when':
      return answer.sets;
    case 'undecidable':
      return undefined;
  }
}

/** What stands for more than itself: whoever shows a passkey is signed in. */
const includes: Readonly<Partial<Record<Condition, readonly Condition[]>>> = {
  'second-factor': ['signed-in'],
  passkey: ['second-factor', 'signed-in'],
  'managed-device': ['enrolled-device'],
};

/** Whether everything that is enough for the others is enough for these. */
function covers(these: Sets, others: Sets): boolean {
  return others.every((other) => {
    const brought = new Set(other.flatMap((one) => [one, ...(includes[one] ?? [])]));
    return these.some((set) => set.every((one) => brought.has(one)));
  });
}
