import { installPackages } from './apt.mjs';
import { findCommand, output } from './output.mjs';

/** @type {import('./part.mjs').Part} */
export const chromium = { name: 'Chromium', variable: 'MODELWARD_TEST_CHROMIUM', provide };

const commands = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns {Promise<import('./part.mjs').Provided>} */
async function provide() {
  let command = await findCommand(commands);
  if (command === undefined) {
    // Without a font every text is a row of boxes, and measured widths are wrong.
    const reason = await installPackages(['chromium', 'fonts-dejavu-core']);
    if (reason !== undefined) return { ok: false, reason };
    command = await findCommand(commands);
  }
  if (command === undefined) return { ok: false, reason: 'installed, but PATH has no `chromium`; look at PATH' };
  // A snap's stub is on PATH as well, and only says that it needs the snap.
  const version = await output(command, ['--version']);
  if (version.code !== 0)
    return { ok: false, reason: `\`${command} --version\` failed; install a Chromium that starts` };
  return { ok: true, value: command, note: version.text.trim().split('\n').at(-1) ?? '' };
}
