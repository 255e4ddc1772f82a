import { createInterface } from 'node:readline/promises';
import { isCancel, password, text } from '@clack/prompts';
import { Problem } from './problem.ts';

export type Ask = {
  /** Whether a person is there to be asked. */
  readonly isPerson: boolean;
  /** Typed without an echo; from the next line of standard input when it is no terminal. */
  readonly secret: (question: string) => Promise<string>;
  readonly text: (question: string) => Promise<string>;
};

/** Questions go to standard error, so that standard output holds only what was asked for. */
export function createAsk(stdin: NodeJS.ReadStream, stderr: NodeJS.WriteStream): Ask {
  if (stdin.isTTY !== true) {
    const nextLine = createLineReader(stdin);
    return { isPerson: false, secret: nextLine, text: nextLine };
  }
  const terminal = { input: stdin, output: stderr };
  return {
    isPerson: true,
    secret: async (message) => given(await password({ message, ...terminal })),
    text: async (message) => given(await text({ message, ...terminal })),
  };
}

function createLineReader(stdin: NodeJS.ReadStream) {
  let lines: AsyncIterator<string> | undefined;
  return async (question: string): Promise<string> => {
    lines ??= createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (done === true || value === '') {
      throw new Problem(
        `standard input holds no line for: ${question.toLowerCase()}`,
        'give each answer on a line of its own',
        2,
      );
    }
    return value;
  };
}

function given(answer: unknown): string {
  if (isCancel(answer)) throw new Problem('nothing was done', 'start again when you are ready');
  return typeof answer === 'string' ? answer : '';
}
