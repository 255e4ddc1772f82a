import { chmodSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createOwnFile } from './own-file.ts';
import { describeProblem, Problem } from './problem.ts';

let env: { XDG_CONFIG_HOME: string };
const path = () => join(env.XDG_CONFIG_HOME, 'modelward', 'sessions.json');
const open = () => createOwnFile<string>(env, 'sessions.json');
beforeEach(() => {
  env = { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'modelward-own-')) };
});

describe('a file of this user alone', () => {
  it('keeps values by name, and can be read by nobody else', () => {
    open().save('http://a', 'one');
    open().save('http://b', 'two');
    open().forget('http://a');
    expect([open().find('http://a'), open().find('http://b')]).toEqual([undefined, 'two']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(join(env.XDG_CONFIG_HOME, 'modelward')).mode & 0o777).toBe(0o700);
  });

  it('has no value for a name that every object has', () => {
    open().save('http://a', 'one');
    expect(open().find('constructor')).toBeUndefined();
    expect(open().find('__proto__')).toBeUndefined();
  });

  it('is not believed when others could read it: what is in it may be theirs', () => {
    open().save('http://a', 'one');
    chmodSync(path(), 0o644);
    expect(() => open().find('http://a')).toThrow('can be read by others');
  });

  it('is named when it is no JSON', () => {
    open().save('http://a', 'one');
    writeFileSync(path(), '{');
    expect(() => open().find('http://a')).toThrow('it is not JSON');
  });
});

describe('a problem', () => {
  it('is told with what to do next', () => {
    expect(describeProblem(new Problem('it is raining', 'take an umbrella'))).toEqual([
      'modelward: it is raining',
      '  next: take an umbrella',
    ]);
  });
});
