import { type Browser, chromium } from 'playwright-core';

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
