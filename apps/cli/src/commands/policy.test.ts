import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCliHere } from '../../../../tests/support/run-cli.ts';

/* On copies of the bundle that the product ships with; no server. */

const shipped = join(import.meta.dirname, '../../../../policies');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelward-policy-'));
  cpSync(shipped, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const policy = (...words: readonly string[]) => runCliHere(['policy', ...words], { cwd: folder });
const change = (path: string, edit: (text: string) => string) =>
  writeFileSync(join(folder, path), edit(readFileSync(join(folder, path), 'utf8')));

describe('policy check', { timeout: 60_000 }, () => {
  it('says of a good bundle that it is, with what was tested and its digest', async () => {
    const { status, stdout, stderr } = await policy('check', folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^modelward-default \S+ is good: \d+ tests with \d+ cases pass, digest [0-9a-f]{64}\n$/);
  });

  it('shows a flaw with its file, line, the line itself and a caret', async () => {
    change('guardrails/unbound-export.cedar', (text) => text.replace('context.token', 'context.tokne'));
    const { status, stdout, stderr } = await policy('check', folder);
    expect(status).toBe(1);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^guardrails\/unbound-export\.cedar:8:8: .*`tokne`.*did you mean `token`/),
      '  when { context.tokne.binding == "none" };',
      '         ^',
    ]);
    expect(stderr).toContain('next: ');
  });

  it('shows where the tests name what is not there', async () => {
    change('tests/discovery.yaml', (text) => text.replace('[vera]', '[vear]'));
    const { status, stdout } = await policy('check', folder);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^tests\/discovery\.yaml:\d+:\d+: there is no entity `vear`/);
  });

  it('tells which files are not in form, and brings them into it', async () => {
    change('permits/own-requests.cedar', (text) => text.replace('permit (\n  principal,', 'permit (principal,'));
    const crooked = await policy('check', folder);
    expect(crooked).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^permits\/own-requests\.cedar:\d+: this is not in the one form/),
    });
    expect(crooked.stderr).toContain(`policy check --write ${folder}`);
    expect(await policy('check', '--write', folder)).toMatchObject({ status: 0 });
    const path = 'permits/own-requests.cedar';
    expect(readFileSync(join(folder, path), 'utf8')).toBe(readFileSync(join(shipped, path), 'utf8'));
  });

  it('fails when a guardrail was taken out, by the tests that hold it', async () => {
    rmSync(join(folder, 'guardrails/service-approval.cedar'));
    const { status, stdout } = await policy('check', folder);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /test `services approve nothing` failed\n {2}job request\.approve request under service-approved: expected deny, got allow/,
    );
  });

  it('prints all of it as JSON', async () => {
    rmSync(join(folder, 'guardrails/service-approval.cedar'));
    const { status, stdout } = await policy('check', '--json', folder);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      bundle: { name: 'modelward-default' },
      flaws: [],
      tests: { failed: [{ test: 'services approve nothing', principal: 'job' }] },
    });
  });

  it('says when there is no folder, or no bundle in it', async () => {
    expect(await policy('check', join(folder, 'none'))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('ENOENT'),
    });
    const empty = mkdtempSync(join(tmpdir(), 'modelward-empty-'));
    expect(await policy('check', empty)).toMatchObject({ status: 1, stdout: expect.stringContaining('no manifest') });
  });
});

describe('policy test', { timeout: 60_000 }, () => {
  it('runs the tests, whatever form the policies have', async () => {
    change('permits/own-requests.cedar', (text) => text.replace('permit (\n  principal,', 'permit (principal,'));
    expect(await policy('test', folder)).toMatchObject({ status: 0 });
  });

  it('ends with 1 when one fails', async () => {
    change('tests/roles.yaml', (text) => text.replace('expect: allow', 'expect: deny'));
    expect(await policy('test', folder)).toMatchObject({ status: 1, stdout: expect.stringContaining('failed') });
  });
});

describe('policy matrix', { timeout: 60_000 }, () => {
  it('is a table with the legend beside it', async () => {
    const { status, stdout, stderr } = await policy('matrix', folder);
    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(join(shipped, 'tests/access-matrix.txt'), 'utf8'));
    expect(stderr).toContain('p passkey');
  });

  it('is CSV or JSON when asked for, of people as of roles', async () => {
    const csv = await policy('matrix', '--people', '--csv', folder);
    expect(csv.stdout).toContain('"vera","model.read","Model","scores","always",""');
    const json = await policy('matrix', '--services', '--json', folder);
    expect(JSON.parse(json.stdout)).toMatchObject({ who: expect.arrayContaining(['deployer']) });
    expect(await policy('matrix', '--people', '--services', folder)).toMatchObject({ status: 2 });
  });

  it('is refused of a bundle that is', async () => {
    change('roles/viewer.cedar', (text) => text.replace('model.read', 'model.raed'));
    expect(await policy('matrix', folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('model.raed') });
  });
});

describe('policy plan', { timeout: 60_000 }, () => {
  const plan = (...words: readonly string[]) => policy('plan', folder, '--against', shipped, ...words);

  it('says that nothing changes when nothing does', async () => {
    const { status, stdout } = await plan();
    expect(status).toBe(0);
    expect(stdout).toContain('roles: nothing changes\npeople and services of the tests: nothing changes\n');
    expect(stdout).toContain('recorded decisions are not replayed');
  });

  it('shows who gains what by a widening, and the tests that it breaks', async () => {
    change('roles/viewer.cedar', (text) =>
      text.replace('Action::"model.read"', 'Action::"model.read", Action::"model.delete"'),
    );
    const { status, stdout } = await plan();
    expect(status).toBe(1);
    expect(stdout).toContain('policies changed: viewer\n');
    expect(stdout).toContain('  gains     viewer model.delete on Model scores: never -> always\n');
    expect(stdout).toContain('  gains     vera model.delete on Model scores: never -> always\n');
    expect(stdout).toContain('vera model.delete scores under session: expected deny, got allow');
  });

  it('names a policy that is another even where the matrices show nothing', async () => {
    change('guardrails/high-risk.cedar', (text) => text.replace('"high"', '"extreme"'));
    const { stdout } = await plan();
    expect(stdout).toContain('policies changed: high-risk\nroles: nothing changes');
  });

  it('is JSON when asked for', async () => {
    rmSync(join(folder, 'guardrails/restricted-device.cedar'));
    const { stdout } = await plan('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      roles: expect.arrayContaining([expect.objectContaining({ who: 'viewer', direction: 'eased' })]),
      replay: { done: false },
    });
  });
});
