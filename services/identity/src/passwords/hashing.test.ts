import { describe, expect, it } from 'vitest';
import { createPasswordHashing } from './hashing.ts';

describe('password hashing', () => {
  it('is argon2id at its cost, with a salt of its own each time', async () => {
    const hashing = createPasswordHashing();
    const [one, two] = await Promise.all([hashing.hash('seven green kettles'), hashing.hash('seven green kettles')]);
    if (!one.ok || !two.ok) throw new Error('busy');
    expect(one.value).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one.value).not.toBe(two.value);
    expect(await hashing.verify('seven green kettles', one.value)).toEqual({ ok: true, value: true });
    expect(await hashing.verify('seven green kettle', one.value)).toEqual({ ok: true, value: false });
  });

  it('verifies nothing against nothing at the same cost, and never says yes', async () => {
    const hashing = createPasswordHashing();
    for (const password of ['', 'seven green kettles', 'x'.repeat(5000), '\ud83d']) {
      expect(await hashing.verify(password, null)).toEqual({ ok: true, value: false });
    }
    const took = async (stored: string | null) => {
      const times: number[] = [];
      for (let count = 0; count < 5; count += 1) {
        const startedMs = performance.now();
        await hashing.verify('seven green kettles', stored);
        times.push(performance.now() - startedMs);
      }
      return Math.min(...times);
    };
    const hashed = await hashing.hash('another one altogether');
    const ratio = (await took(null)) / (await took(hashed.ok ? hashed.value : null));
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(5);
  });

  it('works on two at once, lets 64 wait and refuses the rest', async () => {
    const hashing = createPasswordHashing();
    const answers = await Promise.all(Array.from({ length: 70 }, () => hashing.verify('seven green kettles', null)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(66);
    expect(answers.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 4 }, () => ({ ok: false, reason: 'busy' })));
    expect(await hashing.verify('seven green kettles', null)).toMatchObject({ ok: true });
  });

  it('gives its turn back when a stored hash is damaged', async () => {
    const hashing = createPasswordHashing();
    for (let count = 0; count < 3; count += 1) await expect(hashing.verify('anything', 'damaged')).rejects.toThrow();
    expect(await hashing.verify('anything', null)).toMatchObject({ ok: true });
  });
});
