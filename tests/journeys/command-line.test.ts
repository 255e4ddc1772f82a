import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createControlClient } from '../support/control-client.ts';
import { addPasskeyAndSignIn, type House, startHouse } from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';
import { runCli, runCliHere } from '../support/run-cli.ts';
import { talkToCli } from '../support/talk-to-cli.ts';

/* The first ten minutes of README.md, typed as they stand there; the server is found by the configuration of the folder. */

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(async () => {
  await house.stop();
  await verifyRecord(house);
});

const password = 'seven green kettles sing';

type Options = { readonly input?: string; readonly env?: Record<string, string> };
/** As a process of its own, in the folder of the house. */
const type = (line: string, options: Options = {}) => runCli(wordsOf(line), { cwd: house.folder, ...options });

/** In this process, which is quicker and is told where the server is. */
const typeHere = (line: string, { input, env }: Options = {}) =>
  runCliHere(wordsOf(line), {
    cwd: house.folder,
    ...(input === undefined ? {} : { input }),
    env: { MODELWARD_SERVER: house.controlUrl, ...env },
  });

/** `"Fraud detection"` is one word. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** What it printed, or why it did not. */
function done(line: string, options: Options = {}): string {
  const { status, stdout, stderr } = type(line, options);
  expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

async function doneHere(line: string, options: Options = {}): Promise<string> {
  const { status, stdout, stderr } = await typeHere(line, options);
  expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

let recoveryCode = '';

describe('the first ten minutes', () => {
  it('begin with the secret, a name, a password and a second factor', async () => {
    const link = readFileSync(join(house.folder, 'data', 'first-administrator.txt'), 'utf8').trim();
    const cli = talkToCli(['--server', house.controlUrl], house.folder);
    const enrol = cli(['enrol', '--first', '--name', 'ada'], link, password);
    await vi.waitFor(() => expect(enrol.heard()).toMatch(/by hand: [A-Z2-7]+/), { timeout: 15_000 });
    const seed = /by hand: ([A-Z2-7]+)/.exec(enrol.heard())?.[1] ?? '';
    enrol.say(new TOTP({ secret: Secret.fromBase32(seed) }).generate());
    expect(await enrol.ended).toBe(0);
    const stdout = enrol.heard();
    recoveryCode = /([0-9a-z]{5}-){4}[0-9a-z]{5}/.exec(stdout)?.[0] ?? '';
    expect(stdout).toContain(`you are ada at ${house.controlUrl}`);
    expect(stdout).toContain(house.trackingUri);
    expect(stdout).not.toContain('mw_');
  });

  it('keep the session in a file of its owner alone', () => {
    const file = join(house.folder, 'modelward', 'sessions.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(done('whoami')).toMatch(
      /^ada \(person, acc_[\w-]+\) at http:\/\/localhost:\d+\nwith a session opened with a password, level aal2\n$/,
    );
  });

  it('get a passkey for the terminal from where the passkey is', async () => {
    const file = join(house.folder, 'modelward', 'sessions.json');
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { secret: string }>;
    const { device } = await addPasskeyAndSignIn(house, saved[house.controlUrl]?.secret ?? '');
    const stepUp = talkToCli(['--server', house.controlUrl], house.folder)(['step-up']);
    await vi.waitFor(() => expect(stepUp.heard()).toMatch(/#secret=mw_stp_/), { timeout: 15_000 });
    const secret = /#secret=(\S+)/.exec(stepUp.heard())?.[1] ?? '';
    const call = createControlClient(house.controlUrl);
    const { options } = await call('step-up-links.look', { secret });
    await call('step-up-links.approve', { secret, passkey: device.get(options) });
    expect([await stepUp.ended, stepUp.heard()]).toEqual([
      0,
      expect.stringContaining('ada is signed in with a passkey'),
    ]);
  });

  it('go on with a project, a right, a token and a colleague', () => {
    expect(done('projects add fraud --title "Fraud detection"')).toMatch(/^added the project fraud \(prj_/);
    expect(done('roles assign data-scientist ada project:fraud')).toContain('until it is revoked');
    expect(done('token create --label mlflow')).toMatch(
      new RegExp(`^export MLFLOW_TRACKING_URI=${house.trackingUri}\nexport MLFLOW_TRACKING_TOKEN=mw_pat_[\\w-]{43}\n$`),
    );
    expect(done('people add ben')).toMatch(/^http:\/\/localhost:\d+\/enrol#secret=mw_enr_[\w-]{43}\n$/);
    expect(done('roles assign viewer ben project:fraud')).toContain('ben has the role viewer on project:fraud');
  });

  it('may ask what is configured', () => {
    expect(done('config check')).toBe('the configuration is good (modelward.yaml)\n');
    expect(done('config show')).toMatch(/control\.port +\d+ +file +MODELWARD_CONTROL_PORT/);
  });

  it('end with a look at the record', () => {
    done('roles assign auditor ada organization');
    const tail = done('audit tail');
    expect(tail).toMatch(/ALLOW {2}ada {2}project\.create organization {2}\(platform-admin:lnk_/);
    expect(tail).toMatch(/CHANGE ada {2}role\.assigned ben/);
    expect(tail).not.toMatch(/mw_(pat|ses|enr)_/);
    const { status, stdout, stderr } = type('audit verify');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^verified: modelward\/\w+ at \d+ entries, root /)]);
    expect(stdout).toContain('independent witnesses: 0');
    expect(stderr).toContain('compare it with the one that the server printed at its start');
    const [key = ''] = /modelward\/\w+\+\w+\+\S+/.exec(house.printed()) ?? [];
    expect(stderr).toContain(key);
    expect(done('audit verify')).toMatch(/it goes on from your last look, at \d+ entries/);
  });
});

describe('every other command', () => {
  // While commands ran in processes of their own, this one could not see its idle connections close.
  beforeAll(() => vi.waitFor(() => fetch(`${house.controlUrl}/healthz`)));
  const rows: readonly (readonly [line: string, prints: RegExp | string])[] = [
    ['people list', /ada {3}active {3}\d{4}/],
    ['people list --json', '"name": "ada"'],
    ['people invite ben', '/enrol#secret='],
    ['people suspend ben', 'ben is suspended'],
    ['people activate ben', 'ben is invited'],
    ['services add ci', 'added the service ci'],
    ['services list', /ci {4}active/],
    ['services suspend ci', 'ci is suspended'],
    ['services activate ci', 'ci is active'],
    ['groups add team', 'added the group team'],
    ['groups add-member team ben', 'ben is in team'],
    ['groups list', /team {2}ben/],
    ['groups remove-member team ben', 'ben is not in team any more'],
    ['projects list', /fraud {2}Fraud detection {2}no/],
    ['roles list', /data-scientist +medium +yes/],
    ['roles links', /ben {2}viewer +project:fraud/],
    [
      'roles assign viewer service:ci project:fraud --for 7d',
      /service:ci has the role viewer on project:fraud until \d{4}/,
    ],
    ['token create --service ci --label nightly --scope model.read run.*@fraud --lifetime 7d --json', '"run.*@fraud"'],
    ['token list --service ci', /nightly {2}good/],
    ['token list', /mlflow {2}good/],
    ['audit tail --all --limit 5 --json', '"type":"'],
    ['--help', 'Usage: modelward'],
  ];

  it.each(rows)('%s', async (line, prints) => {
    expect(await doneHere(line)).toMatch(
      prints instanceof RegExp ? prints : new RegExp(prints.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')),
    );
  });

  it('revokes by the id that a list shows', async () => {
    const links = (await doneHere('roles links')).split('\n');
    const [link = ''] = /lnk_\S+/.exec(links.find((line) => line.startsWith('ben')) ?? '') ?? [];
    expect(await doneHere(`roles revoke ${link}`)).toBe(`revoked ${link}\n`);
    const [token = ''] = /tok_\S+/.exec(await doneHere('token list')) ?? [];
    expect(await doneHere(`token revoke ${token}`)).toBe(`revoked ${token}\n`);
    expect(await doneHere('token list')).toMatch(/mlflow {2}revoked/);
  });
});

describe('a command that is refused', () => {
  const rows: readonly (readonly [line: string, status: 1 | 2, says: string])[] = [
    ['people add Ada', 1, 'a name has 2 to 63 characters'],
    ['people suspend nobody-here', 1, 'there is no person `nobody-here` that you may see'],
    ['roles assign emperor ben organization', 1, 'there is no role `emperor`'],
    ['roles assign viewer ben everything', 1, 'is no `organization`, `project:key`'],
    ['roles assign viewer ben organization --for forever', 2, '`forever` is no length of time'],
    ['token create --scope everything', 1, '`everything` is no scope'],
    ['token create --lifetime 91d', 1, 'a token lives from 60 seconds to 90 days'],
    ['audit tail --limit 0', 2, '`0` is no count of entries'],
    ['audit verify --folder nothing-here', 1, 'holds no checkpoint of a record'],
    [
      'people list --server http://modelward.example.com',
      2,
      'would carry your credential over the network in the clear',
    ],
    ['people list --server nonsense', 2, 'is no server address'],
    ['people list --server http://127.0.0.1:1', 1, 'nobody is signed in at http://127.0.0.1:1'],
    ['people', 2, 'Usage: modelward people'],
    ['people ad ben', 2, 'unknown command'],
    ['restore nothing-here', 1, 'is no whole backup'],
    ['config check --config nothing.yaml', 1, 'is not there'],
  ];

  it.each(rows)('%s', async (line, status, says) => {
    const answer = await typeHere(line);
    expect([answer.status, answer.stderr]).toEqual([status, expect.stringContaining(says)]);
    expect(answer.stdout).toBe('');
    expect(answer.stderr).not.toContain('    at ');
  });

  it('because of a wrong password says no more than that', async () => {
    const { status, stderr } = await typeHere('sign-in --name ada', { input: 'not the password\n' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('name and password do not fit')]);
  });

  it('because a token is not enough says what is', async () => {
    const made = JSON.parse(await doneHere('token create --scope *.* --json')) as { secret: string };
    const { status, stderr } = await typeHere('people add cyd', { env: { MODELWARD_TOKEN: made.secret } });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('would help: signing in anew with a passkey: `npx modelward step-up`'),
    ]);
    expect(stderr).not.toContain(made.secret);
  });

  it('because its address does not answer says how to start one', async () => {
    const env = { MODELWARD_TOKEN: `mw_pat_${'x'.repeat(43)}` };
    const { status, stderr } = await typeHere('people list --server http://127.0.0.1:1', { env });
    expect([status, stderr]).toEqual([1, expect.stringContaining('start it with `npm start`')]);
  });

  it('after signing out says how to sign in, and the session is good for nobody any more', async () => {
    const file = join(house.folder, 'modelward', 'sessions.json');
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { secret: string }>;
    expect(await doneHere('sign-out')).toContain('signed out');
    expect((await typeHere('whoami')).stderr).toContain('nobody is signed in');
    const env = { MODELWARD_TOKEN: saved[house.controlUrl]?.secret ?? '' };
    expect((await typeHere('whoami', { env })).stderr).toContain('it was revoked or signed out');
    expect(await doneHere('sign-in --name ada', { input: `${password}\n${recoveryCode}\n` })).toContain('signed in');
    expect(await doneHere('sign-out')).toContain('signed out');
    expect(await doneHere('sign-out')).toContain('nobody was signed in');
  });
});
