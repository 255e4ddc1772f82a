import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { speakMlflow } from '../demo/mlflow-protocol.ts';
import { chromiumFile, openPerson, startBrowser } from '../support/browser.ts';
import { createControlClient } from '../support/control-client.ts';
import { addPasskeyAndSignIn, type House, startHouse } from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';
import { type RecordingProxy, startRecordingProxy } from '../support/recording-proxy.ts';

if (chromiumFile === undefined) console.warn('SKIPPED the enrolment page: MODELWARD_TEST_CHROMIUM names no Chromium');

const password = 'seven green kettles sing';
const secretOf = (text: string) => text.split('=').at(-1) ?? '';
const timesIn = (text: string, part: string) => text.split(part).length - 1;

// Without a browser there is nothing to open the page with; the warning above says so.
describe.skipIf(chromiumFile === undefined)('the enrolment page in Chromium', () => {
  let browser: Browser;
  let wire: RecordingProxy;
  let house: House;
  let pageUrl: string;
  let link: string;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    wire = await startRecordingProxy();
    const controlUrl = `http://localhost:${wire.port}`;
    const starting = startHouse({ environment: { MODELWARD_CONTROL_PUBLIC_URL: controlUrl } });
    [browser, house] = await Promise.all([startBrowser(), starting]);
    wire.pointTo(Number(new URL(house.controlUrl).port));
    pageUrl = `${controlUrl}/enrol`;
    link = readFileSync(join(house.folder, 'data', 'first-administrator.txt'), 'utf8').trim();
  });
  afterAll(async () => {
    await browser.close();
    wire.stop();
    await house.stop();
    await verifyRecord(house);
  });
  beforeEach(async () => {
    ({ page } = await openPerson(browser));
    complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (fault) => complaints.push(fault.message));
  });
  afterEach(() => page.context().close());

  const focused = () => page.evaluate<string>('document.activeElement.id');
  const shows = (heading: string) =>
    expect.poll(() => page.getByRole('heading', { name: heading }).isVisible()).toBe(true);
  const alert = () => page.getByRole('alert').textContent();
  /** Names of keys are pressed, everything else is typed. */
  const use = async (...keys: readonly string[]) => {
    for (const key of keys) {
      await (['Tab', 'Enter', 'Space'].includes(key) ? page.keyboard.press(key) : page.keyboard.type(key));
    }
  };

  /** As far as the recovery codes; the device answers for its person. */
  const setUpPasskey = async () => {
    await shows('Set up your second factor');
    await expect.poll(focused).toBe('setup-heading');
    await use('Tab', 'Enter');
    await shows('Keep your recovery codes');
    await expect.poll(focused).toBe('codes-heading');
  };
  let recoveryCodes: readonly string[] = [];
  /** Ada by the API, with a recovery code for the browser's passkey and one of her own from then on. */
  const administrator = async () => {
    const controlUrl = new URL(pageUrl).origin;
    const { session } = await createControlClient(controlUrl)('sessions.open', { name: 'ada', password });
    const begun = createControlClient(controlUrl, session.secret);
    const lifted = await begun('step-ups.finish', { recoveryCode: recoveryCodes[0] ?? '' });
    return (await addPasskeyAndSignIn({ controlUrl }, lifted.session.secret)).call;
  };

  it('takes the secret out of the address before anything else, and keeps it nowhere', async () => {
    await page.goto(link);
    expect(page.url()).toBe(pageUrl);
    await shows('Make the first administrator');
    await page.reload();
    await shows('This link is not whole');
    const kept = 'JSON.stringify([sessionStorage, localStorage, document.cookie])';
    expect(await page.evaluate(kept)).toBe('[{},{},""]');
    expect(complaints).toEqual([]);
  });

  it('is found by the other spelling of the host, and the secret comes along in the browser', async () => {
    const { port } = new URL(house.controlUrl);
    // What listens on `localhost` may be reached by either number, or by one of them.
    const other = await Promise.any(
      [`http://127.0.0.1:${port}`, `http://[::1]:${port}`].map((url) => fetch(`${url}/enrol`, { redirect: 'manual' })),
    );
    await page.goto(`${other.url}#first=${secretOf(link)}`);
    expect(page.url()).toBe(pageUrl);
    await shows('Make the first administrator');
  });

  it('runs nothing but its own script, and talks to nobody but its server', async () => {
    await page.goto(link);
    await page.evaluate(`
      globalThis.violations = [];
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      const image = document.createElement('img');
      image.src = 'http://127.0.0.1:9/secret.png';
      const frame = document.createElement('iframe');
      frame.src = 'http://127.0.0.1:9/';
      document.body.append(script, image, frame);
      document.body.setAttribute('onclick', 'globalThis.ran = true');
      document.body.click();
      fetch('http://127.0.0.1:9/').catch(() => undefined);
    `);
    const blocked = ['script-src-elem', 'script-src-attr', 'img-src', 'frame-src', 'connect-src'];
    await expect.poll(() => page.evaluate<string[]>('violations')).toEqual(expect.arrayContaining(blocked));
    expect(await page.evaluate('"ran" in globalThis')).toBe(false);
  });

  it('makes the first administrator with the keyboard alone, on a screen as narrow as they come', async () => {
    await page.goto(link);
    await expect.poll(focused).toBe('name');
    await use('ada', 'Tab', 'too short', 'Tab', 'too short', 'Enter');
    await expect.poll(alert).toContain('fewer than 15 characters');
    expect(await focused()).toBe('password');
    const first = page.getByLabel('Password', { exact: true });
    expect(await first.getAttribute('aria-invalid')).toBe('true');

    await first.fill('');
    await use(password, 'Tab', 'Tab', 'Space', 'Tab', 'Enter');
    await expect.poll(alert).toContain('The two passwords differ');
    expect(await focused()).toBe('again');
    expect(await first.getAttribute('type')).toBe('text');

    await page.getByLabel('The same password again').fill('');
    await use(password, 'Enter');
    await setUpPasskey();
    recoveryCodes = (await page.getByLabel('Recovery codes').inputValue()).split('\n');
    await use('Tab', 'Tab', 'Enter');
    await shows('You are in');
    await expect.poll(focused).toBe('done-heading');
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(complaints).toEqual(['Failed to load resource: the server responded with a status of 400 (Bad Request)']);
  });

  it('makes a token that mlflow works with', async () => {
    const { invitation } = await (await administrator())('people.add', { name: 'ben' });
    await page.goto(invitation.link);
    await expect.poll(focused).toBe('password');
    expect(await page.getByLabel('Name').isVisible()).toBe(false);
    await use('nine quiet ladders lean', 'Tab', 'nine quiet ladders lean', 'Enter');
    await setUpPasskey();
    await use('Tab', 'Tab', 'Enter');
    await expect.poll(() => page.locator('#done-name').textContent()).toBe('ben');
    expect(await page.getByText('What an administrator does next').isVisible()).toBe(false);

    await expect.poll(focused).toBe('done-heading');
    await use('Tab', 'Tab', 'Tab', 'Enter');
    await expect.poll(focused).toBe('exports');
    const lines = await page.getByLabel('Lines for the terminal').inputValue();
    const wanted = `^export MLFLOW_TRACKING_URI=${house.trackingUri}\nexport MLFLOW_TRACKING_TOKEN=mw_pat_`;
    expect(lines).toMatch(new RegExp(wanted));
    const ask = speakMlflow(house.trackingUri, secretOf(lines));
    expect((await ask('GET', 'mlflow/experiments/search?max_results=1')).status).toBe(200);

    await page.goto('about:blank');
    await page.goto(invitation.link);
    await expect.poll(focused).toBe('password');
    await use('nine quiet ladders lean', 'Tab', 'nine quiet ladders lean', 'Enter');
    await expect.poll(alert).toContain('The one-time secret has been used');
  });

  it('has sent the secret in the bodies that use it up, and in no address and no header', () => {
    const secret = secretOf(link);
    const used = wire.sent().split('POST /api/v1/enrolments/redeem ').slice(1);
    expect(timesIn(wire.sent(), secret)).toBe(used.filter((rest) => rest.includes(secret)).length);
    expect(timesIn(wire.sent(), secret)).toBe(2);
    const heads = wire
      .sent()
      .split('\r\n')
      .filter((line) => !line.startsWith('{'));
    expect(heads.filter((line) => line.includes('mw_enr_'))).toEqual([]);
    expect(heads.filter((line) => /^(referer|cookie):/i.test(line))).toEqual([]);
  });
});
