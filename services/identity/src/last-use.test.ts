import { describe, expect, it } from 'vitest';
import { noteUse } from './last-use.ts';

describe('the last use', () => {
  it('that cannot be written is no fault of the request', async () => {
    let tries = 0;
    const write = async () => {
      tries += 1;
      throw new Error('the disk is full');
    };
    await noteUse({ lastUsedAtMs: null, nowMs: 0, write });
    expect(tries).toBe(1);
  });
});
