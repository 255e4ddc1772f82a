// @ts-nocheck Runs in a browser; this program's types are Node's.
import { createPasskey, during, find, post, show, signedIn } from './page.js';

/** Takes somebody who has a password and nothing else to a whole session, and calls back once they have kept the codes. */
export function setUpFactor(done) {
  find('setup-host').textContent = location.hostname;
  show('setup', true);
  find('setup-heading').focus();
  find('setup-passkey-form').onsubmit = (event) => addPasskeyHere(event, done);
  find('setup-app').onclick = showApp;
  find('setup-app-form').onsubmit = (event) => confirmApp(event, done);
}

async function addPasskeyHere(event, done) {
  event.preventDefault();
  const { said } = await during(find('setup-passkey'), 'setup-passkey-problem', () =>
    makePasskey(find('setup-name').value.trim()),
  );
  if (said !== undefined) finishSetup(said, done);
}

/** The whole way of a new passkey: the server's challenge, the browser's answer, the server's word. */
export async function makePasskey(name) {
  const begun = await post('/api/v1/factors/passkeys/begin');
  if (begun.problem !== undefined) return begun;
  const made = await createPasskey(begun.said.options);
  if (made.problem !== undefined) return made;
  return post('/api/v1/factors/passkeys', { name, passkey: made.passkey });
}

async function showApp() {
  const { said } = await during(find('setup-app'), 'setup-app-problem', () => post('/api/v1/factors/totp/begin'));
  if (said === undefined) return;
  find('setup-secret').value = said.secret.replaceAll(/(.{4})(?!$)/g, '$1 ');
  find('setup-uri').href = said.uri;
  show('setup-app', false);
  show('setup-app-form', true);
  find('setup-code').focus();
}

async function confirmApp(event, done) {
  event.preventDefault();
  const code = find('setup-code').value.replaceAll(' ', '');
  const { said } = await during(find('setup-confirm'), 'setup-code-problem', () =>
    post('/api/v1/factors/totp', { code }),
  );
  if (said !== undefined) finishSetup(said, done);
}

function finishSetup(added, done) {
  if (added.session !== undefined) signedIn.secret = added.session.secret;
  show('setup', false);
  showCodes(added.recoveryCodes ?? [], done);
}

export function showCodes(codes, done) {
  if (codes.length === 0) {
    done();
    return;
  }
  find('codes-text').value = codes.join('\n');
  show('codes', true);
  find('codes-heading').focus();
  find('codes-kept').onclick = () => {
    find('codes-text').value = '';
    show('codes', false);
    done();
  };
}
