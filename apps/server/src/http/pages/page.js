// @ts-nocheck Runs in a browser; this program's types are Node's.
/** Whose session it is: in this page's memory alone, so that a page that is loaded again signs in again. */
export const signedIn = { secret: undefined };

export function find(id) {
  return document.getElementById(id);
}

export function show(id, isShown) {
  find(id).hidden = !isShown;
}

export function complain(id, text) {
  find(id).textContent = text;
  show(id, text !== '');
}

export async function ask(method, path, body) {
  const headers = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (signedIn.secret !== undefined) headers.authorization = `Bearer ${signedIn.secret}`;
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, { method, headers, credentials: 'omit', ...sent });
  } catch {
    return { problem: 'The server did not answer. Is it still running? Try again once it is.' };
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return { said };
  return { code: said.code, problem: sentence(said.message ?? `the server answered ${answer.status}`, said.next) };
}

export function post(path, body) {
  return ask('POST', path, body ?? {});
}

function sentence(...parts) {
  const said = parts.filter((part) => part !== undefined && part !== '');
  return said.map((part) => `${part[0].toUpperCase()}${part.slice(1).replaceAll('`', '')}.`).join(' ');
}

/** A browser says no in many ways; to a person they are these. */
function passkeyProblem(fault) {
  if (fault.name === 'NotAllowedError') return 'The browser was not allowed to, or nothing was chosen in time.';
  if (fault.name === 'InvalidStateError') return 'This device has a passkey for you already.';
  return 'This browser could not do that with a passkey.';
}

export async function createPasskey(options) {
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return { passkey: (await navigator.credentials.create({ publicKey })).toJSON() };
  } catch (fault) {
    return { problem: passkeyProblem(fault) };
  }
}

export async function usePasskey(options) {
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return { passkey: (await navigator.credentials.get({ publicKey })).toJSON() };
  } catch (fault) {
    return { problem: passkeyProblem(fault) };
  }
}

/** Asks, with the button off meanwhile, and says in its place what went wrong. */
export async function during(button, problemId, work) {
  complain(problemId, '');
  button.disabled = true;
  const answer = await work();
  button.disabled = false;
  if (answer.problem !== undefined) complain(problemId, answer.problem);
  return answer;
}
