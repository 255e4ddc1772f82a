// @ts-nocheck Runs in a browser; this program's types are Node's.
const fragment = new URLSearchParams(location.hash.slice(1));
const isFirst = fragment.has('first');
const secret = fragment.get(isFirst ? 'first' : 'secret');
// The secret leaves the address bar and the history before anything else happens; from here on it is only in memory.
history.replaceState(null, '', location.pathname);
let session;

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

function find(id) {
  return document.getElementById(id);
}

function show(id, isShown) {
  find(id).hidden = !isShown;
}

function complain(id, text) {
  find(id).textContent = text;
  show(id, text !== '');
}

async function post(path, body, credential) {
  const headers = { 'content-type': 'application/json' };
  if (credential !== undefined) headers.authorization = `Bearer ${credential}`;
  let answer;
  try {
    answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'omit' });
  } catch {
    return { problem: 'The server did not answer. Is it still running? Try again once it is.' };
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return { said };
  return { code: said.code, problem: sentence(said.message ?? `the server answered ${answer.status}`, said.next) };
}

function sentence(...parts) {
  const said = parts.filter((part) => part !== undefined && part !== '');
  return said.map((part) => `${part[0].toUpperCase()}${part.slice(1).replaceAll('`', '')}.`).join(' ');
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
  session = said.session.secret;
  welcome(said);
}

function welcome({ account, trackingUri }) {
  for (const id of ['password', 'again']) find(id).value = '';
  find('done-name').textContent = account.name;
  for (const place of document.querySelectorAll('.own-name')) place.textContent = account.name;
  find('tracking-uri').textContent = trackingUri;
  show('enrol', false);
  show('administrator-next', isFirst);
  show('done', true);
  find('done-heading').focus();
}

async function makeToken() {
  complain('token-problem', '');
  find('token').disabled = true;
  const scopes = ['project', 'experiment', 'run', 'artifact', 'model', 'version', 'alias'].map((noun) => `${noun}.*`);
  const lifetimeSeconds = Number(find('lifetime').value);
  const { said, problem } = await post('/api/v1/tokens', { label: 'mlflow', scopes, lifetimeSeconds }, session);
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
