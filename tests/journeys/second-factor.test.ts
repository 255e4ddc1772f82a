import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askControl } from '../support/control-client.ts';
import { type House, password, startHouse } from '../support/house.ts';
import { talkToCli } from '../support/talk-to-cli.ts';

const home = mkdtempSync(join(tmpdir(), 'modelward-home-'));

let house: House;
let seed = '';
let codes: readonly string[] = [];
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.stop());

const talk = (args: readonly string[], ...lines: readonly string[]) =>
  talkToCli(['--server', house.controlUrl], home)(args, ...lines);

/** The whole of one command, its answers given from the start. */
async function modelward(args: readonly string[], ...lines: readonly string[]) {
  const { ended, heard } = talk(args, ...lines);
  return { status: await ended, heard: heard() };
}

const codeOf = (secret: string, atMs = Date.now()) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs });

describe('the second factor, from the command line', () => {
  it('is set up with the first administrator, and what it makes is a whole session', async () => {
    const link = readFileSync(join(house.folder, 'data', 'first-administrator.txt'), 'utf8').trim();
    const { ended, heard, say } = talk(['enrol', '--first', '--name', 'root']);
    say(link);
    say(password);
    await vi.waitFor(() => expect(heard()).toMatch(/by hand: [A-Z2-7]+/), { timeout: 15_000 });
    seed = /by hand: ([A-Z2-7]+)/.exec(heard())?.[1] ?? '';
    say(codeOf(seed));
    expect(await ended).toBe(0);
    codes =
      heard()
        .match(/^ {2}([0-9a-z]{5}-){4}[0-9a-z]{5}$/gm)
        ?.map((line) => line.trim()) ?? [];
    expect(codes).toHaveLength(10);
    expect(heard()).toContain('you are root');
    expect((await modelward(['whoami'])).heard).toContain('level aal2');
    expect(await modelward(['people', 'list'])).toMatchObject({ status: 0 });
    // A false page could have asked for both, so administering waits for a passkey.
    expect(await modelward(['projects', 'add', 'fraud', '--title', 'Fraud'])).toEqual({
      status: 1,
      heard: expect.stringContaining('npx modelward step-up'),
    });
  });

  it('has codes that are good for one sign-in, whoever else saw them', async () => {
    const next = codeOf(seed, Date.now() + 30_000);
    const signIn = () => modelward(['sign-in', '--name', 'root'], password, next);
    expect(await signIn()).toMatchObject({ status: 0 });
    const again = await signIn();
    expect([again.status, again.heard]).toEqual([1, expect.stringContaining('it was used before')]);
  });

  it('is stood in for by a recovery code, once', async () => {
    const signIn = () => modelward(['sign-in', '--name', 'root'], password, codes[0]?.toUpperCase() ?? '');
    expect(await signIn()).toMatchObject({ status: 0 });
    expect(await signIn()).toMatchObject({ status: 1 });
  });

  it('is what a password alone lacks: it administers nothing, and says what to do', async () => {
    const { json } = await askControl({ baseUrl: house.controlUrl }, 'sessions.open', { name: 'root', password });
    const { session } = json as { session: { secret: string; missing: string } };
    expect(session.missing).toBe('second-factor');
    const ask = { baseUrl: house.controlUrl, secret: session.secret };
    const answer = await askControl(ask, 'people.list', {});
    expect(answer).toMatchObject({
      status: 401,
      json: { code: 'step-up-needed', remedies: [{ kind: 'step-up', level: 'aal2', phishingResistant: false }] },
    });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="modelward", error="insufficient_user_authentication", error_description="a stronger or newer sign-in is needed", acr_values="aal2", max_age="300"',
    );
    expect(await askControl(ask, 'tokens.create', { label: 'mine', scopes: ['*.*'] })).toMatchObject({ status: 401 });
    expect(await askControl(ask, 'passkeys.begin', {})).toMatchObject({ status: 401 });
  });
});
