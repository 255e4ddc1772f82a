// @ts-nocheck Runs in a browser; this program's types are Node's.

import { setUpFactor } from './factor-setup.js';
import { complain, find, post, show, signedIn } from './page.js';
import { proveSecondFactor } from './second-factor.js';

const fragment = new URLSearchParams(location.hash.slice(1));
const isFirst = fragment.has('first');
const secret = fragment.get(isFirst ? 'first' : 'secret');
// The secret leaves the address bar and the history before anything else happens; from here on it is only in memory.
history.replaceState(null, '', location.pathname);

if (secret === null || secret === '') show('no-secret', true);
else begin();

function begin() {
  if (isFirst) {
    find('heading').textContent = 'Make the first administrator';
    find('lead').textContent =
      'You set this server up: choose your name and password. The link works once, for an hour.';
  }
  show('name-part', isFirst);
  show('enrol', true);
  find('show').addEventListener('change', ({ target }) => {
    for (const id of ['password', 'again']) find(id).type = target.checked ? 'text' : 'password';
  });
  find('enrol').addEventListener('submit', enrol);
  find('token').addEventListener('click', makeToken);
  find('copy').addEventListener('click', copy);
  find(isFirst ? 'name' : 'password').focus();
}

/** What only this page can know; whether a name or a password will do is for the server to say. */
function flaw() {
  if (isFirst && find('name').value.trim() === '') return ['name', 'Choose a name.'];
  if (find('password').value === '') return ['password', 'Choose a password.'];
  if (find('password').value !== find('again').value) {
    return ['again', 'The two passwords differ. Type the second again.'];
  }
  return undefined;
}

function mark(id) {
  for (const one of ['name', 'password', 'again']) find(one).removeAttribute('aria-invalid');
  if (id === undefined) return;
  find(id).setAttribute('aria-invalid', 'true');
  find(id).focus();
}

async function enrol(event) {
  event.preventDefault();
  const found = flaw();
  mark(found?.[0]);
  complain('problem', found?.[1] ?? '');
  if (found !== undefined) return;
  const button = event.target.querySelector('button');
  button.disabled = true;
  const name = isFirst ? { name: find('name').value.trim() } : {};
  const password = find('password').value;
  const { said, code, problem } = await post('/api/v1/enrolments/redeem', { secret, password, ...name });
  button.disabled = false;
  if (problem !== undefined) {
    complain('problem', problem);
    if (code === 'password-refused') mark('password');
    else if (isFirst && (code === 'conflict' || code === 'malformed')) mark('name');
    return;
  }
  signedIn.secret = said.session.secret;
  for (const id of ['password', 'again']) find(id).value = '';
  show('enrol', false);
  await goOn(said);
}

/** Everybody has a second factor: who has none sets one up here, who recovered the password has theirs still. */
async function goOn(said) {
  if (said.session.missing === 'factor-setup') setUpFactor(() => welcome(said));
  else proveSecondFactor(() => welcome(said));
}

function welcome({ account, trackingUri }) {
  find('done-name').textContent = account.name;
  for (const place of document.querySelectorAll('.own-name')) place.textContent = account.name;
  find('tracking-uri').textContent = trackingUri;
  show('administrator-next', isFirst);
  show('done', true);
  find('done-heading').focus();
}

async function makeToken() {
  complain('token-problem', '');
  find('token').disabled = true;
  const scopes = ['project', 'experiment', 'run', 'artifact', 'model', 'version', 'alias'].map((noun) => `${noun}.*`);
  const lifetimeSeconds = Number(find('lifetime').value);
  const { said, problem } = await post('/api/v1/tokens', { label: 'mlflow', scopes, lifetimeSeconds });
  find('token').disabled = false;
  if (problem !== undefined) {
    complain('token-problem', problem);
    return;
  }
  const lines = [`export MLFLOW_TRACKING_URI=${said.trackingUri}`, `export MLFLOW_TRACKING_TOKEN=${said.secret}`];
  find('exports').value = lines.join('\n');
  find('token-ends').textContent = new Date(said.token.endsAtMs).toLocaleString();
  find('token-id').textContent = said.token.id;
  show('make-token', false);
  show('token-made', true);
  find('exports').focus();
  find('exports').select();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(`${find('exports').value}\n`);
    find('copied').textContent = 'Copied';
  } catch {
    find('exports').select();
    find('copied').textContent = 'Selected: press Ctrl+C';
  }
}
