import { describe, expect, it } from 'vitest';
import { codeOf, importsOf, isTest, sourceFiles } from './workspace.ts';

/** Names that say where something was put, not what it is. */
const drawers = ['util', 'utils', 'helper', 'helpers', 'misc', 'common', 'shared', 'lib', 'stuff'];

// Put together here, so that this file does not find itself.
const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
const skipped = /\b(it|test|describe)\.(skip|only|todo)\b/;

describe('every source file', () => {
  it('has a name that says what it holds', () => {
    const wrong = sourceFiles.filter(({ path }) => {
      const words = path.split('/').map((part) => part.replace(/\..*$/, ''));
      return words.some(
        (word) => drawers.includes(word) || word.split('-').some((part) => /^(utils?|helpers?|misc)$/.test(part)),
      );
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('is finished: what is left to do stands in an issue', () => {
    expect(sourceFiles.filter(({ text }) => unfinished.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('says why, in the line above, when it skips a test', () => {
    const wrong = sourceFiles.filter(isTest).flatMap(({ path, text }) => {
      const lines = text.split('\n');
      return lines.flatMap((line, index) => {
        if (!skipped.test(line.replace(/\/\/.*$/, ''))) return [];
        return /^\s*(\/\/|\*)/.test(lines[index - 1] ?? '') && !/\.only\b/.test(line) ? [] : [`${path}:${index + 1}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('uses real parts: no test replaces a module', () => {
    const mocked = sourceFiles.filter((file) => isTest(file) && new RegExp(`\\bvi\\.${'mock'}\\b`).test(codeOf(file)));
    expect(mocked.map(({ path }) => path)).toEqual([]);
  });

  it('writes the extension of what it imports, as Node needs it', () => {
    const wrong = sourceFiles.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.') && !/\.(ts|tsx|mjs|js|json)$/.test(name))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
