import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Page = { readonly html: string; readonly contentSecurityPolicy: string };

const folder = join(import.meta.dirname, 'pages');
const style = readFileSync(join(folder, 'page.css'), 'utf8');
const mark =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true"><path d="M12 2.5 4 5.5v6c0 5 3.4 8.7 8 10 4.6-1.3 8-5 8-10v-6z" stroke-linejoin="round"/><path d="m8.5 12 2.5 2.5 4.5-5" stroke-linecap="round" stroke-linejoin="round"/></svg>';

/** The page that takes a one-time secret. Nothing in it comes from a request: the secret stays in the browser's fragment. */
export function enrolmentPage(): Page {
  return page({ title: 'Set a password', body: bodyOf('enrol'), script: scriptOf('enrol') });
}

/** Signing in, and what a person has: factors, sessions, tokens. The session lives in the page's memory and nowhere else. */
export function accountPage(): Page {
  return page({ title: 'Your account', body: bodyOf('account'), script: scriptOf('account') });
}

/** Where a program's person proves more than the program can ask for. */
export function stepUpPage(): Page {
  return page({ title: 'Prove who you are', body: bodyOf('step-up'), script: scriptOf('step-up') });
}

/** What pages have in common, each part its markup and its script. */
const parts = ['second-factor', 'factor-setup'];

function read(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

function bodyOf(name: string): string {
  return read(`${name}.html`).replaceAll(/<!--part:([a-z-]+)-->/g, (_, part: string) => read(`${part}.html`));
}

/** The modules of a page as the one script that its policy names by its digest: nothing else is ever loaded. */
function scriptOf(name: string): string {
  const modules = ['page', ...parts, name].map((part) => read(`${part}.js`));
  return modules.map((text) => text.replaceAll(/^import [^;]+;$/gm, '').replaceAll(/^export /gm, '')).join('\n');
}

export type HomeFacts = {
  readonly isSetUp: boolean;
  readonly trackingUri: string;
  readonly documents: readonly { readonly name: string; readonly title: string }[];
};

/** What this is, in what state, and where to read on. */
export function homePage(facts: HomeFacts): Page {
  const fill: Record<string, string> = {
    state: facts.isSetUp ? setUpState : notSetUpState,
    'tracking-uri': escapeHtml(facts.trackingUri),
    documents: facts.isSetUp ? documentLinks(facts.documents) : '',
  };
  const template = read('home.html');
  const body = template.replaceAll(/<!--fill:([a-z-]+)-->/g, (_, name: string) => fill[name] ?? '');
  return page({ title: 'Modelward', body });
}

const setUpState = '<p class="state good">Set up and serving.</p>';
const notSetUpState =
  '<p class="state bad">Not set up yet.</p><p>Every door is closed until there is a first administrator. Open the one-time link that the server printed when it started; where it had no terminal, the link is in <code>first-administrator.txt</code> in its data folder.</p>';

function documentLinks(documents: HomeFacts['documents']): string {
  if (documents.length === 0) return '';
  const items = documents.map(({ name, title }) => `<li><a href="/docs/${name}">${escapeHtml(title)}</a></li>`);
  return `<h2>Documentation</h2><ul>${items.join('')}</ul>`;
}

type Parts = { readonly title: string; readonly body: string; readonly script?: string };

/** One document with everything in it. The policy lets exactly this style and this script run, and nothing else load. */
function page({ title, body, script }: Parts): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Modelward</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
${body.replace('<!--mark-->', mark)}
</main>
${script === undefined ? '' : `<script type="module">${script}</script>`}
</body>
</html>
`;
  const allowed = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`, "connect-src 'self'"]),
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { html, contentSecurityPolicy: allowed.join('; ') };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
