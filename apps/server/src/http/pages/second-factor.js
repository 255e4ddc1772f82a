// @ts-nocheck Runs in a browser; this program's types are Node's.
import { during, find, post, show, signedIn, usePasskey } from './page.js';

/** Makes the session that there is stronger, or proves again that it is its person; calls back with it lifted. */
export function proveSecondFactor(done, { why, withPassword = false } = {}) {
  if (why !== undefined) find('prove-why').textContent = why;
  show('prove-password-part', withPassword);
  show('prove', true);
  find('prove-heading').focus();
  const lifted = async ({ said }) => {
    if (said === undefined) return;
    signedIn.secret = said.session.secret;
    for (const id of ['prove-code', 'prove-password']) find(id).value = '';
    show('prove', false);
    await done();
  };
  find('prove-passkey').onclick = async () =>
    lifted(await during(find('prove-passkey'), 'prove-passkey-problem', liftWithPasskey));
  find('prove-form').onsubmit = async (event) => {
    event.preventDefault();
    await lifted(await during(find('prove-submit'), 'prove-problem', () => liftWithCode(withPassword)));
  };
}

async function liftWithPasskey() {
  const begun = await post('/api/v1/sessions/current/step-up/begin');
  if (begun.problem !== undefined) return begun;
  const used = await usePasskey(begun.said.options);
  return used.problem === undefined ? post('/api/v1/sessions/current/step-up', { passkey: used.passkey }) : used;
}

function liftWithCode(withPassword) {
  const typed = find('prove-code').value.trim();
  const proof = /^\d{3} ?\d{3}$/.test(typed) ? { totp: typed.replace(' ', '') } : { recoveryCode: typed };
  const password = withPassword ? { password: find('prove-password').value } : {};
  return post('/api/v1/sessions/current/step-up', { ...proof, ...password });
}
