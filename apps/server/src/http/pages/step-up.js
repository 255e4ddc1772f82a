// @ts-nocheck Runs in a browser; this program's types are Node's.
import { during, find, post, show, usePasskey } from './page.js';

const secret = new URLSearchParams(location.hash.slice(1)).get('secret') ?? '';
// The secret leaves the address bar and the history before anything else happens; from here on it is only in memory.
history.replaceState(null, '', location.pathname);

void begin();

async function begin() {
  const { said, problem } = await post('/api/v1/step-up-links/look', { secret });
  if (said === undefined) {
    find('gone-why').textContent = secret === '' ? 'The link was not whole, or the page was loaded again.' : problem;
    show('gone', true);
    return;
  }
  find('asked-name').textContent = said.name;
  find('asked-since').textContent = new Date(said.openedAtMs).toLocaleString();
  find('asked-code').textContent = said.code;
  find('asked-yes').onclick = () => sayYes(said.options);
  show('asked', true);
  find('asked-heading').focus();
}

async function sayYes(options) {
  const { said } = await during(find('asked-yes'), 'asked-problem', async () => {
    const used = await usePasskey(options);
    if (used.problem !== undefined) return used;
    return post('/api/v1/step-up-links/approve', { secret, passkey: used.passkey });
  });
  if (said === undefined) return;
  show('asked', false);
  show('given', true);
  find('given-heading').focus();
}
