import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Secret, TOTP } from 'otpauth';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumFile, flawsOf, openPerson, type Person, startBrowser } from '../support/browser.ts';
import { createControlClient } from '../support/control-client.ts';
import { type House, password, startHouse } from '../support/house.ts';
import { talkToCli } from '../support/talk-to-cli.ts';

const otherPassword = 'nine quiet ladders lean';

if (chromiumFile === undefined)
  console.warn('SKIPPED journeys in a browser: MODELWARD_TEST_CHROMIUM names no Chromium');

describe.skipIf(chromiumFile === undefined)('in a real browser', () => {
  let house: House;
  let browser: Browser;
  let root: Person;
  let recoveryCodes: readonly string[] = [];
  const account = () => `${house.controlUrl}/account`;
  beforeAll(async () => {
    [house, browser] = await Promise.all([startHouse(), startBrowser()]);
    root = await openPerson(browser);
  });
  afterAll(async () => {
    await browser?.close();
    await house?.stop();
  });

  it('the first administrator is made with a password and a passkey, and keeps the recovery codes', async () => {
    const { page } = root;
    const link = readFileSync(join(house.folder, 'data', 'first-administrator.txt'), 'utf8').trim();
    await page.goto(link);
    expect(page.url()).not.toContain('mw_enr_');
    expect(await flawsOf(page)).toEqual([]);
    // With the keyboard alone: the name has the focus.
    await page.keyboard.type('root');
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Set up your second factor' }).waitFor();
    expect(await page.textContent('#setup')).toContain('It will belong to the host name localhost');
    expect(await flawsOf(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    recoveryCodes = (await page.inputValue('#codes-text')).split('\n');
    expect(recoveryCodes.join('\n')).toMatch(/^(([0-9a-z]{5}-){4}[0-9a-z]{5}\n?){10}$/);
    expect(await flawsOf(page)).toEqual([]);
    await page.click('#codes-kept');
    await page.getByRole('heading', { name: 'You are in' }).waitFor();
    expect(await flawsOf(page)).toEqual([]);
    await page.click('#token');
    await page.getByLabel('Lines for the terminal').waitFor();
    expect(await page.inputValue('#exports')).toMatch(/MLFLOW_TRACKING_TOKEN=mw_pat_/);
  });

  it('signs in with the passkey alone, and sees what is theirs', async () => {
    const { page } = root;
    await page.goto(account());
    expect(await flawsOf(page)).toEqual([]);
    await page.click('#sign-in-passkey');
    await page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
    expect(await page.textContent('#own-name')).toBe('root');
    expect(await page.textContent('#passkeys')).toContain('This device, on one device alone');
    expect(await page.textContent('#codes-state')).toBe('10 recovery codes are left.');
    expect(await page.textContent('#sessions')).toContain('This page, with passkey');
    expect(await page.textContent('#tokens')).toContain('mlflow, works until');
    expect(await page.textContent('#notices')).toContain('A passkey was added: This device');
    expect(await flawsOf(page)).toEqual([]);
  });

  it('keeps the last passkey, and ends what is open elsewhere', async () => {
    const { page } = root;
    await page.getByRole('button', { name: 'Remove the passkey This device' }).click();
    await page.getByText('Everybody keeps a second factor').waitFor();
    const other = await openPerson(browser, { withPasskeys: false });
    await signInWithPassword(other, 'root', password);
    await other.page.getByRole('heading', { name: 'Your second factor' }).waitFor();
    expect(await flawsOf(other.page)).toEqual([]);
    await page.click('#end-others');
    await page.getByText('All your other sessions have ended.').waitFor();
    await other.page.fill('#prove-code', '000000');
    await other.page.click('#prove-submit');
    await other.page.getByText('The credential is no longer good').waitFor();
  });

  it('is asked again who they are when that was long ago, and then gets what they asked for', async () => {
    const { page } = root;
    makeSessionsOld(11);
    await page.click('#renew-codes');
    await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
    expect(await page.textContent('#prove-why')).toContain('Make new recovery codes');
    expect(await flawsOf(page)).toEqual([]);
    await page.click('#prove-passkey');
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    recoveryCodes = (await page.inputValue('#codes-text')).split('\n');
    await page.click('#codes-kept');
    await page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
    expect(await page.textContent('#notices')).toContain('New recovery codes were made');
  });

  it('an invited colleague without a passkey sets up an app, and is let in with its next code', async () => {
    const secret = await invite('ben');
    const ben = await openPerson(browser, { withPasskeys: false });
    await ben.page.goto(`${house.controlUrl}/enrol#secret=${secret}`);
    await ben.page.fill('#password', otherPassword);
    await ben.page.fill('#again', otherPassword);
    await ben.page.click('#enrol button');
    await ben.page.click('#setup-app');
    await ben.page.locator('#setup-app-form').waitFor();
    expect(await flawsOf(ben.page)).toEqual([]);
    const seed = (await ben.page.inputValue('#setup-secret')).replaceAll(' ', '');
    await ben.page.fill('#setup-code', codeOf(seed, 0));
    await ben.page.click('#setup-confirm');
    await ben.page.click('#codes-kept');
    await ben.page.getByRole('heading', { name: 'You are in' }).waitFor();
    await ben.page.goto(account());
    await signInWithPassword(ben, 'ben', otherPassword);
    await ben.page.fill('#prove-code', codeOf(seed, 0));
    await ben.page.click('#prove-submit');
    await ben.page.getByText('That is not right, or it was used before').waitFor();
    await ben.page.fill('#prove-code', codeOf(seed, 1));
    await ben.page.click('#prove-submit');
    await ben.page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
    expect(await ben.page.textContent('#app-state')).toContain('You have an authenticator app');
  });

  it('a terminal gets its passkey sign-in from the browser, when the code is the same at both ends', async () => {
    const home = mkdtempSync(join(tmpdir(), 'modelward-home-'));
    const cli = talkToCli(['--server', house.controlUrl], home);
    const [code = ''] = recoveryCodes;
    expect(await cli(['sign-in', '--name', 'root'], password, code).ended).toBe(0);
    const refused = cli(['people', 'add', 'cyd']);
    expect([await refused.ended, refused.heard()]).toEqual([1, expect.stringContaining('npx modelward step-up')]);
    const stepUp = cli(['step-up']);
    await vi.waitFor(() => expect(stepUp.heard()).toContain('/step-up#secret='), { timeout: 15_000 });
    const [link = ''] = /http:\S+/.exec(stepUp.heard()) ?? [];
    const [shown = ''] = /[0-9a-z]{4}-[0-9a-z]{4}/.exec(stepUp.heard()) ?? [];
    const { page } = root;
    await page.goto(link);
    await page.getByRole('heading', { name: 'Is this your terminal?' }).waitFor();
    expect(page.url()).not.toContain('mw_stp_');
    expect(await page.textContent('#asked-code')).toBe(shown);
    expect(await flawsOf(page)).toEqual([]);
    await page.click('#asked-yes');
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    expect([await stepUp.ended, stepUp.heard()]).toEqual([0, expect.stringContaining('signed in with a passkey')]);
    expect(await cli(['people', 'add', 'cyd']).ended).toBe(0);
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByText('was answered before').waitFor();
    expect(await flawsOf(page)).toEqual([]);
  });

  it('no page asks for anything that its policy forbids', async () => {
    const { page } = await openPerson(browser);
    const complaints: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (fault) => complaints.push(String(fault)));
    for (const path of ['/', '/enrol', '/account']) await page.goto(`${house.controlUrl}${path}`);
    expect(complaints).toEqual([]);
  });

  /** The clock of a process cannot be turned, so the moment of the sign-ins is. */
  function makeSessionsOld(minutes: number) {
    const database = new DatabaseSync(join(house.folder, 'data', 'modelward.db'), { timeout: 5000 });
    const byMs = minutes * 60_000;
    database.prepare('UPDATE sessions SET authenticated_at_ms = authenticated_at_ms - ?').run(byMs);
    database.close();
  }

  async function invite(name: string): Promise<string> {
    const { page } = root;
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.url().endsWith('/api/v1/sessions/end-others')),
      page.click('#end-others'),
    ]);
    const secret = request.headers().authorization?.replace('Bearer ', '');
    const { invitation } = await createControlClient(house.controlUrl, secret)('people.add', { name });
    return invitation.secret;
  }

  async function signInWithPassword({ page }: Person, name: string, typed: string) {
    if (page.url() !== account()) await page.goto(account());
    await page.fill('#name', name);
    await page.fill('#password', typed);
    await page.click('#sign-in-submit');
  }
});

function codeOf(seed: string, stepsAhead: number): string {
  return new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: Date.now() + stepsAhead * 30_000 });
}
