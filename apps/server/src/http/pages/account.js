// @ts-nocheck Runs in a browser; this program's types are Node's.

import { makePasskey, setUpFactor, showCodes } from './factor-setup.js';
import { ask, complain, during, find, post, show, signedIn, usePasskey } from './page.js';
import { proveSecondFactor } from './second-factor.js';

find('sign-in-passkey').onclick = signInWithPasskey;
find('sign-in-form').onsubmit = signInWithPassword;
find('own-host').textContent = location.hostname;

async function signInWithPasskey() {
  const answer = await during(find('sign-in-passkey'), 'passkey-problem', async () => {
    const begun = await post('/api/v1/passkey-sign-ins/begin');
    if (begun.problem !== undefined) return begun;
    const used = await usePasskey(begun.said.options);
    return used.problem === undefined ? post('/api/v1/passkey-sign-ins', { passkey: used.passkey }) : used;
  });
  await enter(answer);
}

async function signInWithPassword(event) {
  event.preventDefault();
  const given = { name: find('name').value.trim(), password: find('password').value };
  if (given.name === '' || given.password === '') {
    complain('sign-in-problem', 'Type your name and your password.');
    return;
  }
  await enter(await during(find('sign-in-submit'), 'sign-in-problem', () => post('/api/v1/sessions', given)));
}

async function enter({ said }) {
  if (said === undefined) return;
  signedIn.secret = said.session.secret;
  find('password').value = '';
  show('sign-in', false);
  if (said.session.missing === 'factor-setup') setUpFactor(openOwn);
  else if (said.session.missing === 'second-factor') proveSecondFactor(openOwn);
  else await openOwn();
}

async function openOwn() {
  await refresh();
  show('own', true);
  find('own-heading').focus();
}

/** Does something to the account. When the sign-in is too old for it, that is asked for first, and then it is done. */
async function act(button, work, doneText) {
  find('own-done').textContent = '';
  const answer = await during(button, 'own-problem', work);
  if (answer.code === 'step-up-needed') {
    complain('own-problem', '');
    await proveAgain(button.textContent);
    return act(button, work, doneText);
  }
  if (answer.said === undefined) return undefined;
  find('own-done').textContent = doneText;
  await refresh();
  return answer.said;
}

function proveAgain(purpose) {
  show('own', false);
  return new Promise((resolve) => {
    const done = () => {
      show('own', true);
      resolve();
    };
    proveSecondFactor(done, { why: `For this: ${purpose}. You signed in too long ago.`, withPassword: true });
  });
}

async function refresh() {
  const paths = ['/api/v1/me', '/api/v1/factors', '/api/v1/sessions', '/api/v1/tokens'];
  const [me, factors, sessions, tokens] = await Promise.all(paths.map((path) => ask('GET', path)));
  const failed = [me, factors, sessions, tokens].find(({ problem }) => problem !== undefined);
  if (failed !== undefined) {
    complain('own-problem', failed.problem);
    return;
  }
  find('own-name').textContent = me.said.account.name;
  showPasskeys(factors.said.passkeys);
  showAppState(factors.said);
  showSessions(sessions.said.sessions);
  showTokens(tokens.said.tokens);
  fill(
    'notices',
    factors.said.notices.map(({ kind, subject, atMs }) => ({ text: noticeText(kind, subject), when: atMs })),
  );
}

/** A list of things with, for some, what can be done about them. Everything is text: nothing of it is read as markup. */
function fill(id, things, none = 'None.') {
  const items = things.map(({ text, when, does, label, work, done }) => {
    const item = document.createElement('li');
    item.append(when === undefined ? text : `${text} · ${new Date(when).toLocaleString()} `);
    if (does === undefined) return item;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'second small';
    button.textContent = does;
    button.setAttribute('aria-label', label);
    button.onclick = () => act(button, work, done);
    item.append(button);
    return item;
  });
  if (items.length > 0) {
    find(id).replaceChildren(...items);
    return;
  }
  const item = document.createElement('li');
  item.textContent = none;
  find(id).replaceChildren(item);
}

function showPasskeys(passkeys) {
  const things = passkeys.map(({ id, name, backupEligible, createdAtMs }) => ({
    text: `${name}, ${backupEligible ? 'kept on more than one device' : 'on one device alone'}`,
    when: createdAtMs,
    does: 'Remove',
    label: `Remove the passkey ${name}`,
    work: () => ask('DELETE', `/api/v1/factors/passkeys/${id}`),
    done: 'The passkey is removed, and you are signed out everywhere else.',
  }));
  fill('passkeys', things, 'None yet. Administrators, and whoever changes what is in production, need one.');
}

function showAppState({ totpSinceMs, recoveryCodesLeft }) {
  const hasApp = totpSinceMs !== null;
  find('app-state').textContent = hasApp
    ? `You have an authenticator app, since ${new Date(totpSinceMs).toLocaleString()}.`
    : 'You have no authenticator app.';
  find('codes-state').textContent = `${recoveryCodesLeft} recovery codes are left.`;
  show('remove-app', hasApp);
}

function showSessions(sessions) {
  const things = sessions.map(({ id, isThis, client, methods, lastUsedAtMs }) => ({
    text: `${isThis ? 'This page' : client === 'browser' ? 'A browser' : 'A program or page'}, with ${methods.join(' and ')}`,
    when: lastUsedAtMs,
    ...(isThis
      ? {}
      : { does: 'Sign out', label: `Sign out of the session of ${new Date(lastUsedAtMs).toLocaleString()}` }),
    work: () => ask('DELETE', `/api/v1/sessions/${id}`),
    done: 'That session has ended.',
  }));
  fill('sessions', things);
}

function showTokens(tokens) {
  const good = tokens.filter(({ revokedAtMs, endsAtMs }) => revokedAtMs === null && endsAtMs > Date.now());
  const things = good.map(({ id, label, endsAtMs }) => ({
    text: `${label}, works until`,
    when: endsAtMs,
    does: 'Revoke',
    label: `Revoke the token ${label}`,
    work: () => ask('DELETE', `/api/v1/tokens/${id}`),
    done: 'The token is revoked.',
  }));
  fill('tokens', things);
}

function noticeText(kind, subject) {
  const texts = {
    'passkey-added': 'A passkey was added',
    'passkey-removed': 'A passkey was removed',
    'passkey-copied': 'A copy of your passkey was used: remove it',
    'totp-added': 'An authenticator app was set up',
    'totp-removed': 'The authenticator app was removed',
    'recovery-codes-made': 'New recovery codes were made',
    'recovery-code-used': 'A recovery code was used',
    'password-changed': 'The password was changed',
    'factors-reset': 'All second factors were removed by a reset',
  };
  const text = texts[kind] ?? kind;
  return subject === null ? text : `${text}: ${subject}`;
}

find('add-passkey-form').onsubmit = async (event) => {
  event.preventDefault();
  const name = find('add-name').value.trim();
  if (name === '') {
    complain('own-problem', 'Give the passkey a name.');
    return;
  }
  const added = await act(find('add-passkey'), () => makePasskey(name), 'The passkey is kept.');
  if (added !== undefined) find('add-name').value = '';
};
find('renew-codes').onclick = async () => {
  const made = await act(find('renew-codes'), () => post('/api/v1/factors/recovery-codes'), '');
  if (made === undefined) return;
  show('own', false);
  showCodes(made.recoveryCodes, openOwn);
};
find('remove-app').onclick = () =>
  act(find('remove-app'), () => ask('DELETE', '/api/v1/factors/totp'), 'The app is removed.');
find('end-others').onclick = () =>
  act(find('end-others'), () => post('/api/v1/sessions/end-others'), 'All your other sessions have ended.');
find('password-form').onsubmit = async (event) => {
  event.preventDefault();
  const given = { current: find('current').value, next: find('next').value };
  const changed = await act(find('change-password'), () => post('/api/v1/password', given), 'The password is changed.');
  if (changed !== undefined) for (const id of ['current', 'next']) find(id).value = '';
};
find('sign-out').onclick = async () => {
  await ask('DELETE', '/api/v1/sessions/current');
  location.reload();
};
