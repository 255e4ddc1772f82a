import { limits } from '../limits.ts';
import { tokensOf } from './tokens.ts';

const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);
const separators = new Set([',', ';']);
/** Each makes what stands before it one level deeper, or what comes after. */
const chaining = new Set(['&&', '||', '+', '-', '*', '!', 'if', 'then', 'else']);

/** A bracket takes the parser through about ten times as many calls as an operator does. */
const bracketWeight = 10;

/**
 * Where a text nests deeper than Cedar's parser and validator bear. They are asked only about texts that have been looked at
 * here: running out of stack leaves the wasm broken for the rest of the process (a hundred braces are enough), and whoever
 * writes a policy could stop every later load by it. Undefined when all is well.
 */
export function tooDeepAt(text: string): number | undefined {
  const outer: number[] = [];
  let above = 0;
  let operators = 0;
  let steps = 0;
  for (const { kind, text: token, start } of tokensOf(text)) {
    if (kind === 'string' || kind === 'integer') continue;
    if (opening.has(token)) {
      steps += 1;
      outer.push(operators + steps);
      above += operators + steps + bracketWeight;
      [operators, steps] = [0, 0];
    } else if (closing.has(token)) {
      const back = outer.pop() ?? 0;
      above = Math.max(0, above - back - bracketWeight);
      [operators, steps] = [back, 0];
    } else if (separators.has(token)) [operators, steps] = [0, 0];
    else if (chaining.has(token)) [operators, steps] = [operators + 1, 0];
    else if (token === '.') steps += 1;
    if (above + operators + steps > limits.parserDepth) return start;
  }
  return undefined;
}
