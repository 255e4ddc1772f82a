import type { PolicyAnswer, PolicyEngine, PolicyQuestion } from './engine.ts';

/** Two engines that were asked the same and did not say the same. One of them is wrong. */
export type ShadowDifference = {
  readonly question: PolicyQuestion;
  readonly answer: PolicyAnswer;
  /** Undefined when the oracle could not be asked. */
  readonly oracle: PolicyAnswer | undefined;
};

type Shadowing = {
  readonly engine: PolicyEngine;
  readonly oracle: PolicyEngine;
  /** Whether to ask the oracle as well, this time: it takes about a thousand times as long. */
  readonly isSampled: () => boolean;
  readonly onDifference: (difference: ShadowDifference) => void;
};

/**
 * The engine, checked against another one now and then. The answer is the engine's; where the two differ it is whatever
 * allows less, until somebody has looked.
 */
export function createShadowedEngine({ engine, oracle, isSampled, onDifference }: Shadowing): PolicyEngine {
  const decide = (question: PolicyQuestion): PolicyAnswer => {
    const answer = engine.decide(question);
    if (!isSampled()) return answer;
    const other = ask(oracle, question);
    if (other !== undefined && agree(answer, other)) return answer;
    onDifference({ question, answer, oracle: other });
    return answer.allowed && other?.allowed === false ? other : answer;
  };
  return { bundle: engine.bundle, decide };
}

/** An oracle that breaks is a difference to be told of, and no reason to answer nobody. */
function ask(oracle: PolicyEngine, question: PolicyQuestion): PolicyAnswer | undefined {
  try {
    return oracle.decide(question);
  } catch {
    return undefined;
  }
}

/** Messages are each engine's own; that something went wrong is not. */
function agree(a: PolicyAnswer, b: PolicyAnswer): boolean {
  const told = ({ allowed, reasons, errors }: PolicyAnswer) => JSON.stringify([allowed, reasons, errors.length > 0]);
  return told(a) === told(b);
}
