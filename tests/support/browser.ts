import axe from 'axe-core';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';

/** A real Chromium; `npm test` brings it along. */
export const chromiumFile = process.env.MODELWARD_TEST_CHROMIUM;

const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function startBrowser(): Promise<Browser> {
  if (chromiumFile === undefined) throw new Error('MODELWARD_TEST_CHROMIUM is not set');
  // Chromium's own sandbox does not run as root.
  const args = process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet;
  return chromium.launch({ executablePath: chromiumFile, args });
}

export type Person = { readonly page: Page; readonly devTools: CDPSession };

/** Somebody with a browser of their own and a device that keeps passkeys and knows its person. */
export async function openPerson(browser: Browser, { withPasskeys = true } = {}): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  await devTools.send('WebAuthn.enable');
  if (withPasskeys) {
    await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }
  return { page, devTools };
}

/** What axe finds wrong with the page as it stands, in both themes, and what is wider than the narrowest screen. */
export async function flawsOf(page: Page): Promise<readonly string[]> {
  const flaws: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
    });
    flaws.push(...found.map((flaw) => `${colorScheme}: ${flaw}`));
  }
  const isTooWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  return isTooWide === true ? [...flaws, 'wider than the screen'] : flaws;
}
